// The runs in Temporal by which workers tell each other of rejected credentials: the hold of a connection, and the lock that
// keeps two workers from trying credentials at once.
import {
  type Client,
  WorkflowExecutionAlreadyStartedError,
  type WorkflowExecutionDescription,
  WorkflowNotFoundError,
} from '@temporalio/client';
import {
  type HoldInput,
  type HoldMemo,
  type HoldTimes,
  type Rejection,
  rejectedSignal,
  trialOverSignal,
} from '../../workflows/connection-hold/messages';
import type { ConnectionConfig } from '../config/schema';
import type { Turn } from '../http/trial';
import {
  activityQueue,
  CONNECTION_HOLD,
  CREDENTIALS_TRIAL,
  holdId,
  trialId,
  WORKFLOW_QUEUE,
} from '../temporal/names';
import { vendorOf } from '../vendors/registry';

/** The latest hold of a connection, open or not. */
export interface Hold {
  open: boolean;
  rejected: string[];
  accepted: string | null;
  /** ISO 8601 UTC. */
  since: string;
}

/** Ids of the holds that are open, as far as the list has heard. */
export async function openHolds(temporal: Client): Promise<Set<string>> {
  const ids = new Set<string>();
  const query = `WorkflowType = '${CONNECTION_HOLD}' AND ExecutionStatus = 'Running'`;
  for await (const { workflowId } of temporal.workflow.list({ query })) ids.add(workflowId);
  return ids;
}

/** Never behind the truth, unlike a list. */
export async function readHold(temporal: Client, connection: string): Promise<Hold | undefined> {
  try {
    const run = await temporal.workflow.getHandle(holdId(connection)).describe();
    const { rejected = [], accepted = null } = memoOf(run);
    const open = run.status.name === 'RUNNING';
    // A hold that was ended from outside counts as none, whatever it had come to.
    if (!open && run.status.name !== 'COMPLETED') return undefined;
    return { open, rejected, accepted, since: run.startTime.toISOString() };
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined;
    throw error;
  }
}

function memoOf({ memo }: WorkflowExecutionDescription): Partial<HoldMemo> {
  return (memo ?? {}) as Partial<HoldMemo>;
}

export interface OpenHold {
  name: string;
  connection: ConnectionConfig;
  times: HoldTimes;
  rejection: Rejection;
}

/** Opens the hold, or tells the one that is open of a further rejection. */
export async function openHold(
  temporal: Client,
  { name, connection, times, rejection }: OpenHold,
): Promise<void> {
  const { vendor, requestsPerSecond, timeoutMs } = connection;
  const { title } = vendorOf(vendor);
  const taskQueue = activityQueue(name, requestsPerSecond);
  const input: HoldInput = { connection: name, title, vendor, taskQueue, timeoutMs, times };
  const memo: HoldMemo = { rejected: [rejection.credentials], accepted: null };
  await temporal.workflow.signalWithStart(CONNECTION_HOLD, {
    workflowId: holdId(name),
    taskQueue: WORKFLOW_QUEUE,
    args: [input],
    signal: rejectedSignal,
    signalArgs: [rejection],
    memo,
    staticSummary: `hold of ${name}: credentials rejected`,
  });
}

/** @returns the turn; undefined while another worker has it */
export async function startTrial(
  temporal: Client,
  connection: string,
  longestMs: number,
): Promise<Turn | undefined> {
  try {
    const handle = await temporal.workflow.start(CREDENTIALS_TRIAL, {
      workflowId: trialId(connection),
      taskQueue: WORKFLOW_QUEUE,
      workflowExecutionTimeout: longestMs,
      workflowIdConflictPolicy: 'FAIL',
      staticSummary: `${connection}: a worker tries its credentials`,
    });
    // A turn that cannot be given back ends by its time-out.
    return { leave: () => handle.signal(trialOverSignal).catch(() => undefined) };
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return undefined;
    throw error;
  }
}
