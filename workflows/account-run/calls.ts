// How workflow code reaches activities: the time-outs and retries of each kind of call, in one place.
import {
  ActivityFailure,
  ApplicationFailure,
  proxyActivities,
  proxyLocalActivities,
} from '@temporalio/workflow';
import type * as account from '../../activities/account';
import type * as decisions from '../../activities/decisions';
import type * as ledger from '../../activities/ledger';
import type * as people from '../../activities/people';
import type * as secrets from '../../activities/secrets';
import type { Ability, AccountPlan } from '../../src/account/plan';
import { connectTimeout, fenceFor } from '../../src/http/fence';
import type { Outcome } from '../../src/http/outcome';
import { WORKFLOW_QUEUE } from '../../src/temporal/names';

/** Silence of a worker after which it counts as dead. Activities heartbeat every second. */
const HEARTBEAT_TIMEOUT = '6s';
const SLACK_MS = 5_000;

/** Reads and full overwrites: may be repeated, so a short burst of retries is the server's; longer waits are the run's. */
export function safeCalls<T>(plan: AccountPlan, callsAnActivity = 1) {
  const { timeoutMs } = plan.policy;
  return proxyActivities<T>({
    taskQueue: plan.taskQueue,
    startToCloseTimeout: callsAnActivity * (timeoutMs + connectTimeout(timeoutMs)) + SLACK_MS,
    heartbeatTimeout: HEARTBEAT_TIMEOUT,
    retry: { initialInterval: '500ms', backoffCoefficient: 2, maximumAttempts: 3 },
  });
}

/** Sends of what must not be sent twice: one attempt, and no word from it counts as unknown. */
export function sendCalls<T>(plan: AccountPlan, ability: Ability) {
  return proxyActivities<T>({
    taskQueue: plan.taskQueue,
    startToCloseTimeout: longestSend(plan, ability),
    heartbeatTimeout: HEARTBEAT_TIMEOUT,
    // Else the worker that has the run at hand would take each attempt of it, also where it has to hand it back.
    allowEagerDispatch: false,
    retry: { maximumAttempts: 1 },
  });
}

/** So long the activity of a send may live, in milliseconds. */
export function longestSend({ policy: { timeoutMs } }: AccountPlan, { readsBeforeWrite }: Ability): number {
  return fenceFor(timeoutMs, readsBeforeWrite) + connectTimeout(timeoutMs) + timeoutMs + SLACK_MS;
}

/** Muster's own activities that make no vendor call and may run twice. */
export const local = proxyLocalActivities<
  typeof account & typeof decisions & typeof people & Pick<typeof secrets, 'findSecret'>
>({
  startToCloseTimeout: '20s',
  retry: { initialInterval: '500ms', maximumInterval: '10s' },
});

/** Muster's own activities that change Temporal's state, repeatable. */
export const remote = proxyActivities<typeof ledger & Pick<typeof secrets, 'dropSecrets'>>({
  taskQueue: WORKFLOW_QUEUE,
  startToCloseTimeout: '20s',
  retry: { initialInterval: '500ms', maximumInterval: '30s' },
});

/** Follows a run that is not ours to wait for; lasts as long as that run does. */
export const follow = proxyActivities<Pick<typeof people, 'followRun'>>({
  taskQueue: WORKFLOW_QUEUE,
  startToCloseTimeout: '30d',
  heartbeatTimeout: HEARTBEAT_TIMEOUT,
});

/** Calls an activity, which the Temporal UI then shows by this summary: plain words, nothing personal. */
export function call<Args extends unknown[], Result>(
  summary: string,
  activity: { executeWithOptions(options: { summary: string }, args: Args): Promise<Result> },
  ...args: Args
): Promise<Result> {
  return activity.executeWithOptions({ summary }, args);
}

/** A send's outcome: its own word, or `unknown` when it ended without one. */
export async function outcomeOf<T>(send: () => Promise<Outcome<T>>): Promise<Outcome<T>> {
  try {
    return await send();
  } catch (error) {
    if (!(error instanceof ActivityFailure)) throw error;
    const cause = error.cause;
    const why = cause instanceof ApplicationFailure ? cause.message : (cause?.message ?? error.message);
    return { kind: 'unknown', message: `the worker that sent it gave no word (${why})` };
  }
}
