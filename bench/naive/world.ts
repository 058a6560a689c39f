// The baseline's surroundings: `temporal server start-dev --db-filename` as it comes, and the SDK's default worker.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { findTemporal } from '../../src/dev/find-temporal';
import { freePort } from '../../src/dev/ports';
import { type Simulator, startSimulator } from '../../src/simulators';
import type { Begun, Contestant, Sample } from '../contestant';
import { ended, said } from '../processes';
import type { Site } from './activities';

/** As bench/naive/worker.ts has it, which loads the SDK's native part. */
const QUEUE = 'naive';
const RUN = resolve(__dirname, '../../scripts/run.js');
const WORKER = resolve(__dirname, 'worker.ts');
const HOST = '127.0.0.1';

export class NaiveWorld implements Contestant {
  readonly name = 'naive Temporal';
  private worker: ChildProcess | undefined;

  private constructor(
    readonly vendor: Simulator,
    readonly client: Client,
    private readonly folder: string,
    private readonly server: ChildProcess,
    private readonly address: string,
  ) {}

  static async open(): Promise<NaiveWorld> {
    const folder = mkdtempSync(join(tmpdir(), 'naive-bench-'));
    const { path } = await findTemporal();
    const port = await freePort(HOST);
    const file = join(folder, 'temporal.db');
    const args = [
      'server',
      'start-dev',
      '--headless',
      '--log-level=error',
      `--port=${port}`,
      `--db-filename=${file}`,
    ];
    const server = spawn(path, args, { stdio: 'ignore' });
    const address = `${HOST}:${port}`;
    const connection = await connected(address);
    const client = new Client({ connection });
    return new NaiveWorld(await startSimulator('ethosce'), client, folder, server, address);
  }

  get serverPids(): number[] {
    return [this.server.pid ?? 0];
  }

  get workerPid(): number {
    return this.worker?.pid ?? 0;
  }

  async startWorker(): Promise<void> {
    const site = this.vendor.connection() as unknown as Site;
    this.worker = spawn(process.execPath, [RUN, WORKER, this.address, JSON.stringify(site)], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    await said(this.worker, /worker polls/);
  }

  async killWorker(): Promise<void> {
    this.worker?.kill('SIGKILL');
    if (this.worker) await ended(this.worker);
  }

  async begin(person: Sample): Promise<Begun> {
    const handle = await this.client.workflow.start('onboardNaively', {
      workflowId: person.key,
      taskQueue: QUEUE,
      args: [person],
    });
    return { workflowId: person.key, ended: () => handle.result() };
  }

  async close(): Promise<void> {
    await this.client.connection.close();
    for (const child of [this.worker, this.server]) {
      child?.kill('SIGTERM');
      if (child) await ended(child);
    }
    await this.vendor.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** A server that has just been started takes a moment. */
async function connected(address: string): Promise<Connection> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      const connection = await Connection.connect({ address, connectTimeout: '1s' });
      await connection.workflowService.describeNamespace({ namespace: 'default' });
      return connection;
    } catch (error) {
      if (attempt === 60) throw error;
      await new Promise((again) => setTimeout(again, 250));
    }
  }
}
