// Runs of a person's accounts as other runs see them: planning, meeting, following them. No vendor call; all may run twice.
import { setTimeout as sleep } from 'node:timers/promises';
import { Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import { z } from 'zod';
import type { ResultDocument } from '../src/account/result';
import { JOB } from '../src/bulk/job';
import { documentNow, documentOfFailure, standingOf } from '../src/client/standing';
import { accountRunPlan, type Encounter, encounter, type RunPlan } from '../src/client/start';
import { accountsOf } from '../src/request/accounts';
import { accountId, personId, removalId } from '../src/temporal/names';
import { workerContext } from '../src/worker/context';
import { latestRun } from '../src/worker/earlier-runs';
import { checked, invalid } from './support/request';

/** One account of a person, and the run that provisions it. */
export interface PlannedAccount {
  connection: string;
  plan: RunPlan;
}

/** A bulk job, and what its runs bear in their memo. */
export interface StartedBy {
  id: string;
  mark: string;
}

/** Checks a person's request and plans the run of each of its accounts. @throws `invalid-request` */
export async function preparePerson(input: {
  request: unknown;
  workflowId: string;
  job?: StartedBy;
}): Promise<PlannedAccount[]> {
  const { config, keys } = workerContext();
  const { job } = input;
  const request = await checked(config, input.request);
  if (personId(request.key) !== input.workflowId)
    throw invalid(`The run of this person must have the workflow id ${personId(request.key)}.`);
  return accountsOf(request).map(({ connection }) => ({
    connection,
    plan: startedBy(accountRunPlan(config, keys, request, connection), job),
  }));
}

function startedBy(plan: RunPlan, job: StartedBy | undefined): RunPlan {
  if (!job) return plan;
  return {
    ...plan,
    memo: { ...plan.memo, [JOB]: job.mark },
    attributes: { ...plan.attributes, job: job.id },
  };
}

const removal = z.strictObject({
  key: z.string().min(1),
  connections: z.array(z.string()).min(1).optional(),
  keepAdopted: z.boolean().optional(),
  reason: z.string().min(1).optional(),
});

function checkedRemoval(input: unknown): z.output<typeof removal> {
  const read = removal.safeParse(input);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  throw invalid(
    `${issue?.path.join('.') || 'the removal'}: ${issue?.message}; expected {"key", "connections"}`,
  );
}

/** One account to remove, and the run that does it. */
export interface PlannedRemoval extends PlannedAccount {
  /** Run id of an open run, which is told to undo instead. */
  openRun?: string;
  latestRun: string;
}

/**
 * Plans the removal of a person's accounts from what the latest run of each was started with.
 * @throws `invalid-request` when nothing is known of one
 */
export async function planRemovals(input: {
  removal: unknown;
  workflowId: string;
}): Promise<PlannedRemoval[]> {
  const { config, keys, temporal } = workerContext();
  const { workflowId } = input;
  const { key, connections } = checkedRemoval(input.removal);
  if (removalId(key) !== workflowId)
    throw invalid(`The removal of ${key} must have the workflow id ${removalId(key)}.`);
  const planned: PlannedRemoval[] = [];
  for (const connection of connections ?? Object.keys(config.connections)) {
    const latest = config.connections[connection] && (await latestRun(temporal, accountId(connection, key)));
    if (latest) {
      const plan = accountRunPlan(config, keys, latest.request, connection);
      // Its fingerprint must not count as the same request's: what was removed can be asked for again.
      planned.push({
        connection,
        plan: { ...plan, memo: {} },
        latestRun: latest.runId,
        ...(latest.open && { openRun: latest.runId }),
      });
    } else if (connections)
      throw invalid(
        `connections: nothing is known of ${key} at ${connection}; its runs are gone, or there never was one.`,
      );
  }
  if (planned.length === 0) throw invalid(`key: nothing is known of ${key} at any connection.`);
  return planned;
}

/** Whether an account's run may be started, or there is one to attach to (interface.md, "Same or different"). */
export async function meetRun({ plan }: { plan: RunPlan }): Promise<Encounter> {
  const { temporal, keys } = workerContext();
  return encounter(temporal, keys, plan);
}

export interface Followed {
  ended: boolean;
  document: ResultDocument;
}

/** Waits until a run parks, goes on after it was `known` to be parked, or ends. */
export async function followRun(input: {
  workflowId: string;
  runId: string;
  known: 'running' | 'parked';
}): Promise<Followed> {
  const { workflowId, runId, known } = input;
  const { temporal } = workerContext();
  const { cancellationSignal } = Context.current();
  for (;;) {
    const { ended, waitingOn } = await standingOf(temporal, workflowId, runId);
    if (ended || (waitingOn === 'operator') !== (known === 'parked'))
      return { ended, document: await documentNow(temporal, workflowId, runId) };
    await sleep(FOLLOW_EVERY_MS, undefined, { signal: cancellationSignal });
  }
}

const FOLLOW_EVERY_MS = 1_000;

/** Reads the document out of a child's failure, or says that it was cut off. */
export async function readFailure(input: {
  workflowId: string;
  failure: { document?: ResultDocument; type?: string; message: string };
}): Promise<ResultDocument> {
  const { workflowId, failure } = input;
  if (failure.document) return failure.document;
  const cause = failure.type ? ApplicationFailure.nonRetryable(failure.message, failure.type) : undefined;
  return documentOfFailure(workflowId, cause);
}
