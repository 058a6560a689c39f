// Reads what the earlier runs of an account left: their results, and, where a run was ended without one (terminated, timed
// out, reset), how far its sends had come by its history.
import { setTimeout as sleep } from 'node:timers/promises';
import { type Client, type WorkflowExecutionInfo, WorkflowNotFoundError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import {
  decodeArrayFromPayloads,
  decodeOptionalFailureToOptionalError,
} from '@temporalio/common/lib/internal-non-workflow';
import type { temporal } from '@temporalio/proto';
import type { EarlierSend, Inheritance } from '../account/plan';
import type { AccountResult, ResultDocument } from '../account/result';
import { runOf } from '../client/start';
import type { Outcome } from '../http/outcome';
import type { RequestDocument } from '../request/schema';
import type { Before } from '../temporal/names';

type HistoryEvent = temporal.api.history.v1.IHistoryEvent;
type Converter = Client['options']['loadedDataConverter'];
type KnownRun = Pick<WorkflowExecutionInfo, 'workflowId' | 'runId' | 'startTime'>;

/** More than this and an account's past counts as unreadable: everything is settled in full. */
const MOST_RUNS = 20;
const LOOK_EVERY_MS = 20;

/**
 * @param input.runId the run that asks; visibility may lag, so runs are listed until this one shows
 * @param input.before a run that is known to be before it: one that ended a moment ago may show later than it
 * @throws when the run does not show in time: the activity is then tried again
 */
export async function readRunsBefore(
  client: Client,
  { workflowId, runId, before }: { workflowId: string; runId: string; before?: Before },
): Promise<Inheritance> {
  const runs = await listRuns(client, workflowId, runId);
  if (before && !runs.some((run) => run.runId === before)) {
    // One that is known to have been, and is forgotten, counts as unreadable and not as none.
    const forgotten = { workflowId, runId: before, startTime: new Date(0) };
    runs.push((await runOf(client, workflowId, before)) ?? forgotten);
  }
  return readRuns(client, runId, newestFirst(runs.filter((run) => run.runId !== runId)));
}

const newestFirst = (runs: readonly KnownRun[]) =>
  [...runs].sort((a, b) => b.startTime.getTime() - a.startTime.getTime());

/** The same for whoever is no run of that id: what a new run would find. */
export async function readRunsOf(client: Client, workflowId: string): Promise<Inheritance> {
  const latest = await runOf(client, workflowId);
  const runs = latest ? await listRuns(client, workflowId, latest.runId) : [];
  return readRuns(client, '', newestFirst(runs));
}

/** What a run finds that is the first of its id. */
export function nothingBefore(runId: string): Inheritance {
  return {
    ids: {},
    made: {},
    runId,
    from: null,
    readable: true,
    steps: {},
    userId: null,
    provenance: null,
  };
}

async function readRuns(client: Client, runId: string, earlier: KnownRun[]): Promise<Inheritance> {
  const nothing = nothingBefore(runId);
  const [latest] = earlier;
  if (!latest) return nothing;
  let inheritance: Inheritance = { ...nothing, from: latest.runId, readable: earlier.length <= MOST_RUNS };
  for (const run of earlier.slice(0, MOST_RUNS)) {
    const told = await readRun(client, run);
    inheritance = merge(inheritance, told);
    if (told.final) break;
  }
  return inheritance;
}

async function listRuns(client: Client, workflowId: string, runId: string): Promise<KnownRun[]> {
  for (let wait = LOOK_EVERY_MS; wait < 5_000; wait *= 2) {
    const runs: KnownRun[] = [];
    for await (const run of client.workflow.list({ query: `WorkflowId = '${workflowId}'` })) runs.push(run);
    if (runs.some((run) => run.runId === runId)) return runs;
    await sleep(wait);
  }
  throw new Error(`run ${runId} of ${workflowId} does not show in Temporal's list yet`);
}

interface Told {
  readable: boolean;
  steps: Record<string, EarlierSend>;
  result?: AccountResult;
  /** Ended with a result of its own, which knows all that came before it. */
  final: boolean;
}

async function readRun(client: Client, run: KnownRun): Promise<Told> {
  try {
    const { events } = await client.workflow.getHandle(run.workflowId, run.runId).fetchHistory();
    const { loadedDataConverter } = client.options;
    return await readHistory(loadedDataConverter, events ?? []);
  } catch {
    // Gone after retention, or encrypted with a key that is no longer there.
    return { readable: false, steps: {}, final: false };
  }
}

/** Writes down that a send is about to leave: input as of a send, and no word about how that one ends. */
const INTENT = 'intendInLedger';

/** Reads sends and result out of a run's history. Exported for its test. */
export async function readHistory(converter: Converter, events: readonly HistoryEvent[]): Promise<Told> {
  const steps: Record<string, EarlierSend> = {};
  const sends = new Map<string, { step: string; before: EarlierSend | undefined; intent: boolean }>();
  for (const event of events) {
    const scheduled = event.activityTaskScheduledEventAttributes;
    if (scheduled) {
      const [input] = await decodeArrayFromPayloads(converter, scheduled.input?.payloads);
      if (!isSend(input)) continue;
      const { step } = input;
      const intent = scheduled.activityType?.name === INTENT;
      sends.set(String(event.eventId), { step, before: steps[step], intent });
      steps[step] = { sent: 'open' };
      continue;
    }
    const completed = event.activityTaskCompletedEventAttributes;
    const send = completed ? sends.get(String(completed.scheduledEventId)) : undefined;
    if (!completed || !send) continue;
    const [result] = await decodeArrayFromPayloads(converter, completed.result?.payloads);
    const outcome = result as Outcome<unknown>;
    // Held back after a reset: the run before it may have sent, and this one proves nothing about that.
    if (outcome.kind === 'unsent' && outcome.stale === 'run') {
      if (send.before) steps[send.step] = send.before;
      else delete steps[send.step];
    } else if (!send.intent) steps[send.step] = sendOf(outcome);
  }
  const last = events[events.length - 1];
  const document = last && (await documentOf(converter, last));
  const result = document && Object.values(document.accounts)[0];
  // What was undone is as if it had never been.
  if (result?.status === 'compensated') return { readable: true, steps: {}, final: true };
  return { readable: true, steps, final: result !== undefined, ...(result && { result }) };
}

/** Activities that send are known by their input: a step, and the ground on which it is sent. */
function isSend(input: unknown): input is { step: string } {
  return typeof input === 'object' && input !== null && 'ground' in input && 'step' in input;
}

function sendOf(outcome: Outcome<unknown>): EarlierSend {
  if (outcome.kind === 'unknown') return { sent: 'open' };
  if (outcome.kind !== 'done') return { sent: 'none' };
  return typeof outcome.value === 'string' ? { sent: 'done', id: outcome.value } : { sent: 'done' };
}

async function documentOf(converter: Converter, last: HistoryEvent): Promise<ResultDocument | undefined> {
  const completed = last.workflowExecutionCompletedEventAttributes;
  if (completed) {
    const [document] = await decodeArrayFromPayloads(converter, completed.result?.payloads);
    return isDocument(document) ? document : undefined;
  }
  const failed = last.workflowExecutionFailedEventAttributes;
  const error = failed && (await decodeOptionalFailureToOptionalError(converter, failed.failure));
  const details = error instanceof ApplicationFailure ? error.details?.[0] : undefined;
  return isDocument(details) ? details : undefined;
}

function isDocument(value: unknown): value is ResultDocument {
  return typeof value === 'object' && value !== null && 'accounts' in value;
}

function merge(known: Inheritance, told: Told): Inheritance {
  const { userId = null, provenance = null, ids = {}, made = {} } = told.result ?? {};
  return {
    ...known,
    readable: known.readable && told.readable,
    // What a later run did counts before what an earlier one did.
    steps: { ...told.steps, ...known.steps },
    ids: { ...ids, ...known.ids },
    made: { ...made, ...known.made },
    userId: known.userId ?? userId,
    provenance: known.userId === null ? provenance : known.provenance,
  };
}

/** The latest run of an account, and the request that it was started with; undefined where none is remembered. */
export async function latestRun(
  client: Client,
  workflowId: string,
): Promise<{ runId: string; open: boolean; request: RequestDocument } | undefined> {
  try {
    const { runId, status } = await client.workflow.getHandle(workflowId).describe();
    const { events } = await client.workflow.getHandle(workflowId, runId).fetchHistory();
    const input = events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads;
    const [request] = await decodeArrayFromPayloads(client.options.loadedDataConverter, input);
    return { runId, open: status.name === 'RUNNING', request: request as RequestDocument };
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined;
    throw error;
  }
}
