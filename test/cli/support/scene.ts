// Where commands are tried: a real Temporal server, simulated vendors, and a folder whose muster.yaml names them.

import type { EmbeddedServer } from '../../../src/dev/embedded-server';
import { freePort } from '../../../src/dev/ports';
import { newKey } from '../../../src/privacy/keys';
import { type SimulatedVendor, type Simulator, startSimulator } from '../../../src/simulators';
import { startTestServer } from '../../support/temporal-server';
import { Cli, type Ended, type Started, type StartOptions } from './cli';

/** As short as the fences let them be; one connection has a limit, and with it a task queue of its own. */
const QUICK = { timeout: '2s', settle: { for: '9s' } };

export class Scene {
  private constructor(
    readonly cli: Cli,
    readonly server: EmbeddedServer,
    readonly folder: string,
    private readonly simulators: ReadonlyMap<SimulatedVendor, Simulator>,
  ) {}

  /** @param connections the connections by name, each with its vendor and further keys */
  static async open(
    connections: Record<string, { vendor: SimulatedVendor } & Record<string, unknown>>,
  ): Promise<Scene> {
    const [cli, server] = await Promise.all([Cli.open(), startTestServer()]);
    const simulators = new Map<SimulatedVendor, Simulator>();
    const blocks: Record<string, unknown> = {};
    for (const [name, { vendor, ...more }] of Object.entries(connections)) {
      const simulator = simulators.get(vendor) ?? (await startSimulator(vendor));
      simulators.set(vendor, simulator);
      blocks[name] = { ...simulator.connection(), ...QUICK, ...more };
    }
    const config = {
      connections: blocks,
      encryption: { keys: { test: newKey() }, activeKey: 'test' },
      worker: { healthPort: await freePort('127.0.0.1'), metricsPort: await freePort('127.0.0.1') },
    };
    // JSON is YAML.
    const folder = cli.folder({ 'muster.yaml': JSON.stringify(config, undefined, 2) });
    return new Scene(cli, server, folder, simulators);
  }

  simulator(vendor: SimulatedVendor): Simulator {
    const simulator = this.simulators.get(vendor);
    if (!simulator) throw new Error(`no simulator of ${vendor} was started`);
    return simulator;
  }

  start(args: readonly string[], options: StartOptions = {}): Started {
    const env = { TEMPORAL_ADDRESS: this.server.address, ...options.env };
    return this.cli.start(this.folder, args, { ...options, env });
  }

  run(args: readonly string[], options: StartOptions = {}): Promise<Ended> {
    return this.start(args, options).ended;
  }

  /** Starts a worker process and waits until it polls. */
  async startWorker(): Promise<Started> {
    const worker = this.start(['worker']);
    await worker.until('worker polls');
    return worker;
  }

  async close(): Promise<void> {
    await this.cli.close();
    await Promise.all([...this.simulators.values()].map((simulator) => simulator.close()));
    await this.server.stop();
  }
}
