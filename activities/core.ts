// Muster's own activities: they prepare and prove, and make no vendor call. All may run twice.
import { setTimeout as sleep } from 'node:timers/promises';
import { Context } from '@temporalio/activity';
import { WorkflowNotFoundError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { z } from 'zod';
import type { AccountPlan, Inheritance, Ledger, LedgerEntry, Seen, SendInput } from '../src/account/plan';
import type { Decision, Made, ResultDocument } from '../src/account/result';
import { documentNow, documentOfFailure, standingOf } from '../src/client/standing';
import { accountRunPlan, type Encounter, encounter, type RunPlan } from '../src/client/start';
import type { Outcome } from '../src/http/outcome';
import { accountsOf, personOf, singleAccount } from '../src/request/accounts';
import { amend, identityOf } from '../src/request/amend';
import { checkedRequest, RequestError } from '../src/request/check';
import { resolveAccount } from '../src/request/defaults';
import type { RequestDocument } from '../src/request/schema';
import {
  ACCOUNT_LEDGER,
  accountId,
  activityQueue,
  ledgerId,
  personId,
  removalId,
  WORKFLOW_QUEUE,
} from '../src/temporal/names';
import { vendorOf } from '../src/vendors/registry';
import { workerContext } from '../src/worker/context';
import { latestRun, readRunsBefore } from '../src/worker/earlier-runs';
import { ledgerQuery, recordSignal } from '../workflows/account-run/messages';
import { staleGround, stampLook } from './support/vendor-call';

/** Checks an account run's request and fills in defaults and the connection's rules. @throws `invalid-request` */
export async function prepareAccountRun(input: {
  request: unknown;
  workflowId: string;
}): Promise<AccountPlan> {
  const { config } = workerContext();
  const request = invalidRequest(() => checkedRequest(config, input.request));
  const single = singleAccount(request);
  if (!single) throw invalid('accounts: an account run takes one account; start onboardPerson for several');
  const { connection } = single;
  const { key, onFailure = 'park' } = request;
  if (accountId(connection, key) !== input.workflowId)
    throw invalid(
      `The run of this account must have the workflow id ${accountId(connection, key)}: it is the account's lock.`,
    );
  const settings = config.connections[connection];
  if (!settings) throw invalid(`accounts.${connection}: is not a connection of this worker`);
  const { existing, settle, waitForMs, timeoutMs, sendMail, undo, requestsPerSecond, environment } = settings;
  const { vendor, title } = vendorOf(settings.vendor);
  return {
    connection,
    vendor,
    title,
    environment: environment ?? null,
    key,
    person: personOf(request),
    account: resolveAccount(config, request, connection),
    onFailure,
    policy: {
      existing,
      settleMs: settle.forMs,
      whenAbsent: settle.then,
      waitForMs,
      timeoutMs,
      sendMail,
      undo,
    },
    taskQueue: activityQueue(connection, requestsPerSecond),
  };
}

/** Reads how far the account's earlier runs had come (design.md, "A run was terminated with a create in the air"). */
export async function readEarlierRuns(input: { workflowId: string; runId: string }): Promise<Inheritance> {
  return readRunsBefore(workerContext().temporal, input);
}

/**
 * Sets fields of a run's request (`account.classroomId`, `person.phone`; null takes a field away) and checks the whole
 * anew. What an account is known by can't change once something was made of it.
 * @throws `invalid-decision` with the sentence
 */
export async function amendRequest(input: {
  request: RequestDocument;
  workflowId: string;
  set: Record<string, unknown>;
  made: Record<string, Made>;
}): Promise<{ request: RequestDocument; plan: AccountPlan }> {
  const { request, workflowId, set, made } = input;
  const { vendor } = workerContext().config.connections[singleAccount(request)?.connection ?? ''] ?? {};
  const identity = vendor ? identityOf(vendor) : [];
  const amended = amend(request, set, Object.keys(made).length > 0 ? identity : []);
  try {
    return { request: amended, plan: await prepareAccountRun({ request: amended, workflowId }) };
  } catch (error) {
    if (!(error instanceof ApplicationFailure)) throw error;
    throw ApplicationFailure.nonRetryable(error.message, 'invalid-decision');
  }
}

/** One account of a person, and the run that provisions it. */
export interface PlannedAccount {
  connection: string;
  plan: RunPlan;
}

/** Checks a person's request and plans the run of each of its accounts. @throws `invalid-request` */
export async function preparePerson(input: {
  request: unknown;
  workflowId: string;
}): Promise<PlannedAccount[]> {
  const { config, keys } = workerContext();
  const request = invalidRequest(() => checkedRequest(config, input.request));
  if (personId(request.key) !== input.workflowId)
    throw invalid(`The run of this person must have the workflow id ${personId(request.key)}.`);
  return accountsOf(request).map(({ connection }) => ({
    connection,
    plan: accountRunPlan(config, keys, request, connection),
  }));
}

/** One account to remove, and the run that does it. */
export interface PlannedRemoval extends PlannedAccount {
  /** Run id of an open run, which is told to undo instead. */
  openRun?: string;
}

/**
 * Plans the removal of a person's accounts from what the latest run of each was started with.
 * @throws `invalid-request` when nothing is known of one
 */
export async function planRemovals(input: {
  key: string;
  workflowId: string;
  connections?: string[];
}): Promise<PlannedRemoval[]> {
  const { config, keys, temporal } = workerContext();
  const { key, workflowId, connections } = input;
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

const decisionInput = z.strictObject({
  reason: z.string().trim().min(1).max(1000),
  step: z.string().min(1).optional(),
  userId: z.union([z.string().min(1).max(200), z.int().transform(String)]).optional(),
  exists: z.literal(true).optional(),
  notCreated: z.literal(true).optional(),
  set: z.record(z.string(), z.unknown()).optional(),
});

/** Checks what was typed with a decision. @throws `invalid-decision` with the sentence */
export async function checkDecision({ decision, input }: { decision: Decision; input: unknown }): Promise<{
  reason: string;
  step?: string;
  userId?: string;
  exists?: boolean;
  notCreated?: boolean;
  set?: Record<string, unknown>;
}> {
  const read = decisionInput.safeParse(input);
  if (!read.success) {
    const [issue] = read.error.issues;
    const where = issue?.path.join('.') || 'input';
    const hint = where === 'reason' ? 'say why, in a few words' : issue?.message;
    throw ApplicationFailure.nonRetryable(`${where}: ${hint}`, 'invalid-decision');
  }
  const { userId, exists, notCreated, step, reason, set } = read.data;
  const said = [userId, exists, notCreated].filter((word) => word !== undefined).length;
  if (decision === 'resolve' && said !== 1)
    throw ApplicationFailure.nonRetryable(
      'resolve: say exactly one of userId, exists and notCreated',
      'invalid-decision',
    );
  if (decision !== 'resolve' && said > 0)
    throw ApplicationFailure.nonRetryable(
      `${decision}: takes no userId, exists or notCreated; that is resolve`,
      'invalid-decision',
    );
  if ((decision === 'amend') !== (set !== undefined && Object.keys(set).length > 0))
    throw ApplicationFailure.nonRetryable(
      'set: amend, and only amend, takes the fields to set, e.g. {"account.classroomId": 12}',
      'invalid-decision',
    );
  return {
    reason,
    ...(set && { set }),
    ...(step && { step }),
    ...(userId && { userId }),
    ...(exists && { exists }),
    ...(notCreated && { notCreated }),
  };
}

interface LedgerOf {
  connection: string;
  key: string;
}

export async function readLedger({ connection, key }: LedgerOf): Promise<Seen<Ledger>> {
  const look = stampLook();
  try {
    const handle = workerContext().temporal.workflow.getHandle(ledgerId(connection, key));
    return { look, value: await handle.query(ledgerQuery) };
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return { look, value: {} };
    throw error;
  }
}

export async function writeLedger(
  input: LedgerOf & { step: string; entry: Omit<LedgerEntry, 'at' | 'runId'> },
): Promise<void> {
  const { connection, key, step, entry } = input;
  const { runId, at } = stampLook();
  await workerContext().temporal.workflow.signalWithStart(ACCOUNT_LEDGER, {
    workflowId: ledgerId(connection, key),
    taskQueue: WORKFLOW_QUEUE,
    signal: recordSignal,
    signalArgs: [step, { ...entry, runId, at }],
    staticSummary: `ledger of ${accountId(connection, key)}`,
  });
}

/** Writes down that a send is about to leave, unless the run was reset since it looked. */
export async function intendInLedger(
  input: LedgerOf & Pick<SendInput, 'step' | 'ground'>,
): Promise<Outcome<'written'>> {
  const stale = staleGround(input);
  if (stale) return stale;
  await writeLedger({ ...input, entry: { state: 'sending' } });
  return { kind: 'done', value: 'written' };
}

function invalidRequest<T>(check: () => T): T {
  try {
    return check();
  } catch (error) {
    if (error instanceof RequestError) throw invalid(error.message);
    throw error;
  }
}

function invalid(message: string): ApplicationFailure {
  Context.current().log.warn('request refused');
  return ApplicationFailure.nonRetryable(message, 'invalid-request');
}
