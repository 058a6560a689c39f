// The simulated vendors as connections of a configuration: what `muster dev` and `muster demo` use in place of real ones.
import { rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { type SimulatedVendor, type Simulator, startSimulator } from '../simulators';
import { type DevEncryption, makeDevFolder } from './state';

/** The connections that the sample requests name, and which vendor each is of. */
export const PLAYGROUND: Readonly<Record<string, SimulatedVendor>> = {
  'pha-demo': 'pha',
  ethosce: 'ethosce',
  onefile: 'onefile',
  hotdocs: 'hotdocs',
  regpack: 'regpack',
};

/** Running simulators by connection name. */
export type Playground = ReadonlyMap<string, Simulator>;

export async function startPlayground(): Promise<Playground> {
  const started = new Map<string, Simulator>();
  try {
    for (const [connection, vendor] of Object.entries(PLAYGROUND))
      started.set(connection, await startSimulator(vendor));
    return started;
  } catch (error) {
    await closePlayground(started);
    throw error;
  }
}

export async function closePlayground(playground: Playground): Promise<void> {
  await Promise.all([...playground.values()].map((simulator) => simulator.close()));
}

/**
 * The configuration of a playground, as muster.yaml would hold it; rosters are read from `imports` in its folder.
 * @param settings further keys of a connection, by its vendor
 */
export function playgroundDocument(
  playground: Playground,
  cwd: string,
  encryption: DevEncryption,
  settings: (vendor: SimulatedVendor) => Record<string, unknown> = () => ({}),
): Record<string, unknown> {
  const connections = [...playground].map(([name, simulator]) => [
    name,
    {
      ...simulator.connection(),
      ...(name.endsWith('-demo') && { environment: 'demo' }),
      ...settings(simulator.vendor),
    },
  ]);
  const bulk = { importsDir: join(cwd, 'imports'), resultsDir: join(cwd, 'results') };
  return { connections: Object.fromEntries(connections), encryption, bulk };
}

const HEADER = `# Made anew at each start of "muster dev" and "muster demo": the simulated vendors as connections.
# To change something, copy this file and start "muster dev --config COPY".
`;

/**
 * Writes it down for the commands of a folder; its owner alone may read it.
 * @returns the absolute path
 */
export async function writePlaygroundConfig(cwd: string, document: unknown): Promise<string> {
  const path = join(await makeDevFolder(cwd), 'muster.yaml');
  const incoming = `${path}.${process.pid}`;
  try {
    await writeFile(incoming, HEADER + stringify(document), { mode: 0o600 });
    await rename(incoming, path);
  } finally {
    await rm(incoming, { force: true });
  }
  return path;
}
