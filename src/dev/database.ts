// The embedded server's database: made by the server itself, in the shape that makes it light.
import { access, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** A SQLite file, and how the server uses it. */
export interface Database {
  file: string;
  /** `name=value` */
  pragmas: readonly string[];
}

const FILE = 'temporal.db';

/**
 * A run's entry in the list of runs is written up to three times, each time with a page in each of some sixty indexes. With
 * the usual pages of 4 KB that was three quarters of all that was written. A file keeps the size it was born with. It is
 * flushed once it is made, and not at each step.
 */
const AT_BIRTH = ['page_size=512', 'synchronous=0'];

/** Write-ahead log, synchronised at checkpoints: survives a crash of the process; a power cut may cost the last moments. */
const IN_USE = [
  'journal_mode=wal',
  'synchronous=1',
  // Pages, so 32 MB: what is written again before a checkpoint reaches the file itself once.
  'wal_autocheckpoint=64000',
];

/**
 * The database of a data folder, made if there is none; one that is there is taken as it is.
 * @param make has the server make its tables in a new file, and ends. On its own, since the server sets pragmas in no
 *   order, and the size of pages is settled once the write-ahead log is on.
 */
export async function databaseIn(
  folder: string,
  make: (database: Database) => Promise<void>,
): Promise<Database> {
  const file = join(folder, FILE);
  if (!(await exists(file))) {
    // Under another name, so that there is never a half-made one under its own.
    const made = `${file}.new`;
    for (const rest of ['', '-journal']) await rm(`${made}${rest}`, { force: true });
    await make({ file: made, pragmas: AT_BIRTH });
    await flush(made);
    await rename(made, file);
  }
  return { file, pragmas: IN_USE };
}

async function flush(file: string): Promise<void> {
  const handle = await open(file, 'r+');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

const exists = (file: string) =>
  access(file).then(
    () => true,
    () => false,
  );
