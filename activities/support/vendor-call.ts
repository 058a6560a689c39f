// How an activity makes its vendor call. A safe call throws what is not done, so that Temporal repeats it; a send returns
// its outcome, whatever it is, since nobody but the run's protocol may decide what comes after it.
import { Context } from '@temporalio/activity';
import { ApplicationFailure, ApplicationFailureCategory } from '@temporalio/common';
import type { Look, Seen, SendInput } from '../../src/account/plan';
import type { Call } from '../../src/http/call';
import { FENCE_MS } from '../../src/http/fence';
import type { NotDone, Outcome } from '../../src/http/outcome';
import type { SendOptions, Transport } from '../../src/http/transport';
import { workerContext } from '../../src/worker/context';

/** Makes a call that may be repeated. @throws ApplicationFailure with the outcome as its details. */
export async function safely<T>(transport: Transport, call: Call<T>, options: SendOptions = {}): Promise<T> {
  const outcome = await transport.send(call, { signal: Context.current().cancellationSignal, ...options });
  if (outcome.kind === 'done') return outcome.value;
  throw failureOf(outcome);
}

/** A safe call that is a look: stamped with the run that made it. */
export async function look<T>(transport: Transport, call: Call<T>): Promise<Seen<T>> {
  const stamp = stampLook();
  return { look: stamp, value: await safely(transport, call) };
}

export function stampLook(): Look {
  const { workflowExecution } = Context.current().info;
  return { runId: workflowExecution?.runId ?? '', at: new Date().toISOString() };
}

/**
 * Sends what must not be sent twice, behind its fences: the look on which it relies must be this run's own, the
 * activity must be young when the first byte leaves, and the connection is a fresh one.
 * @param input.ground the look, and the reading of earlier runs, on which the send relies
 */
export async function sendOnce<T>(
  input: SendInput,
  transport: Transport,
  call: Call<T>,
  options: Pick<SendOptions, 'paced'> = {},
): Promise<Outcome<T>> {
  const began = performance.now();
  const stale = staleGround(input) ?? (await overtaken());
  if (stale) return stale;
  return transport.send(call, {
    signal: Context.current().cancellationSignal,
    guard() {
      const age = performance.now() - began;
      return age > FENCE_MS ? `held back: its activity is ${Math.round(age)} ms old` : undefined;
    },
    ...options,
  });
}

/** An operator may have reset the run to between its look and its send: then the look is another run's. */
export function staleGround({ ground }: Pick<SendInput, 'ground'>): Outcome<never> | undefined {
  const runId = Context.current().info.workflowExecution?.runId;
  if (ground.runId === runId && ground.earlierReadBy === runId) return undefined;
  return { kind: 'unsent', stale: 'run', message: 'the run was reset since it looked' };
}

/**
 * A process may stand still after it was handed an activity and before the activity's own clock starts. One that was
 * scheduled long ago (a rate-limited queue does that too) therefore asks whether it is still wanted.
 */
async function overtaken(): Promise<Outcome<never> | undefined> {
  const { currentAttemptScheduledTimestampMs, activityId, workflowExecution } = Context.current().info;
  if (Date.now() - currentAttemptScheduledTimestampMs <= FENCE_MS || !workflowExecution) return undefined;
  const { workflowId, runId } = workflowExecution;
  const { raw } = await workerContext().temporal.workflow.getHandle(workflowId, runId).describe();
  if (raw.pendingActivities?.some((pending) => pending.activityId === activityId)) return undefined;
  return { kind: 'unsent', stale: 'age', message: 'held back: its activity has been given up already' };
}

function failureOf(outcome: NotDone): ApplicationFailure {
  const { kind, message } = outcome;
  const again = kind === 'unsent' || kind === 'unknown';
  const wait = again ? outcome.retryAfterMs : undefined;
  return ApplicationFailure.create({
    type: kind,
    message,
    nonRetryable: !again,
    details: [outcome],
    // A vendor that says "later" is obeyed by the run, which can wait longer than an activity's retries should.
    ...(wait !== undefined && wait > 5_000
      ? { nonRetryable: true }
      : wait !== undefined && { nextRetryDelay: wait }),
    ...(outcome.vendorStatus === 429 && { category: ApplicationFailureCategory.BENIGN }),
  });
}
