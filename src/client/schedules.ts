// Scheduled bulk jobs, as Temporal Schedules: the roster is read anew each time, and an unchanged one is left alone.
import {
  type Client,
  ScheduleAlreadyRunning,
  ScheduleNotFoundError,
  type ScheduleOverlapPolicy,
} from '@temporalio/client';
import type { Duration } from '@temporalio/common';
import type { JobInput } from '../bulk/job';
import { BULK_ONBOARDING, jobId, WORKFLOW_QUEUE } from '../temporal/names';
import { JobInputError, UnknownRunError } from './errors';

export interface ScheduleOptions {
  /** Five or six fields, or `@daily` and the like. */
  cron: string;
  /** IANA name; UTC if left out. */
  timeZone?: string;
  job: Omit<JobInput, 'onlyIfChanged' | 'sha256' | 'undo'>;
  /** What happens when the job before is still under way. Default: this time is left out. */
  overlap?: ScheduleOverlapPolicy;
  /** Starts up to so much later, so that schedules of one time do not start at once. */
  jitter?: Duration;
  /** Times that were missed no longer ago than this are made up for. Default an hour. */
  catchupWindow?: Duration;
  paused?: boolean;
  note?: string;
}

export interface ListedSchedule {
  name: string;
  cron: string;
  timeZone: string;
  paused: boolean;
  note: string | null;
  /** ISO 8601 UTC; null where there is none to come. */
  next: string | null;
  /** The jobs that it started last, newest last. */
  recent: string[];
}

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$/;
const CATCH_UP = '1h';

/** Temporal gives a timetable back in another form than it was written in. */
const CRON = 'musterCron';

/** The schedules' ids are their jobs' ids without the time that Temporal adds. */
const scheduleId = jobId;

/** Jobs on a timetable. */
export class Schedules {
  constructor(private readonly client: Client) {}

  /** @throws JobInputError where the name is taken or can't be one, or Temporal does not take the timetable */
  async create(name: string, options: ScheduleOptions): Promise<void> {
    if (!NAME.test(name))
      throw new JobInputError(
        `name: ${JSON.stringify(name)} can't be a schedule's name; expected letters, digits, ".", "_" and "-", at most 40`,
      );
    const { cron, timeZone, job, overlap, jitter, catchupWindow = CATCH_UP, paused, note } = options;
    try {
      await this.client.schedule.create({
        scheduleId: scheduleId(name),
        spec: {
          cronExpressions: [cron],
          ...(timeZone !== undefined && { timezone: timeZone }),
          ...(jitter !== undefined && { jitter }),
        },
        action: {
          type: 'startWorkflow',
          workflowType: BULK_ONBOARDING,
          workflowId: jobId(name),
          taskQueue: WORKFLOW_QUEUE,
          args: [{ ...job, onlyIfChanged: true } satisfies JobInput],
          staticSummary: `bulk job of the schedule ${name}`,
        },
        policies: { catchupWindow, ...(overlap && { overlap }) },
        memo: { [CRON]: cron },
        state: { ...(paused !== undefined && { paused }), ...(note !== undefined && { note }) },
      });
    } catch (error) {
      if (error instanceof ScheduleAlreadyRunning)
        throw new JobInputError(
          `name: there is a schedule ${name} already; delete it, or choose another name`,
        );
      throw isInvalid(error)
        ? new JobInputError(`Temporal does not take this schedule: ${error.details}`)
        : error;
    }
  }

  async list(): Promise<ListedSchedule[]> {
    const found: ListedSchedule[] = [];
    const prefix = scheduleId('');
    for await (const { scheduleId: id } of this.client.schedule.list()) {
      if (!id.startsWith(prefix)) continue;
      const { spec, state, info, memo } = await this.client.schedule.getHandle(id).describe();
      found.push({
        name: id.slice(prefix.length),
        cron: typeof memo?.[CRON] === 'string' ? memo[CRON] : '',
        timeZone: spec.timezone ?? 'UTC',
        paused: state.paused,
        note: state.note ?? null,
        next: state.paused ? null : (info.nextActionTimes[0]?.toISOString() ?? null),
        recent: info.recentActions.map(({ action }) => action.workflow.workflowId.slice(prefix.length)),
      });
    }
    return found.sort((a, b) => a.name.localeCompare(b.name));
  }

  pause(name: string, note: string): Promise<void> {
    return this.known(name, (schedule) => schedule.pause(note));
  }

  resume(name: string, note: string): Promise<void> {
    return this.known(name, (schedule) => schedule.unpause(note));
  }

  /** Starts its job now, whatever the timetable says. */
  trigger(name: string): Promise<void> {
    return this.known(name, (schedule) => schedule.trigger());
  }

  /** Jobs that it has started go on. */
  delete(name: string): Promise<void> {
    return this.known(name, (schedule) => schedule.delete());
  }

  private async known<T>(
    name: string,
    work: (schedule: ReturnType<Client['schedule']['getHandle']>) => Promise<T>,
  ): Promise<T> {
    try {
      return await work(this.client.schedule.getHandle(scheduleId(name)));
    } catch (error) {
      if (error instanceof ScheduleNotFoundError) throw new UnknownRunError(`There is no schedule ${name}.`);
      throw error;
    }
  }
}

/** gRPC's INVALID_ARGUMENT. */
function isInvalid(error: unknown): error is Error & { details: string } {
  return (error as { code?: unknown }).code === 3;
}
