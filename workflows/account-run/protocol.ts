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
  /** A send of ours (or of an earlier run) may still take effect, or have taken effect without showing yet. */
  suspect: boolean;
  /** A send ended without a trustworthy answer, and only a person's word allows another. */
  needsWord: boolean;
  /** A send of ours has ended without a trustworthy answer at some time. */
  everLost: boolean;
  /** An earlier run's create was answered, and now it does not show: no policy sends that again, only a person's word. */
  answered?: boolean;
  /** Looks made since settling began. */
  round: number;
  /** Time waited in a row for a vendor that takes no requests, and how often. */
  waitedMs: number;
  waits: number;
  /** Sends again after a settling that found nothing. */
  resends: number;
  /** How the last lost send ended. */
  loss?: Pick<Trouble, 'message' | 'vendorStatus'>;
  /** The refusal whose meaning the next look decides. */
  refusal?: Trouble;
}

/** When, in parts of the settling time, the looks of a settling are made. */
const LOOKS_AT = [0, 0.02, 0.06, 0.14, 0.3, 0.6, 1] as const;
const MOST_RESENDS = 3;
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 5 * 60_000;
/** A look older than this is repeated before a send. */
const LOOK_AGES_MS = 30_000;

export function begin<Who>(rules: Rules): State<Who> {
  const suspect = rules.inherited === 'open';
  const state: State<Who> = {
    move: { do: 'look', why: 'before' },
    suspect,
    needsWord: suspect,
    everLost: suspect,
    ...(suspect && { loss: EARLIER }),
    round: 0,
    waitedMs: 0,
    waits: 0,
    resends: 0,
  };
  return suspect && rules.lookup !== 'none' ? settle(rules, state) : state;
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
      if (state.suspect) return settle(rules, state);
      if (state.needsWord) return park(state, lostTrouble(state));
      // Its create was answered in an earlier run, and now it is gone, or not yet to be seen.
      if (rules.inherited === 'done' && !state.everLost)
        return settle(rules, {
          ...lost(state, { message: 'an earlier run created it, and it does not show' }),
          answered: true,
        });
      return { ...state, move: { do: 'send' } };
    default:
      if (verdict.is !== 'unsure') return park(state, troubleOf(verdict));
      return park({ ...state, needsWord: true }, state.loss ? lostTrouble(state) : troubleOf(verdict));
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
      return settle(rules, lost(state, outcome));
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
  if (outcome.stale === 'run') return settle(rules, lost(state, outcome));
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

function lost<Who>(
  state: State<Who>,
  { message, vendorStatus }: Pick<Trouble, 'message' | 'vendorStatus'>,
): State<Who> {
  const loss = { message, ...statusOf({ vendorStatus }) };
  return { ...state, suspect: true, needsWord: true, everLost: true, loss };
}

/**
 * Begins the looks that tell what became of a lost send. Where only our own ledger can be looked at, a person has to say.
 */
function settle<Who>(rules: Rules, state: State<Who>): State<Who> {
  const { refusal: _, ...rest } = state;
  if (rules.lookup === 'none') return park(rest, lostTrouble(rest));
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
  // All that was sent has landed and shows, and nothing does.
  const landed = { ...state, suspect: false, round: 0 };
  const byPolicy = rules.whenAbsent === 'resend' && !state.answered;
  const may = rules.refusesDuplicates || byPolicy || !state.needsWord;
  // A create whose answer is lost each time will not get better by itself: somebody has to look why.
  if (may && state.resends < MOST_RESENDS)
    return { ...landed, needsWord: false, resends: state.resends + 1, move: { do: 'send' } };
  return park(landed, lostTrouble(landed));
}

const EARLIER = { message: 'an earlier run ended with a send in the air' };

function lostTrouble({ loss }: State<unknown>): Trouble {
  const how = loss ? ` (${loss.message})` : '';
  return {
    code: 'outcome-unknown',
    message: `It was sent, no trustworthy answer came, and nothing tells whether it exists; sending it again could make a second one${how}.`,
    ...statusOf(loss ?? {}),
  };
}

function ruled<Who>(rules: Rules, state: State<Who>, ruling: Ruling<Who>): State<Who> {
  const { refusal: _, ...fresh } = { ...state, waitedMs: 0, waits: 0, round: 0, resends: 0 };
  const again = (from: State<Who>): State<Who> =>
    from.suspect && rules.lookup !== 'none'
      ? settle(rules, from)
      : { ...from, move: { do: 'look', why: 'before' } };
  switch (ruling.say) {
    case 'exists':
      return {
        ...fresh,
        suspect: false,
        move: { do: 'end', who: ruling.who, provenance: ruling.provenance },
      };
    case 'not-created':
      // Where it cannot be looked at, the word is only taken once nothing can be in the air (`tooEarly`).
      return again({ ...fresh, needsWord: false, suspect: fresh.suspect && rules.lookup !== 'none' });
    case 'retry':
      return again(fresh);
  }
}

/**
 * Whether it is too early to believe that nothing was made: what was sent may still take effect, and a person who looks now
 * would be wrong a moment later.
 * @param sinceLoss milliseconds since the last send without a trustworthy end, or since this run began
 */
export function tooEarly(rules: Rules, state: State<unknown>, sinceLoss: number): boolean {
  return state.suspect && rules.lookup === 'none' && sinceLoss < rules.floorMs;
}

function park<Who>(state: State<Who>, trouble: Trouble): State<Who> {
  return { ...state, move: { do: 'park', trouble } };
}

function troubleOf(verdict: Exclude<Verdict<never>, { is: 'found' } | { is: 'absent' }>): Trouble {
  const code = { unsure: 'outcome-unknown', conflict: 'conflict', several: 'several-matches' } as const;
  return { code: code[verdict.is], message: verdict.message };
}

function statusOf({ vendorStatus }: { vendorStatus?: number | undefined }): { vendorStatus?: number } {
  return vendorStatus === undefined ? {} : { vendorStatus };
}
