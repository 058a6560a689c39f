// What `muster dev` and `muster demo` share: an embedded Temporal server (or the one that TEMPORAL_ADDRESS names), the
// decode endpoint of its UI, simulated vendors where no configuration is given, and a worker in this process. Tells the
// other commands of the folder where everything is, and stops it all in order.
import { join } from 'node:path';
import type { Logger } from '@temporalio/common';
import { Runtime } from '@temporalio/worker';
import { configFromObject, loadConfig } from '../config/load';
import type { MusterConfig } from '../config/schema';
import { startCodecServer } from '../privacy/decode-endpoint';
import { type KeyRing, newKey, parseKeyRing } from '../privacy/keys';
import type { SimulatedVendor } from '../simulators';
import { type TemporalSettings, temporalFromEnvironment } from '../temporal/connect';
import { openConnection } from '../temporal/open-connection';
import { registerMissing } from '../temporal/registration';
import { MUSTER_SEARCH_ATTRIBUTES } from '../temporal/search-attributes';
import { createMusterWorker, type MusterWorker } from '../worker/create-worker';
import { startEmbeddedServer } from './embedded-server';
import {
  closePlayground,
  type Playground,
  playgroundDocument,
  startPlayground,
  writePlaygroundConfig,
} from './playground';
import { freePort, loopbackOrigins, requireFree } from './ports';
import { type DevEncryption, devFolder, devKeys, readDevState, removeDevState, writeDevState } from './state';

export interface EnvironmentOptions {
  /** The folder whose commands find it; its `.muster/` holds what outlives it. */
  cwd: string;
  env: NodeJS.ProcessEnv;
  /** Real connections in place of simulators: the path of a configuration. */
  configFile?: string;
  /** Keep Temporal's data in `.muster/`; else nothing outlives the environment. */
  keepData: boolean;
  /** Further keys of the simulated connections. */
  settings?: (vendor: SimulatedVendor) => Record<string, unknown>;
  log: Logger;
  /** Told before something that takes long. */
  onProgress: (message: string) => void;
}

export interface Environment {
  /** With secrets and keys: as its worker has it. */
  config: MusterConfig;
  /** How a client in this process reaches Temporal. */
  temporal: TemporalSettings;
  /** Address of the Temporal UI, where the server is ours. */
  uiUrl?: string;
  /** What `temporal --codec-endpoint` takes, where the server is ours; on loopback, and nobody is asked who they are. */
  codecUrl?: string;
  /** Empty where a configuration was given. */
  simulators: Playground;
  /** Whether other commands of the folder find it: another environment that runs there is left alone. */
  isFound: boolean;
  /** Rejects when server or worker end without being asked to. */
  broken: Promise<never>;
  stop(): Promise<void>;
}

const HOST = '127.0.0.1';
const USUAL_UI_PORT = 8233;

/** What stops the parts that have been started. */
type Undo = (() => Promise<void>)[];

/**
 * Starts one, with the process's log; once a process, since the SDK's runtime is the process's.
 * @throws ConfigError, and whatever the embedded server's start throws; nothing is left running then.
 */
export async function startEnvironment(options: EnvironmentOptions): Promise<Environment> {
  Runtime.install({
    logger: options.log,
    shutdownSignals: [],
    telemetryOptions: { logging: { filter: { core: 'WARN', other: 'ERROR' }, forward: {} } },
  });
  const undo: Undo = [];
  const stop = async () => {
    for (let step = undo.pop(); step; step = undo.pop()) await step();
  };
  try {
    return { ...(await start(options, undo)), stop };
  } catch (error) {
    await stop().catch(() => undefined);
    throw error;
  }
}

/** @param undo filled with what stops the parts, in the order in which they were started */
async function start(options: EnvironmentOptions, undo: Undo): Promise<Omit<Environment, 'stop'>> {
  const { cwd, log, onProgress } = options;
  const isFound = (await readDevState(cwd)).status !== 'live';
  const { config, simulators, encryption } = await configure(options, isFound, undo);
  const { temporal, uiUrl, codecUrl, ended } = await startServer(options, config, undo);
  const addresses = { ...(uiUrl && { uiUrl }), ...(codecUrl && { codecUrl }) };
  onProgress('Starting the worker');
  const worker = await createMusterWorker({
    config,
    temporal: temporal.connection,
    namespace: temporal.namespace,
    log,
  });
  const broken = Promise.race([runWorker(worker, undo), ended]);
  broken.catch(() => undefined);
  if (isFound) {
    await writeDevState(cwd, {
      address: temporal.connection.address ?? '',
      namespace: temporal.namespace,
      encryption,
      pid: process.pid,
      ...(config.file && { config: config.file }),
      ...addresses,
      simulators: Object.fromEntries([...simulators].map(([name, { url }]) => [name, url])),
    });
    undo.push(() => removeDevState(cwd));
  }
  return { config, temporal, ...addresses, simulators, isFound, broken };
}

interface Configured {
  config: MusterConfig;
  simulators: Playground;
  encryption: DevEncryption;
}

/** The configuration that was given, or simulated vendors and one made for them. */
async function configure(
  { cwd, env, configFile, keepData, settings }: EnvironmentOptions,
  isFound: boolean,
  undo: Undo,
): Promise<Configured> {
  // A key that is not written down would leave kept runs unreadable, so one is made up only where nothing is kept.
  const encryption = isFound || keepData ? await devKeys(cwd) : { keys: { dev: newKey() }, activeKey: 'dev' };
  if (configFile !== undefined) {
    const config = loadConfig({ file: configFile, cwd, env, secrets: 'resolve' });
    const encrypted = config.encryption ?? { ...encryption, acceptPlain: true };
    return { config: { ...config, encryption: encrypted }, simulators: new Map(), encryption };
  }
  const simulators = await startPlayground();
  undo.push(() => closePlayground(simulators));
  const document = playgroundDocument(simulators, cwd, encryption, settings);
  const config = configFromObject(document);
  if (!isFound) return { config, simulators, encryption };
  return { config: { ...config, file: await writePlaygroundConfig(cwd, document) }, simulators, encryption };
}

interface StartedServer {
  temporal: TemporalSettings;
  uiUrl?: string;
  codecUrl?: string;
  /** Rejects when the server ends by itself. */
  ended: Promise<never>;
}

/** The server that TEMPORAL_ADDRESS names, else an embedded one with a UI that can decode. */
async function startServer(
  { cwd, env, keepData, onProgress }: EnvironmentOptions,
  config: MusterConfig,
  undo: Undo,
): Promise<StartedServer> {
  const stated = temporalFromEnvironment(env);
  if (stated) {
    await prepareStated(stated);
    return { temporal: stated, ended: new Promise(() => undefined) };
  }
  const uiPort = await freeUiPort();
  // It encrypts too: decisions can be taken in the UI.
  const codec = await startCodecServer({
    ring: ringOf(config),
    origins: loopbackOrigins(uiPort),
    allowEncode: true,
  });
  undo.push(() => codec.close());
  onProgress('Starting the embedded Temporal server');
  const dataDir = devFolder(cwd);
  const server = await startEmbeddedServer({
    uiPort,
    codecEndpoint: codec.url,
    searchAttributes: MUSTER_SEARCH_ATTRIBUTES,
    onProgress,
    ...(keepData && { dataDir, logFile: join(dataDir, 'temporal.log') }),
  });
  let isStopping = false;
  undo.push(() => {
    isStopping = true;
    return server.stop();
  });
  const ended = server.exited.then(({ code, signal }): Promise<never> => {
    if (isStopping) return new Promise(() => undefined);
    throw new Error(`The embedded Temporal server ended by itself (${signal ?? `exit code ${code}`}).`);
  });
  const temporal = { connection: { address: server.address }, namespace: server.namespace };
  return { temporal, ...(server.uiUrl && { uiUrl: server.uiUrl }), codecUrl: codec.url, ended };
}

/** Makes sure that a server which is not ours knows the search attributes. */
async function prepareStated({ connection: options, namespace }: TemporalSettings): Promise<void> {
  const connection = await openConnection(options);
  try {
    await registerMissing(connection, namespace);
  } finally {
    await connection.close();
  }
}

/** The port where the UI is expected, or one that is free. */
async function freeUiPort(): Promise<number> {
  try {
    await requireFree(HOST, USUAL_UI_PORT);
    return USUAL_UI_PORT;
  } catch {
    return freePort(HOST);
  }
}

function ringOf({ encryption }: MusterConfig): KeyRing {
  if (!encryption) throw new Error('an environment always has keys');
  return parseKeyRing(encryption);
}

/** Runs the worker; rejects when it ends without being asked to. */
function runWorker(worker: MusterWorker, undo: Undo): Promise<never> {
  let isStopping = false;
  const running = worker.run();
  undo.push(async () => {
    isStopping = true;
    worker.shutdown();
    await running.catch(() => undefined);
  });
  return running.then((): Promise<never> => {
    if (isStopping) return new Promise(() => undefined);
    throw new Error('The worker ended by itself.');
  });
}
