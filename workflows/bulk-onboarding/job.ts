// A bulk job from its first event to its last: checks and pins its roster, works through it a stretch at a time, answers, and
// starts anew before its history grows long.
import {
  ActivityCancellationType,
  ActivityFailure,
  ApplicationFailure,
  allHandlersFinished,
  CancellationScope,
  condition,
  continueAsNew,
  proxyActivities,
  setCurrentDetails,
  setHandler,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import type * as activities from '../../activities/bulk';
import {
  type JobInput,
  type JobPlan,
  type JobProgress,
  type JobState,
  type JobStatus,
  type JobSummary,
  NO_ROWS,
  settledOf,
} from '../../src/bulk/job';
import { START } from '../../src/bulk/place';
import { jobId, WORKFLOW_QUEUE } from '../../src/temporal/names';
import { musterWaitingOn } from '../../src/temporal/search-attributes';
import { jobCard } from './card';
import { type JobDecision, jobProgress, pause, resume } from './messages';

/** What one run of a job leaves to the next. */
export interface Carried {
  plan: JobPlan;
  state: JobState;
  startedAt: string;
  paused: string | null;
  cancelled: boolean;
}

const { prepareJob } = proxyActivities<typeof activities>({
  taskQueue: WORKFLOW_QUEUE,
  startToCloseTimeout: '30m',
  heartbeatTimeout: '10s',
  retry: { initialInterval: '1s', maximumInterval: '1m' },
});

/** A stretch lasts so long where rows come and go; up to the longest where nothing moves. */
const SHORTEST_MS = 10_000;
const LONGEST_MS = 600_000;
const SLACK_MS = 60_000;

const { workOnRows } = proxyActivities<typeof activities>({
  taskQueue: WORKFLOW_QUEUE,
  startToCloseTimeout: LONGEST_MS + SLACK_MS,
  heartbeatTimeout: '6s',
  cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
  retry: { initialInterval: '500ms', maximumInterval: '30s' },
});

/** A run's history stays well below where Temporal itself suggests to start anew. */
const MOST_EVENTS = 1_000;
const MOST_BYTES = 1_000_000;

export class Job {
  private readonly id = workflowInfo().workflowId.slice(jobId('').length);
  private plan: JobPlan | undefined;
  private state: JobState;
  private readonly startedAt: string;
  private ended: JobStatus | undefined;
  /** Why it is paused. */
  private paused: string | null;
  private cancelled: boolean;
  private stretch: CancellationScope | undefined;
  private pace: number | null = null;

  constructor(
    private readonly input: JobInput,
    carried?: Carried,
  ) {
    this.plan = carried?.plan;
    this.state = carried?.state ?? { position: START, underway: [], tally: NO_ROWS };
    this.startedAt = carried?.startedAt ?? workflowInfo().startTime.toISOString();
    this.paused = carried?.paused ?? null;
    this.cancelled = carried?.cancelled ?? false;
    setHandler(jobProgress, () => this.progress(), { description: 'How far the job has come.' });
    setHandler(pause, (decision) => this.pause(decision), {
      description: 'Start no more rows; those under way go on. {"reason": "…"}',
      validator: (decision) => this.mayPause(decision),
    });
    setHandler(resume, (decision) => this.resume(decision), {
      description: 'Start rows again. {"reason": "…"}',
      validator: (decision) => this.mayResume(decision),
    });
    this.show();
  }

  async run(): Promise<JobSummary> {
    this.plan ??= await this.prepare();
    if (this.plan.unchanged) return this.end('unchanged');
    this.show();
    for (let forMs = SHORTEST_MS; !this.isOver(); ) {
      if (!this.mayStart() && this.state.underway.length === 0) {
        await condition(() => this.paused === null || this.cancelled);
        continue;
      }
      const settled = settledOf(this.state.tally);
      await this.work(forMs);
      const moved = settledOf(this.state.tally) !== settled;
      forMs = moved ? SHORTEST_MS : Math.min(2 * forMs, LONGEST_MS);
      await this.startAnewIfLong();
    }
    return this.end(this.cancelled ? 'cancelled' : this.state.position ? 'stopped' : 'done');
  }

  cancel(): void {
    this.cancelled = true;
    this.stretch?.cancel();
  }

  private async prepare(): Promise<JobPlan> {
    try {
      return await prepareJob(this.input);
    } catch (error) {
      if (error instanceof ActivityFailure && error.cause instanceof ApplicationFailure) throw error.cause;
      throw error;
    }
  }

  private async work(forMs: number): Promise<void> {
    const plan = this.plan as JobPlan;
    const before = settledOf(this.state.tally);
    const began = Date.now();
    const scope = new CancellationScope({ cancellable: true });
    this.stretch = scope;
    const { state, trouble } = await scope.run(() =>
      workOnRows({
        job: { id: this.id, firstRunId: workflowInfo().firstExecutionRunId, plan },
        state: this.state,
        window: this.mayStart() ? plan.window : 0,
        forMs,
      }),
    );
    this.stretch = undefined;
    this.state = state;
    const seconds = (Date.now() - began) / 1000;
    if (seconds >= 1) this.pace = (settledOf(state.tally) - before) / seconds;
    if (trouble !== undefined) this.hold(trouble);
    this.show();
  }

  /** Rows that are under way are always seen to their end. */
  private isOver(): boolean {
    if (this.state.underway.length > 0) return false;
    return this.state.position === null || this.cancelled || this.hasFailedTooOften();
  }

  private mayStart(): boolean {
    return this.paused === null && !this.cancelled && !this.hasFailedTooOften();
  }

  private hasFailedTooOften(): boolean {
    const most = this.plan?.mostFailures ?? null;
    return most !== null && this.state.tally.failed > most;
  }

  private async startAnewIfLong(): Promise<void> {
    const { historyLength, historySize, continueAsNewSuggested } = workflowInfo();
    if (historyLength < MOST_EVENTS && historySize < MOST_BYTES && !continueAsNewSuggested) return;
    await condition(allHandlersFinished);
    await continueAsNew<(input: JobInput, carried: Carried) => Promise<JobSummary>>(this.input, {
      plan: this.plan as JobPlan,
      state: this.state,
      startedAt: this.startedAt,
      paused: this.paused,
      cancelled: this.cancelled,
    });
  }

  private mayPause({ reason }: JobDecision): void {
    requireReason(reason);
    if (this.ended) throw new Error('The job has ended.');
    if (this.cancelled) throw new Error('The job is being cancelled: it starts no more rows anyway.');
    if (this.paused !== null) throw new Error('The job is paused already.');
  }

  /** Answers once no more rows are started. */
  private async pause({ reason }: JobDecision): Promise<JobProgress> {
    this.hold(`Paused: ${reason}`);
    const { stretch } = this;
    stretch?.cancel();
    this.show();
    await condition(() => this.stretch === undefined || this.stretch !== stretch);
    return this.progress();
  }

  private hold(why: string): void {
    this.paused = why;
    upsertSearchAttributes([{ key: musterWaitingOn, value: 'operator' }]);
  }

  private mayResume({ reason }: JobDecision): void {
    requireReason(reason);
    if (this.paused === null) throw new Error('The job is not paused.');
  }

  private resume(_: JobDecision): JobProgress {
    this.paused = null;
    upsertSearchAttributes([{ key: musterWaitingOn, value: 'nobody' }]);
    // The stretch under way starts nothing; the next one does.
    this.stretch?.cancel();
    this.show();
    return this.progress();
  }

  private end(status: JobStatus): JobSummary {
    this.ended = status;
    if (this.paused !== null) upsertSearchAttributes([{ key: musterWaitingOn, value: 'nobody' }]);
    this.show();
    const { underway: _, pace: __, problem: ___, ...summary } = this.progress();
    return { ...summary, endedAt: new Date().toISOString() };
  }

  private show(): void {
    setCurrentDetails(jobCard(this.progress()));
  }

  private progress(): JobProgress {
    const { plan, state, paused } = this;
    const { succeeded, failed, waiting } = state.tally;
    const rows = plan?.rows ?? 0;
    const unchanged = this.ended === 'unchanged';
    return {
      id: this.id,
      status: this.ended ?? (this.cancelled ? 'cancelled' : paused === null ? 'running' : 'paused'),
      source: this.input.source,
      sha256: plan?.sha256 ?? null,
      rows,
      succeeded: unchanged ? rows : succeeded,
      failed,
      waiting,
      notStarted: unchanged ? 0 : rows - succeeded - failed - waiting - state.underway.length,
      startedAt: this.startedAt,
      endedAt: null,
      underway: state.underway.length,
      pace: this.pace,
      problem: this.trouble(),
    };
  }

  private trouble(): string | null {
    if (this.hasFailedTooOften())
      return `${this.state.tally.failed} rows have failed, more than the job may: it starts no more.`;
    return this.paused;
  }
}

function requireReason(reason: unknown): void {
  if (typeof reason !== 'string' || reason.trim() === '')
    throw new Error('reason: is missing; say why, in a few words.');
}
