// Follows a bulk job for somebody who waits: a bar on a terminal, a line now and then elsewhere. Ctrl-C stops the
// following, never the job.

import { spell } from '../../workflows/bulk-onboarding/card';
import { type JobProgress, type JobSummary, secondsLeft } from '../bulk/job';
import type { JobHandle } from '../client/job';
import { EXIT, type ExitCode, ExpectedError } from './exit';
import { catchInterrupts } from './interrupt';
import { isTerminal, live, say, tint } from './screen';
import { table } from './table';

const BAR_WIDTH = 24;
const LINE_EVERY_MS = 10_000;
/** The pace is taken over so long. */
const STRETCH_MS = 30_000;

/** @throws ExpectedError (130) when the user stops waiting, JobInputError when the roster can't be taken */
export async function followJob(job: JobHandle): Promise<JobSummary> {
  const interrupts = catchInterrupts();
  const measure = paceMeter();
  let saidAt = 0;
  let said = '';
  say(`Job ${job.id} is under way; Ctrl-C leaves it running.`);
  try {
    for await (const progress of job.follow({ signal: interrupts.signal })) {
      const line = progressLine({ ...progress, pace: measure(progress) ?? progress.pace });
      if (isTerminal) live(line);
      else if (progress.endedAt === null && line !== said && Date.now() - saidAt >= LINE_EVERY_MS) {
        say(line);
        said = line;
        saidAt = Date.now();
      }
    }
    if (interrupts.signal.aborted)
      throw new ExpectedError(
        `The job goes on without us. Come back to it: muster bulk follow ${job.id}`,
        EXIT.interrupted,
      );
    return await job.result();
  } finally {
    live('');
    interrupts.release();
  }
}

/** Rows settled a second, over the last half minute. */
function paceMeter(): (progress: JobProgress) => number | undefined {
  const seen: { at: number; settled: number }[] = [];
  return ({ succeeded, failed, waiting }) => {
    const now = { at: Date.now(), settled: succeeded + failed + waiting };
    seen.push(now);
    while (seen[0] && now.at - seen[0].at > STRETCH_MS) seen.shift();
    const [first] = seen;
    if (!first || now.at - first.at < 2_000) return undefined;
    return (now.settled - first.settled) / ((now.at - first.at) / 1000);
  };
}

function progressLine(progress: JobProgress): string {
  const { status, rows, succeeded, failed, waiting, underway, pace, problem } = progress;
  if (rows === 0) return 'checking the roster';
  const settled = succeeded + failed + waiting;
  const filled = Math.round((settled / rows) * BAR_WIDTH);
  const left = secondsLeft(progress);
  const parts = [
    ...(isTerminal ? [`${'█'.repeat(filled)}${'░'.repeat(BAR_WIDTH - filled)}`] : []),
    `${settled}/${rows}`,
    `${succeeded} done`,
    ...(waiting > 0 ? [tint.yellow(`${waiting} waiting`)] : []),
    ...(failed > 0 ? [tint.red(`${failed} failed`)] : []),
    `${underway} under way`,
    ...(pace ? [`${pace.toFixed(1)}/s`] : []),
    ...(status === 'running' && left !== null ? [`${spell(left)} left`] : []),
    ...(status === 'running' ? [] : [status]),
    ...(problem ? [problem] : []),
  ];
  return parts.join(' · ');
}

/** A job's summary for people. */
export function jobText(summary: JobSummary): string {
  const { id, status, rows, succeeded, failed, waiting, notStarted } = summary;
  const counts = table(
    ['job', 'status', 'rows', 'succeeded', 'waiting', 'failed', 'not started'],
    [[id, status, ...[rows, succeeded, waiting, failed, notStarted].map(String)]],
  );
  const next = [
    ...(waiting > 0 ? [`What waits for a decision: muster list --parked --job ${id}`] : []),
    ...(status === 'unchanged'
      ? ['The roster is the one that was worked off before: there was nothing to do.']
      : []),
    `Every row, as files: muster bulk results ${id}`,
  ];
  return [counts, '', ...next].join('\n');
}

export function jobExit({ waiting, failed, notStarted }: JobSummary): ExitCode {
  if (waiting > 0) return EXIT.parked;
  return failed + notStarted > 0 ? EXIT.failed : EXIT.done;
}
