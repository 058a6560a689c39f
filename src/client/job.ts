// Bulk jobs for backend services and the command line: starting one, and a handle on it.
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { resolve as resolvePath } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Client,
  WorkflowExecutionAlreadyStartedError,
  type WorkflowExecutionDescription,
  WorkflowFailedError,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
} from '@temporalio/client';
import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import { decodeArrayFromPayloads } from '@temporalio/common/lib/internal-non-workflow';
import { type JobDecision, jobProgress, pause, resume } from '../../workflows/bulk-onboarding/messages';
import type { JobInput, JobProgress, JobState, JobSummary } from '../bulk/job';
import { rowsOf } from '../bulk/roster';
import { jobMark } from '../bulk/rows';
import { type RowUndo, undoOf } from '../bulk/undo';
import type { ClientConfig } from '../config/schema';
import type { KeyRing } from '../privacy/keys';
import { BULK_ONBOARDING, BULK_UNDO, jobId, undoJobId, WORKFLOW_QUEUE } from '../temporal/names';
import { DecisionRefusedError, JobInputError, UnknownRunError } from './errors';
import { type ResultsOptions, type WrittenResults, writeResults } from './job-results';

export interface JobOptions extends Omit<JobInput, 'source'> {
  /** The job's id: `[A-Za-z0-9][A-Za-z0-9._-]{0,59}`. By default made of the source's name and the time. */
  id?: string;
}

/** What jobs are started and read with. */
export interface JobClient {
  client: Client;
  config: ClientConfig;
  keys: KeyRing;
}

const ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,59}$/;

/**
 * Starts a job.
 * @param source a path (under the worker's `importsDir`) or an https address
 * @throws JobInputError where the id can't be one, or a job of that id is under way
 */
export async function startJob(
  { client, ...rest }: JobClient,
  source: string,
  options: JobOptions = {},
): Promise<JobHandle> {
  const { id = usualId(source, new Date()), ...input } = options;
  if (!ID.test(id))
    throw new JobInputError(
      `id: ${JSON.stringify(id)} can't be a job's id; expected letters, digits, ".", "_" and "-", at most 60, of which the first is a letter or digit`,
    );
  try {
    const { firstExecutionRunId } = await client.workflow.start(BULK_ONBOARDING, {
      workflowId: jobId(id),
      taskQueue: WORKFLOW_QUEUE,
      args: [{ ...input, source: sourceFrom(source) } satisfies JobInput],
      staticSummary: `bulk job ${id}`,
      workflowIdConflictPolicy: 'FAIL',
    });
    return new JobHandle({ client, ...rest }, id, firstExecutionRunId);
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    throw new JobInputError(
      `id: a job ${id} is under way; follow it ("muster bulk follow ${id}") or choose another id`,
    );
  }
}

/** A path that is there from here is meant so, wherever the worker looks from. */
export function sourceFrom(source: string): string {
  return !source.includes('://') && existsSync(source) ? resolvePath(source) : source;
}

/** `people-20261122-174501` of `imports/people.csv`. */
export function usualId(source: string, now: Date): string {
  const name = (
    source
      .split(/[\\/?#]/)
      .filter(Boolean)
      .at(-1) ?? ''
  ).replace(/\.[a-z]+$/i, '');
  const plain =
    name
      .replace(/[^A-Za-z0-9._-]+/g, '-')
      .replace(/^[^A-Za-z0-9]+/, '')
      .slice(0, 40) || 'job';
  const [date, time] = now.toISOString().split('T');
  return `${plain}-${date?.replaceAll('-', '')}-${time?.slice(0, 8).replaceAll(':', '')}`;
}

const FOLLOW_EVERY_MS = 1_000;
/** How often a decision is sent that met no run, while there is one. */
const MOST_TIMES = 20;
const AGAIN_MS = 200;

export class JobHandle {
  private readonly client: Client;

  constructor(
    private readonly from: JobClient,
    readonly id: string,
    /** First run of the job it was made for; the latest job of that id if left out. */
    readonly runId?: string,
  ) {
    this.client = from.client;
  }

  /** How far it has come; while it goes on, as of the worker's last heartbeat. @throws UnknownRunError */
  async progress(): Promise<JobProgress> {
    const description = await this.known(this.handle().describe());
    if (description.status.name !== 'RUNNING') return asProgress(await this.result());
    const [told, seen] = await Promise.all([this.handle().query(jobProgress), this.seen(description)]);
    return seen ? updated(told, seen) : told;
  }

  /** What the stretch under way had done at its last heartbeat. */
  private async seen({ raw }: WorkflowExecutionDescription): Promise<JobState | undefined> {
    const payloads = raw.pendingActivities?.find(({ activityType }) => activityType?.name === 'workOnRows')
      ?.heartbeatDetails?.payloads;
    if (!payloads?.length) return undefined;
    const [state] = await decodeArrayFromPayloads(this.client.options.loadedDataConverter, payloads);
    return state as JobState | undefined;
  }

  /** The summary, once every row has ended or parked. @throws JobInputError when the roster can't be taken */
  async result(): Promise<JobSummary> {
    try {
      return (await this.known(this.handle().result())) as JobSummary;
    } catch (error) {
      if (!(error instanceof WorkflowFailedError)) throw error;
      const { cause } = error;
      if (cause instanceof ApplicationFailure && cause.type === 'invalid-roster')
        throw new JobInputError(cause.message);
      if (cause instanceof CancelledFailure)
        throw new JobInputError(`The job ${this.id} was cancelled before it began.`);
      throw new JobInputError(
        `The job ${this.id} was ended from outside. Start it again: what it has done is not done twice.`,
      );
    }
  }

  /** How far it has come, again and again until it has ended. */
  async *follow({ signal }: { signal?: AbortSignal } = {}): AsyncGenerator<JobProgress, void, void> {
    while (!signal?.aborted) {
      const progress = await this.progress();
      yield progress;
      if (progress.endedAt !== null) return;
      await sleep(FOLLOW_EVERY_MS, undefined, signal ? { signal } : {}).catch(() => undefined);
    }
  }

  /** Starts no more rows; those under way go on. */
  pause(decision: JobDecision): Promise<JobProgress> {
    return this.decide(pause.name, decision);
  }

  resume(decision: JobDecision): Promise<JobProgress> {
    return this.decide(resume.name, decision);
  }

  /** Starts no more rows, sees those under way to their end, and then ends. */
  async cancel(): Promise<void> {
    await this.known(this.handle().cancel());
  }

  /** What an undo would take back and what it would keep, row by row; reads only. */
  async *undoPreview(): AsyncGenerator<RowUndo, void, void> {
    const { plan, mark } = await this.started();
    const place = { source: plan.source, importsDir: this.from.config.bulk.importsDir };
    for await (const { request } of rowsOf(place, this.from.config, plan, plan.defaults))
      yield undoOf(this.client, mark, request);
  }

  /**
   * Starts taking back what the job made, newest first within each account; adopted accounts stay, and so does what
   * another request has touched since. The same again meets the undo that is under way, or goes on where it was cut off.
   */
  async undo({ reason, window }: JobDecision & { window?: number }): Promise<JobHandle> {
    const { plan, mark } = await this.started();
    const id = undoJobId(this.id);
    const { firstExecutionRunId } = await this.client.workflow.start(BULK_UNDO, {
      workflowId: jobId(id),
      taskQueue: WORKFLOW_QUEUE,
      args: [{ ...plan, ...(window && { window }), undo: { job: this.id, mark, reason } } satisfies JobInput],
      staticSummary: `undo of bulk job ${this.id}`,
      workflowIdConflictPolicy: 'USE_EXISTING',
    });
    return new JobHandle(this.from, id, firstExecutionRunId);
  }

  /**
   * Writes what has become of every row by now, as files that add up to the roster.
   * @throws RosterError where the roster is not what it was any more
   */
  async results(options: ResultsOptions = {}): Promise<WrittenResults> {
    const { plan, mark, job } = await this.started();
    const { client, config, keys } = this.from;
    const { underway: _, pace: __, problem: ___, ...summary } = job;
    return writeResults({ client, config, keys, mark }, plan, { ...summary, sha256: plan.sha256 }, options);
  }

  /** What it was started with and found, and how far it is. @throws JobInputError while the roster is being checked */
  private async started() {
    const { raw } = await this.known(this.handle().describe());
    const { execution, firstRunId } = raw.workflowExecutionInfo ?? {};
    const job = await this.progress();
    if (job.sha256 === null) throw new JobInputError(`The job ${this.id} is still checking its roster.`);
    const { source, defaults = {} } = await this.input(execution?.runId ?? '');
    const mark = jobMark({ id: this.id, firstRunId: firstRunId ?? '' });
    return { plan: { source, sha256: job.sha256, defaults }, mark, job };
  }

  /** What it was started with: in the first event of any of its runs. */
  private async input(runId: string): Promise<JobInput> {
    const { history } = await this.client.workflowService.getWorkflowExecutionHistory({
      namespace: this.client.options.namespace,
      execution: { workflowId: jobId(this.id), runId },
      maximumPageSize: 1,
    });
    const payloads = history?.events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads;
    const [input] = await decodeArrayFromPayloads(this.client.options.loadedDataConverter, payloads);
    return input as JobInput;
  }

  private async decide(name: string, decision: JobDecision): Promise<JobProgress> {
    const update = { args: [decision] as [JobDecision], updateId: randomUUID() };
    for (let time = 1; ; time += 1) {
      try {
        return await this.handle().executeUpdate<JobProgress, [JobDecision]>(name, update);
      } catch (error) {
        if (error instanceof WorkflowUpdateFailedError)
          throw new DecisionRefusedError(error.cause?.message ?? error.message);
        // A run that starts anew just then takes it no more, and the next one does not know it yet.
        if (!(error instanceof WorkflowNotFoundError) || time === MOST_TIMES || !(await this.isOpen()))
          return this.known(Promise.reject(error));
        await sleep(AGAIN_MS);
      }
    }
  }

  private async isOpen(): Promise<boolean> {
    return (await this.known(this.handle().describe())).status.name === 'RUNNING';
  }

  private handle() {
    return this.client.workflow.getHandle(jobId(this.id), undefined, {
      ...(this.runId && { firstExecutionRunId: this.runId }),
    });
  }

  private async known<T>(asked: Promise<T>): Promise<T> {
    try {
      return await asked;
    } catch (error) {
      if (error instanceof WorkflowNotFoundError)
        throw new UnknownRunError(`There is no job ${this.id} that is open or remembered.`);
      throw error;
    }
  }
}

function asProgress(summary: JobSummary): JobProgress {
  return { ...summary, underway: 0, pace: null, problem: null };
}

/** A job's own word is of its last stretch's end. */
function updated(told: JobProgress, { tally, underway }: JobState): JobProgress {
  const { succeeded, failed, waiting } = tally;
  const notStarted = told.rows - succeeded - failed - waiting - underway.length;
  return { ...told, succeeded, failed, waiting, notStarted, underway: underway.length };
}
