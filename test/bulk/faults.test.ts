// Rosters that can't be taken: each fault in one line with its place, all of them at once, and never a value of a person.
import { csv, imports } from './support';

const { faultsOf } = imports();
const COLUMNS = 'key,firstName,lastName,email,connections';
const ADA = 'hr-1,Ada,Lovelace,ada@example.org,hotdocs';
const KNOWN = 'known are pha-demo, pha-bare, ethosce, onefile, hotdocs, regpack, regpack-loud';
/** A row like Ada's with other cells in some places. */
const row = (change: Record<number, string>) =>
  ADA.split(',')
    .map((cell, index) => change[index] ?? cell)
    .join(',');
const roster = (...rows: string[]) => [COLUMNS, ...rows].join('\n');
const withColumns = (more: string, ...rows: string[]) => [`${COLUMNS},${more}`, ...rows].join('\n');

test('the row that the others differ from is sound', async () => {
  expect(await faultsOf(roster(ADA))).toEqual([]);
});

describe('the file', () => {
  test.each<[string, string | Buffer, string]>([
    ['nothing', '', 'NAME: is empty; expected a header line and a line for each person'],
    ['blank lines', '\n\r\n\n', 'NAME: is empty; expected a header line and a line for each person'],
    ['a header alone', `${COLUMNS}\n`, 'NAME: has no people in it; expected a line for each person'],
    [
      'Windows-1252',
      Buffer.from(roster(ADA, row({ 1: 'Zoë' })), 'latin1'),
      'line 3: is not UTF-8 text (Windows-1252, most likely: programs save "CSV" that way); save it as "CSV UTF-8"',
    ],
    [
      'UTF-16',
      Buffer.from(`\uFEFF${roster(ADA)}`, 'utf16le'),
      'line 1: the file is UTF-16, not UTF-8 text; save it as "CSV UTF-8"',
    ],
    [
      'UTF-16 without its mark',
      Buffer.from(roster(ADA), 'utf16le'),
      'line 1: the file is UTF-16, not UTF-8 text; save it as "CSV UTF-8"',
    ],
    [
      'a spreadsheet',
      Buffer.from('PK\x03\x04…'),
      'line 1: the file is a spreadsheet or an archive, not text; save it as "CSV UTF-8"',
    ],
    [
      'a NUL byte',
      roster(ADA, row({ 1: 'A\0' })),
      'line 3: has a NUL byte in it, which no text has; take it away',
    ],
    [
      'a line without end',
      roster(ADA, 'x'.repeat(1_000_100)),
      'line 3: is longer than 1 MB; is this a CSV or NDJSON file?',
    ],
    [
      'a row without end',
      roster(ADA, `hr-2,"${'one more line\n'.repeat(80_000)}`),
      'line 3: column 2: the row is longer than 1 MB; is a quote left open?',
    ],
    [
      'lines of old',
      roster(ADA).replaceAll('\n', '\r'),
      'line 1: the lines end with carriage returns alone; save the file with line feeds',
    ],
    [
      'semicolons',
      roster(ADA).replaceAll(',', ';'),
      'line 1: the cells are separated by semicolons; save the file with commas',
    ],
    [
      'tabs',
      roster(ADA).replaceAll(',', '\t'),
      'line 1: the cells are separated by tabs; save the file with commas',
    ],
  ])('%s', async (_, content, fault) => {
    const [line = '', ...more] = await faultsOf(content);
    expect([line.replace(/^\d+-roster\.csv/, 'NAME'), ...more]).toEqual([fault]);
  });
});

describe('quotes', () => {
  test.each([
    [
      'never closed',
      row({ 2: '"Love' }),
      'column 3: a quote is opened in this row and never closed; close it, or double it if it belongs to the text',
    ],
    [
      'in the middle',
      row({ 1: 'A"da' }),
      'column 2: a quote stands inside a cell that does not begin with one; quote the whole cell, and double each quote inside it',
    ],
    [
      'with text after it',
      row({ 1: '"A"da' }),
      'column 2: text follows the closing quote of a cell; double each quote that belongs to the text',
    ],
  ])('%s; what was wrong before is said too', async (_, broken, fault) => {
    const before = '"hr\r\n1",A\r\n\r\n';
    expect(await faultsOf(`${COLUMNS}\r\n${before}${broken}\r\n${ADA}`)).toEqual([
      'line 2: has 2 cells, but the header has 5; is there a comma too many, too few or without quotes?',
      `line 5: ${fault}`,
    ]);
  });
});

describe('the header', () => {
  test.each<[string, string, string[]]>([
    [
      'missing',
      roster(ADA).replace(`${COLUMNS}\n`, ''),
      [
        'is not a header: none of its cells names a column; begin with a line such as key,firstName,lastName,email,connections',
      ],
    ],
    [
      'other spellings',
      'Key,First Name,lastName,E-Mail',
      [
        'Key: is not a known column; did you mean key?',
        'First Name: is not a known column; did you mean firstName?',
        'E-Mail: is not a known column; did you mean email?',
      ],
    ],
    [
      'columns like no other',
      withColumns('shoe_size,foo.bar,Ada <ada@example.org>'),
      [
        'shoe_size: is not a known column; rename it, or take it away',
        `foo.bar: names foo, which is not a connection of the configuration; ${KNOWN}`,
        'column 8: is not a known column; rename it, or take it away',
      ],
    ],
    [
      'fields that the vendor has not',
      withColumns('onefile.classromId,hotdocs.shoe,hotdcs.roles'),
      [
        'onefile.classromId: is not a field of onefile; did you mean onefile.classroomId?',
        'hotdocs.shoe: is not a field of hotdocs; known are hotdocs.userId, hotdocs.roles, hotdocs.sendEmail, hotdocs.environment',
        'hotdcs.roles: is not a known column; did you mean hotdocs.roles?',
      ],
    ],
    [
      'a connection alone',
      withColumns('hotdocs'),
      [
        'hotdocs: is a connection, of which a column names a field (hotdocs.userId); who has an account there stands in the column connections',
      ],
    ],
    [
      'columns that are there twice',
      withColumns('email,person.firstName,email'),
      [
        'email: is there twice; keep one of the two',
        'person.firstName: means the same as firstName; keep one of the two',
        'email: is there twice; keep one of the two',
      ],
    ],
    [
      'columns that are needed',
      'key,firstName,connections',
      [
        'lastName: there is no such column; every row needs one',
        'email: there is no such column; every row needs one',
      ],
    ],
    [
      'what no cell can hold',
      withColumns('regpack.children,regpack.children.key,address'),
      [
        'regpack.children: holds more than a cell can tell; take the column away, or give the roster as NDJSON',
        'regpack.children.key: holds more than a cell can tell; take the column away, or give the roster as NDJSON',
        'address: is not a known column; rename it, or take it away',
      ],
    ],
    [
      'a name that is no data',
      withColumns('pha-demo.answers.__proto__'),
      [
        'pha-demo.answers.__proto__: is not a field of pha-demo; known are pha-demo.reference, pha-demo.rank, pha-demo.assessmentDate, pha-demo.answers, pha-demo.environment',
      ],
    ],
  ])('%s', async (_, content, faults) => {
    expect(await faultsOf(content)).toEqual(faults.map((fault) => `line 1: ${fault}`));
  });
});

describe('a row', () => {
  test.each<[string, string, string[]]>([
    [
      'too few cells',
      roster('hr-1,Ada'),
      ['has 2 cells, but the header has 5; is there a comma too many, too few or without quotes?'],
    ],
    [
      'too many cells',
      roster(`${ADA},x`),
      ['has 6 cells, but the header has 5; is there a comma too many, too few or without quotes?'],
    ],
    [
      'a column without a name that is filled',
      withColumns(',', `${ADA},,x`),
      ['column 7: has something in it, and the header gives it no name; name the column, or empty it'],
    ],
    [
      'wrong types',
      withColumns(
        'onefile.role,onefile.placementId,ethosce.roles,hotdocs.sendEmail',
        `${row({ 4: 'hotdocs onefile ethosce' })},observer,nine,1;x,perhaps`,
      ),
      [
        'onefile.placementId: is text; expected the id of a placement, a whole number',
        'ethosce.roles: is text; expected a role id, a whole number',
        'hotdocs.sendEmail: is text; expected true or false',
      ],
    ],
    [
      'what the vendor needs',
      withColumns('onefile.role', `${row({ 4: 'onefile' })},observer`),
      ['onefile.placementId: is missing; OneFile makes no observer without a placement: give its id'],
    ],
    [
      'what is always needed',
      roster(row({ 0: '', 3: '' })),
      [
        'key: is missing; expected 1 to 60 letters, digits, ".", "_" or "-", beginning with a letter or digit',
        'email: is missing; expected an e-mail address such as ada@example.org',
      ],
    ],
    [
      'an address that is none',
      roster(row({ 3: 'ada at home' })),
      ['email: is not an e-mail address; expected an e-mail address such as ada@example.org'],
    ],
    [
      'connections that are not known',
      roster(row({ 4: 'hotdoc nowhere Lovelace' })),
      [
        `connections: names hotdoc, which is not a connection of the configuration; did you mean hotdocs? ${KNOWN}`,
        `connections: names nowhere, which is not a connection of the configuration; ${KNOWN}`,
        `connections: names something, which is not a connection of the configuration; ${KNOWN}`,
      ],
    ],
    [
      'no connection',
      roster(row({ 4: '' })),
      ['connections: names no account; name connections in the column connections, or fill a cell of one'],
    ],
    [
      'cells of an account that it does not have',
      withColumns('ethosce.username', `${ADA},ada`),
      [
        'ethosce: has cells that are filled, but the row names no account there; name ethosce under connections, or empty them',
      ],
    ],
    [
      'a word that is none of the few',
      withColumns('onFailure', `${ADA},undo`),
      ['onFailure: is undo; expected one of park, compensate'],
    ],
  ])('%s', async (_, content, faults) => {
    expect(await faultsOf(content)).toEqual(faults.map((fault) => `line 2: ${fault}`));
  });

  test('a hundred faults are listed, and the others counted', async () => {
    const faults = await faultsOf(
      roster(...Array.from({ length: 140 }, (_, index) => row({ 0: `hr-${index}`, 3: 'x' }))),
    );
    expect(faults).toHaveLength(101);
    expect(faults.slice(-2)).toEqual([
      'line 101: email: is not an e-mail address; expected an e-mail address such as ada@example.org',
      'and 40 more faults',
    ]);
  });
});

describe('one person twice', () => {
  test('the same key', async () => {
    expect(await faultsOf(roster(ADA, '', row({ 3: 'eve@example.org' })))).toEqual([
      'line 4: key: is the key of line 2 too; keep one row for a person, or give each person a key of their own',
    ]);
  });

  test('the same address under two keys, at the same connection only', async () => {
    const fault = (line: number, first: number, connection: string) =>
      `line ${line}: email: is the address of line ${first} too, under another key, and both have an account at ${connection}; one person has one key`;
    expect(
      await faultsOf(
        roster(
          ADA,
          row({ 0: 'hr-2', 4: 'ethosce regpack' }),
          row({ 0: 'hr-3', 3: 'ADA@example.org', 4: 'pha-demo ethosce' }),
          row({ 0: 'hr-4' }),
        ),
      ),
    ).toEqual([fault(4, 3, 'ethosce'), fault(5, 2, 'hotdocs')]);
  });
});

describe('NDJSON', () => {
  const person = { firstName: 'Ada', lastName: 'Lovelace', email: 'ada@example.org' };
  const line = (change: object) =>
    JSON.stringify({ key: 'hr-1', person, accounts: { hotdocs: {} }, ...change });

  test.each<[string, string, string[]]>([
    [
      'lines that are no requests',
      `${line({})}\n{"key":"Ada\n[1]\n\n"Ada"\n`,
      [
        'line 2: is not JSON; expected one whole request as a JSON object on each line',
        'line 3: is a list; expected one request as a JSON object on each line',
        'line 5: is no object; expected one request as a JSON object on each line',
      ],
    ],
    [
      'faults of requests',
      `${line({ person: { ...person, email: 'x' }, accounts: { hotdocs: 5, ethosce: { roles: ['x'] } } })}\n`,
      [
        'line 1: person.email: is not an e-mail address; expected an e-mail address such as ada@example.org',
        'line 1: accounts.hotdocs: is a number; expected an object',
        'line 1: accounts.ethosce.roles[0]: is text; expected a role id, a whole number',
      ],
    ],
    [
      'one person twice',
      `${line({})}\n${line({ key: 'hr-2' })}`,
      [
        'line 2: person.email: is the address of line 1 too, under another key, and both have an account at hotdocs; one person has one key',
      ],
    ],
  ])('%s', async (_, content, faults) => {
    expect(await faultsOf(content, {}, 'roster.ndjson')).toEqual(faults);
  });

  test('is told by its first character where the name does not tell', async () => {
    expect(await faultsOf(line({ key: '' }), {}, 'roster.txt')).toEqual([
      expect.stringMatching(/^line 1: key: is empty/),
    ]);
    expect(await faultsOf(`[${line({})}]`, {}, 'roster.txt')).toEqual([
      expect.stringMatching(/^\d+-roster\.txt: is a JSON list; put one object on each line \(NDJSON\)$/),
    ]);
  });
});

test("what is wrong with a job's defaults is said once, and not for each row", async () => {
  const defaults = {
    connections: ['hotdoc'],
    accounts: { onefil: {}, onefile: { classromId: 3, placementId: 'x' } },
  };
  expect(await faultsOf(roster(ADA, row({ 0: 'hr-2' })), defaults)).toEqual([
    `defaults.connections: names hotdoc, which is not a connection of the configuration; did you mean hotdocs? ${KNOWN}`,
    `defaults.accounts: names onefil, which is not a connection of the configuration; did you mean onefile? ${KNOWN}`,
    'defaults.accounts.onefile.placementId: is text; expected the id of a placement, a whole number',
    'defaults.accounts.onefile.classromId: is not a known key; did you mean classroomId?',
  ]);
});

test('cells of an account that the job does not ask for', async () => {
  const content = csv(
    ['key', 'firstName', 'lastName', 'email', 'ethosce.username'],
    [...ADA.split(',').slice(0, 4), 'ada'],
  );
  expect(await faultsOf(content, { connections: ['hotdocs'] })).toEqual([
    'line 2: ethosce: has cells that are filled, but the job names no account there; name ethosce under connections, or empty them',
  ]);
});
