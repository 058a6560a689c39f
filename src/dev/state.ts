// The folder `.muster/` of a development environment: what `muster dev` and `muster demo` leave there so that other
// commands in the same folder find the server and the key, and so that a later start can read earlier runs.
//
//   dev.json    how to reach what runs at present; removed when it is stopped
//   keys.json   the encryption keys; stays, since the runs in temporal.db are unreadable without them
//   temporal.db the embedded server's database
import { randomUUID } from 'node:crypto';
import { chmod, link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { newKey } from '../privacy/keys';
import { answersAt } from './ports';
import { isAlive } from './processes';

/** Name of the folder, beside the `muster.yaml` it belongs to. */
export const DEV_FOLDER = '.muster';
const STATE_FILE = 'dev.json';
const KEYS_FILE = 'keys.json';

const DevEncryption = z.object({
  /** Key id to 32 bytes in base64. */
  keys: z.record(z.string(), z.string()),
  activeKey: z.string(),
});
/** Encryption keys as muster.yaml would hold them. */
export type DevEncryption = z.infer<typeof DevEncryption>;

const DevState = z.object({
  /** `host:port` of the embedded server. */
  address: z.string().regex(/^.+:\d+$/),
  namespace: z.string(),
  /** Address of the Temporal UI, if there is one. */
  uiUrl: z.string().optional(),
  /** Where `temporal --codec-endpoint` can have payloads decoded. */
  codecUrl: z.string().optional(),
  encryption: DevEncryption,
  /** The process that runs it all. */
  pid: z.int().positive(),
  /** Absolute path of the configuration it was started with. */
  config: z.string().optional(),
  /** Base address of each simulator, by connection name. */
  simulators: z.record(z.string(), z.string()).optional(),
});
/** What `dev.json` says. */
export type DevState = z.infer<typeof DevState>;

/** What became of the development environment of a folder. */
export type DevStatus =
  | { status: 'none' }
  /** It runs: its process lives, and its server answers. */
  | { status: 'live'; state: DevState }
  /** It was not stopped in order; `reason` says in a sentence how that shows. */
  | { status: 'stale'; state: DevState; reason: string }
  /** The file can't be read; `reason` says why. */
  | { status: 'broken'; reason: string };

/** The development folder of `cwd`. */
export function devFolder(cwd: string): string {
  return join(cwd, DEV_FOLDER);
}

/**
 * Makes the development folder if it is missing, readable only by its owner, and keeps it out of version control.
 * @returns its path.
 */
export async function makeDevFolder(cwd: string): Promise<string> {
  const folder = devFolder(cwd);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await chmod(folder, 0o700);
  await writeFile(join(folder, '.gitignore'), '*\n');
  return folder;
}

/** Writes a file beside its place and lets `place` put it there; so nobody ever reads half of it. */
async function writeAtomically(
  path: string,
  value: unknown,
  place: (from: string, to: string) => Promise<void>,
): Promise<void> {
  const incoming = `${path}.${randomUUID()}`;
  try {
    await writeFile(incoming, `${JSON.stringify(value, undefined, 2)}\n`, { mode: 0o600, flag: 'wx' });
    await place(incoming, path);
  } finally {
    await rm(incoming, { force: true });
  }
}

/** Reads a JSON file; `undefined` if there is none. @throws Error naming the file, but none of its content. */
async function readJson<T>(path: string, schema: z.ZodType<T>): Promise<T | undefined> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Error(`${path} is not JSON`);
  }
  const { data, error } = schema.safeParse(value);
  if (error) {
    const places = error.issues.map(({ path: at, message }) => `${at.join('.') || 'document'}: ${message}`);
    throw new Error(`${path} is not as expected (${places.join('; ')})`);
  }
  return data;
}

/**
 * The encryption keys of this folder's development environment, made at the first call and kept from then on.
 * @throws Error if there is a key file that can't be read: a new key would leave earlier runs unreadable.
 */
export async function devKeys(cwd: string): Promise<DevEncryption> {
  const path = join(await makeDevFolder(cwd), KEYS_FILE);
  const kept = await readJson(path, DevEncryption);
  if (kept) return kept;
  try {
    // Unlike renaming, linking fails if another process was quicker: then its key is the key.
    await writeAtomically(path, { keys: { dev: newKey() }, activeKey: 'dev' }, link);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  const made = await readJson(path, DevEncryption);
  if (!made) throw new Error(`${path} was removed while it was being made`);
  return made;
}

/** Says where the development environment of `cwd` is reached; for its owner's eyes only, since it holds the key. */
export async function writeDevState(cwd: string, state: DevState): Promise<void> {
  await writeAtomically(join(await makeDevFolder(cwd), STATE_FILE), DevState.parse(state), rename);
}

/** Takes {@link writeDevState} back. Keys and database stay. */
export async function removeDevState(cwd: string): Promise<void> {
  await rm(join(devFolder(cwd), STATE_FILE), { force: true });
}

/** Whether a development environment runs in `cwd`, and how to reach it. */
export async function readDevState(cwd: string): Promise<DevStatus> {
  let state: DevState | undefined;
  try {
    state = await readJson(join(devFolder(cwd), STATE_FILE), DevState);
  } catch (error) {
    return { status: 'broken', reason: (error as Error).message };
  }
  if (!state) return { status: 'none' };
  if (!isAlive(state.pid)) {
    return { status: 'stale', state, reason: `process ${state.pid} that started it is gone` };
  }
  if (!(await answersAt(state.address))) {
    return { status: 'stale', state, reason: `nothing answers at ${state.address}` };
  }
  return { status: 'live', state };
}
