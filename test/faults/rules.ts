// The rules that hold whatever went wrong. Each gives one sentence for each breach.
import { minimumSettle } from '../../src/http/fence';
import type { RecordedRequest, SimulatedPerson } from '../../src/simulators/contract';
import { accountsOf, type Create, type Ending } from './contract';
import { isHeardNo } from './heard';

const TIMEOUT_MS = 1_000;

type Rule = (ending: Ending) => string[];

export function breaches(ending: Ending): string[] {
  return RULES.flatMap((rule) => rule(ending));
}

/** As it was asked for, or cancelled while nothing was there. */
function endsAsAsked({ result, scenario, cancelled }: Ending): string[] {
  const { status, problem } = result;
  if (status === scenario.ends || (cancelled && status === 'compensated')) return [];
  if (cancelled && problem?.code === 'cancelled') return [];
  return [
    `ended as ${status}${problem ? ` (${problem.code}: ${problem.message})` : ''}, not ${scenario.ends}`,
  ];
}

function oneAccount(ending: Ending): string[] {
  const { facts, stage, result } = ending;
  if (result.status !== 'done') return [];
  const accounts = accountsOf(stage);
  const [account] = accounts;
  if (!account || accounts.length > 1) return [`there are ${accounts.length} accounts, not one`];
  return facts.wrongs(account, ending);
}

/** What was there before is as it was; what we made is gone, out of use, or named by a debt that was settled. */
function undone(ending: Ending): string[] {
  const { stage, scenario, before, result, settled } = ending;
  if (result.status === 'done') return [];
  const wrongs = settled.flatMap((what) =>
    result.status === 'compensated' && result.debts.length > 0 ? [`settled debt still open: ${what}`] : [],
  );
  for (const account of accountsOf(stage)) {
    const there = scenario.seed && before.find(({ id }) => id === account.id);
    if (there) {
      if (JSON.stringify(there) !== JSON.stringify(account))
        wrongs.push(`adopted account ${account.id} changed`);
    } else if (account.status === 'active' && !settled.some((what) => owns(what, account)))
      wrongs.push(`account ${account.id} is left, and no debt says so`);
  }
  for (const { id } of before)
    if (scenario.seed && !accountsOf(stage).some((account) => account.id === id))
      wrongs.push(`adopted account ${id} is gone`);
  return wrongs;
}

function owns(debt: string, { id }: SimulatedPerson): boolean {
  return debt.includes(id) || debt.includes('may have been made') || debt.includes('may have made');
}

function noSecondMail({ stage, scenario }: Ending): string[] {
  const email = stage.request.person.email;
  const mails = stage.simulator.mails().filter(({ to }) => to === email);
  const allowed = scenario.mails ?? 0;
  return mails.length > allowed ? [`${mails.length} mails were sent, not ${allowed}`] : [];
}

/** Between two sends of one thing: time for the first to die, a look or a word, and never after one that took effect. */
function neverOnAGuess(ending: Ending): string[] {
  return Object.entries(ending.facts.creates).flatMap(([call, create]) => {
    const sends = ending.requests.filter((request) => request.call === call);
    const things = new Set(sends.map((send) => create.of?.(send) ?? ''));
    return [...things].flatMap((thing) => {
      const ofThing = sends.filter((send) => (create.of?.(send) ?? '') === thing);
      return ofThing
        .slice(1)
        .flatMap((send, index) => resent(ending, call, create, ofThing[index] as RecordedRequest, send));
    });
  });
}

function resent(
  { requests, decided, heard }: Ending,
  call: string,
  { ability, looks }: Create,
  first: RecordedRequest,
  second: RecordedRequest,
): string[] {
  if (first.committed)
    return isRemoved(requests, first, second) ? [] : [`${call}: sent again after it had taken effect`];
  if (madeNothing(first) || isHeardNo(first, heard)) return [];
  const from = Date.parse(first.at);
  const to = Date.parse(second.at);
  const floor = minimumSettle(TIMEOUT_MS, ability.readsBeforeWrite);
  const wrongs: string[] = [];
  if (to - from < floor)
    wrongs.push(`${call}: sent again after ${to - from} ms, while the first could be alive (${floor} ms)`);
  const words = decided.filter(({ at, word }) => word?.notCreated && at >= from && at <= to);
  const settledLook = requests.some(
    ({ call: looked, at }) =>
      looks.includes(looked) && Date.parse(at) >= from + floor && Date.parse(at) <= to,
  );
  if (ability.lookup !== 'none' && !settledLook) wrongs.push(`${call}: sent again without a settled look`);
  if (!ability.refusesDuplicates && words.length === 0)
    wrongs.push(`${call}: sent again without an operator's word`);
  return wrongs;
}

/** Its answer says for certain that nothing came of it, and that answer arrived. */
function madeNothing({ status, fault }: RecordedRequest): boolean {
  if (/rate-limited|expired-token/.test(fault ?? '')) return true;
  return fault === null && status !== null && status < 500;
}

/** An undo that was cut off may have taken back what the next run makes again. */
function isRemoved(requests: Ending['requests'], first: RecordedRequest, second: RecordedRequest): boolean {
  return requests.some(
    ({ call, committed, number }) =>
      committed && number > first.number && number < second.number && REMOVES.test(call),
  );
}

const REMOVES = /^(delete|archive|set status)/;

/** The result says how its account came to be, and that is how it came to be. */
function tellsTheTruth(ending: Ending): string[] {
  const { result, stage, requests, facts } = ending;
  if (result.status !== 'done') return [];
  const [account] = accountsOf(stage);
  if (!account) return [];
  const { userId, provenance, debts, steps, problem, evidence } = result;
  const wrongs: string[] = [];
  if (userId !== account.id) wrongs.push(`the result says user ${userId}, it is ${account.id}`);
  const allowed = provenances(ending, account);
  if (!provenance || !allowed.includes(provenance))
    wrongs.push(`provenance is ${provenance}, not ${allowed.join(' or ')}`);
  if (debts.length > 0) wrongs.push('debts are left in a run that is done');
  if (problem) wrongs.push('a problem is left in a run that is done');
  for (const [step, state] of Object.entries(steps))
    if (state !== 'done' && state !== 'skipped')
      wrongs.push(`step ${step} is ${state} in a run that is done`);
  const sends = requests.filter(
    ({ call, fault }) => call in facts.creates && !/expired-token/.test(fault ?? ''),
  ).length;
  const told = evidence.filter(({ asked }) => asked.startsWith('sent ')).length;
  if (!ending.interrupted && told < sends)
    wrongs.push(`${sends} creates were sent, evidence tells of ${told}`);
  return wrongs;
}

/** Kinds of answer that a client may read or not, both rightly. */
const READABLE: readonly string[] = ['wrong-content-type', 'empty'];

/** How the account can be said to have come about, by what the vendor saw and by what the run heard of it. */
function provenances(ending: Ending, { id }: SimulatedPerson): string[] {
  const { scenario, before, facts, stage, decided, interrupted, base, result } = ending;
  const there = before.some((account) => account.id === id);
  if (there && scenario.seed) return ['adopted'];
  const [call = ''] = Object.keys(facts.creates);
  const made = stage.simulator.requests().find((request) => request.call === call && request.committed);
  if (there || made === undefined || made.number <= base) return ['created', 'confirmed'];
  const said = decided.some(({ word }) => word?.userId === id);
  const otherwise = ['confirmed', ...(said ? ['declared'] : [])];
  if (interrupted) return ['created', ...otherwise];
  const answered = !isLost(made.fault) || READABLE.includes(made.fault ?? '');
  // A busy machine can make a call too slow that the vendor answered in time.
  return answered && isHeard(result.evidence) ? ['created'] : otherwise;
}

/** Done, or answered as well as that vendor answers. */
const HEARD = /^done|answered 200 without an id/;

function isHeard(evidence: Ending['result']['evidence']): boolean {
  return evidence.some(
    ({ step, asked, found }) => step === 'create' && asked.startsWith('sent ') && HEARD.test(found),
  );
}

/** Whether a fault keeps a good answer from arriving. */
function isLost(fault: string | null): boolean {
  return (fault ?? '').split('+').some((kind) => kind !== '' && kind !== 'late-visibility');
}

function nothingPersonal({ attributes, stage }: Ending): string[] {
  const { email, firstName, lastName, dateOfBirth, address } = stage.request.person;
  const text = JSON.stringify(attributes);
  return [email, firstName, lastName, dateOfBirth, address?.street, address?.postalCode].flatMap(
    (personal) =>
      personal && text.includes(personal) ? ['something personal is in the search attributes'] : [],
  );
}

const RULES: readonly Rule[] = [
  endsAsAsked,
  oneAccount,
  undone,
  noSecondMail,
  neverOnAGuess,
  tellsTheTruth,
  nothingPersonal,
];
