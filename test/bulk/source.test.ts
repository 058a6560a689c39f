// Where rosters come from: files below the imports folder and nowhere else.
import { execFileSync } from 'node:child_process';
import { mkdirSync, realpathSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { openRoster } from '../../src/bulk/source';
import { temporaryFolder } from './support';

const folder = realpathSync(temporaryFolder());
const importsDir = join(folder, 'imports');
const ROSTER = 'key,firstName,lastName,email,connections\n';

mkdirSync(join(importsDir, 'team'), { recursive: true });
mkdirSync(join(folder, 'imports-too'));
for (const path of [
  'imports/a.csv',
  'imports/team/b.NDJSON',
  'imports/c.jsonl',
  'imports/..d.csv',
  'out.csv',
  'imports-too/e.csv',
]) {
  writeFileSync(join(folder, path), ROSTER);
}
writeFileSync(join(importsDir, 'braces.txt'), '\uFEFF \n{"key":"hr-1"}\n');
writeFileSync(join(importsDir, 'cells.txt'), ROSTER);
symlinkSync(join(folder, 'out.csv'), join(importsDir, 'link.csv'));
symlinkSync(folder, join(importsDir, 'up'));
symlinkSync(join(importsDir, 'a.csv'), join(importsDir, 'alias.csv'));
symlinkSync(importsDir, join(folder, 'mounted'));

const open = (source: string, dir = importsDir) => openRoster(source, { importsDir: dir });

test.each([
  ['by its name', 'a.csv', 'a.csv', 'csv'],
  ['in a folder', 'team/b.NDJSON', 'team/b.NDJSON', 'ndjson'],
  ['by another ending', './c.jsonl', 'c.jsonl', 'ndjson'],
  ['by its whole path', join(importsDir, 'a.csv'), 'a.csv', 'csv'],
  ['by its path from here', relative(process.cwd(), join(importsDir, 'a.csv')), 'a.csv', 'csv'],
  ['through a link that stays inside', 'alias.csv', 'a.csv', 'csv'],
  ['by a way out and in again', '../imports/a.csv', 'a.csv', 'csv'],
  ['with dots in its name', '..d.csv', '..d.csv', 'csv'],
  ['as NDJSON by its first character', 'braces.txt', 'braces.txt', 'ndjson'],
  ['as CSV where nothing else is told', 'cells.txt', 'cells.txt', 'csv'],
])('a roster is found %s', async (_, source, canonical, format) => {
  expect(await open(source)).toEqual({
    path: join(importsDir, canonical),
    format,
    source: canonical,
    name: source,
  });
});

test('a folder of imports may itself be a link', async () => {
  expect(await open('a.csv', join(folder, 'mounted'))).toMatchObject({
    path: join(importsDir, 'a.csv'),
    source: 'a.csv',
  });
});

describe('refused', () => {
  const outside = `lies outside of ${importsDir} (bulk.importsDir), and rosters are read from there only`;
  test.each([
    ['a way out', '../out.csv', outside],
    ['a whole path elsewhere', join(folder, 'out.csv'), outside],
    ['a folder whose name begins alike', '../imports-too/e.csv', outside],
    ['a link that leads out', 'link.csv', outside],
    ['a link to a folder outside', 'up/out.csv', outside],
    ['the folder itself', '.', outside],
    ['a file of the system', '/etc/passwd', outside],
    ['what is not there', 'none.csv', `there is no such file in ${importsDir} (bulk.importsDir)`],
    ['a folder', 'team', 'is a folder'],
    ['something below a file', 'a.csv/b.csv', `there is no such file in ${importsDir} (bulk.importsDir)`],
  ])('%s', async (_, source, fault) => {
    await expect(open(source)).rejects.toThrow(new RegExp(`^${escaped(`${source}: ${fault}`)}$`));
  });

  test('a pipe, which would be waited for', async () => {
    execFileSync('mkfifo', [join(importsDir, 'pipe.csv')]);
    await expect(open('pipe.csv')).rejects.toThrow('pipe.csv: is not a plain file');
  });

  test('a file without end', async () => {
    writeFileSync(join(importsDir, 'huge.csv'), '');
    truncateSync(join(importsDir, 'huge.csv'), 1_000_000_001);
    await expect(open('huge.csv')).rejects.toThrow('huge.csv: is larger than 1000 MB; split it');
  });

  test('a folder of imports that is not there', async () => {
    const none = join(folder, 'none');
    await expect(open('a.csv', none)).rejects.toThrow(
      `${none}: the folder of rosters (bulk.importsDir) does not exist`,
    );
  });

  test.each([
    [
      'another kind of address',
      'ftp://files.example/people.csv',
      'is not an address to fetch from; give an https address, or a path',
    ],
    [
      'an address without encryption',
      'http://files.example/people.csv',
      'would send personal data unencrypted; use https',
    ],
  ])('%s', async (_, source, fault) => {
    await expect(open(source)).rejects.toThrow(`${source}: ${fault}`);
  });

  test('credentials in an address, which are not repeated', async () => {
    await expect(open('https://ada:geheim@files.example/people.csv?sig=geheim')).rejects.toThrow(
      /^https:\/\/files\.example\/people\.csv: has credentials in it, which would be kept with the job; use an address without$/,
    );
  });
});

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
