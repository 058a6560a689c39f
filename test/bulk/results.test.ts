// Results of a job: they add up to the roster or say what is missing, they can be fed back as they are, and no
// spreadsheet takes anything in them for a formula.
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { guardCell, unguardCell } from '../../src/bulk/guard';
import type { JobSummary, RowOutcome, RowStatus } from '../../src/bulk/outcome';
import { openResults } from '../../src/bulk/results';
import { checkRoster, type RosterPlace, type RosterRow, rowsOf } from '../../src/bulk/roster';
import { config } from '../request/support';
import { imports, temporaryFolder } from './support';

const { put } = imports();
const folder = temporaryFolder();
let number = 0;
const freshFolder = () => {
  number += 1;
  return join(folder, `results-${number}`);
};

const OUTCOMES: Record<RowStatus, Omit<RowOutcome, 'status'>> = {
  succeeded: { reason: '', whatToDo: '', ids: { hotdocs: 'guid-1', ethosce: '72' } },
  failed: { reason: 'refused: =the vendor said "no"', whatToDo: '-correct it', ids: {} },
  waiting: { reason: 'outcome unknown', whatToDo: 'resolve it,\nor retry', ids: { ethosce: '@7' } },
  'not-started': { reason: 'the job was cancelled', whatToDo: 'start it again', ids: {} },
};
const CONNECTIONS = ['ethosce', 'hotdocs'];

interface Ended {
  dir: string;
  rows: RosterRow[];
}

/** Writes a job's results: row by row the statuses given. */
async function resultsOf(
  place: RosterPlace,
  statuses: RowStatus[],
  change: Partial<JobSummary> = {},
): Promise<Ended> {
  const pinned = await checkRoster(place, config, {});
  const dir = freshFolder();
  const results = await openResults(dir, place, pinned, CONNECTIONS);
  const rows: RosterRow[] = [];
  for await (const row of rowsOf(place, config, pinned, {})) {
    const status = statuses[row.row - 1];
    rows.push(row);
    if (status !== undefined) await results.write(row, { status, ...OUTCOMES[status] });
  }
  const many = (status: RowStatus) => statuses.filter((one) => one === status).length;
  await results.close({
    id: 'night',
    status: 'done',
    source: place.source,
    sha256: pinned.sha256,
    rows: pinned.rows,
    succeeded: many('succeeded'),
    failed: many('failed'),
    waiting: many('waiting'),
    notStarted: many('not-started'),
    startedAt: '2026-11-22T09:00:00.000Z',
    endedAt: '2026-11-22T10:00:00.000Z',
    ...change,
  });
  return { dir, rows };
}

const PEOPLE = `\uFEFFkey,firstName,lastName,email,phone,connections,hotdocs.roles
hr-1,Ada,"King, Lovelace",ada@example.org,+44 20 7946 0001,hotdocs,A;B
hr-2,Zoë,Ñandú,zoe@example.org,'+44 20 7946 0002,ethosce,
hr-3,"Jo ""J""",=SUM(A1:A9),jo@example.org,,hotdocs ethosce,
hr-4,Mira,@home,mira@example.org,-1,hotdocs,
`;
const ALL: RowStatus[] = ['succeeded', 'waiting', 'failed', 'not-started'];

test('each row stands in one file as it was given, with what became of it', async () => {
  const { dir } = await resultsOf(put('people.csv', PEOPLE), ALL);
  const head =
    '\uFEFFkey,firstName,lastName,email,phone,connections,hotdocs.roles,status,reason,what_to_do,result.ethosce,result.hotdocs\r\n';
  const text = (name: string) => readFileSync(join(dir, name), 'utf8');
  expect(text('succeeded.csv')).toBe(
    `${head}hr-1,Ada,"King, Lovelace",ada@example.org,'+44 20 7946 0001,hotdocs,A;B,succeeded,,,72,guid-1\r\n`,
  );
  expect(text('waiting.csv')).toBe(
    `${head}hr-2,Zoë,Ñandú,zoe@example.org,'+44 20 7946 0002,ethosce,,waiting,outcome unknown,"resolve it,\nor retry",'@7,\r\n`,
  );
  expect(text('failed.csv')).toBe(
    `${head}hr-3,"Jo ""J""",'=SUM(A1:A9),jo@example.org,,hotdocs ethosce,,failed,"refused: =the vendor said ""no""",'-correct it,,\r\n`,
  );
  expect(text('not_started.csv')).toBe(
    `${head}hr-4,Mira,'@home,mira@example.org,'-1,hotdocs,,not-started,the job was cancelled,start it again,,\r\n`,
  );
  expect(JSON.parse(text('summary.json'))).toEqual({
    id: 'night',
    status: 'done',
    source: 'people.csv',
    sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    rows: 4,
    succeeded: 1,
    failed: 1,
    waiting: 1,
    notStarted: 1,
    startedAt: '2026-11-22T09:00:00.000Z',
    endedAt: '2026-11-22T10:00:00.000Z',
  });
  expect(readdirSync(dir).sort()).toEqual([
    'failed.csv',
    'not_started.csv',
    'succeeded.csv',
    'summary.json',
    'waiting.csv',
  ]);
  expect(statSync(dir).mode & 0o777).toBe(0o700);
  for (const name of readdirSync(dir)) expect(statSync(join(dir, name)).mode & 0o777).toBe(0o600);
});

test('what failed is a roster of the same requests, over and over', async () => {
  let place = put('again.csv', PEOPLE);
  const requests = (await resultsOf(place, ALL)).rows.map(({ request }) => request);
  for (let round = 0; round < 3; round += 1) {
    const { dir, rows } = await resultsOf(place, ['failed', 'failed', 'failed', 'failed']);
    expect(rows.map(({ request }) => request)).toEqual(requests);
    const content = readFileSync(join(dir, 'failed.csv'));
    expect(parse(content, { columns: true, bom: true })).toHaveLength(4);
    place = put(`again-${round}.csv`, content);
  }
});

const cell = fc
  .array(fc.constantFrom('=', '+', '-', '@', '\t', '\r', '\n', "'", '"', ',', 'a', 'é', ' ', '\uFF1D'), {
    maxLength: 6,
  })
  .map((parts) => parts.join(''));

test('a guarded cell is no formula, and means what it meant', () => {
  void fc.assert(
    fc.property(cell, (text) => {
      expect(guardCell(text)).not.toMatch(/^[=+\-@\t\r]/);
      expect(guardCell(guardCell(text))).toBe(guardCell(text));
      expect(unguardCell(guardCell(text))).toBe(unguardCell(text));
    }),
  );
  expect(['+44', "'+44", "O'Neil", "'s", ''].map(unguardCell)).toEqual(['+44', '+44', "O'Neil", "'s", '']);
});

test('whatever the cells hold, they come back', async () => {
  const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;
  await fc.assert(
    fc.asyncProperty(fc.array(cell, { minLength: 1, maxLength: 4 }), async (cells) => {
      const lines = cells.map(
        (text, index) => `hr-${index},Ada,Lovelace,ada${index}@example.org,hotdocs,${quoted(text)}`,
      );
      const place = put(
        'any.csv',
        ['key,firstName,lastName,email,connections,address.street', ...lines].join('\n'),
      );
      const first = await resultsOf(
        place,
        cells.map(() => 'failed'),
      );
      const again = await resultsOf(
        put('any-2.csv', readFileSync(join(first.dir, 'failed.csv'))),
        cells.map(() => 'failed'),
      );
      expect(again.rows.map(({ request }) => request)).toEqual(first.rows.map(({ request }) => request));
      const streets = first.rows.map(({ request }) => request.person.address?.street);
      expect(streets).toEqual(
        cells.map((text) => (unguardCell(text).trim() === '' ? undefined : unguardCell(text))),
      );
    }),
    { numRuns: 15 },
  );
});

test('results of NDJSON are NDJSON: the line as given, and its result', async () => {
  const person = { firstName: 'Ada', lastName: '=Lovelace', email: 'ada@example.org' };
  const line = {
    key: 'hr-1',
    person,
    accounts: { regpack: { children: [{ key: 'c-1', firstName: 'A', lastName: 'B' }] } },
  };
  const place = put('people.ndjson', `${JSON.stringify(line)}\n`);
  const { dir, rows } = await resultsOf(place, ['waiting']);
  const written = JSON.parse(readFileSync(join(dir, 'waiting.ndjson'), 'utf8'));
  expect(written).toEqual({ ...line, result: { status: 'waiting', ...OUTCOMES.waiting } });
  expect(readFileSync(join(dir, 'failed.ndjson'), 'utf8')).toBe('');
  const again = await resultsOf(put('again.ndjson', readFileSync(join(dir, 'waiting.ndjson'))), [
    'succeeded',
  ]);
  expect(again.rows.map(({ request }) => request)).toEqual(rows.map(({ request }) => request));
  expect(JSON.parse(readFileSync(join(again.dir, 'succeeded.ndjson'), 'utf8'))).toEqual({
    ...line,
    result: { status: 'succeeded', ...OUTCOMES.succeeded },
  });
});

describe('results that do not add up', () => {
  test.each<[string, RowStatus[], Partial<JobSummary>, string]>([
    ['rows that nothing is known of', ['succeeded'], {}, 'nothing is known of row 2, 3, 4, of 4 rows'],
    ['a job that counted otherwise', ALL, { failed: 2 }, 'the job has 2 failed, its rows 1'],
    ['a job over another roster', ALL, { rows: 5 }, 'the job has 5 rows, its roster 4'],
  ])('%s', async (_, statuses, change, fault) => {
    const place = put('short.csv', PEOPLE);
    await expect(resultsOf(place, statuses, change)).rejects.toThrow(`the results do not add up: ${fault}`);
    expect(readdirSync(join(folder, `results-${number}`))).toEqual([]);
  });

  test('a row that comes twice, and one that the roster has not', async () => {
    const place = put('twice.csv', PEOPLE);
    const pinned = await checkRoster(place, config, {});
    const dir = freshFolder();
    const results = await openResults(dir, place, pinned, CONNECTIONS);
    const [row] = (await resultsOf(place, ALL)).rows;
    if (row === undefined) throw new Error('no row');
    await results.write(row, { status: 'failed', ...OUTCOMES.failed });
    await expect(results.write(row, { status: 'failed', ...OUTCOMES.failed })).rejects.toThrow(
      'row 1 was written before',
    );
    await expect(results.write({ ...row, row: 5 }, { status: 'failed', ...OUTCOMES.failed })).rejects.toThrow(
      'no row 5',
    );
    await results.abandon();
    expect(readdirSync(dir)).toEqual([]);
  });
});

test('older results stay until the new ones are whole, and a folder that was there keeps its mode', async () => {
  const place = put('older.csv', PEOPLE);
  const { dir } = await resultsOf(place, ALL);
  const pinned = await checkRoster(place, config, {});
  mkdirSync(join(dir, 'other'), { mode: 0o755 });
  const results = await openResults(dir, place, pinned, CONNECTIONS);
  expect(readFileSync(join(dir, 'failed.csv'), 'utf8')).toContain('hr-3');
  await results.abandon();
  expect(existsSync(join(dir, 'summary.json'))).toBe(true);
  expect(readdirSync(dir).filter((name) => name.endsWith('.incoming'))).toEqual([]);
  const elsewhere = await openResults(join(dir, 'other'), place, pinned, CONNECTIONS);
  await elsewhere.abandon();
  expect(statSync(join(dir, 'other')).mode & 0o777).toBe(0o755);
});
