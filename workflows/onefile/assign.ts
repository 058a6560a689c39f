// OneFile's assignments of a learner: to further assessors, framework templates, standards and units (the guides that follow
// "Creating and managing users via the API"). None is sent again on a guess: each is a step of its own.
import type * as activities from '../../activities/onefile';
import type { Look, SendInput } from '../../src/account/plan';
import type { Made } from '../../src/account/result';
import type { Outcome } from '../../src/http/outcome';
import { onefileListedAbility, onefileUnlistedAbility } from '../../src/vendors/onefile/abilities';
import { type Assignment, assignmentsOf, type Found, standardOf } from '../../src/vendors/onefile/references';
import type { OnefileAccount } from '../../src/vendors/onefile/request';
import type { OnefileOrganisation } from '../../src/vendors/onefile/shapes';
import { call, quickCalls, sendCalls } from '../account-run/calls';
import { type Creation, createOnce } from '../account-run/create-once';
import { createOnceByLedger, type LedgeredCreation } from '../account-run/ledgered';
import { type Looking, stampOf } from '../account-run/looking';
import type { AccountRun } from '../account-run/run';
import type { Undone } from '../account-run/undo';
import { checkReferences } from './verify';

type Run = AccountRun<OnefileAccount>;
type Looker = Looking<OnefileAccount>;

/** Whose assignments they are, and what is known of the ids that the request names. */
export interface Learner {
  userId: string;
  organisation: OnefileOrganisation;
  found: Found[];
}

const WORDS = {
  assessor: 'assessor',
  template: 'framework template',
  standard: 'standard',
  unit: 'unit',
} as const;

/** Makes all assignments, one after the other; an operator may skip one, or amend those that are not made yet. */
export async function assignAll(run: Run, learner: Learner): Promise<void> {
  const tried = new Set<string>();
  const isWanted = (step: string) => assignmentsOf(run.plan.account).some((one) => one.step === step);
  const next = () => assignmentsOf(run.plan.account).find(({ step }) => !tried.has(step));
  for (let due = next(); due; due = next()) {
    const assignment = due;
    tried.add(due.step);
    await run.step(due.step, async () => {
      if (isWanted(assignment.step)) await assign(run, learner, assignment);
    });
    if (!isWanted(due.step)) delete run.result.steps[due.step];
  }
}

type Send = (input: SendInput) => Promise<Outcome<unknown>>;

/** One assignment as it is looked for and made: by the ledger where OneFile cannot be asked about it. */
export type Assigning =
  | { by: 'look'; creation: Creation<number[], 'assigned'> }
  | { by: 'ledger'; creation: LedgeredCreation<string> };

/** @param standardId the standard under which a unit is assigned */
export function assigning(run: Looker, userId: string, one: Assignment, standardId: number): Assigning {
  const { id, kind } = one;
  const isListed = kind === 'standard' || kind === 'unit';
  const ability = isListed ? onefileListedAbility : onefileUnlistedAbility;
  const sends = sendCalls<typeof activities>(run.plan, ability);
  switch (kind) {
    case 'assessor':
      return unlisted(run, userId, one, (input) =>
        call('assign the assessor', sends.assignOnefileAssessor, { ...input, id, userId }),
      );
    case 'template':
      return unlisted(run, userId, one, (input) =>
        call('assign the template', sends.assignOnefileTemplate, { ...input, id, userId }),
      );
    case 'standard': {
      const send: Send = (input) =>
        call('assign the standard', sends.assignOnefileStandard, { ...input, id, userId });
      return { by: 'look', creation: listed(run, userId, one, kind, send) };
    }
    case 'unit': {
      const send: Send = (input) =>
        call('assign the unit', sends.assignOnefileUnit, { ...input, id, userId, standardId });
      return { by: 'look', creation: listed(run, userId, one, kind, send) };
    }
  }
}

async function assign(run: Run, learner: Learner, assignment: Assignment): Promise<void> {
  const { userId, organisation } = learner;
  const { kind, id, step } = assignment;
  // An amended request may name units that have not been looked up.
  if (kind === 'unit' && standardOf(id, learner.found) === undefined)
    learner.found = await checkReferences(run, step, organisation);
  const planned = assigning(run, userId, assignment, standardOf(id, learner.found) ?? 0);
  if (planned.by === 'look') {
    await createOnce(run, planned.creation);
    return;
  }
  const { who } = await createOnceByLedger(run, planned.creation);
  if (who !== userId)
    run.note(
      `On record is that ${WORDS[kind]} ${id} was assigned to account ${who}; for ${userId}, see to it in OneFile.`,
    );
}

/** What OneFile cannot be asked about: the account's ledger knows whether it was done. */
function unlisted(run: Looker, userId: string, { step, kind, id }: Assignment, send: Send): Assigning {
  const { connection } = run.plan;
  const creation: LedgeredCreation<string> = {
    step,
    what: `the assignment of ${WORDS[kind]} ${id}`,
    ability: onefileUnlistedAbility,
    async send(ground) {
      const outcome = await send({ connection, step, ground });
      return outcome.kind === 'done' ? { kind: 'done', value: userId } : outcome;
    },
    idOf: (learnerId) => learnerId,
    fromId: (learnerId) => learnerId ?? userId,
    existsAs: userId,
    skippable: true,
  };
  return { by: 'ledger', creation };
}

/** What shows at the learner: assigned only where it does not. */
function listed(
  run: Looker,
  userId: string,
  { step, id }: Assignment,
  kind: 'standard' | 'unit',
  send: Send,
): Creation<number[], 'assigned'> {
  const { connection } = run.plan;
  return {
    step,
    what: `the assignment of ${kind} ${id}`,
    ability: onefileListedAbility,
    look: () => lookAtAssigned(run, userId, kind, step),
    judge(seen, when) {
      if (!seen.includes(id)) return { is: 'absent' };
      // That it is there is all that is wanted, whatever the connection's rule for accounts that exist.
      const before = when === 'before' ? ({ provenance: 'adopted' } as const) : {};
      return { is: 'found', who: 'assigned', mine: true, ...before };
    },
    async send(ground) {
      const outcome = await send({ connection, step, ground });
      return outcome.kind === 'done' ? { kind: 'done', value: 'assigned' } : outcome;
    },
    idOf: () => undefined,
    existsAs: 'assigned',
    skippable: true,
  };
}

async function lookAtAssigned(
  run: Looker,
  userId: string,
  kind: 'standard' | 'unit',
  step: string,
): Promise<{ look: Look; seen: number[] }> {
  const { connection } = run.plan;
  const { findOnefileAssigned } = quickCalls<typeof activities>(run.plan);
  const seen: number[] = [];
  let stamp: Look | undefined;
  for (let page = 1; ; page += 1) {
    const input = { connection, kind, userId, page };
    const { look, value } = await run.safe(
      step,
      () => call('look for what is assigned already', findOnefileAssigned, input),
      true,
    );
    stamp = stampOf(look, stamp);
    seen.push(...value.ids);
    if (value.last) return { look: stamp, seen };
  }
}

/** No call takes an assignment back. With an account of ours it is archived; from another's, a person takes it. */
export function undoAssignment(run: Run, step: string, made: Made): Undone {
  const { made: all, userId } = run.result;
  if (all.create && all.create.how !== 'adopted') return { is: 'removed', how: 'it goes with the account' };
  const what = `${step.replaceAll('-', ' ').replace('assign ', '')} of OneFile user ${userId}`;
  const sure = made.how === 'sent' ? ', if it is there' : '';
  return { is: 'owed', debt: { what, instruction: `Take away ${what}${sure}.` } };
}
