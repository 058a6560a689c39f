// What may have happened before the run that is swept.
import type { ResultDocument } from '../../src/account/result';
import type { FaultAim } from '../../src/simulators/contract';
import type { Stage } from './contract';
import { reached } from './reached';

/** A run of the same request that went well. */
export async function finished(
  { bench, request }: Stage,
  toItsEnd: () => Promise<ResultDocument>,
): Promise<void> {
  await reached(() => bench.muster.onboard(request));
  const { status } = await toItsEnd();
  if (status !== 'done') throw new Error(`the prelude ended as ${status}`);
}

/** A run that could not get beyond a call, and was terminated by an impatient operator. */
export function cutShort(aim: FaultAim): (stage: Stage) => Promise<void> {
  return async ({ bench, simulator, request, connection }) => {
    const met = new Promise<void>((resolve) => {
      const { call } = aim;
      const match = (seen: { call: string }) => {
        if (seen.call !== call) return false;
        resolve();
        return true;
      };
      simulator.inject({ kind: 'error-before', status: 503, match, times: 'always' });
    });
    await reached(() => bench.muster.onboard(request));
    await met;
    await bench.muster.client.workflow.getHandle(`${connection}/${request.key}`).terminate('impatient');
    // What is in the air lands.
    await new Promise((resolve) => setTimeout(resolve, 500));
    simulator.clearFaults();
  };
}
