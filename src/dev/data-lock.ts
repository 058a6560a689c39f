// One embedded server a data folder: two on one SQLite file would each believe to be the only writer.
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { answersAt } from './ports';
import { isAlive } from './processes';

const LOCK_FILE = 'temporal.lock';
/** How long a server may take between taking the lock and answering. */
const STARTING_MS = 60_000;
/** How long a server whose owner is gone may take to end; its watchdog kills it after 10 seconds. */
const ENDING_MS = 15_000;

const Holder = z.object({
  /** Process that started the server. */
  owner: z.number(),
  since: z.number(),
  server: z.object({ pid: z.number(), address: z.string() }).optional(),
});
type Holder = z.infer<typeof Holder>;

/** Another embedded server uses the data folder. */
export class DataFolderInUseError extends Error {
  override readonly name = 'DataFolderInUseError';

  constructor(dataDir: string, { owner, server }: Holder) {
    const where = server ? ` at ${server.address} (process ${server.pid})` : '';
    super(
      `${dataDir} is used by an embedded server${where} that process ${owner} has started: stop that first, ` +
        'or use another folder',
    );
  }
}

/** The right to run a server on a data folder. */
export interface DataLock {
  /** Notes which server uses it. */
  heldFor(server: { pid: number; address: string }): Promise<void>;
  release(): Promise<void>;
}

async function readHolder(path: string): Promise<Holder | undefined> {
  const text = await readFile(path, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    return Holder.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

async function holds(holder: Holder): Promise<boolean> {
  const { owner, since, server } = holder;
  // Both, since ids are used again: in a container that is started anew they are even the same.
  if (server) return isAlive(server.pid) && (await answersAt(server.address));
  return owner !== process.pid && isAlive(owner) && Date.now() - since < STARTING_MS;
}

/**
 * Takes the lock of a folder. Waits for a server whose owner was killed and which is just being stopped.
 * @throws DataFolderInUseError
 */
export async function lockDataFolder(dataDir: string): Promise<DataLock> {
  const path = join(dataDir, LOCK_FILE);
  const mine: Holder = { owner: process.pid, since: Date.now() };
  const write = (holder: Holder, flag: 'w' | 'wx') =>
    writeFile(path, JSON.stringify(holder), { flag, mode: 0o600 });

  const patience = Date.now() + ENDING_MS;
  for (;;) {
    try {
      await write(mine, 'wx');
      break;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const holder = await readHolder(path);
    if (holder && (await holds(holder))) {
      if (isAlive(holder.owner) || Date.now() > patience) throw new DataFolderInUseError(dataDir, holder);
      await delay(100);
    } else {
      await rm(path, { force: true });
    }
  }
  return {
    heldFor: (server) => write({ ...mine, server }, 'w'),
    release: () => rm(path, { force: true }),
  };
}
