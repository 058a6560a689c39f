// A person's key stands for the account that is parked, which Temporal's list may show some moments later.
import { parkedRuns } from '../../src/cli/decision';
import type { Muster } from '../../src/client/muster';

const RUN = { id: 'ethosce/orla' };

/** A Muster whose list shows the run from the so many-th look on. */
function showing(from: number): Muster & { looks: number } {
  const muster = {
    looks: 0,
    list: () => {
      muster.looks += 1;
      return Promise.resolve(muster.looks >= from ? [RUN] : []);
    },
  };
  return muster as unknown as Muster & { looks: number };
}

test('a run that shows late is found', async () => {
  expect(await parkedRuns(showing(3), 'orla')).toEqual([RUN]);
});

test('a run that shows is found at the first look', async () => {
  const muster = showing(1);
  expect(await parkedRuns(muster, 'orla')).toEqual([RUN]);
  expect(muster.looks).toBe(1);
});

test('where nothing is parked, that is said after two seconds', async () => {
  const began = Date.now();
  expect(await parkedRuns(showing(Number.POSITIVE_INFINITY), 'orla')).toEqual([]);
  expect(Date.now() - began).toBeGreaterThanOrEqual(1_900);
});
