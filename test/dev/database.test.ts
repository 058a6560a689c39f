// The file of the embedded server's database, made once. The server itself is in embedded-server.test.ts.
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { databaseIn } from '../../src/dev/database';
import { temporaryFolders } from './support';

const newFolder = temporaryFolders();

it('is made with small pages, and used with a write-ahead log', async () => {
  const folder = await newFolder();
  let pragmas: readonly string[] = [];
  const database = await databaseIn(folder, async (made) => {
    pragmas = made.pragmas;
    await writeFile(made.file, 'made');
  });
  expect(pragmas).toContain('page_size=512');
  expect(database.pragmas).toEqual(expect.arrayContaining(['journal_mode=wal', 'synchronous=1']));
  expect(await readFile(database.file, 'utf8')).toBe('made');
  expect(await readdir(folder)).toEqual(['temporal.db']);
});

it('is taken as it is where there is one', async () => {
  const folder = await newFolder();
  await writeFile(join(folder, 'temporal.db'), 'old');
  const { file } = await databaseIn(folder, () => Promise.reject(new Error('made anew')));
  expect(await readFile(file, 'utf8')).toBe('old');
});

it('is never half made: what a broken-off attempt left is done over', async () => {
  const folder = await newFolder();
  const broken = databaseIn(folder, async ({ file }) => {
    await writeFile(file, 'half');
    await writeFile(`${file}-journal`, 'half');
    throw new Error('out of breath');
  });
  await expect(broken).rejects.toThrow('out of breath');
  expect(await readdir(folder)).not.toContain('temporal.db');

  const { file } = await databaseIn(folder, async (made) => {
    expect(await readdir(folder)).toEqual([]);
    await writeFile(made.file, 'whole');
  });
  expect(await readFile(file, 'utf8')).toBe('whole');
});
