// Drives the create-once protocol for one step of a run: asks the state machine for the next move, makes it by an
// activity or a timer, and tells it what came of it. Each look and each send is an event of the run's history.
import { ActivityFailure, ApplicationFailure } from '@temporalio/workflow';
import type { Ability, Ground, Look } from '../../src/account/plan';
import type { Decision, Provenance, Resolving } from '../../src/account/result';
import type { Outcome } from '../../src/http/outcome';
import { causeOf, outcomeIn, outcomeOf } from './calls';
import { onRecord, remembered, rulesFor } from './first-look';
import type { DecisionInput } from './messages';
import { begin, type Event, next, type Ruling, type State, tooEarly, type Verdict } from './protocol';
import type { AccountRun } from './run';

/** One step that must not be repeated, told by a vendor's sequence. */
export interface Creation<Seen, Who> {
  step: string;
  /** The step as which the look before sending counts, where the vendor's document names one. */
  verifyStep?: string;
  /** What is made, in plain words: `the user`. */
  what: string;
  ability: Ability;
  /** Looks for what is there. Waits and parks by itself when the vendor cannot be reached (AccountRun.safe). */
  look(): Promise<{ look: Look; seen: Seen }>;
  /** What the look means, before our send or after one that was lost. */
  judge(seen: Seen, when: 'before' | 'settle'): Verdict<Who>;
  /** Sends it, relying on the last look. */
  send(ground: Ground): Promise<Outcome<Who>>;
  /** The vendor's id of what was made, for evidence and decisions. */
  idOf(who: Who): string | undefined;
  /** Reads back what an operator found; a sentence when it cannot be believed. Absent where an id makes no sense. */
  recall?(userId: string): Promise<{ who: Who; provenance: Provenance } | string>;
  /** What stands for "it exists" where the vendor gives no id. */
  existsAs?: Who;
  /** Hears an operator's word that nothing was made. */
  forget?(): Promise<void>;
  skippable?: boolean;
}

/** A vendor that takes no requests for so long, in milliseconds, is said in lists; a short wait is not worth an event. */
const LISTED_AFTER_MS = 3_000;

export interface Created<Who> {
  who: Who;
  provenance: Provenance;
}

export async function createOnce<Seen, Who>(
  run: AccountRun,
  creation: Creation<Seen, Who>,
): Promise<Created<Who>> {
  const { step } = creation;
  if (creation.verifyStep) run.begin(creation.verifyStep);
  run.begin(step);
  const begun = await creation.look();
  // Read when the run began. A reset to between the two: what the run before the reset made since is not among it.
  const inherited = await run.inheritance;
  let inheritance = inherited.runId === begun.look.runId ? inherited : await run.inheritAnew();
  const rules = rulesFor(creation, run.plan.policy, inheritance);
  let first: typeof begun | undefined = begun;
  let look: Look = begun.look;
  let lostAt = Date.now();
  let unsentWords = '';
  let state: State<Who> = begin(rules);

  for (;;) {
    const { move } = state;
    switch (move.do) {
      case 'look': {
        const { look: stamp, seen } = first ?? (await creation.look());
        look = stamp;
        let verdict = onRecord(creation.judge(seen, move.why), creation, inheritance);
        if (verdict.is === 'absent' && first) verdict = await remembered(run, creation, inheritance);
        run.witness(step, `looked for ${creation.what}`, sayVerdict(verdict));
        if (creation.verifyStep && run.result.steps[creation.verifyStep] === 'pending')
          run.finish(creation.verifyStep);
        first = undefined;
        state = next(rules, state, { of: 'look', verdict });
        break;
      }
      case 'send': {
        await run.heedCancel(step);
        // Put down before the first byte: whatever becomes of it, undo knows where to look.
        run.record(step, { how: 'sent' });
        const outcome = await outcomeOf(() => creation.send({ ...look, earlierReadBy: inheritance.runId }));
        run.witness(step, `sent ${creation.what}`, sayOutcome(outcome, creation));
        if (!state.everLost && provenNothing(outcome)) run.unrecord(step);
        if (outcome.kind === 'unknown') lostAt = Date.now();
        if (outcome.kind === 'unsent') unsentWords = outcome.message;
        else await run.goOn(step);
        // The run was reset: what the run before it read of earlier runs counts as little as what it saw.
        if (outcome.kind === 'unsent' && outcome.stale === 'run') inheritance = await run.inheritAnew();
        state = next(rules, state, { of: 'send', outcome });
        break;
      }
      case 'wait':
        if (move.after !== 'settle' && state.waitedMs >= LISTED_AFTER_MS)
          await run.waitForVendor(step, { code: 'vendor-unavailable', message: unsentWords });
        await run.pauseFor(sayWait(state, creation.what), spread(move));
        state = next(rules, state, { of: 'wait' });
        break;
      case 'park': {
        const ruling = await run.park({
          step,
          trouble: move.trouble,
          decisions: decisionsFor(creation, state),
          resolveBy: waysToResolve(creation),
          certain: !state.suspect && !state.needsWord,
          rule(input) {
            if (input.notCreated && tooEarly(rules, state, Date.now() - lostAt))
              throw stillInTheAir(lostAt + rules.floorMs);
            return ruleOn(creation, input);
          },
        });
        if (ruling.say === 'not-created') await creation.forget?.();
        state = next(rules, state, { of: 'park', ruling } satisfies Event<Who>);
        break;
      }
      case 'decline':
        throw run.fail(move.trouble, step);
      case 'end':
        recordEnd(run, creation, move, state.everLost);
        run.finish(step);
        return { who: move.who, provenance: move.provenance };
    }
  }
}

/** A send that provably made nothing. */
function provenNothing({ kind }: Outcome<unknown>): boolean {
  return kind === 'refused' || kind === 'unsent' || kind === 'barred';
}

/**
 * Only what our own send made is ever undone. What somebody found after a send of ours was lost, where the vendor cannot be
 * asked, may be ours: undo must not pass over it.
 */
function recordEnd<Who>(
  run: AccountRun,
  { step, idOf }: Pick<Creation<unknown, Who>, 'step' | 'idOf'>,
  { who, provenance }: Created<Who>,
  everLost: boolean,
): void {
  const id = idOf(who);
  const named = id === undefined ? {} : { id };
  if (provenance === 'created' || provenance === 'confirmed') run.record(step, { how: provenance, ...named });
  else if (provenance === 'declared' && everLost) run.record(step, { how: 'sent', ...named });
  else run.unrecord(step);
}

function decisionsFor(
  { ability, skippable }: { ability: Ability; skippable?: boolean },
  { needsWord, suspect }: State<unknown>,
): Decision[] {
  // Where nobody can be asked, trying again would only find the same; what is in doubt is not to be changed meanwhile.
  const hopeless = ability.lookup === 'none' && needsWord;
  const inDoubt = needsWord || suspect;
  return [
    ...(hopeless ? [] : (['retry'] as const)),
    'resolve',
    ...(inDoubt ? [] : (['amend'] as const)),
    ...(skippable ? (['skip'] as const) : []),
  ];
}

function waysToResolve({
  recall,
  existsAs,
}: Pick<Creation<unknown, unknown>, 'recall' | 'existsAs'>): Resolving[] {
  return [
    ...(recall ? ['userId' as const] : []),
    ...(existsAs === undefined ? [] : ['exists' as const]),
    'notCreated',
  ];
}

/** Turns a decision into the protocol's ruling; what an operator found is read back before it is believed. */
async function ruleOn<Who>(
  creation: Pick<Creation<unknown, Who>, 'step' | 'recall' | 'existsAs'>,
  input: DecisionInput,
): Promise<Ruling<Who>> {
  if (input.notCreated) return { say: 'not-created' };
  if (input.userId !== undefined) {
    if (!creation.recall)
      throw notBelieved(`Step ${creation.step} has no user id to give; say --exists or --not-created.`);
    const recalled = await creation.recall(input.userId).catch(cannotReadBack);
    if (typeof recalled === 'string') throw notBelieved(recalled);
    return { say: 'exists', ...recalled };
  }
  if (input.exists) {
    if (creation.existsAs === undefined)
      throw notBelieved(`Say which one it is, by --user-id: step ${creation.step} needs the id.`);
    return { say: 'exists', who: creation.existsAs, provenance: 'declared' };
  }
  return { say: 'retry' };
}

/** The vendor is away, or says no: the decision is not taken, and the run stays as it is. */
function cannotReadBack(error: unknown): never {
  const cause = causeOf(error);
  if (!(error instanceof ActivityFailure) && !outcomeIn(cause)) throw error;
  const why = cause instanceof Error ? cause.message : String(cause);
  throw notBelieved(`It could not be read back at the vendor: ${why}. Decide again later.`);
}

function stillInTheAir(until: number): ApplicationFailure {
  const when = new Date(until).toISOString();
  return notBelieved(
    `What was sent may still take effect until ${when}: look at the vendor after that, then say it again.`,
  );
}

function notBelieved(sentence: string): ApplicationFailure {
  return ApplicationFailure.nonRetryable(sentence, 'invalid-decision');
}

/** Runs that were turned away together do not come back together; looks of a settling are not put off. */
function spread({ ms, after }: { ms: number; after: 'look' | 'settle' | 'send' }): number {
  return after === 'settle' ? ms : Math.ceil(ms * (1 + 0.5 * Math.random()));
}

function sayWait({ move }: State<unknown>, what: string): string {
  if (move.do === 'wait' && move.after === 'settle') return `Settling: does the vendor show ${what}?`;
  return 'The vendor takes no requests; it is sent again.';
}

function sayVerdict(verdict: Verdict<unknown>): string {
  if (verdict.is === 'found') return verdict.mine ? 'found ours' : 'found one that was there before';
  return verdict.is === 'absent' ? 'absent' : `${verdict.is}: ${verdict.message}`;
}

function sayOutcome<Who>(outcome: Outcome<Who>, creation: Pick<Creation<unknown, Who>, 'idOf'>): string {
  if (outcome.kind !== 'done') return `${outcome.kind}: ${outcome.message}`;
  const id = creation.idOf(outcome.value);
  return id === undefined ? 'done' : `done: ${id}`;
}
