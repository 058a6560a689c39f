// What a bulk job can be asked and told (interface.md, "Temporal").
import { defineQuery, defineUpdate } from '@temporalio/workflow';
import type { JobProgress } from '../../src/bulk/job';

/** Why a job is paused or goes on; recorded in its history. */
export interface JobDecision {
  reason: string;
}

export const jobProgress = defineQuery<JobProgress>('progress');
export const pause = defineUpdate<JobProgress, [JobDecision]>('pause');
export const resume = defineUpdate<JobProgress, [JobDecision]>('resume');
