// The embedded Temporal server: the Temporal CLI's development server as a child process, with the settings that make
// it quick, ready when it says so, and never left behind.
import { mkdir } from 'node:fs/promises';
import type { SearchAttributeTypeName } from '../temporal/search-attributes';
import { type DataLock, lockDataFolder } from './data-lock';
import { type Database, databaseIn } from './database';
import { findTemporal } from './find-temporal';
import { freePort, hostAndPort, requireFree } from './ports';
import { untilReady } from './readiness';
import { type Ports, serverArguments } from './server-arguments';
import { end, type ServerExit, spawnServer } from './server-process';

/** How the embedded server is started; every part has a default. */
export interface EmbeddedServerOptions {
  /** Folder of the database (`temporal.db`), made if missing; unset: nothing outlives the server. */
  dataDir?: string;
  /** Port of the gRPC service. Default: a free one. */
  port?: number;
  /** Port of the web UI; unset or 0: no UI. */
  uiPort?: number;
  /** Address listened on. Default `127.0.0.1`. */
  ip?: string;
  /** Created if missing. Default `default`. */
  namespace?: string;
  /** Address of the codec server that the UI's pages call, e.g. `http://127.0.0.1:8234`. */
  codecEndpoint?: string;
  /** Registered in the namespace, also if the database was made without them. */
  searchAttributes?: Readonly<Record<string, SearchAttributeTypeName>>;
  /** Days for which ended runs are kept. Default 30 with `dataDir`, else the server's own (1). */
  retentionDays?: number;
  /** File to which the server's own messages are appended. Default: only the last ones are kept, for errors. */
  logFile?: string;
  /** Path of the Temporal CLI. Default: as {@link findTemporal} finds it. */
  binary?: string;
  /** Further arguments of `temporal server start-dev`; they come last, so they win. */
  extraArgs?: readonly string[];
  /** Told before something that takes long. */
  onProgress?: (message: string) => void;
}

/** A running embedded server. It ends with this process at the latest. */
export interface EmbeddedServer {
  /** `host:port` of the gRPC service. */
  readonly address: string;
  readonly namespace: string;
  /** Address of the web UI, if there is one. */
  readonly uiUrl?: string;
  readonly pid: number;
  /** Settles when the server has ended, for whatever reason; never rejects. */
  readonly exited: Promise<ServerExit>;
  /** Stops it in order (SIGTERM; SIGKILL after 10 seconds); a second call waits for the first. */
  stop(): Promise<void>;
  /** Ends it as a crash would (SIGKILL). */
  kill(): Promise<void>;
}

/** The server could not be started; the message holds the last that it said. */
export class EmbeddedServerError extends Error {
  override readonly name = 'EmbeddedServerError';
}

const START_TIMEOUT_MS = 60_000;
const PORT_ATTEMPTS = 3;

interface Program {
  path: string;
  version: string;
}

async function startOn(
  binary: Program,
  options: EmbeddedServerOptions,
  ports: Ports,
  database: Database | undefined,
  lock: DataLock | undefined,
): Promise<EmbeddedServer> {
  const { ip = '127.0.0.1', namespace = 'default', dataDir, searchAttributes = {}, logFile } = options;
  const address = hostAndPort(ip, ports.port);
  const server = await spawnServer(
    binary.path,
    serverArguments(options, ports, binary.version, database),
    logFile,
  );
  const { child, exited } = server;

  const waiting = new AbortController();
  const timer = setTimeout(
    () => waiting.abort(new Error(`it was not ready after ${START_TIMEOUT_MS / 1000} seconds`)),
    START_TIMEOUT_MS,
  );
  const ready = untilReady(
    {
      address,
      namespace,
      searchAttributes,
      retentionDays: options.retentionDays ?? (dataDir === undefined ? undefined : 30),
    },
    waiting.signal,
  );
  try {
    if (child.pid !== undefined) await lock?.heldFor({ pid: child.pid, address });
    const died = await Promise.race([ready, exited]);
    if (died || child.pid === undefined) {
      throw new Error(`it ended at once (${died?.signal ?? `exit code ${died?.code}`})`);
    }
  } catch (error) {
    waiting.abort();
    await ready.catch(() => {});
    await end(server, 'SIGTERM');
    const said = await server.lastSaid();
    throw new EmbeddedServerError(
      `The embedded Temporal server (${binary.path}) did not start: ${(error as Error).message}` +
        (said === '' ? '' : `\nIts last words:\n${said}`),
      { cause: error },
    );
  } finally {
    clearTimeout(timer);
  }

  let stopped: Promise<void> | undefined;
  const gone = exited.then(async (exit) => {
    // A lock that stays is seen to be stale.
    await lock?.release().catch(() => {});
    return exit;
  });
  const endWith = async (signal: 'SIGTERM' | 'SIGKILL') => {
    await end(server, signal);
    await gone;
  };
  return {
    address,
    namespace,
    ...(ports.uiPort !== undefined && { uiUrl: `http://${hostAndPort(ip, ports.uiPort)}` }),
    pid: child.pid,
    exited: gone,
    stop: () => {
      stopped ??= endWith('SIGTERM');
      return stopped;
    },
    kill: () => endWith('SIGKILL'),
  };
}

/**
 * Starts an embedded server and waits until it is ready: reachable, search attributes registered, lists answered.
 * @throws TemporalCliNotFoundError, PortInUseError, DataFolderInUseError, EmbeddedServerError
 */
export async function startEmbeddedServer(options: EmbeddedServerOptions = {}): Promise<EmbeddedServer> {
  const { dataDir, ip = '127.0.0.1', port, onProgress } = options;
  for (const wanted of [port, options.uiPort]) {
    if (wanted) await requireFree(ip, wanted);
  }
  const binary = await findTemporal({ explicit: options.binary, onProgress });
  if (dataDir !== undefined) await mkdir(dataDir, { recursive: true, mode: 0o700 });
  if (dataDir === undefined) return startSomewhere(binary, options);
  const lock = await lockDataFolder(dataDir);
  try {
    const { namespace, searchAttributes, retentionDays } = options;
    const make = async (made: Database) => {
      const maker = await startSomewhere(
        binary,
        { ip, dataDir, namespace, searchAttributes, retentionDays },
        made,
      );
      await maker.stop();
    };
    return await startSomewhere(binary, options, await databaseIn(dataDir, make), lock);
  } catch (error) {
    await lock.release();
    throw error;
  }
}

async function startSomewhere(
  binary: Program,
  options: EmbeddedServerOptions,
  database?: Database,
  lock?: DataLock,
): Promise<EmbeddedServer> {
  const { ip = '127.0.0.1', port } = options;
  for (let attempt = 1; ; attempt++) {
    const ports = { port: port ?? (await freePort(ip)), uiPort: options.uiPort || undefined };
    try {
      return await startOn(binary, options, ports, database, lock);
    } catch (error) {
      // Someone else may have taken the port that was free a moment ago.
      const lostPort = /address already in use/.test((error as Error).message);
      if (!lostPort || port !== undefined || attempt === PORT_ATTEMPTS) throw error;
    }
  }
}
