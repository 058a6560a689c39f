// Faults of Muster's own processes: workers killed or stopped around every activity, two workers at once, the Temporal
// server stopped and started.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type EmbeddedServer, startEmbeddedServer } from '../../src/dev/embedded-server';
import { MUSTER_SEARCH_ATTRIBUTES } from '../../src/temporal/search-attributes';
import { Bench, type Workers } from './bench';
import { idOf, placesOf, type Recorded, THOROUGH } from './cases';
import { childWorkers } from './child-workers';
import type { Disturbance } from './disturbances';
import { runAll } from './pool';
import { type ActivitySpot, planFile, SPOTS_FILE, type Strike } from './process-plan';
import type { Case, Verdict } from './run-case';
import { variant } from './variants';

/** Each death of a worker meets all that is under way, so each lane has a server and workers of its own, and one case. */
const LANES = 4;
/** Where nothing is killed. */
const AT_ONCE = 5;
const DOWN_MS = 4_000;

export interface ProcessOptions {
  bundle: string;
  /** Which cases; all by default. */
  wanted: (one: Case) => boolean;
  onVerdict: (verdict: Verdict) => void;
}

export async function sweepProcesses(recorded: readonly Recorded[], options: ProcessOptions): Promise<void> {
  const some = recorded.filter(({ scenario }) => THOROUGH.includes(scenario.name));
  const folder = mkdtempSync(join(tmpdir(), 'muster-sweep-'));
  try {
    const dataDir = join(folder, 'temporal');
    const plans = join(folder, 'plans');
    mkdirSync(plans);
    let server = await open({ dataDir });
    try {
      const workers = childWorkers(plans, options.bundle);
      const spots = await activitiesOf(some, server, workers, plans);
      await inLanes(folder, options, (lane) =>
        some.flatMap((one) => strikes(one, spots.get(one) ?? [], lane)),
      );
      await run(some.map(twoWorkers), server, childWorkers(plans, options.bundle, 2), options);
      server = await withoutServer(some, server, dataDir, options, plans);
    } finally {
      await server.stop();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @param casesIn all cases, by the folder of a lane's plans */
async function inLanes(
  folder: string,
  options: ProcessOptions,
  casesIn: (plans: string) => Case[],
): Promise<void> {
  const lanes = Array.from({ length: LANES }, async (_, lane) => {
    const plans = join(folder, `lane-${lane}`);
    const cases = casesIn(plans)
      .filter(options.wanted)
      .filter((_, index) => index % LANES === lane);
    if (cases.length === 0) return;
    mkdirSync(plans);
    const server = await open();
    try {
      await run(cases, server, childWorkers(plans, options.bundle), options, 1);
    } finally {
      await server.stop();
    }
  });
  await Promise.all(lanes);
}

function open(where: { dataDir?: string; port?: number } = {}): Promise<EmbeddedServer> {
  return startEmbeddedServer({ ...where, searchAttributes: MUSTER_SEARCH_ATTRIBUTES });
}

async function run(
  cases: readonly Case[],
  server: EmbeddedServer,
  workers: Workers,
  { wanted, onVerdict }: ProcessOptions,
  concurrency = AT_ONCE,
): Promise<void> {
  const some = cases.filter(wanted);
  if (some.length === 0) return;
  const bench = await Bench.open(server, placesOf(some), workers);
  try {
    await runAll(some, bench, { concurrency, onVerdict });
  } finally {
    await bench.close();
  }
}

/** The activities of a run to which nothing happens. */
async function activitiesOf(
  recorded: readonly Recorded[],
  server: EmbeddedServer,
  workers: Workers,
  plans: string,
): Promise<Map<Recorded, ActivitySpot[]>> {
  const cases = recorded.map(({ facts, scenario }) => ({
    ...bare({ facts, scenario, spots: [] }, 'recording'),
  }));
  const bench = await Bench.open(server, placesOf(cases), workers);
  await runAll(cases, bench, { concurrency: 4 });
  await bench.close();
  const lines = readFileSync(join(plans, SPOTS_FILE), 'utf8').trim().split('\n');
  const all = lines.map((line) => JSON.parse(line) as ActivitySpot);
  return new Map(
    recorded.map((one, index) => {
      const { connection = '' } = bench.sites[index] ?? {};
      return [one, all.filter(({ workflowId }) => workflowId.startsWith(`${connection}/`))];
    }),
  );
}

function bare(recorded: Recorded, name: string, disturbance?: Disturbance): Case {
  const { facts, scenario } = recorded;
  const group = name.replace(/@.*/, '');
  const id = idOf(recorded, name);
  return { id, group, facts, scenario, faults: [], ...(disturbance && { disturbance }) };
}

/** A worker that is killed, or stopped and woken, before and after each activity. */
function strikes(recorded: Recorded, spots: readonly ActivitySpot[], plans: string): Case[] {
  const ways: Pick<Strike, 'when' | 'signal'>[] = [
    { when: 'before', signal: 'SIGKILL' },
    { when: 'after', signal: 'SIGKILL' },
    { when: 'before', signal: 'SIGSTOP' },
    { when: 'after', signal: 'SIGSTOP' },
  ];
  return spots.flatMap(({ activityId, isLocal, activityType }) =>
    ways.map(({ when, signal }) => {
      const name = `${signal === 'SIGKILL' ? 'killed' : 'stopped'}-${when}@${activityType}/${activityId}`;
      const disturbance: Disturbance = {
        name,
        interrupts: true,
        async arrange({ connection, request }) {
          const strike: Strike = { activityId, isLocal, when, signal };
          writeFileSync(planFile(plans, `${connection}/${request.key}`), JSON.stringify(strike));
        },
      };
      return bare(recorded, name, disturbance);
    }),
  );
}

function twoWorkers(recorded: Recorded): Case {
  return bare(recorded, 'two-workers', { name: 'two-workers', interrupts: true });
}

/** Runs with and without a lost create, while the server is stopped and started again, twice. */
async function withoutServer(
  recorded: readonly Recorded[],
  first: EmbeddedServer,
  dataDir: string,
  { wanted, onVerdict, bundle }: ProcessOptions,
  plans: string,
): Promise<EmbeddedServer> {
  let server = first;
  const cases = recorded
    .flatMap((one) => {
      const [call = ''] = Object.keys(one.facts.creates);
      const lost = { name: call.replaceAll(' ', '-'), nth: 1, variant: variant('drop-after') };
      const plain = bare(one, 'server-stopped', { name: 'server-stopped', interrupts: true });
      return [plain, { ...plain, id: `${plain.id}@lost`, faults: [lost] }];
    })
    .filter(wanted);
  if (cases.length === 0) return server;
  const port = Number(server.address.split(':').pop());
  const bench = await Bench.open(server, placesOf(cases), childWorkers(plans, bundle));
  const going = runAll(cases, bench, { concurrency: cases.length, onVerdict });
  for (let time = 0; time < 2; time += 1) {
    await sleep(DOWN_MS / 2);
    await server.stop();
    await sleep(DOWN_MS);
    server = await open({ dataDir, port });
  }
  await going;
  await bench.close();
  return server;
}

/** Whether processes can be stopped and woken here. */
export function canStopProcesses(): boolean {
  return process.platform !== 'win32' && existsSync('/proc');
}
