// Plan files: what is written is read again the same, half of one is never taken for a whole one, and nobody's data is in them.
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { ACTIONS, emptyForecast, type Forecast, UNDOABLE } from '../../src/account/forecast';
import {
  hasMoved,
  keptOf,
  movedSince,
  type PlanFileRow,
  readPlan,
  writePlan,
} from '../../src/bulk/plan-file';
import { countRow, noTotals, type PlannedRow } from '../../src/bulk/plan-totals';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'muster-plan-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const HEADER = {
  source: 'people.csv',
  sha256: 'a'.repeat(64),
  createdAt: '2026-11-22T12:00:00.000Z',
  environments: { ethosce: null, 'pha-demo': 'demo' },
};

const forecast = (connection: string, more: Partial<Forecast> = {}): Forecast => ({
  ...emptyForecast({ connection, vendor: 'ethosce', environment: null }, 'create'),
  fingerprint: 'k:0123',
  ...more,
});

const row = (number: number, more: Partial<Forecast> = {}): PlannedRow => ({
  row: number,
  line: number + 1,
  key: `hr-${number}`,
  accounts: { ethosce: forecast('ethosce', more) },
});

async function write(path: string, rows: PlannedRow[]): Promise<void> {
  const writer = await writePlan(path, HEADER);
  const totals = noTotals();
  for (const each of rows) {
    countRow(totals, each);
    await writer.write(each);
  }
  await writer.close(totals);
}

async function read(path: string): Promise<PlanFileRow[]> {
  const rows: PlanFileRow[] = [];
  for await (const each of (await readPlan(path)).rows) rows.push(each);
  return rows;
}

test('any rows are read again as they were written, and the file is one JSON document', async () => {
  const text = fc.string({ unit: 'binary' });
  const texts = fc.array(text, { maxLength: 3 });
  const anyForecast = fc
    .record({
      action: fc.constantFrom(...ACTIONS),
      undo: fc.constantFrom(...UNDOABLE),
      userId: fc.option(text),
      makes: texts,
      fields: texts,
      roles: fc.record({ add: texts, remove: texts }),
    })
    .map((more) => forecast('ethosce', more));
  let number = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(anyForecast, { maxLength: 8 }), async (forecasts) => {
      number += 1;
      const path = join(folder, `any-${number}.json`);
      const rows = forecasts.map((each, at): PlannedRow => ({ ...row(at + 1), accounts: { ethosce: each } }));
      await write(path, rows);
      const kept = rows.map(({ accounts, ...rest }) => ({
        ...rest,
        accounts: { ethosce: keptOf(accounts.ethosce as Forecast) },
      }));
      expect(await read(path)).toEqual(kept);
      expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({ version: 1, ...HEADER, rows: kept });
    }),
    { numRuns: 40 },
  );
});

test('header and totals; sentences are left out; its owner alone may read it', async () => {
  const path = join(folder, 'plan.json');
  const problem = { step: 'create', code: 'conflict', message: 'Account 7 has our name.' } as const;
  await write(path, [row(1), row(2, { action: 'blocked', problem, notes: ['a note'] })]);
  const plan = await readPlan(path);
  expect(plan.header).toEqual({ version: 1, ...HEADER });
  await plan.rows.next();
  expect((await plan.rows.next()).value).toMatchObject({
    key: 'hr-2',
    accounts: { ethosce: { problem: 'conflict' } },
  });
  expect(await plan.rows.next()).toMatchObject({
    done: true,
    value: { rows: 2, actions: { create: 1, blocked: 1 } },
  });
  expect(readFileSync(path, 'utf8')).not.toMatch(/our name|a note/);
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

test.each([
  ['cut short', (text: string) => text.slice(0, text.indexOf('],"totals"')), /is cut short/],
  [
    'without a row',
    (text: string) => text.replace(/\{"row":2.*\n/, '').replace('},\n]', '}\n]'),
    /has 1 rows, and counts 2/,
  ],
  ['of another kind', () => '{"key":"hr-1"}', /is not as "muster plan --out" writes it/],
  ['with a row that is none', (text: string) => text.replace('"row":1', '"row":0'), /line 2: row: /],
  ['empty', () => '', /is not as/],
])('a file %s is refused', async (_, change, message) => {
  const path = join(folder, 'changed.json');
  await write(path, [row(1), row(2)]);
  writeFileSync(path, change(readFileSync(path, 'utf8')));
  await expect(read(path)).rejects.toThrow(message);
});

test('no file, or no place for one', async () => {
  await expect(read(join(folder, 'none.json'))).rejects.toThrow('there is no such file');
  await expect(writePlan(join(folder, 'nowhere/plan.json'), HEADER)).rejects.toThrow(
    /cannot be written \(ENOENT\)/,
  );
});

test('an abandoned plan leaves nothing, and does not touch the one before', async () => {
  const path = join(folder, 'kept.json');
  await write(path, [row(1)]);
  const writer = await writePlan(path, HEADER);
  await writer.write(row(1));
  await writer.abandon();
  expect(await read(path)).toHaveLength(1);
});

test('an account moved when another thing was seen', () => {
  const planned = keptOf(forecast('ethosce'));
  expect(hasMoved(planned, forecast('ethosce'))).toBe(false);
  expect(hasMoved(planned, forecast('ethosce', { fingerprint: 'k:4567' }))).toBe(true);
});

describe('held against what would be done now', () => {
  const moved = async (now: PlannedRow[]) => {
    const path = join(folder, 'before.json');
    await write(path, [row(1), row(2), row(3)]);
    const found = [];
    for await (const each of movedSince(await readPlan(path), now)) found.push(each);
    return found;
  };

  test('only rows that moved are told', async () => {
    const now = [row(1), row(2, { fingerprint: 'k:4567' }), row(3)];
    expect(await moved(now)).toEqual([{ row: 2, line: 3, key: 'hr-2', connections: ['ethosce'] }]);
  });

  test('an account that was not planned counts as moved', async () => {
    const more = { ...row(1).accounts, onefile: forecast('onefile') };
    expect(await moved([{ ...row(1), accounts: more }])).toMatchObject([
      { key: 'hr-1', connections: ['onefile'] },
    ]);
  });

  test('another roster is refused', async () => {
    await expect(moved([row(1), row(7)])).rejects.toThrow('row 7: the plan is of another roster');
    await expect(moved([row(1), row(2), row(3), row(4)])).rejects.toThrow(
      'row 4: the plan is of another roster',
    );
  });
});
