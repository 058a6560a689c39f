// A stretch of a job's work, with rows and runs that are only thought of.
import fc from 'fast-check';
import { type JobState, NO_ROWS, settledOf } from '../../src/bulk/job';
import { Leg, type LegOptions, type LegWork } from '../../src/bulk/leg';
import type { RowStatus } from '../../src/bulk/outcome';
import { START } from '../../src/bulk/place';
import type { RosterRow } from '../../src/bulk/roster';

const BEGIN: JobState = { position: START, underway: [], tally: NO_ROWS };

/** Rows by number; a run's end comes when it is given. */
class World implements LegWork {
  readonly begun: number[] = [];
  readonly ends = new Map<string, (status: RowStatus) => void>();
  readonly waiting = new Set<string>();
  most = 0;

  constructor(private readonly rowCount: number) {}

  async *rows(from: { row: number }) {
    for (let row = from.row; row <= this.rowCount; row += 1) {
      const found = { row, line: row + 1, request: { key: `r${row}` } } as RosterRow;
      yield { found, next: { ...START, row: row + 1 } };
    }
  }

  async begin({ row }: RosterRow) {
    this.begun.push(row);
    return { is: 'underway' as const, run: { workflowId: `r${row}`, runId: 'x' } };
  }

  end({ workflowId }: { workflowId: string }): Promise<RowStatus> {
    return new Promise((resolve) => {
      this.ends.set(workflowId, resolve);
      this.most = Math.max(this.most, this.ends.size);
    });
  }

  finish(workflowId: string, status: RowStatus): void {
    const end = this.ends.get(workflowId);
    this.ends.delete(workflowId);
    end?.(status);
  }

  async parked() {
    return this.waiting;
  }
}

const options = (more: Partial<LegOptions> = {}): LegOptions => ({
  window: 2,
  mayStart: () => true,
  forMs: 60_000,
  lookEveryMs: 5,
  signal: new AbortController().signal,
  ...more,
});

const turn = () => new Promise((soon) => setImmediate(soon));

test('all rows are worked off in whatever order they end, never more at once than the window', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.nat(30),
      fc.integer({ min: 1, max: 8 }),
      fc.infiniteStream(fc.nat()),
      async (rows, window, draws) => {
        const world = new World(rows);
        const leg = new Leg(BEGIN, world);
        let over = false;
        const run = leg.run(options({ window })).finally(() => {
          over = true;
        });
        while (!over) {
          await turn();
          const open = [...world.ends.keys()];
          const drawn = draws.next().value ?? 0;
          const one = open[drawn % Math.max(1, open.length)];
          if (one) world.finish(one, drawn % 3 === 0 ? 'failed' : 'succeeded');
        }
        const end = await run;
        expect(end).toMatchObject({ position: null, underway: [] });
        expect(settledOf(end.tally)).toBe(rows);
        expect(world.begun).toEqual(Array.from({ length: rows }, (_, index) => index + 1));
        expect(world.most).toBeLessThanOrEqual(window);
      },
    ),
    { numRuns: 60 },
  );
});

test('a snapshot at any moment is enough to go on from: no row is lost, none is counted twice', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(12), fc.integer({ min: 1, max: 4 }), fc.nat(8), async (rows, window, turns) => {
      const first = new World(rows);
      const stop = new AbortController();
      const leg = new Leg(BEGIN, first);
      const run = leg.run(options({ window, signal: stop.signal }));
      for (let count = 0; count < turns; count += 1) {
        await turn();
        const [open] = first.ends.keys();
        if (open) first.finish(open, 'succeeded');
      }
      // A worker that dies hands nothing over: the last snapshot is what there is, and what began since begins again.
      const left = leg.snapshot();
      stop.abort();
      await run;
      const second = new World(rows);
      let over = false;
      const rest = new Leg(left, second).run(options({ window })).finally(() => {
        over = true;
      });
      while (!over) {
        await turn();
        for (const open of second.ends.keys()) second.finish(open, 'succeeded');
      }
      const end = await rest;
      expect(end.tally).toEqual({ ...NO_ROWS, succeeded: rows });
    }),
    { numRuns: 60 },
  );
});

test('a parked run frees its place', async () => {
  const world = new World(3);
  world.waiting.add('r1').add('r2');
  const run = new Leg(BEGIN, world).run(options());
  while (!world.ends.has('r3')) await turn();
  world.finish('r3', 'succeeded');
  expect((await run).tally).toEqual({ ...NO_ROWS, waiting: 2, succeeded: 1 });
});

test('it starts no more once it may not, and follows what is under way', async () => {
  const world = new World(5);
  const run = new Leg(BEGIN, world).run(options({ mayStart: ({ failed }) => failed === 0 }));
  while (world.ends.size < 2) await turn();
  world.finish('r1', 'failed');
  await turn();
  world.finish('r2', 'succeeded');
  expect(await run).toMatchObject({
    position: { row: 3 },
    underway: [],
    tally: { failed: 1, succeeded: 1 },
  });
});

test('it hands over when its time is over, when it is told to, and when following fails', async () => {
  const world = new World(3);
  expect(await new Leg(BEGIN, world).run(options({ forMs: 5 }))).toMatchObject({
    underway: [{ workflowId: 'r1' }, { workflowId: 'r2' }],
    position: { row: 3 },
  });
  const failing = new World(3);
  failing.end = () => Promise.reject(new Error('Temporal is away'));
  const leg = new Leg(BEGIN, failing);
  await expect(leg.run(options())).rejects.toThrow('Temporal is away');
  expect(leg.snapshot().tally).toEqual(NO_ROWS);
});
