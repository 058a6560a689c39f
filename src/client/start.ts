// Starting runs: the options that make a run findable and safe, and the rule of "same or different" (interface.md).
import {
  type Client,
  WorkflowExecutionAlreadyStartedError,
  type WorkflowExecutionDescription,
  WorkflowNotFoundError,
} from '@temporalio/client';
import { type Priority, TypedSearchAttributes } from '@temporalio/common';
import type { ResultDocument } from '../account/result';
import { fingerprint, type KeyRing, matchesFingerprint } from '../privacy/keys';
import { accountsOf, fingerprintOf, requestForAccount, singleAccount } from '../request/accounts';
import type { KnownConnections } from '../request/check';
import type { RequestDocument } from '../request/schema';
import {
  accountId,
  type Before,
  memoOfBefore,
  ONBOARD_PERSON,
  personId,
  reusePolicy,
  WORKFLOW_QUEUE,
  WORKFLOW_TASK_TIMEOUT,
} from '../temporal/names';
import { type RunAttributes, searchAttributesOf } from '../temporal/search-attributes';
import { vendorOf } from '../vendors/registry';
import { endOf } from './standing';

/** Memo field that holds the request's keyed hash. */
export const FINGERPRINT = 'musterFingerprint';

/** All that a run is started with, as plain data: a client and a workflow start runs from it. */
export interface RunPlan {
  workflowType: string;
  workflowId: string;
  request: RequestDocument;
  memo: Record<string, string>;
  attributes: RunAttributes;
  staticSummary: string;
  /** Left out: the usual one, and within another run that run's. */
  priority?: Priority;
}

/** The run of one account of a checked request. */
export function accountRunPlan(
  config: KnownConnections,
  keys: KeyRing,
  request: RequestDocument,
  connection: string,
): RunPlan {
  const settings = config.connections[connection];
  if (!settings) throw new RangeError(`there is no connection ${connection}`);
  const { vendor, title, workflowType } = vendorOf(settings.vendor);
  const { key } = request;
  return {
    workflowType,
    workflowId: accountId(connection, key),
    request: requestForAccount(request, connection),
    memo: { [FINGERPRINT]: fingerprint(keys, fingerprintOf(request, connection)) },
    attributes: { connection, vendor, key },
    staticSummary: `${title} account of ${key}`,
  };
}

/** The run of a person with several accounts. */
export function personRunPlan(keys: KeyRing, request: RequestDocument): RunPlan {
  const { key } = request;
  return {
    workflowType: ONBOARD_PERSON,
    workflowId: personId(key),
    request,
    memo: { [FINGERPRINT]: fingerprint(keys, personFingerprint(request)) },
    attributes: { key },
    staticSummary: `${key}: ${accountsOf(request)
      .map(({ connection }) => connection)
      .join(', ')}`,
  };
}

function personFingerprint(request: RequestDocument): unknown {
  return Object.fromEntries(
    accountsOf(request).map(({ connection }) => [connection, fingerprintOf(request, connection)]),
  );
}

/** The run of a checked request: its one account's, or the person's. */
export function requestPlan(config: KnownConnections, keys: KeyRing, request: RequestDocument): RunPlan {
  const single = singleAccount(request);
  return single ? accountRunPlan(config, keys, request, single.connection) : personRunPlan(keys, request);
}

/** @returns the run's id; undefined where one of the plan's id is open, or, with `before` null, remembered */
export async function startRun(client: Client, plan: RunPlan, before: Before): Promise<string | undefined> {
  try {
    const { firstExecutionRunId } = await client.workflow.start(plan.workflowType, {
      workflowId: plan.workflowId,
      taskQueue: WORKFLOW_QUEUE,
      workflowTaskTimeout: WORKFLOW_TASK_TIMEOUT,
      args: [plan.request],
      memo: { ...plan.memo, ...memoOfBefore(before) },
      typedSearchAttributes: new TypedSearchAttributes(searchAttributesOf(plan.attributes)),
      staticSummary: plan.staticSummary,
      ...(plan.priority && { priority: plan.priority }),
      workflowIdReusePolicy: reusePolicy(before),
      workflowIdConflictPolicy: 'FAIL',
    });
    return firstExecutionRunId;
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return undefined;
    throw error;
  }
}

/** What a new request for an id meets: nothing that counts (`before`: its run id; null: nothing at all), a run or an end to attach to, or a run that forbids it. */
export type Encounter =
  | { is: 'free'; before: string | null }
  | { is: 'same-running'; runId: string }
  | { is: 'same-done'; runId: string; document: ResultDocument }
  | { is: 'different-running'; runId: string };

/** Applies the rule of "same or different" to the latest run of the plan's id. */
export async function encounter(client: Client, keys: KeyRing, plan: RunPlan): Promise<Encounter> {
  return encounterWith(await runOf(client, plan.workflowId), client, keys, plan);
}

/** The same for whoever knows the latest run already. */
export async function encounterWith(
  latest: WorkflowExecutionDescription | undefined,
  client: Client,
  keys: KeyRing,
  plan: RunPlan,
): Promise<Encounter> {
  if (!latest) return { is: 'free', before: null };
  const { runId } = latest;
  const same = latest.type === plan.workflowType && isSame(keys, plan, latest.memo?.[FINGERPRINT]);
  if (latest.status.name === 'RUNNING') return { is: same ? 'same-running' : 'different-running', runId };
  if (!same || latest.status.name !== 'COMPLETED') return { is: 'free', before: runId };
  const document = await endOf(client, plan.workflowId, runId);
  if (document.status !== 'done' || !(await accountsStand(client, keys, plan)))
    return { is: 'free', before: runId };
  return { is: 'same-done', runId, document };
}

/**
 * Whether the accounts of a person whose run is done are still as it left them: a removal runs under each account's own id,
 * and another request may have changed one. An account of which Temporal has forgotten everything counts as it was.
 */
export async function accountsStand(client: Client, keys: KeyRing, plan: RunPlan): Promise<boolean> {
  if (plan.workflowType !== ONBOARD_PERSON) return true;
  const { request } = plan;
  const stand = await Promise.all(
    accountsOf(request).map(async ({ connection }) => {
      const latest = await runOf(client, accountId(connection, request.key));
      const mark = latest?.memo?.[FINGERPRINT];
      if (!latest) return true;
      return (
        typeof mark === 'string' &&
        matchesFingerprint(keys, fingerprintOf(request, connection), mark) === true
      );
    }),
  );
  return stand.every(Boolean);
}

/** The latest run of an id, or the one that is named; undefined where Temporal remembers none. */
export async function runOf(
  client: Client,
  id: string,
  runId?: string,
): Promise<WorkflowExecutionDescription | undefined> {
  try {
    return await client.workflow.getHandle(id, runId).describe();
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined;
    throw error;
  }
}

export function isSame(keys: KeyRing, plan: RunPlan, there: unknown): boolean {
  const { request } = plan;
  const [first] = accountsOf(request);
  const value =
    plan.workflowType === ONBOARD_PERSON || !first
      ? personFingerprint(request)
      : fingerprintOf(request, first.connection);
  return typeof there === 'string' && matchesFingerprint(keys, value, there) === true;
}
