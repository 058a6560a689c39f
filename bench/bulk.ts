// What bulk jobs promise, measured: pace at a vendor's limit, growth with the number of rows, a single person's way past a
// backlog, and what kill -9 leaves behind. Ratios of one run; on a busy machine the absolute figures mean little.
import { setTimeout as sleep } from 'node:timers/promises';
import { jobId } from '../src/temporal/names';
import { peakMemory } from './cost';
import { ended } from './processes';
import { CONNECTION, until, World } from './world';

export interface Measured {
  what: string;
  figure: string;
  goal: string;
  holds: boolean;
  /** Medians and spreads, where it was measured in rounds. */
  rounds?: unknown;
}

export interface Sizes {
  rows: number;
  /** Of the connection, requests a second. */
  rate: number;
  /** Of single people. */
  rounds: number;
  /** Whether single people are measured on PostgreSQL too. */
  postgres: boolean;
}

const defaults = { connections: [CONNECTION] };

/** At a hundredth of the rows, a tenth and all, at the limit: wall time over the vendor's own floor, memory, the job's history. */
export async function growth({ rows, rate }: Sizes): Promise<Measured[]> {
  const sizes = [rows / 100, rows / 10, rows].map((size) => Math.max(1, Math.round(size)));
  const jobs: Job[] = [];
  for (const size of sizes) jobs.push(await jobOf(size, rate));
  const [small, large] = jobs.slice(-2);
  if (!small || !large) return [];
  const memory = large.megabytes / small.megabytes;
  const told = jobs.map(({ rows: of, megabytes }) => `${megabytes} MB at ${of}`).join(', ');
  return [
    ...jobs.map((job) => ({
      what: `wall time over the floor (calls ÷ limit), ${job.rows} rows at ${rate} requests/s (${job.calls} calls)`,
      figure: `${(job.seconds / job.floor).toFixed(3)} (${job.seconds.toFixed(1)} s over ${job.floor.toFixed(1)} s)`,
      // The start of a small job is a large part of it.
      goal: job === large ? '≤ 1.05' : '–',
      holds: job !== large || job.seconds / job.floor <= 1.05,
    })),
    {
      what: `worker memory at ${large.rows} rows over that at ${small.rows}`,
      figure: `${memory.toFixed(2)} (${told})`,
      goal: '≤ 1.3',
      holds: memory <= 1.3,
    },
    {
      what: `events and bytes of the job's longest run, ${large.rows} rows`,
      figure: `${large.events} events, ${large.bytes} bytes in ${large.runs} run(s)`,
      goal: '< 2,000 and < 2 MB',
      holds: large.events < 2_000 && large.bytes < 2_000_000,
    },
  ];
}

/** What the machine gives where the vendor sets no limit. */
export async function unlimited({ rows }: Sizes): Promise<Measured[]> {
  const job = await jobOf(Math.max(1, Math.round(rows / 10)));
  return [
    {
      what: `rows a second without a limit, ${job.rows} rows`,
      figure: (job.rows / job.seconds).toFixed(1),
      goal: '–',
      holds: true,
    },
  ];
}

interface Job {
  rows: number;
  seconds: number;
  calls: number;
  /** The shortest that the limit allows, in seconds. */
  floor: number;
  megabytes: number;
  runs: number;
  /** Of its longest run. */
  events: number;
  bytes: number;
}

async function jobOf(rows: number, rate?: number): Promise<Job> {
  const world = await World.open(rate === undefined ? {} : { requestsPerSecond: rate });
  try {
    const worker = await world.startWorker();
    const source = world.roster('job', rows);
    const before = world.vendor.requests().length;
    const began = Date.now();
    const job = await world.muster.bulk(source, { id: 'job', defaults, window: 200 });
    const { succeeded } = await job.result();
    const seconds = (Date.now() - began) / 1000;
    if (succeeded !== rows) throw new Error(`${succeeded} of ${rows} rows succeeded`);
    const calls = world.vendor.requests().length - before;
    const runs = [];
    const { client } = world.muster;
    for await (const run of client.workflow.list({ query: `WorkflowId = '${jobId('job')}'` })) {
      const { historyLength, historySize } = await client.workflow
        .getHandle(run.workflowId, run.runId)
        .describe();
      runs.push({ events: historyLength, bytes: historySize ?? 0 });
    }
    return {
      rows,
      seconds,
      calls,
      floor: calls / (rate ?? Number.POSITIVE_INFINITY),
      megabytes: peakMemory(worker.pid ?? 0),
      runs: runs.length,
      events: Math.max(...runs.map(({ events }) => events)),
      bytes: Math.max(...runs.map(({ bytes }) => bytes)),
    };
  } finally {
    await world.close();
  }
}

const SINGLES = 15;

/** From `onboard` to the first vendor call for that person, while a job is at the limit. */
export async function wayPast({ rows, rate }: Sizes): Promise<Measured[]> {
  const world = await World.open({ requestsPerSecond: rate });
  try {
    await world.startWorker();
    const job = await world.muster.bulk(world.roster('backlog', rows), { id: 'backlog', defaults });
    await until('the job was at its limit', () => world.vendor.requests().length > 3 * rate);
    const waits: number[] = [];
    for (let one = 0; one < SINGLES; one += 1) {
      const key = `single-${one}`;
      const began = Date.now();
      const guid = `00000000-0000-4000-8000-${String(one).padStart(12, '0')}`;
      await world.muster.onboard({
        key,
        person: { firstName: 'Nils', lastName: 'Petrel', email: `${key}@example.org` },
        accounts: { [CONNECTION]: { userId: guid } },
      });
      await until('the vendor was called', () =>
        world.vendor.requests().some(({ path }) => path.includes(guid)),
      );
      waits.push(Date.now() - began);
    }
    await job.cancel();
    waits.sort((a, b) => a - b);
    const median = waits[Math.floor(waits.length / 2)] ?? 0;
    return [
      {
        what: `a single person's first vendor call behind a backlog of ${rows} rows at ${rate}/s, median of ${SINGLES}`,
        figure: `${median} ms (most ${waits.at(-1)} ms)`,
        goal: '≤ 2,000 ms',
        holds: median <= 2_000,
      },
    ];
  } finally {
    await world.close();
  }
}

/** kill -9 of the worker, and of the server, in the middle. */
export async function crashes({ rows }: Sizes): Promise<Measured[]> {
  const world = await World.open({});
  try {
    await world.startWorker();
    const second = await world.startWorker();
    const job = await world.muster.bulk(world.roster('crash', rows), { id: 'crash', defaults });
    await until('a quarter was made', () => world.people('crash').users > rows / 4);
    second.kill('SIGKILL');
    await ended(second);
    await world.startWorker();
    await until('half was made', () => world.people('crash').users > rows / 2);
    await world.server.kill();
    await sleep(1_000);
    await world.startServer();
    const began = Date.now();
    const summary = await world.muster.job(job.id).result();
    const { users, distinct } = world.people('crash');
    const { succeeded, waiting, failed, notStarted } = summary;
    return [
      {
        what: `${rows} rows through kill -9 of a worker and of the server`,
        figure: `${users} people, ${distinct} distinct; ${succeeded} succeeded, ${waiting} waiting, ${failed} failed, ${notStarted} not started; done ${((Date.now() - began) / 1000).toFixed(1)} s after the server was back`,
        goal: 'everyone once, and the count adds up',
        holds:
          users === rows &&
          distinct === rows &&
          succeeded + waiting + failed + notStarted === rows &&
          succeeded === rows,
      },
    ];
  } finally {
    await world.close();
  }
}
