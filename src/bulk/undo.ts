// What a job made, row by row, and taking it back: only accounts whose latest run is the job's own, and only what that run made.
import type { Client } from '@temporalio/client';
import { TypedSearchAttributes } from '@temporalio/common';
import type { Removal } from '../../workflows/remove-accounts';
import { endOf } from '../client/standing';
import { runOf } from '../client/start';
import { accountsOf } from '../request/accounts';
import type { RequestDocument } from '../request/schema';
import { accountId, REMOVE_ACCOUNTS, removalId, WORKFLOW_QUEUE } from '../temporal/names';
import { searchAttributesOf } from '../temporal/search-attributes';
import { JOB, type UndoOrder } from './job';
import type { Begun } from './leg';
import type { RosterRow } from './roster';

/** What an undo would do to a row's accounts. */
export interface RowUndo {
  key: string;
  /** Connections at which something is taken back. */
  undone: string[];
  kept: { connection: string; why: string }[];
}

/** Reads only. */
export async function undoOf(client: Client, mark: string, request: RequestDocument): Promise<RowUndo> {
  const { key } = request;
  const verdicts = await Promise.all(
    accountsOf(request).map(async ({ connection }) => ({
      connection,
      why: await whyKept(client, mark, connection, key),
    })),
  );
  return {
    key,
    undone: verdicts.flatMap(({ connection, why }) => (why === undefined ? [connection] : [])),
    kept: verdicts.flatMap(({ connection, why }) => (why === undefined ? [] : [{ connection, why }])),
  };
}

/** @returns undefined where there is something to take back */
async function whyKept(
  client: Client,
  mark: string,
  connection: string,
  key: string,
): Promise<string | undefined> {
  const workflowId = accountId(connection, key);
  const latest = await runOf(client, workflowId);
  if (!latest) return 'no run of it is remembered';
  if (latest.memo?.[JOB] !== mark) return 'its latest run is not of this job';
  if (latest.status.name === 'RUNNING') return undefined;
  const document = await endOf(client, workflowId, latest.runId);
  const account = document.accounts[connection];
  if (account?.status === 'compensated') return 'it has been undone already';
  if (Object.keys(account?.made ?? {}).length > 0) return undefined;
  return account?.provenance === 'adopted'
    ? 'it was there before, and nothing of it was changed'
    : 'nothing was made';
}

/** Starts the removal of what a row made, or meets the one there is. */
export async function beginUndo(
  client: Client,
  { mark, reason }: UndoOrder,
  job: string,
  row: RosterRow,
): Promise<Begun> {
  const { key, undone } = await undoOf(client, mark, row.request);
  if (undone.length === 0) return { is: 'not-started' };
  const workflowId = removalId(key);
  const removal: Removal = { key, connections: undone, keepAdopted: true, reason };
  const { firstExecutionRunId } = await client.workflow.start(REMOVE_ACCOUNTS, {
    workflowId,
    taskQueue: WORKFLOW_QUEUE,
    args: [removal],
    typedSearchAttributes: new TypedSearchAttributes(searchAttributesOf({ key, job })),
    staticSummary: `removal of ${key}`,
    workflowIdConflictPolicy: 'USE_EXISTING',
  });
  return { is: 'underway', run: { workflowId, runId: firstExecutionRunId } };
}
