// Muster as it is measured with single people: at EthosCE, whose sequence is the longest, on either Temporal server.
import type { ChildProcess } from 'node:child_process';
import type { Client } from '@temporalio/client';
import type { Simulator } from '../src/simulators';
import type { Begun, Contestant, Sample } from './contestant';
import { embedded, onPostgres } from './engine';
import { ended } from './processes';
import { World } from './world';

export class MusterWorld implements Contestant {
  private worker: ChildProcess | undefined;

  private constructor(
    readonly name: string,
    private readonly world: World,
  ) {}

  static async open(server: 'embedded' | 'PostgreSQL'): Promise<MusterWorld> {
    const engine = server === 'embedded' ? embedded : onPostgres;
    const world = await World.open({ vendor: 'ethosce', engine });
    return new MusterWorld(server === 'embedded' ? 'Muster' : `Muster on ${server}`, world);
  }

  get vendor(): Simulator {
    return this.world.vendor;
  }

  get client(): Client {
    return this.world.muster.client;
  }

  get serverPids(): number[] {
    return this.world.server.pids();
  }

  get workerPid(): number {
    return this.worker?.pid ?? 0;
  }

  async startWorker(): Promise<void> {
    this.worker = await this.world.startWorker();
  }

  async killWorker(): Promise<void> {
    this.worker?.kill('SIGKILL');
    if (this.worker) await ended(this.worker);
  }

  async begin({ key, roles, ...person }: Sample): Promise<Begun> {
    const handle = await this.world.muster.onboard({ key, person, accounts: { ethosce: { roles } } });
    const end = async () => {
      const { status, accounts } = await handle.result();
      const problem = accounts.ethosce?.problem;
      if (status !== 'done') throw new Error(`${key} is ${status}: ${problem?.code}, ${problem?.message}`);
    };
    return { workflowId: handle.id, ended: end };
  }

  close(): Promise<void> {
    return this.world.close();
  }
}
