// The Temporal servers that Muster is measured on: the embedded one, as `muster dev` starts it, and a server on PostgreSQL,
// started from binaries as docker-compose.yml has it.
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { startEmbeddedServer } from '../src/dev/embedded-server';
import { MUSTER_SEARCH_ATTRIBUTES } from '../src/temporal/search-attributes';
import { familyOf, nameOf } from './cost';

export interface Engine {
  /** `host:port` */
  address: string;
  /** All its processes. */
  pids(): number[];
  stop(): Promise<void>;
  /** SIGKILL. */
  kill(): Promise<void>;
}

export type StartEngine = (folder: string, port?: number) => Promise<Engine>;

export const embedded: StartEngine = async (folder, port) => {
  const server = await startEmbeddedServer({
    dataDir: join(folder, 'temporal'),
    searchAttributes: MUSTER_SEARCH_ATTRIBUTES,
    ...(port !== undefined && { port }),
  });
  return {
    address: server.address,
    pids: () => [server.pid],
    stop: () => server.stop(),
    kill: () => server.kill(),
  };
};

interface Topology {
  findPrograms(given: object, say: (message: string) => void): Promise<unknown>;
  startPostgres(programs: unknown, folder: string): Promise<unknown>;
  startTemporal(
    programs: unknown,
    folder: string,
    postgres: unknown,
  ): Promise<{ address: string; kill(): Promise<unknown> }>;
  stopAll(): Promise<void>;
}

/** Where the programs are, `npm run topology -- --help` tells; by environment variables here. */
export const onPostgres: StartEngine = async (folder) => {
  const topology = await scripts();
  const programs = await topology.findPrograms({}, (message) => process.stderr.write(`${message}\n`));
  const before = new Set(familyOf(process.pid));
  const postgres = await topology.startPostgres(programs, folder);
  const server = await topology.startTemporal(programs, folder, postgres);
  return {
    address: server.address,
    // PostgreSQL starts a process for each of its clients; the workers are started later and by others.
    pids: () => familyOf(process.pid).filter((pid) => !before.has(pid) && nameOf(pid) !== 'node'),
    stop: () => topology.stopAll(),
    kill: async () => {
      await server.kill();
    },
  };
};

async function scripts(): Promise<Topology> {
  // Written as modules, which a compiled `import()` would ask for by `require`.
  const load = new Function('url', 'return import(url)') as (url: string) => Promise<object>;
  const parts = ['binaries', 'cluster', 'processes'].map((name) =>
    load(pathToFileURL(resolve(__dirname, `../scripts/topology/${name}.mjs`)).href),
  );
  return Object.assign({}, ...(await Promise.all(parts))) as Topology;
}
