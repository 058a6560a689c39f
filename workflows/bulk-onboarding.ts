// Bulk jobs: a window of rows under way over a pinned roster. Rows' runs are not the job's children: they outlive it, and it only
// follows them until they end or park. Whatever its size, its history stays short: a stretch of work is one activity, and the
// state between two of them is small.
import { allHandlersFinished, CancellationScope, condition } from '@temporalio/workflow';
import type { JobInput, JobSummary } from '../src/bulk/job';
import { type Carried, Job } from './bulk-onboarding/job';

export async function bulkOnboarding(input: JobInput, carried?: Carried): Promise<JobSummary> {
  const job = new Job(input, carried);
  CancellationScope.current().cancelRequested.catch(() => job.cancel());
  return CancellationScope.nonCancellable(async () => {
    const summary = await job.run();
    await condition(allHandlersFinished);
    return summary;
  });
}

/** Takes back what another job made: the same rows, each a removal of what its run made. */
export function bulkUndo(input: JobInput, carried?: Carried): Promise<JobSummary> {
  return bulkOnboarding(input, carried);
}
