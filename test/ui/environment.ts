// A `muster dev` of its own for looking at the Temporal UI: with simulated vendors whose faults can be planned over HTTP, and
// the client library beside it.
import { connectMuster, type Muster } from '../../src/client';
import { loadConfig } from '../../src/config/load';
import { readDevState } from '../../src/dev/state';
import type { FaultPlan } from '../../src/simulators';
import type { Cli, Started } from '../cli/support/cli';

export class Playground {
  private constructor(
    private readonly started: Started,
    readonly muster: Muster,
    readonly uiUrl: string,
    private readonly simulators: Readonly<Record<string, string>>,
  ) {}

  static async start(cli: Cli): Promise<Playground> {
    const folder = cli.folder();
    const started = cli.start(folder, ['dev']);
    await started.until('Ready.');
    const found = await readDevState(folder);
    if (found.status !== 'live') throw new Error(`its state is ${found.status}`);
    const { config: file, uiUrl, address, namespace, simulators } = found.state;
    if (!file || !uiUrl || !simulators) throw new Error('it has no UI or no simulators');
    const config = loadConfig({ file, cwd: folder, env: {}, secrets: 'resolve' });
    const muster = await connectMuster({ config, temporal: { connection: { address }, namespace } });
    return new Playground(started, muster, uiUrl, simulators);
  }

  /** @param connection as `muster dev` names it, e.g. `pha-demo` */
  async inject(connection: string, fault: FaultPlan): Promise<void> {
    const response = await fetch(`${this.simulators[connection]}/__admin/faults`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(fault),
    });
    if (!response.ok) throw new Error(`${connection}: ${await response.text()}`);
  }

  /** The UI's list of runs that a query finds. */
  listUrl(query: string): string {
    return `${this.uiUrl}/namespaces/default/workflows?query=${encodeURIComponent(query)}`;
  }

  /** The page of a run, by its workflow id. */
  async runUrl(id: string, page = ''): Promise<string> {
    const { runId } = await this.muster.client.workflow.getHandle(id).describe();
    return `${this.uiUrl}/namespaces/default/workflows/${encodeURIComponent(id)}/${runId}${page}`;
  }

  async stop(): Promise<void> {
    await this.muster.close();
    this.started.kill('SIGTERM');
    await this.started.ended;
  }
}
