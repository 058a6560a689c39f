// Every way in which one call can go wrong. A kind that the simulators come to know and that is missing here does not
// compile.
import type { FaultPlan, ReplyFault, WorkFault } from '../../src/simulators/contract';

export type Fault = ReplyFault | WorkFault;

export interface Variant {
  name: string;
  fault: Fault;
  /** Differs from another variant only where the call changes something at the vendor. */
  onWrites?: boolean;
}

/** Longer than a call's time-out, shorter than the time after which a lost create is dead. In milliseconds. */
const TOO_SLOW_MS = 2_500;
/** Shorter than the settling time. In milliseconds. */
const LATE_MS = 4_000;

const STATUSES = [500, 502, 503] as const;

const VARIANTS_OF: { [Kind in FaultPlan['kind']]: Variant[] } = {
  'drop-before': [{ name: 'drop-before', fault: { kind: 'drop-before' } }],
  'drop-after': [{ name: 'drop-after', fault: { kind: 'drop-after' }, onWrites: true }],
  'reset-mid-body': [{ name: 'reset-mid-body', fault: { kind: 'reset-mid-body' } }],
  'rate-limited': [{ name: 'rate-limited', fault: { kind: 'rate-limited', retryAfter: 1 } }],
  'error-before': STATUSES.map((status) => ({
    name: `${status}-before`,
    fault: { kind: 'error-before', status },
  })),
  'error-after': STATUSES.map((status) => ({
    name: `${status}-after`,
    fault: { kind: 'error-after', status },
    onWrites: true,
  })),
  malformed: [{ name: 'malformed', fault: { kind: 'malformed' } }],
  truncated: [{ name: 'truncated', fault: { kind: 'truncated' } }],
  empty: [{ name: 'empty', fault: { kind: 'empty' } }],
  html: [
    { name: 'html', fault: { kind: 'html' } },
    { name: 'html-before', fault: { kind: 'html', committed: false }, onWrites: true },
  ],
  'wrong-content-type': [{ name: 'wrong-content-type', fault: { kind: 'wrong-content-type' } }],
  redirect: [
    { name: 'redirect', fault: { kind: 'redirect' } },
    { name: 'redirect-after', fault: { kind: 'redirect', committed: true }, onWrites: true },
  ],
  huge: [{ name: 'huge', fault: { kind: 'huge' } }],
  'garbage-status': [
    { name: 'garbage-status', fault: { kind: 'garbage-status' } },
    { name: 'garbage-status-before', fault: { kind: 'garbage-status', committed: false }, onWrites: true },
  ],
  slow: [
    { name: 'slow', fault: { kind: 'slow', delayMs: TOO_SLOW_MS } },
    {
      name: 'slow-commits-late',
      fault: { kind: 'slow', delayMs: TOO_SLOW_MS, commit: 'after' },
      onWrites: true,
    },
  ],
  'expired-token': [{ name: 'expired-token', fault: { kind: 'expired-token' } }],
  'late-visibility': [
    { name: 'late-visibility', fault: { kind: 'late-visibility', delayMs: LATE_MS }, onWrites: true },
  ],
};

export const VARIANTS: readonly Variant[] = Object.values(VARIANTS_OF).flat();

/** One of each consequence, for combinations. */
export const TELLING: readonly Variant[] = [
  'drop-before',
  'drop-after',
  'rate-limited',
  '503-before',
  '500-after',
  'truncated',
  'slow-commits-late',
  'late-visibility',
].flatMap((name) => VARIANTS.filter((variant) => variant.name === name));

export function variant(name: string): Variant {
  const found = VARIANTS.find((one) => one.name === name);
  if (!found) throw new Error(`there is no fault ${name}; known: ${VARIANTS.map((v) => v.name).join(', ')}`);
  return found;
}
