// Making a call that may be repeated, for as long as it takes: what is away is waited for, what is refused is asked about.
import { ActivityFailure, CancellationScope, condition, isCancellation } from '@temporalio/workflow';
import { causeOf, outcomeIn } from './calls';
import type { Trouble } from './protocol';
import type { AccountRun } from './run';

const FIRST_WAIT_MS = 5_000;
const LONGEST_WAIT_MS = 10 * 60_000;
/** Waits are lengthened by up to this part of them, so that runs that fell together do not come back together. */
const SPREAD = 0.5;

/** @see AccountRun.safe */
export async function patiently<T>(
  run: AccountRun,
  step: string,
  call: () => Promise<T>,
  skippable: boolean,
): Promise<T> {
  let waitedMs = 0;
  let waits = 0;
  for (;;) {
    try {
      const value = await call();
      if (waits > 0) await run.goOn(step);
      return value;
    } catch (error) {
      const failure = callFailure(error);
      if (failure.kind === 'unavailable' && waitedMs < run.plan.policy.waitForMs) {
        const least = Math.max(Math.min(FIRST_WAIT_MS * 2 ** waits, LONGEST_WAIT_MS), failure.retryAfterMs);
        // Deterministic: a workflow's Math.random is seeded by its run.
        const ms = Math.ceil(least * (1 + SPREAD * Math.random()));
        await run.waitForVendor(step, failure.trouble);
        await pause(run, ms);
        waitedMs += ms;
        waits += 1;
        continue;
      }
      waitedMs = 0;
      waits = 0;
      await run.park({
        step,
        trouble: failure.trouble,
        decisions: skippable ? ['retry', 'amend', 'skip'] : ['retry', 'amend'],
        rule: () => Promise.resolve(undefined),
      });
    }
  }
}

/** Waits, but not beyond a cancellation or a decision to undo. */
async function pause(run: AccountRun, ms: number): Promise<void> {
  await CancellationScope.cancellable(async () => {
    const over = run.pauseFor('The vendor is away; it is asked again.', ms);
    await Promise.race([over, condition(() => run.desk.stopAsked)]);
    CancellationScope.current().cancel();
  }).catch((error: unknown) => {
    if (!isCancellation(error)) throw error;
  });
  await run.heedCancel();
}

export interface CallFailure {
  kind: 'unavailable' | 'stopped';
  trouble: Trouble;
  retryAfterMs: number;
}

/** Reads what a safe activity threw (activities/support throws the outcome as the failure's details). */
export function callFailure(error: unknown): CallFailure {
  const cause = causeOf(error);
  const outcome = outcomeIn(cause);
  if (!(error instanceof ActivityFailure) && !outcome) throw error;
  const message = cause instanceof Error ? cause.message : String(cause);
  const vendorStatus = outcome?.vendorStatus === undefined ? {} : { vendorStatus: outcome.vendorStatus };
  switch (outcome?.kind) {
    case 'refused':
      return { kind: 'stopped', trouble: { code: outcome.code, message, ...vendorStatus }, retryAfterMs: 0 };
    case 'barred':
      return {
        kind: 'stopped',
        trouble: { code: 'credentials-rejected', message, ...vendorStatus },
        retryAfterMs: 0,
      };
    default:
      return {
        kind: 'unavailable',
        trouble: { code: 'vendor-unavailable', message, ...vendorStatus },
        retryAfterMs: outcome?.retryAfterMs ?? 0,
      };
  }
}
