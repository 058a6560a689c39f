// Lets a connection's parked runs go on after its credentials were accepted: one, then a few, then all, each step only
// after the runs of the one before got past what had stopped them.
import { proxyActivities, sleep } from '@temporalio/workflow';
import type * as activities from '../../activities/hold';
import { WORKFLOW_QUEUE } from '../../src/temporal/names';
import { call } from '../account-run/calls';

/** How many runs are told to go on in each step. */
const STEPS = [1, 5, 25, 100] as const;
/** Steps in a row without a run that got past; then what still stands is left to an operator. */
const MOST_FRUITLESS = 20;

const { retryParked, countStillParked } = proxyActivities<typeof activities>({
  taskQueue: WORKFLOW_QUEUE,
  startToCloseTimeout: '1m',
  retry: { initialInterval: '1s', maximumInterval: '30s' },
});

export interface Release {
  connection: string;
  gapMs: number;
  /** Whether the credentials were rejected again. */
  stopped(): boolean;
  /** Told how many runs were told to go on. */
  report(runs: number): void;
}

/** @returns true when none is parked for its credentials any more; false when it was stopped */
export async function releaseRuns({ connection, gapMs, stopped, report }: Release): Promise<boolean> {
  const pause = () => sleep(gapMs, { summary: 'until workers have heard of it, or runs have gone on' });
  await pause();
  let step = 0;
  let fruitless = 0;
  let idle = 0;
  while (!stopped()) {
    const told = await call('tell parked runs to go on', retryParked, {
      connection,
      limit: STEPS[step] ?? 100,
    });
    if (told.length === 0) {
      // Lists lag behind: the last runs may have parked a moment ago.
      idle += 1;
      if (idle > 1) return true;
    } else {
      idle = 0;
      report(told.length);
    }
    await pause();
    if (told.length === 0) continue;
    const stuck = await call('have they got past it?', countStillParked, { workflowIds: told });
    if (stuck === 0 && step < STEPS.length - 1) step += 1;
    fruitless = stuck < told.length ? 0 : fruitless + 1;
    if (fruitless >= MOST_FRUITLESS) return true;
  }
  return false;
}
