// Single people, one after another and all at once: what each costs, and how long it takes, beside the plainest Temporal
// program for the same job. Rounds of both alternate, so that what the machine does meanwhile meets both.
import { type Contestant, type Sample, samples } from './contestant';
import { bytesWritten, cpuMs, peakMemory } from './cost';
import { actionsOf, historyOf } from './history';
import { naiveActivities, type Site } from './naive/activities';
import { until } from './world';

/** One round's figures of one contestant, by name; units in the name. */
export type Figures = Record<string, number>;

/** How many people of each kind a round has. */
export interface PeopleSizes {
  /** All at once. */
  together: number;
  /** One after another. */
  alone: number;
  /** In the way of a worker that is killed. */
  killed: number;
}

export async function round(contestant: Contestant, label: string, sizes: PeopleSizes): Promise<Figures> {
  const began = performance.now();
  await contestant.startWorker();
  const startMs = performance.now() - began;
  const name = `${contestant.name.replace(/\W+/g, '-').toLowerCase()}-${label}`;
  // Code and caches warm up in both.
  const [warm = ''] = await all(contestant, samples(`${name}-warm`, 10));

  const raw = await rawMs(contestant, samples(`${name}-raw`, sizes.alone));
  const alone = await aloneMs(contestant, samples(`${name}-alone`, sizes.alone));
  const together = await atOnce(contestant, samples(`${name}-all`, sizes.together));
  const history = await historyOf(contestant.client, warm);
  const memoryMB = peakMemory(contestant.workerPid);
  const recoverySeconds = await recovery(contestant, samples(`${name}-killed`, sizes.killed));
  await contestant.killWorker();
  return {
    ...together,
    'one person over raw calls, p50 ms': part(alone, 0.5) - part(raw, 0.5),
    'one person over raw calls, p95 ms': part(alone, 0.95) - part(raw, 0.5),
    'history events a person': history.events.length,
    'history bytes a person': history.bytes,
    'Temporal actions a person': actionsOf(history.events),
    'all done after kill -9, s': recoverySeconds,
    'worker start, ms': startMs,
    'worker memory, MB': memoryMB,
  };
}

async function atOnce(contestant: Contestant, people: readonly Sample[]): Promise<Figures> {
  const before = costs(contestant);
  const began = performance.now();
  await all(contestant, people);
  const seconds = (performance.now() - began) / 1000;
  const after = costs(contestant);
  const each = (name: keyof typeof after) => (after[name] - before[name]) / people.length;
  return {
    'people a second': people.length / seconds,
    'CPU a person, ms': each('server') + each('worker'),
    'CPU a person: server, ms': each('server'),
    'CPU a person: worker, ms': each('worker'),
    'written a person, KB': each('bytes') / 1024,
  };
}

function costs({ serverPids, workerPid }: Contestant) {
  return { server: cpuMs(serverPids), worker: cpuMs([workerPid]), bytes: bytesWritten(serverPids) };
}

/** @returns the workflow ids */
function all(contestant: Contestant, people: readonly Sample[]): Promise<string[]> {
  return Promise.all(
    people.map(async (person) => {
      const { workflowId, ended } = await contestant.begin(person);
      await ended();
      return workflowId;
    }),
  );
}

async function aloneMs(contestant: Contestant, people: readonly Sample[]): Promise<number[]> {
  const times = [];
  for (const person of people) {
    const began = performance.now();
    await (await contestant.begin(person)).ended();
    times.push(performance.now() - began);
  }
  return times;
}

/** The four calls and nothing else. */
async function rawMs({ vendor }: Contestant, people: readonly Sample[]): Promise<number[]> {
  const calls = naiveActivities(vendor.connection() as unknown as Site);
  const times = [];
  for (const person of people) {
    const began = performance.now();
    await calls.verify(person);
    const uid = await calls.createUser(person);
    await calls.createProfile(uid, person);
    await calls.updateRoles(uid, person);
    times.push(performance.now() - began);
  }
  return times;
}

/** From the kill of the worker, with some people half made, to the last one's end; another worker starts at once. */
async function recovery(contestant: Contestant, people: readonly Sample[]): Promise<number> {
  const begun = await Promise.all(people.map((person) => contestant.begin(person)));
  const allEnded = Promise.all(begun.map((person) => person.ended()));
  const made = () =>
    contestant.vendor.people().filter(({ email }) => people.some((one) => one.email === email));
  // One that fails, or waits for a decision, ends the measurement at once.
  await Promise.race([
    until('half of the people were made', () => made().length >= people.length / 2),
    allEnded,
  ]);
  await contestant.killWorker();
  const began = performance.now();
  await contestant.startWorker();
  await allEnded;
  const seconds = (performance.now() - began) / 1000;
  if (made().length !== people.length) throw new Error(`${made().length} of ${people.length} people exist`);
  return seconds;
}

/** Nearest rank. */
export function part(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(share * sorted.length) - 1))] ?? Number.NaN;
}

export interface Compared {
  what: string;
  /** By contestant. */
  median: Record<string, number>;
  spread: Record<string, [least: number, most: number]>;
}

const SIZES: PeopleSizes = { together: 100, alone: 30, killed: 20 };

/** Medians and spreads of so many rounds of everyone. */
export async function people(
  contestants: readonly (() => Promise<Contestant>)[],
  rounds: number,
  sizes: PeopleSizes = SIZES,
): Promise<Compared[]> {
  const figures = new Map<string, Figures[]>();
  for (let number = 1; number <= rounds; number += 1) {
    for (const open of contestants) {
      const contestant = await open();
      try {
        process.stderr.write(`people: ${contestant.name}, round ${number} of ${rounds} …\n`);
        const told = await round(contestant, String(number), sizes);
        figures.set(contestant.name, [...(figures.get(contestant.name) ?? []), told]);
      } finally {
        await contestant.close();
      }
    }
  }
  const names = [...figures.keys()];
  const [first] = figures.values();
  return Object.keys(first?.[0] ?? {}).map((what) => {
    const of = (name: string) => (figures.get(name) ?? []).map((told) => told[what] ?? Number.NaN);
    return {
      what,
      median: Object.fromEntries(names.map((name) => [name, part(of(name), 0.5)])),
      spread: Object.fromEntries(names.map((name) => [name, [Math.min(...of(name)), Math.max(...of(name))]])),
    };
  });
}
