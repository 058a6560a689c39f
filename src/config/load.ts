// Reads muster.yaml: finds it, reads it as YAML with line numbers, fills in its references, checks it, and reports
// every fault at once. No value of the file is ever part of a message, since it may be a secret.
import { existsSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { isVendorName, vendorNames } from '../vendors/registry';
import { ConfigError } from './config-error';
import { secretKeys } from './connections';
import { type PlacedFault, toFault, withoutCovered } from './faults';
import { interpolate } from './interpolate';
import { isRecord, valueAt } from './json';
import { type ClientConfig, checkConfig, type MusterConfig, type Secrets } from './schema';
import { readYaml, type YamlFile } from './yaml';

export { ConfigError };

export const DEFAULT_CONFIG_FILE = 'muster.yaml';

export interface FileOptions {
  /** Path of the file; else `MUSTER_CONFIG`, else `./muster.yaml`. */
  file?: string;
  /** The environment that the file and its references are looked up in; the process's by default. */
  env?: NodeJS.ProcessEnv;
  /** Folder that a relative path of the file starts from; the process's by default. */
  cwd?: string;
}

export interface LoadOptions extends FileOptions {
  /** `resolve` in the worker; `leave` everywhere else: the connections' secrets are neither needed nor kept. */
  secrets: Secrets;
}

/**
 * Reads and checks the configuration.
 * @throws ConfigError with every fault found
 */
export function loadConfig(options: LoadOptions & { secrets: 'resolve' }): MusterConfig;
export function loadConfig(options: LoadOptions): ClientConfig;
export function loadConfig(options: LoadOptions): ClientConfig {
  const { env = process.env, secrets } = options;
  const { text, ...place } = readConfigFile(options);
  return parseConfig(text, { ...place, env, secrets });
}

/** Finds the file and reads it. @throws ConfigError */
export function readConfigFile({ file, env = process.env, cwd = process.cwd() }: FileOptions): {
  text: string;
  file: string;
  source: string;
} {
  const source = file ?? (env.MUSTER_CONFIG || DEFAULT_CONFIG_FILE);
  const path = resolve(cwd, source);
  return { text: readText(path, source), file: path, source };
}

function readText(file: string, source: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unreadable';
    const message = existsSync(file)
      ? `the configuration cannot be read (${code})`
      : 'there is no such file; give --config FILE, set MUSTER_CONFIG, or start in the folder of muster.yaml';
    throw new ConfigError([{ path: '', message }], source);
  }
}

export interface TextOptions {
  /** Absolute path of the file: relative paths in it start from its folder. Without one, from the process's folder. */
  file?: string;
  /** How the file is called in messages; its path by default. */
  source?: string;
  env?: NodeJS.ProcessEnv;
  /** Reads the files of `${file:…}`; throws as `fs.readFileSync` does. */
  readFile?: (path: string) => string;
}

export interface ParseOptions extends TextOptions {
  secrets: Secrets;
}

/** The same for a text at hand. @throws ConfigError */
export function parseConfig(text: string, options: ParseOptions & { secrets: 'resolve' }): MusterConfig;
export function parseConfig(text: string, options: ParseOptions): ClientConfig;
export function parseConfig(text: string, options: ParseOptions): ClientConfig {
  const { secrets, file, source = file } = options;
  const yaml = readYaml(text, source);
  const wanted = withoutBearer(secrets === 'leave' ? withoutSecrets(yaml.value) : yaml.value);
  const config = readAndCheck(yaml, wanted, options, (document) =>
    checkConfig(document, secrets, (at) => yaml.has(at)),
  );
  return withPaths(config, folderOf(file), file);
}

function folderOf(file: string | undefined): string {
  return file === undefined ? process.cwd() : dirname(file);
}

/**
 * Fills the references of a document in, and checks it.
 * @param wanted the part of the file that is read
 * @throws ConfigError
 */
export function readAndCheck<Config>(
  yaml: YamlFile,
  wanted: unknown,
  { file, source = file, env = process.env, ...options }: TextOptions,
  check: (document: unknown) => { config: Config; faults: PlacedFault[] },
): Config {
  const readFile = options.readFile ?? ((path) => readFileSync(resolve(folderOf(file), path), 'utf8'));
  const read = interpolate(wanted, { env, readFile });
  const checked = check(read.value);
  const faults = [...read.faults, ...withoutCovered(checked.faults, read.faults)];
  if (faults.length === 0) return checked.config;
  throw new ConfigError(
    faults.map((fault) => yaml.locate(fault)).sort((a, b) => (a.line ?? 0) - (b.line ?? 0)),
    source,
  );
}

/**
 * A configuration made by code: the keys of muster.yaml as an object, with final values (`${…}` is plain text).
 * @throws ConfigError
 */
export function configFromObject(document: unknown): MusterConfig {
  const checked = checkConfig(document, 'resolve', (at) => valueAt(document, at) !== undefined);
  if (checked.faults.length > 0) throw new ConfigError(checked.faults.map(toFault));
  return withPaths(checked.config, process.cwd(), undefined) as MusterConfig;
}

function withPaths(config: ClientConfig, folder: string, file: string | undefined): ClientConfig {
  const { importsDir, resultsDir } = config.bulk;
  const connections = Object.entries(config.connections).map(([name, connection]) => {
    const { caFile } = connection;
    return [name, caFile === undefined ? connection : { ...connection, caFile: resolve(folder, caFile) }];
  });
  return {
    ...config,
    connections: Object.fromEntries(connections),
    bulk: {
      ...config.bulk,
      importsDir: resolve(folder, importsDir),
      resultsDir: resolve(folder, resultsDir),
    },
    ...(file === undefined ? {} : { file }),
  };
}

/** The document without the secrets of its connections, so that no client needs or keeps them. */
function withoutSecrets(document: unknown): unknown {
  const connections = valueAt(document, ['connections']);
  if (!isRecord(document) || !isRecord(connections)) return document;
  const open = Object.entries(connections).map(([name, connection]) => {
    if (!isRecord(connection)) return [name, connection];
    const { vendor } = connection;
    const secret = isVendorName(vendor) ? secretKeys(vendor) : vendorNames.flatMap(secretKeys);
    return [name, Object.fromEntries(Object.entries(connection).filter(([key]) => !secret.includes(key)))];
  });
  return { ...document, connections: Object.fromEntries(open) };
}

/** The document with some text for the codec server's token: its form is checked, it itself is needed by nobody else. */
function withoutBearer(document: unknown): unknown {
  const auth = valueAt(document, ['codecServer', 'auth']);
  if (!isRecord(document) || !isRecord(auth) || typeof auth.bearer !== 'string' || auth.bearer.trim() === '')
    return document;
  const codecServer = { ...(document.codecServer as object), auth: { ...auth, bearer: 'left' } };
  return { ...document, codecServer };
}
