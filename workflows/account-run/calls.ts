// How workflow code reaches activities: the time-outs and retries of each kind of call, in one place.
import {
  ActivityFailure,
  ApplicationFailure,
  isCancellation,
  proxyActivities,
  proxyLocalActivities,
  sleep,
} from '@temporalio/workflow';
import type * as account from '../../activities/account';
import type * as decisions from '../../activities/decisions';
import type * as ledger from '../../activities/ledger';
import type * as people from '../../activities/people';
import type * as secrets from '../../activities/secrets';
import type { Ability, AccountPlan } from '../../src/account/plan';
import { connectTimeout, fenceFor } from '../../src/http/fence';
import type { NotDone, Outcome } from '../../src/http/outcome';
import { WORKFLOW_QUEUE } from '../../src/temporal/names';
import { readQuickly } from './quick-reads';

/** Silence of a worker after which it counts as dead. Activities heartbeat every second. */
const HEARTBEAT_TIMEOUT = '5s';
const SLACK_MS = 5_000;

const FIRST_RETRY_MS = 500;
/** How often a call that may be repeated is made, before it is the run's to wait. */
const TRIES = 3;

/** Of this run alone: each run has modules of its own. */
let allIsWell = true;

/**
 * Once a run has stood still or waited, its calls are activities of their own: what lists say of it changes when a workflow task
 * ends, and that must not wait for the call.
 */
export function noMoreQuickCalls(): void {
  allIsWell = false;
}

/** An activity, as workflow code calls it. */
export interface Callable<Args extends unknown[], Result> {
  executeWithOptions(options: { summary: string }, args: Args): Promise<Result>;
}

type Calls<T> = {
  [Name in keyof T]: T[Name] extends (...args: infer Args) => Promise<infer Result>
    ? Callable<Args, Result>
    : never;
};

/** Reads and full overwrites: may be repeated, so a short burst of retries is the server's; longer waits are the run's. */
export function safeCalls<T>(plan: AccountPlan, callsAnActivity = 1, tries = TRIES) {
  const { timeoutMs } = plan.policy;
  return proxyActivities<T>({
    taskQueue: plan.taskQueue,
    startToCloseTimeout: callsAnActivity * (timeoutMs + connectTimeout(timeoutMs)) + SLACK_MS,
    heartbeatTimeout: HEARTBEAT_TIMEOUT,
    retry: { initialInterval: FIRST_RETRY_MS, backoffCoefficient: 2, maximumAttempts: tries },
  });
}

/**
 * Reads alone, made at first within the workflow task, as local activities, which cost a third of the events and of the time. A
 * task that is lost is made anew, and its reads with it: so never for a write on which an earlier read bears. What
 * does not end well and soon goes on as an activity of its own, where the server retries it and lists show it. There
 * are none where the connection has a limit, which only the server keeps over all workers, or forbids them.
 */
export function quickCalls<T>(plan: AccountPlan, callsAnActivity = 1): Calls<T> {
  const { quickReads } = plan.policy;
  const patient = safeCalls<T>(plan, callsAnActivity, quickReads ? TRIES - 1 : TRIES) as unknown as Calls<T>;
  if (!quickReads) return patient;
  const account = `${plan.connection}/${plan.key}`;
  return byName<T>(
    (name) => (options, args) =>
      quickly(
        () => readQuickly(account, { name, input: args[0] }, options.summary),
        () => named(patient, name).executeWithOptions(options, args),
      ),
  );
}

type Execute = Callable<unknown[], unknown>['executeWithOptions'];

/** As the SDK's own proxies: types alone know which activities there are. */
function byName<T>(execute: (name: string) => Execute): Calls<T> {
  return new Proxy({} as Calls<T>, {
    get: (_, name) => ({ executeWithOptions: execute(String(name)) }),
  });
}

function named<T>(calls: Calls<T>, name: string): Callable<unknown[], unknown> {
  return calls[name as keyof T] as Callable<unknown[], unknown>;
}

async function quickly(quick: () => Promise<unknown>, patient: () => Promise<unknown>): Promise<unknown> {
  if (!allIsWell) return patient();
  try {
    return await quick();
  } catch (error) {
    if (isCancellation(error)) throw error;
    const cause = causeOf(error);
    // The vendor's own word, or one that asks for a long wait.
    if (cause instanceof ApplicationFailure && cause.nonRetryable && outcomeIn(cause)) throw error;
    await sleep((cause instanceof ApplicationFailure && cause.nextRetryDelay) || FIRST_RETRY_MS, {
      summary: 'before it is tried again',
    });
    return patient();
  }
}

/** Why an activity failed: a local one's failure comes as it was thrown, another's wrapped. */
export function causeOf(error: unknown): unknown {
  return error instanceof ActivityFailure ? error.cause : error;
}

/** What activities of vendor calls put into what they throw. */
export function outcomeIn(cause: unknown): NotDone | undefined {
  if (!(cause instanceof ApplicationFailure)) return undefined;
  const [told] = cause.details ?? [];
  return typeof told === 'object' && told !== null && 'kind' in told ? (told as NotDone) : undefined;
}

/** Sends of what must not be sent twice: one attempt, and no word from it counts as unknown. */
export function sendCalls<T>(plan: AccountPlan, ability: Ability): Calls<T> {
  const options = {
    taskQueue: plan.taskQueue,
    startToCloseTimeout: longestSend(plan, ability),
    heartbeatTimeout: HEARTBEAT_TIMEOUT,
    retry: { maximumAttempts: 1 },
  };
  // The worker that has the run at hand takes the first one at once, which spares the way over the queue ...
  const first = proxyActivities<T>(options) as unknown as Calls<T>;
  // ... but not those that it had to hand back: another worker may do better.
  const again = proxyActivities<T>({ ...options, allowEagerDispatch: false }) as unknown as Calls<T>;
  let sent = false;
  return byName<T>((name) => (summary, args) => {
    const calls = sent ? again : first;
    sent = true;
    return named(calls, name).executeWithOptions(summary, args);
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
  activity: Callable<Args, Result>,
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
