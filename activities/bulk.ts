// What a bulk job does outside of its workflow: check and pin the roster, and work through its rows a stretch at a time.
// No vendor call: the runs that rows lead to make those.
import { Context } from '@temporalio/activity';
import { ApplicationFailure, defaultPayloadConverter } from '@temporalio/common';
import type { JobInput, JobPlan, JobState, JobSummary, Underway } from '../src/bulk/job';
import { Leg } from '../src/bulk/leg';
import { checkRoster, pinnedRows, RosterError } from '../src/bulk/roster';
import { type Beginning, beginRow, parkedAmong, rowEnd } from '../src/bulk/rows';
import { checkedJob, mostFailures } from '../src/bulk/start';
import { beginUndo } from '../src/bulk/undo';
import { beatWith, workerContext } from '../src/worker/context';

/** Type of the failure that a job ends with when its roster or its argument can't be taken. */
export const INVALID_ROSTER = 'invalid-roster';

/** Checks what a job was started with and every row of its roster. @throws `invalid-roster`, one line a fault */
export async function prepareJob(input: JobInput): Promise<JobPlan> {
  const { config } = workerContext();
  const { cancellationSignal } = Context.current();
  try {
    const job = checkedJob(input);
    const place = { source: job.source, importsDir: config.bulk.importsDir };
    const { sha256, rows } = await checkRoster(place, config, job.defaults, cancellationSignal);
    if (job.sha256 && job.sha256 !== sha256)
      throw new RosterError([
        { path: 'sha256', message: `the roster is another one: its SHA-256 is ${sha256}` },
      ]);
    const unchanged = job.onlyIfChanged === true && (await wasWorkedOff(sha256));
    return {
      source: job.source,
      sha256,
      rows,
      window: job.window ?? config.bulk.window,
      mostFailures: mostFailures(job.maxFailures, rows),
      defaults: job.defaults,
      skip: job.skip,
      ...(job.undo && { undo: job.undo }),
      ...(unchanged && { unchanged }),
    };
  } catch (error) {
    if (error instanceof RosterError) throw ApplicationFailure.nonRetryable(error.message, INVALID_ROSTER);
    throw error;
  }
}

/** Temporal's own: which schedule started a run. */
const SCHEDULED_BY = 'TemporalScheduledById';

/** Whether the last job of the same schedule worked off that roster, and every row succeeded. */
async function wasWorkedOff(sha256: string): Promise<boolean> {
  const { temporal } = workerContext();
  const { workflowId = '', runId } = Context.current().info.workflowExecution ?? {};
  const { raw } = await temporal.workflow.getHandle(workflowId, runId).describe();
  const fields = raw.workflowExecutionInfo?.searchAttributes?.indexedFields ?? {};
  const payload = fields[SCHEDULED_BY];
  if (!payload) return false;
  const schedule = defaultPayloadConverter.fromPayload<string>(payload);
  const query = `${SCHEDULED_BY} = '${schedule}' AND ExecutionStatus = 'Completed'`;
  for await (const last of temporal.workflow.list({ query })) {
    const summary: JobSummary = await temporal.workflow.getHandle(last.workflowId, last.runId).result();
    const clean = summary.status === 'done' || summary.status === 'unchanged';
    return clean && summary.succeeded === summary.rows && summary.sha256 === sha256;
  }
  return false;
}

export interface Stretch {
  job: { id: string; firstRunId: string; plan: JobPlan };
  state: JobState;
  /** 0: starts nothing more, and follows what is under way. */
  window: number;
  forMs: number;
}

export interface StretchEnd {
  state: JobState;
  /** Why no more rows can be started; a sentence for the operator. */
  trouble?: string;
}

const LOOK_EVERY_MS = 2_000;

/** Starts rows and follows their runs, until the time is over, all is settled, or it is cancelled (the state is handed over then too). */
export async function workOnRows({ job, state, window, forMs }: Stretch): Promise<StretchEnd> {
  const { config, temporal, keys, stopping } = workerContext();
  const { cancellationSignal, info } = Context.current();
  const { plan } = job;
  const place = { source: plan.source, importsDir: config.bulk.importsDir };
  const beginning: Beginning = { client: temporal, keys, config, job, skip: new Set(plan.skip) };
  const { undo } = plan;
  const leg = new Leg((info.heartbeatDetails as JobState | undefined) ?? state, {
    rows: (from) => pinnedRows(place, config, plan, plan.defaults, from, cancellationSignal),
    begin: (row) => (undo ? beginUndo(temporal, undo, job.id, row) : beginRow(beginning, row)),
    end: (run: Underway, signal) => rowEnd(temporal, run, undo ? 'undone' : 'done', signal),
    parked: (runs) => parkedAmong(temporal, runs),
  });
  beatWith(() => leg.snapshot());
  try {
    const end = await leg.run({
      window,
      mayStart: ({ failed }) => window > 0 && (plan.mostFailures === null || failed <= plan.mostFailures),
      forMs,
      lookEveryMs: LOOK_EVERY_MS,
      signal: AbortSignal.any([cancellationSignal, stopping]),
    });
    return { state: end };
  } catch (error) {
    if (error instanceof RosterError) return { state: leg.snapshot(), trouble: error.message };
    throw error;
  }
}
