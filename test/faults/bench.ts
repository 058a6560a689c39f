// Where cases are run: one Temporal server, one worker, and a connection with a simulated vendor of its own for every
// case, so that hundreds can go on at once and none is in another's way.
import type { WorkflowBundleOption } from '@temporalio/worker';
import { connectMuster, type Muster } from '../../src/client';
import { configFromObject } from '../../src/config/load';
import type { MusterConfig } from '../../src/config/schema';
import type { EmbeddedServer } from '../../src/dev/embedded-server';
import { newKey } from '../../src/privacy/keys';
import { type SimulatedVendor, type Simulator, startSimulator } from '../../src/simulators';
import { createMusterWorker, type MusterWorker } from '../../src/worker';
import { PROMPT_HOLDS, QUICK } from './quick';
import { reached } from './reached';

/** A connection that a case wants for itself. */
export interface Place {
  vendor: SimulatedVendor;
  settings: Record<string, unknown> | undefined;
  connection: Record<string, unknown> | undefined;
}

export interface Site {
  connection: string;
  simulator: Simulator;
}

/** What runs the activities: a worker in this process, or one that a test can kill. */
export interface Workers {
  start(config: Record<string, unknown>, address: string): Promise<void>;
  stop(): Promise<void>;
}

export class Bench {
  private constructor(
    readonly server: EmbeddedServer,
    readonly sites: readonly Site[],
    /** As muster.yaml would have it. */
    private readonly document: Record<string, unknown>,
    readonly config: MusterConfig,
    readonly muster: Muster,
    private readonly workers: Workers,
  ) {}

  /** One site for each place, in their order. The server is the caller's. */
  static async open(server: EmbeddedServer, places: readonly Place[], workers: Workers): Promise<Bench> {
    const sites: Site[] = [];
    const connections: Record<string, unknown> = {};
    for (const [index, { vendor, settings, connection }] of places.entries()) {
      const simulator = await startSimulator(vendor, { ...(settings && { settings }) });
      const name = `${vendor}-${server.pid}-${opened}-${index}`;
      sites.push({ connection: name, simulator });
      connections[name] = { ...simulator.connection(), ...QUICK, ...connection };
    }
    opened += 1;
    const document = { connections, encryption: ENCRYPTION };
    const config = configFromObject(document);
    const temporal = { connection: { address: server.address }, namespace: 'default' };
    // Opening hundreds of sites keeps this process so busy that it may miss its own deadline.
    const muster = await reached(() => connectMuster({ config, temporal }));
    const bench = new Bench(server, sites, document, config, muster, workers);
    await workers.start(document, server.address);
    return bench;
  }

  /** As an operator would who was told that the credentials are good: another process does not know them as rejected. */
  async restartWorker(): Promise<void> {
    await this.workers.stop();
    await this.workers.start(this.document, this.server.address);
  }

  async close(): Promise<void> {
    await this.workers.stop();
    await this.muster.close();
    await Promise.all(this.sites.map(({ simulator }) => simulator.close()));
  }
}

let opened = 0;
const ENCRYPTION = { keys: { sweep: newKey() }, activeKey: 'sweep' };

/** A worker in this process. */
export function workerHere(workflowBundle: WorkflowBundleOption): Workers {
  let running: { worker: MusterWorker; ended: Promise<void> } | undefined;
  return {
    async start(document, address) {
      const worker = await createMusterWorker({
        config: configFromObject(document),
        temporal: { address },
        namespace: 'default',
        log: SILENT,
        workflowBundle,
        holds: PROMPT_HOLDS,
      });
      running = { worker, ended: worker.run() };
    },
    async stop() {
      running?.worker.shutdown();
      await running?.ended;
      running = undefined;
    },
  };
}

export const SILENT = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};
