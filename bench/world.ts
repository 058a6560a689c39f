// What a measurement of Muster runs in: a Temporal server, a simulated vendor in this process, and workers as processes of
// their own, started as `muster worker` is.
import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { stringify } from 'yaml';
import { connectMuster, type Muster } from '../src/client/muster';
import { configFromObject } from '../src/config/load';
import { freePort } from '../src/dev/ports';
import { newKey } from '../src/privacy/keys';
import { type SimulatedVendor, type Simulator, startSimulator } from '../src/simulators';
import { type Engine, embedded, type StartEngine } from './engine';
import { ended, said } from './processes';

const CLI = resolve(__dirname, '../dist/src/cli/main.js');
const HOST = '127.0.0.1';
/** The vendor of the bulk measurements, and the name of its connection. */
export const CONNECTION = 'hotdocs';

export interface WorldOptions {
  /** The connection's limit; none if left out. */
  requestsPerSecond?: number;
  /** Default: {@link CONNECTION}. */
  vendor?: SimulatedVendor;
  /** Default: embedded. */
  engine?: StartEngine;
}

export class World {
  private workers: ChildProcess[] = [];
  muster!: Muster;
  server!: Engine;
  private port = 0;

  private constructor(
    readonly folder: string,
    readonly vendor: Simulator,
    private readonly document: Record<string, unknown>,
    private readonly engine: StartEngine,
  ) {}

  static async open(options: WorldOptions): Promise<World> {
    const { requestsPerSecond, vendor: name = CONNECTION, engine = embedded } = options;
    const folder = mkdtempSync(join(tmpdir(), 'muster-bench-'));
    // PostgreSQL runs as a user of its own.
    chmodSync(folder, 0o755);
    mkdirSync(join(folder, 'imports'));
    const vendor = await startSimulator(name);
    const document = {
      connections: {
        [name]: {
          ...vendor.connection(),
          ...(requestsPerSecond && { requestsPerSecond }),
          // Else a person whose create was killed before it left would wait for an operator.
          // biome-ignore lint/suspicious/noThenProperty: the configuration's word
          ...(name === 'ethosce' && { timeout: '2s', settle: { for: '7s', then: 'resend' } }),
        },
      },
      encryption: { keys: { bench: newKey() }, activeKey: 'bench' },
      bulk: { importsDir: join(folder, 'imports'), resultsDir: join(folder, 'results') },
    };
    const world = new World(folder, vendor, document, engine);
    await world.startServer();
    return world;
  }

  async startServer(): Promise<void> {
    this.server = await this.engine(this.folder, this.port || undefined);
    this.port = Number(this.server.address.split(':').at(-1));
    await this.muster?.close();
    this.muster = await connectMuster({
      config: configFromObject(this.document),
      temporal: { connection: { address: this.server.address }, namespace: 'default' },
    });
  }

  /** @returns once it says that it is ready */
  async startWorker(): Promise<ChildProcess> {
    const file = join(this.folder, `muster-${this.workers.length}.yaml`);
    const [healthPort, metricsPort] = [await freePort(HOST), await freePort(HOST)];
    writeFileSync(file, stringify({ ...this.document, worker: { healthPort, metricsPort } }));
    const worker = spawn(process.execPath, [CLI, 'worker', '--config', file], {
      env: { ...process.env, TEMPORAL_ADDRESS: this.server.address },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    this.workers.push(worker);

    await said(worker, /worker polls/);
    return worker;
  }

  /** A roster of so many made-up people. */
  roster(name: string, rows: number): string {
    const lines = Array.from(
      { length: rows },
      (_, row) => `${name}-${row},Ines,Heron,${name}-${row}@example.org`,
    );
    const path = join(this.folder, 'imports', `${name}.csv`);
    writeFileSync(path, `key,firstName,lastName,email\n${lines.join('\n')}\n`);
    return path;
  }

  /** How many people of a roster exist at the vendor, and how many e-mail addresses they have. */
  people(name: string): { users: number; distinct: number } {
    const { users } = this.vendor.state() as { users: { emailAddress: string }[] };
    const mine = users.filter(({ emailAddress }) => emailAddress.startsWith(`${name}-`));
    return { users: mine.length, distinct: new Set(mine.map(({ emailAddress }) => emailAddress)).size };
  }

  async close(): Promise<void> {
    await this.muster.close();
    for (const worker of this.workers) worker.kill('SIGTERM');
    await Promise.all(this.workers.map(ended));
    await this.vendor.close();
    await this.server.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

const PATIENCE_MS = 300_000;

/** @throws what never came, after five minutes */
export async function until(what: string, condition: () => boolean): Promise<void> {
  const late = Date.now() + PATIENCE_MS;
  while (!condition()) {
    if (Date.now() > late) throw new Error(`it never came that ${what}`);
    await sleep(100);
  }
}
