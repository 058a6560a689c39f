// Lists runs by Muster's search attributes, without asking the runs themselves.
import type { Client } from '@temporalio/client';
import { COMPENSATED, type Debt, type Status } from '../account/result';
import { SECRET_ESCROW } from '../temporal/names';
import {
  musterConnection,
  musterKey,
  musterReason,
  musterSince,
  musterStage,
  musterWaitingOn,
} from '../temporal/search-attributes';
import { documentNow } from './standing';

export interface ListFilter {
  parked?: boolean;
  connection?: string;
  job?: string;
  key?: string;
  /** At most so many, newest first. Default 1000. */
  limit?: number;
}

export interface ListedRun {
  id: string;
  connection: string;
  key: string;
  /** `failed` also where it was cut off from outside. */
  status: Status;
  stage: string | null;
  waitingOn: string;
  reason: string | null;
  /** ISO 8601 UTC: since when it waits, or when it started. */
  since: string;
}

/** Account runs; a person's run shows by its accounts. */
export async function listRuns(client: Client, filter: ListFilter = {}): Promise<ListedRun[]> {
  const runs: ListedRun[] = [];
  for await (const run of client.workflow.list({ query: queryOf(filter) })) {
    const attributes = run.typedSearchAttributes;
    const open = run.status.name === 'RUNNING';
    const waitingOn = attributes.get(musterWaitingOn) ?? 'nobody';
    const stage = attributes.get(musterStage) ?? null;
    runs.push({
      id: run.workflowId,
      connection: attributes.get(musterConnection) ?? '',
      key: attributes.get(musterKey) ?? '',
      status: open ? (waitingOn === 'operator' ? 'parked' : 'running') : endStatus(run.status.name, stage),
      stage: open ? stage : null,
      waitingOn: open ? waitingOn : 'nobody',
      reason: attributes.get(musterReason) ?? null,
      since: (attributes.get(musterSince) ?? run.startTime).toISOString(),
    });
    if (runs.length >= (filter.limit ?? 1000)) break;
  }
  return runs;
}

/** A compensated run says so by its stage; Temporal calls it completed. */
function endStatus(name: string, stage: string | null): Status {
  if (name !== 'COMPLETED') return 'failed';
  return stage === COMPENSATED ? COMPENSATED : 'done';
}

function queryOf({ parked, connection, job, key }: ListFilter): string {
  return [
    // A held connection has a run too, and no key.
    'MusterConnection IS NOT NULL',
    'MusterKey IS NOT NULL',
    // Passwords have runs of their own.
    `WorkflowType != '${SECRET_ESCROW}'`,
    ...(parked ? [`MusterWaitingOn = 'operator'`, `ExecutionStatus = 'Running'`] : []),
    ...(connection ? [`MusterConnection = ${quoted(connection)}`] : []),
    ...(job ? [`MusterJob = ${quoted(job)}`] : []),
    ...(key ? [`MusterKey = ${quoted(key)}`] : []),
  ].join(' AND ');
}

function quoted(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}

export interface ListedDebt extends Debt {
  id: string;
  connection: string;
  key: string;
  userId: string | null;
}

/** Asks each run that has debts; they wait for a person, so there are few. */
export async function listDebts(client: Client): Promise<ListedDebt[]> {
  const debts: ListedDebt[] = [];
  const query = `MusterConnection IS NOT NULL AND MusterDebts > 0 AND ExecutionStatus = 'Running'`;
  for await (const run of client.workflow.list({ query })) {
    const { key, accounts } = await documentNow(client, run.workflowId, run.runId);
    for (const [connection, { userId, debts: owed }] of Object.entries(accounts))
      for (const debt of owed) debts.push({ id: run.workflowId, connection, key, userId, ...debt });
  }
  return debts;
}
