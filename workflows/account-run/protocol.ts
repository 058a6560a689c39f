// Creating once, as a pure state machine (design.md, "Creating once"): which move comes next, given what the vendor and
// the operator answered. It knows neither vendors nor Temporal, so that all its paths can be walked by a test.

import type { Ability, EarlierSend } from '../../src/account/plan';
import type { ProblemCode, Provenance } from '../../src/account/result';
import type { Outcome } from '../../src/http/outcome';

/** What the protocol has to obey for one step of one account. Times in milliseconds. */
export interface Rules extends Pick<Ability, 'lookup' | 'refusesDuplicates'> {
  existing: 'adopt' | 'park' | 'refuse';
  /** How long the vendor may take to show what it made. */
  settleMs: number;
  /** How long after a send nothing of it can be alive any more. */
  floorMs: number;
  /** What to do when settling ended without a find and the vendor would accept a second one. */
  whenAbsent: 'park' | 'resend';
  /** How long a vendor that takes no requests is waited for. */
  waitForMs: number;
  /** How far an earlier run of this account had come. */
  inherited: EarlierSend['sent'];
}

/**
 * What a look means. `mine`: it bears our marker and our e-mail. `provenance`: on record already, from the account's
 * ledger or an earlier run's result.
 */
export type Verdict<Who> =
  | { is: 'found'; who: Who; mine: boolean; provenance?: Provenance }
  | { is: 'absent' }
  | { is: 'unsure'; message: string }
  | { is: 'conflict'; message: string }
  | { is: 'several'; message: string };

export interface Trouble {
  code: ProblemCode;
  message: string;
  vendorStatus?: number;
}

export type Move<Who> =
  | { do: 'look'; why: 'before' | 'settle' }
  | { do: 'send' }
  | { do: 'wait'; ms: number; after: 'look' | 'settle' | 'send' }
  | { do: 'park'; trouble: Trouble }
  | { do: 'end'; who: Who; provenance: Provenance }
  | { do: 'decline'; trouble: Trouble };

/** What an operator may decide about a parked create. */
export type Ruling<Who> =
  | { say: 'retry' }
  | { say: 'exists'; who: Who; provenance: Provenance }
  | { say: 'not-created' };

export type Event<Who> =
  | { of: 'look'; verdict: Verdict<Who> }
  | { of: 'send'; outcome: Outcome<Who> }
  | { of: 'wait' }
  | { of: 'park'; ruling: Ruling<Who> };

export interface State<Who> {
  move: Move<Who>;
  /** A send of ours (or of an earlier run) may have made it and has not been settled. */
  suspect: boolean;
  /** A send of ours has ended without a trustworthy answer at some time. */
  everLost: boolean;
  /** Looks made since settling began. */
  round: number;
  /** Time waited in a row for a vendor that takes no requests, and how often. */
  waitedMs: number;
  waits: number;
  /** The refusal whose meaning the next look decides. */
  refusal?: Trouble;
}

/** When, in parts of the settling time, the looks of a settling are made. */
const LOOKS_AT = [0, 0.02, 0.06, 0.14, 0.3, 0.6, 1] as const;
const EARLIER = 'an earlier run ended with a send in the air';
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 5 * 60_000;
/** A look older than this is repeated before a send. */
const LOOK_AGES_MS = 30_000;

export function begin<Who>(rules: Rules): State<Who> {
  const suspect = rules.inherited === 'open';
  const state: State<Who> = {
    move: { do: 'look', why: 'before' },
    suspect,
    everLost: suspect,
    round: 0,
    waitedMs: 0,
    waits: 0,
  };
  // Where only the ledger can be asked, it knows more than the earlier run's history: it is looked at first.
  return suspect && rules.lookup !== 'none' ? settle(rules, state, EARLIER) : state;
}

export function next<Who>(rules: Rules, state: State<Who>, event: Event<Who>): State<Who> {
  switch (event.of) {
    case 'look':
      return state.move.do === 'look' && state.move.why === 'settle'
        ? settled(rules, state, event.verdict)
        : looked(rules, state, event.verdict);
    case 'send':
      return sent(rules, state, event.outcome);
    case 'wait':
      return waited(state);
    case 'park':
      return ruled(rules, state, event.ruling);
  }
}

/** A look before sending, or one that tells what a refusal meant. */
function looked<Who>(rules: Rules, state: State<Who>, verdict: Verdict<Who>): State<Who> {
  switch (verdict.is) {
    case 'found':
      return found(rules, state, verdict);
    case 'absent':
      if (state.refusal) return park(state, state.refusal);
      if (state.suspect) return settle(rules, state, EARLIER);
      // Its create was answered in an earlier run, and now it is gone, or not yet to be seen.
      if (rules.inherited === 'done' && !state.everLost)
        return settle(rules, { ...state, everLost: true, suspect: true }, 'an earlier run created it');
      return { ...state, move: { do: 'send' } };
    default:
      return park(state, troubleOf(verdict), verdict.is === 'unsure');
  }
}

function found<Who>(
  rules: Rules,
  state: State<Who>,
  verdict: Extract<Verdict<Who>, { is: 'found' }>,
): State<Who> {
  const end = (provenance: Provenance): State<Who> => ({
    ...state,
    suspect: false,
    move: { do: 'end', who: verdict.who, provenance },
  });
  if (verdict.provenance) return end(verdict.provenance);
  if (verdict.mine && rules.inherited === 'done') return end('created');
  if (verdict.mine && state.everLost) return end('confirmed');
  if (rules.existing === 'adopt') return end('adopted');
  const trouble: Trouble = {
    code: 'conflict',
    message: 'It exists already, and the connection does not adopt.',
  };
  return rules.existing === 'refuse' ? { ...state, move: { do: 'decline', trouble } } : park(state, trouble);
}

function sent<Who>(rules: Rules, state: State<Who>, outcome: Outcome<Who>): State<Who> {
  switch (outcome.kind) {
    case 'done':
      return { ...state, suspect: false, move: { do: 'end', who: outcome.value, provenance: 'created' } };
    case 'unsent':
      return unsent(rules, state, outcome);
    case 'refused': {
      const refusal: Trouble = { code: outcome.code, message: outcome.message, ...statusOf(outcome) };
      if (rules.lookup === 'none') return park(state, refusal);
      return { ...state, refusal, move: { do: 'look', why: 'before' } };
    }
    case 'unknown':
      return settle(
        rules,
        { ...state, suspect: true, everLost: true },
        outcome.message,
        outcome.vendorStatus,
      );
    case 'barred':
      return park(state, { code: 'credentials-rejected', message: outcome.message, ...statusOf(outcome) });
  }
}

function unsent<Who>(
  rules: Rules,
  state: State<Who>,
  outcome: Extract<Outcome<Who>, { kind: 'unsent' }>,
): State<Who> {
  // A ledger, written before each send, answers a second look as well as a settling would.
  if (outcome.stale === 'run' && rules.lookup === 'none')
    return { ...state, move: { do: 'look', why: 'before' } };
  if (outcome.stale === 'run')
    return settle(rules, { ...state, suspect: true, everLost: true }, outcome.message);
  if (state.waitedMs >= rules.waitForMs)
    return park(
      { ...state, waitedMs: 0, waits: 0 },
      { code: 'vendor-unavailable', message: outcome.message, ...statusOf(outcome) },
    );
  const backOff = Math.min(FIRST_WAIT_MS * 2 ** state.waits, LONGEST_WAIT_MS);
  const ms = Math.max(backOff, outcome.retryAfterMs ?? 0);
  const after = state.waitedMs + ms >= LOOK_AGES_MS ? 'look' : 'send';
  return { ...state, waitedMs: state.waitedMs + ms, waits: state.waits + 1, move: { do: 'wait', ms, after } };
}

function waited<Who>(state: State<Who>): State<Who> {
  const after = state.move.do === 'wait' ? state.move.after : 'look';
  if (after === 'send') return { ...state, move: { do: 'send' } };
  return { ...state, move: { do: 'look', why: after === 'settle' ? 'settle' : 'before' } };
}

/** Begins the looks that tell what became of a lost send. */
function settle<Who>(rules: Rules, state: State<Who>, why: string, vendorStatus?: number): State<Who> {
  if (rules.lookup === 'none')
    return park(state, {
      code: 'outcome-unknown',
      message: `It was sent, no trustworthy answer came, and the vendor cannot be asked (${why}).`,
      ...(vendorStatus !== undefined && { vendorStatus }),
    });
  const { refusal: _, ...rest } = state;
  return { ...rest, round: 1, move: { do: 'look', why: 'settle' } };
}

function settled<Who>(rules: Rules, state: State<Who>, verdict: Verdict<Who>): State<Who> {
  if (verdict.is === 'found')
    return verdict.mine
      ? found(rules, state, verdict)
      : park(state, {
          code: 'conflict',
          message: 'After a lost answer, an account was found that is not the one sent.',
        });
  if (verdict.is !== 'absent') return park(state, troubleOf(verdict));

  const gap = (LOOKS_AT[state.round] ?? 0) - (LOOKS_AT[state.round - 1] ?? 0);
  if (state.round < LOOKS_AT.length)
    return {
      ...state,
      round: state.round + 1,
      move: { do: 'wait', ms: Math.ceil(gap * rules.settleMs), after: 'settle' },
    };
  if (rules.refusesDuplicates || rules.whenAbsent === 'resend')
    return { ...state, suspect: false, round: 0, move: { do: 'send' } };
  return park(state, {
    code: 'outcome-unknown',
    message:
      'It was sent, no trustworthy answer came, and the vendor does not show it; sending again could make a second one.',
  });
}

function ruled<Who>(rules: Rules, state: State<Who>, ruling: Ruling<Who>): State<Who> {
  const { refusal: _, ...fresh } = { ...state, waitedMs: 0, waits: 0, round: 0 };
  switch (ruling.say) {
    case 'exists':
      return {
        ...fresh,
        suspect: false,
        move: { do: 'end', who: ruling.who, provenance: ruling.provenance },
      };
    case 'not-created':
      // An operator's word is about now; what is still in the air must have landed before anything is sent again.
      return {
        ...fresh,
        suspect: false,
        move: state.suspect
          ? { do: 'wait', ms: rules.floorMs, after: 'look' }
          : { do: 'look', why: 'before' },
      };
    case 'retry':
      return state.suspect
        ? settle(rules, fresh, 'still unsettled')
        : { ...fresh, move: { do: 'look', why: 'before' } };
  }
}

function park<Who>(state: State<Who>, trouble: Trouble, suspect = state.suspect): State<Who> {
  return { ...state, suspect, everLost: state.everLost || suspect, move: { do: 'park', trouble } };
}

function troubleOf(verdict: Exclude<Verdict<never>, { is: 'found' } | { is: 'absent' }>): Trouble {
  const code = { unsure: 'outcome-unknown', conflict: 'conflict', several: 'several-matches' } as const;
  return { code: code[verdict.is], message: verdict.message };
}

function statusOf({ vendorStatus }: { vendorStatus?: number }): { vendorStatus?: number } {
  return vendorStatus === undefined ? {} : { vendorStatus };
}
