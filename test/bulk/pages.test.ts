// Reading a roster page by page is reading it whole, wherever the pages fall: inside of quotes, between the halves of a
// line end, in the middle of a character.
import crypto from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { csvRecords } from '../../src/bulk/csv';
import { checkRoster, type RosterRow, readRows, rowsOf, START } from '../../src/bulk/roster';
import { wholeLines } from '../../src/bulk/whole-lines';
import { config } from '../request/support';
import { imports } from './support';

const { importsDir, put } = imports();

/** Text of all that makes reading hard. */
const hard = fc
  .array(fc.constantFrom('a', '"', ',', '\n', '\r\n', 'é', '€', '😀', ' ', ';', "'", '=', '+'), {
    maxLength: 12,
  })
  .map((parts) => parts.join(''));
const cells = fc.array(hard, { minLength: 3, maxLength: 3 });
const feed = fc.constantFrom('\n', '\r\n');
const quoted = (cell: string) => `"${cell.replaceAll('"', '""')}"`;

async function* pieces(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function recordsOf(bytes: Buffer, size: number, from = { byte: 0, line: 1 }) {
  const found = [];
  for await (const record of csvRecords(wholeLines(pieces(bytes.subarray(from.byte), size), from)))
    found.push(record);
  return found;
}

test('any rows, cut anywhere, come back with their lines, and reading can begin after each of them', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ cells, feed, blank: fc.nat(2) }), { minLength: 1, maxLength: 6 }),
      fc.integer({ min: 1, max: 40 }),
      fc.boolean(),
      async (rows, size, marked) => {
        // Rows that are empty throughout are blank lines by rule.
        const written = rows.map((row) => ({ ...row, cells: ['x', ...row.cells] }));
        const texts = written.map(
          (row) => row.feed.repeat(row.blank) + row.cells.map(quoted).join(',') + row.feed,
        );
        const bytes = Buffer.from((marked ? '\uFEFF' : '') + texts.join(''));
        const found = await recordsOf(bytes, size);
        expect(found.map((record) => record.cells)).toEqual(written.map((row) => row.cells));
        for (const [index, record] of found.entries()) {
          const before =
            texts.slice(0, index).join('') + (written[index]?.feed ?? '').repeat(written[index]?.blank ?? 0);
          expect(record.line).toBe(before.split('\n').length);
          expect(await recordsOf(bytes, size, record.next)).toEqual(found.slice(index + 1));
        }
      },
    ),
    { numRuns: 80 },
  );
});

const PEOPLE = Array.from({ length: 23 }, (_, index) => ({
  key: `hr-${index + 1}`,
  firstName: index % 3 === 0 ? 'Zoë "Z"' : 'Ada',
  lastName: index % 4 === 0 ? 'Lovelace, King' : 'Ñandú',
  street: index % 5 === 0 ? 'One\r\nTwo' : '€ 12',
}));

const ROSTERS = {
  'lf.csv': ['key,firstName,lastName,email,address.city,hotdocs.roles', '\n'],
  'crlf.csv': ['\uFEFFkey,firstName,lastName,email,address.city,hotdocs.roles', '\r\n'],
} as const;

function csvOf([header, end]: readonly [string, string]): string {
  const lines = PEOPLE.map(({ key, firstName, lastName, street }) =>
    [key, firstName, lastName, `${key}@example.org`, street, 'A;B'].map(quoted).join(','),
  );
  return [header, ...lines].join(end) + end + end;
}

function ndjsonOf(): string {
  const lines = PEOPLE.map(({ key, firstName, lastName, street }) => {
    const person = { firstName, lastName, email: `${key}@example.org`, address: { city: street } };
    return JSON.stringify({ key, person, accounts: { hotdocs: { roles: ['A', 'B'] } } });
  });
  return `\uFEFF${lines.join('\n\r\n')}`;
}

test.each(['lf.csv', 'crlf.csv', 'people.ndjson'])('pages of any size make the whole of %s', async (name) => {
  const content = name === 'people.ndjson' ? ndjsonOf() : csvOf(ROSTERS[name as keyof typeof ROSTERS]);
  const place = put(name, content);
  const pinned = await checkRoster(place, config, {});
  expect(pinned).toMatchObject({ rows: PEOPLE.length, bytes: Buffer.byteLength(content) });
  const whole: RosterRow[] = [];
  for await (const row of rowsOf(place, config, pinned, {})) whole.push(row);
  expect(whole.map(({ row }) => row)).toEqual(PEOPLE.map((_, index) => index + 1));
  expect(whole.map(({ request }) => request.person)).toMatchObject(
    PEOPLE.map(({ firstName, lastName, street }) => ({ firstName, lastName, address: { city: street } })),
  );
  for (const limit of [1, 2, 3, 7, 22, 23, 24, 100]) {
    const read: RosterRow[] = [];
    let pages = 0;
    for (let from: typeof START | null = START; from !== null; pages += 1) {
      const page: Awaited<ReturnType<typeof readRows>> = await readRows(
        place,
        config,
        pinned,
        from,
        limit,
        {},
      );
      expect(page.rows.length).toBeLessThanOrEqual(limit);
      read.push(...page.rows);
      from = page.next;
    }
    expect(read).toEqual(whole);
    expect(pages).toBe(Math.ceil(PEOPLE.length / limit));
  }
});

test('a page does not hash the whole file again', async () => {
  const place = put('hashed.csv', csvOf(ROSTERS['lf.csv']));
  const pinned = await checkRoster(place, config, {});
  const hashed = jest.spyOn(crypto, 'createHash');
  const later = jest.spyOn(Date, 'now').mockReturnValue(Date.now() + 5000);
  try {
    await readRows(place, config, pinned, START, 5, {});
    expect(hashed).toHaveBeenCalledTimes(1);
    await readRows(place, config, pinned, START, 5, {});
    expect(hashed).toHaveBeenCalledTimes(1);
  } finally {
    hashed.mockRestore();
    later.mockRestore();
  }
});

describe('a roster that is no longer the one', () => {
  const one = csvOf(ROSTERS['lf.csv']);

  test('between two pages', async () => {
    const place = put('moved.csv', one);
    const pinned = await checkRoster(place, config, {});
    const { next } = await readRows(place, config, pinned, START, 5, {});
    writeFileSync(join(importsDir, 'moved.csv'), one.replaceAll('"Ada"', '"Eve"'));
    await expect(readRows(place, config, pinned, next ?? START, 5, {})).rejects.toThrow(
      'moved.csv: the roster changed since the job started; put back the one that it was started with, or start a new job with this one',
    );
    // The same bytes in a new file are the same roster.
    writeFileSync(join(importsDir, 'moved.csv'), one);
    expect((await readRows(place, config, pinned, next ?? START, 5, {})).rows[0]?.row).toBe(6);
  });

  test('while it is checked', async () => {
    const place = put('written.csv', one);
    // The configuration is asked for once the header is read.
    const known = {
      get connections() {
        put('written.csv', `${one}hr-99`);
        return config.connections;
      },
    };
    await expect(checkRoster(place, known, {})).rejects.toThrow(
      'written.csv: changed while it was read; start again once it is written to the end',
    );
  });

  test('in the middle of a reading', async () => {
    const place = put('growing.csv', one);
    const pinned = await checkRoster(place, config, {});
    const read = async () => {
      for await (const { row } of rowsOf(place, config, pinned, {}))
        if (row === 3) put('growing.csv', `${one}\n`);
    };
    await expect(read()).rejects.toThrow('growing.csv: changed while it was read');
  });
});
