// A row's run as its job sees it: started by the rule of "same or different", followed to its end, found parked.
import type { Client } from '@temporalio/client';
import type { Status } from '../account/result';
import { endOf } from '../client/standing';
import { encounterWith, type RunPlan, requestPlan, runOf, startRun } from '../client/start';
import type { KeyRing } from '../privacy/keys';
import type { KnownConnections } from '../request/check';
import { patientCall } from '../temporal/long-wait';
import { JOB, type Underway } from './job';
import type { Begun } from './leg';
import type { RowStatus } from './outcome';
import type { RosterRow } from './roster';

/** What rows are started with. */
export interface Beginning {
  client: Client;
  keys: KeyRing;
  config: KnownConnections;
  job: { id: string; firstRunId: string };
  /** Keys of rows that are left out. */
  skip: ReadonlySet<string>;
}

/** Behind single requests (3, Temporal's usual), which must not wait for a job. */
const BULK_PRIORITY = 4;
/** Temporal takes no longer ones. */
const LONGEST_FAIRNESS_KEY = 64;

/** The run of a row: low priority, and its job's share where several are under way. */
export function rowPlan({ keys, config, job }: Omit<Beginning, 'client' | 'skip'>, row: RosterRow): RunPlan {
  const plan = requestPlan(config, keys, row.request);
  return {
    ...plan,
    memo: { ...plan.memo, [JOB]: jobMark(job) },
    attributes: { ...plan.attributes, job: job.id },
    priority: { priorityKey: BULK_PRIORITY, fairnessKey: job.id.slice(0, LONGEST_FAIRNESS_KEY) },
  };
}

/** Tells a job's own runs from those of an earlier job with the same id. */
export function jobMark({ id, firstRunId }: Beginning['job']): string {
  return `${id}/${firstRunId}`;
}

/** Starts a row's run, or finds the one there is. A run that this job started before counts, whatever became of it. */
export async function beginRow(beginning: Beginning, row: RosterRow): Promise<Begun> {
  const { client, keys, job, skip } = beginning;
  if (skip.has(row.request.key)) return { is: 'not-started' };
  const plan = rowPlan(beginning, row);
  const { workflowId } = plan;
  const runId = await startRun(client, plan, null);
  if (runId) return underway(workflowId, runId);
  for (;;) {
    const latest = await runOf(client, workflowId);
    if (latest?.memo?.[JOB] === jobMark(job)) return underway(workflowId, latest.runId);
    const met = await encounterWith(latest, client, keys, plan);
    if (met.is === 'same-done') return { is: 'succeeded' };
    if (met.is === 'same-running') return underway(workflowId, met.runId);
    if (met.is === 'different-running') return { is: 'not-started' };
    const again = await startRun(client, plan, met.before);
    if (again) return underway(workflowId, again);
  }
}

function underway(workflowId: string, runId: string): Begun {
  return { is: 'underway', run: { workflowId, runId } };
}

/** Waits for a run's end. @throws when the signal stops the waiting */
export async function rowEnd(
  client: Client,
  run: Underway,
  wanted: 'done' | 'undone',
  signal: AbortSignal,
): Promise<RowStatus> {
  const { status } = await patientCall(client, signal, () => endOf(client, run.workflowId, run.runId));
  const good = wanted === 'undone' ? UNDONE : DONE;
  return good.includes(status) ? 'succeeded' : 'failed';
}

const DONE: readonly Status[] = ['done'];
/** A removal of what had been undone already ends as done. */
const UNDONE: readonly Status[] = ['compensated', 'done'];

/** A query takes so many ids. */
const IDS_A_QUERY = 100;

/** Which of the runs wait for an operator. */
export async function parkedAmong(client: Client, runs: readonly Underway[]): Promise<ReadonlySet<string>> {
  const parked = new Set<string>();
  for (let from = 0; from < runs.length; from += IDS_A_QUERY) {
    const ids = runs.slice(from, from + IDS_A_QUERY).map(({ workflowId }) => `'${workflowId}'`);
    const query = `MusterWaitingOn = 'operator' AND ExecutionStatus = 'Running' AND WorkflowId IN (${ids.join(', ')})`;
    for await (const { workflowId } of client.workflow.list({ query })) parked.add(workflowId);
  }
  return parked;
}
