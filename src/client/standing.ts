// Where a run stands: its result document if it has ended, its progress if it is parked or under way. Reads Temporal first
// and asks the run only when that says too little, so that it works without a worker where it can.
import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Client, WorkflowFailedError } from '@temporalio/client';
import { ApplicationFailure, CancelledFailure, TerminatedFailure, TimeoutFailure } from '@temporalio/common';
import { progress } from '../../workflows/account-run/messages';
import { emptyAccount, type ResultDocument, resultDocument } from '../account/result';
import { parseAccountId } from '../temporal/names';
import { musterWaitingOn } from '../temporal/search-attributes';

export type WaitingOn = 'nobody' | 'vendor' | 'operator';

export interface Standing {
  runId: string;
  ended: boolean;
  waitingOn: WaitingOn;
}

/** @throws WorkflowNotFoundError */
export async function standingOf(client: Client, workflowId: string, runId?: string): Promise<Standing> {
  const description = await client.workflow.getHandle(workflowId, runId).describe();
  const waitingOn = description.typedSearchAttributes.get(musterWaitingOn);
  return {
    runId: description.runId,
    ended: description.status.name !== 'RUNNING',
    waitingOn: waitingOn === 'vendor' || waitingOn === 'operator' ? waitingOn : 'nobody',
  };
}

/** The result document of a run that has ended, however it ended. */
export async function endOf(client: Client, workflowId: string, runId: string): Promise<ResultDocument> {
  try {
    return (await client.workflow.getHandle(workflowId, runId).result()) as ResultDocument;
  } catch (error) {
    if (!(error instanceof WorkflowFailedError)) throw error;
    return documentOfFailure(workflowId, error.cause);
  }
}

/** A run that failed carries its document; one that was cut off has none, and that is said. */
export function documentOfFailure(workflowId: string, cause: unknown): ResultDocument {
  if (cause instanceof ApplicationFailure && isDocument(cause.details?.[0])) return cause.details[0];
  // An account's run ends as cancelled only while nothing has been made.
  if (cause instanceof CancelledFailure && parseAccountId(workflowId))
    return cutOff(workflowId, 'cancelled', 'It was cancelled before anything was made.');
  const invalid = cause instanceof ApplicationFailure && cause.type === 'invalid-request';
  return cutOff(workflowId, invalid ? 'invalid-request' : 'outcome-unknown', howCut(cause));
}

function howCut(cause: unknown): string {
  if (cause instanceof ApplicationFailure) return cause.message;
  const how =
    cause instanceof TerminatedFailure
      ? 'terminated'
      : cause instanceof TimeoutFailure
        ? 'timed out'
        : 'ended from outside';
  return `The run was ${how} before it could say what exists. Start the same request again: it looks first, then goes on.`;
}

function cutOff(
  workflowId: string,
  code: 'invalid-request' | 'outcome-unknown' | 'cancelled',
  message: string,
): ResultDocument {
  const account = parseAccountId(workflowId);
  const key = account?.key ?? workflowId.slice(workflowId.indexOf('/') + 1);
  const result = emptyAccount('failed');
  result.problem = {
    step: 'verify',
    code,
    message,
    vendorStatus: null,
    since: new Date().toISOString(),
    decisions: [],
  };
  return account
    ? resultDocument(key, { [account.connection]: result })
    : { key, status: 'failed', accounts: {} };
}

function isDocument(value: unknown): value is ResultDocument {
  return typeof value === 'object' && value !== null && 'accounts' in value && 'status' in value;
}

/** The result document as it stands; asks the run's worker while it is open. */
export async function documentNow(
  client: Client,
  workflowId: string,
  runId?: string,
): Promise<ResultDocument> {
  const standing = await standingOf(client, workflowId, runId);
  if (standing.ended) return endOf(client, workflowId, standing.runId);
  return client.workflow.getHandle(workflowId, standing.runId).query(progress);
}

const FIRST_LOOK_MS = 250;
const SLOWEST_LOOK_MS = 4_000;

/**
 * Waits until the run has ended or is parked.
 * @param signal stops the waiting; the run goes on
 */
export async function untilSettled(
  client: Client,
  workflowId: string,
  runId: string,
  signal?: AbortSignal,
): Promise<ResultDocument> {
  const watching = new AbortController();
  // The SDK adds a listener for each call, and Node warns of the eleventh.
  setMaxListeners(0, watching.signal);
  const stop = () => watching.abort();
  signal?.addEventListener('abort', stop, { once: true });
  const ended = client.connection
    .withAbortSignal(watching.signal, () => endOf(client, workflowId, runId))
    .catch((error: unknown) => (watching.signal.aborted ? undefined : Promise.reject(error)));
  try {
    const settled = await Promise.race([ended, untilParked(client, workflowId, runId, watching.signal)]);
    if (settled) return settled;
    throw signal?.reason ?? new Error('the waiting was stopped');
  } finally {
    watching.abort();
    signal?.removeEventListener('abort', stop);
  }
}

/** A parked run says so by a search attribute, which is read without its worker; a person's run has to be asked. */
async function untilParked(
  client: Client,
  workflowId: string,
  runId: string,
  signal: AbortSignal,
): Promise<ResultDocument | undefined> {
  for (let wait = FIRST_LOOK_MS; !signal.aborted; wait = Math.min(wait * 2, SLOWEST_LOOK_MS)) {
    await sleep(wait, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) break;
    const standing = await standingOf(client, workflowId, runId);
    if (standing.ended) return endOf(client, workflowId, runId);
    if (standing.waitingOn !== 'operator') continue;
    const document = await client.workflow.getHandle(workflowId, runId).query(progress);
    if (document.status === 'parked') return document;
  }
  return undefined;
}
