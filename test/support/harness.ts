// A whole Muster for a test: a real Temporal server, vendor simulators, a worker, the client library, over sockets.
import type { NativeConnectionOptions } from '@temporalio/worker';
import { connectMuster, type Muster } from '../../src/client';
import { configFromObject } from '../../src/config/load';
import type { MusterConfig } from '../../src/config/schema';
import type { EmbeddedServer, EmbeddedServerOptions } from '../../src/dev/embedded-server';
import { newKey } from '../../src/privacy/keys';
import type { RequestDocument } from '../../src/request/schema';
import { type SimulatedVendor, type Simulator, startSimulator } from '../../src/simulators';
import { createMusterWorker, type MusterWorker, type MusterWorkerOptions } from '../../src/worker';
import { TEST_BUNDLE } from './bundle-path';
import { startTestServer } from './temporal-server';

/**
 * Short, so that a lost answer is settled within a test, as short as the fence lets it be; and long enough for a busy machine,
 * where an answer that merely came late would else count as lost.
 */
export const QUICK = { timeout: '2s', settle: { for: '9s' }, waitFor: '2m' };

export interface HarnessOptions {
  vendors: SimulatedVendor[];
  /** Further keys of a connection, by its name; the connection is named as its vendor. */
  connections?: Record<string, Record<string, unknown>>;
  /** Connections of other names to the same simulators: `{ 'ethosce-strict': { vendor: 'ethosce', existing: 'refuse' } }`. */
  further?: Record<string, Record<string, unknown> & { vendor: SimulatedVendor }>;
  /** Encrypts the payloads; a new one if left out. */
  key?: string;
  /** Where rosters are, and results go. */
  bulk?: { importsDir: string; resultsDir: string };
  /** When a connection's rate is lowered and raised again; as usual if left out. */
  pace?: MusterWorkerOptions['pace'];
  /** How the Temporal server differs from the usual one, which keeps nothing on disk. */
  server?: EmbeddedServerOptions;
}

export class Harness {
  private running: { worker: MusterWorker; ended: Promise<void> } | undefined;

  private constructor(
    readonly server: EmbeddedServer,
    readonly simulators: ReadonlyMap<string, Simulator>,
    readonly config: MusterConfig,
    readonly muster: Muster,
    private readonly pace: HarnessOptions['pace'],
  ) {}

  static async start(options: HarnessOptions): Promise<Harness> {
    const server = await startTestServer(options.server);
    try {
      return await Harness.around(server, options);
    } catch (error) {
      await server.kill();
      throw error;
    }
  }

  private static async around(server: EmbeddedServer, options: HarnessOptions): Promise<Harness> {
    const { vendors, connections = {}, further = {}, key = newKey(), bulk, pace } = options;
    const started = await Promise.all(vendors.map((vendor) => startSimulator(vendor)));
    const usual = (vendor: SimulatedVendor) => ({
      ...started.find((simulator) => simulator.vendor === vendor)?.connection(),
      ...QUICK,
    });
    const config = configFromObject({
      connections: Object.fromEntries([
        ...vendors.map((vendor) => [vendor, { ...usual(vendor), ...connections[vendor] }]),
        ...Object.entries(further).map(([name, more]) => [name, { ...usual(more.vendor), ...more }]),
      ]),
      encryption: { keys: { test: key }, activeKey: 'test' },
      ...(bulk && { bulk }),
    });
    const temporal = { connection: { address: server.address }, namespace: 'default' };
    const muster = await connectMuster({ config, temporal });
    const simulators = new Map(started.map((simulator) => [simulator.vendor as string, simulator]));
    const harness = new Harness(server, simulators, config, muster, pace);
    await harness.startWorker();
    return harness;
  }

  get temporal(): NativeConnectionOptions {
    return { address: this.server.address };
  }

  async startWorker(pace = this.pace): Promise<void> {
    const worker = await createMusterWorker({
      config: this.config,
      temporal: this.temporal,
      namespace: 'default',
      log: SILENT,
      workflowBundle: { codePath: TEST_BUNDLE },
      ...(pace && { pace }),
    });
    this.running = { worker, ended: worker.run() };
  }

  async stopWorker(): Promise<void> {
    this.running?.worker.shutdown();
    await this.running?.ended;
    this.running = undefined;
  }

  simulator(vendor: SimulatedVendor): Simulator {
    const simulator = this.simulators.get(vendor);
    if (!simulator) throw new Error(`no simulator of ${vendor} was started`);
    return simulator;
  }

  async stop(): Promise<void> {
    await this.stopWorker();
    await this.muster.close();
    await Promise.all([...this.simulators.values()].map((simulator) => simulator.close()));
    await this.server.stop();
  }
}

const SILENT = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

let people = 0;

/** A made-up person of their own for each call, with the given accounts. */
export function person(
  accounts: RequestDocument['accounts'],
  more: Partial<RequestDocument> = {},
): RequestDocument {
  people += 1;
  const key = `test-${process.pid}-${people}`;
  return {
    key,
    person: {
      firstName: 'Orla',
      lastName: `Tern${people}`,
      email: `${key}@example.org`,
      dateOfBirth: '1990-01-31',
      sex: 'F',
      address: {
        street: '1 Quay Row',
        city: 'Philadelphia',
        province: 'PA',
        postalCode: '19109',
        country: 'us',
      },
    },
    accounts,
    ...more,
  };
}
