// What the cells of a CSV roster become, and what is said about a header that can't be read by.
import type { RowDefaults } from '../../src/bulk/roster';
import { csv, imports } from './support';

const { rowsIn } = imports();
const NEEDED = ['key', 'firstName', 'lastName', 'email'];
const ADA = ['hr-1', 'Ada', 'Lovelace', 'ada@example.org'];

async function requestOf(columns: string[], cells: (string | number)[], defaults: RowDefaults = {}) {
  const [row] = await rowsIn(csv([...NEEDED, ...columns], [...ADA, ...cells]), defaults);
  return row?.request;
}

describe('what a cell becomes', () => {
  test.each([
    ['a number where the vendor has one', 'onefile.placementId', '9', { placementId: 9 }],
    ['a number of words or digits', 'onefile.role', '45', { role: 45 }],
    ['a list of numbers', 'ethosce.roles', '105847459; 175031666', { roles: [105847459, 175031666] }],
    ['a list of one', 'ethosce.roles', '105847459', { roles: [105847459] }],
    ['a list that ends in a separator', 'ethosce.roles', '1;', { roles: [1] }],
    [
      'a list of words',
      'hotdocs.roles',
      'SiteAdministrator;Other',
      { roles: ['SiteAdministrator', 'Other'] },
    ],
    ['true or false as spreadsheets write it', 'hotdocs.sendEmail', 'TRUE', { sendEmail: true }],
    [
      'text of digits, where text is meant',
      'onefile.fields.ULN',
      '0012345678',
      { fields: { ULN: '0012345678' } },
    ],
    ['a field of a table', 'onefile.fields.SupportFunding', 'false', { fields: { SupportFunding: false } }],
    ['a list in a part', 'onefile.assign.unitIds', '4;5', { assign: { unitIds: [4, 5] } }],
    [
      'an answer, which stays as it is',
      'pha-demo.answers.user_smoker',
      'No',
      { answers: { user_smoker: 'No' } },
    ],
    ['a dot in the name of an answer', 'pha-demo.answers.a.b', 'x', { answers: { 'a.b': 'x' } }],
    ['free text of a field with more kinds', 'regpack.fields.colour', '1;2', { fields: { colour: '1;2' } }],
    [
      'part of a profile field',
      'ethosce.profile.field_profile_location.city',
      'Oslo',
      {
        profile: { field_profile_location: { city: 'Oslo' } },
      },
    ],
    ['the environment', 'pha-demo.environment', 'demo', { environment: 'demo' }],
  ])('%s', async (_, column, cell, account) => {
    const [connection = ''] = column.split('.');
    const more: [string[], string[]] =
      connection === 'onefile' && column !== 'onefile.role'
        ? [
            ['onefile.role', 'onefile.defaultAssessorId', 'onefile.classroomId', 'onefile.placementId'],
            ['learner', '7', '3', '9'],
          ]
        : column === 'onefile.role'
          ? [['onefile.placementId'], ['9']]
          : [[], []];
    const keep = more[0]
      .map((name, index) => ({ name, cell: more[1][index] ?? '' }))
      .filter(({ name }) => name !== column);
    const request = await requestOf(
      [column, ...keep.map(({ name }) => name)],
      [cell, ...keep.map((one) => one.cell)],
    );
    expect(request?.accounts[connection]).toMatchObject(account);
  });
});

describe('where a row has its accounts', () => {
  const accountsIn = async (columns: string[], cells: string[], defaults = {}) =>
    (await requestOf(columns, cells, defaults))?.accounts;

  test('where its connections say so, though no cell is filled', async () => {
    expect(await accountsIn(['connections', 'hotdocs.roles'], ['ethosce  hotdocs ethosce', 'A'])).toEqual({
      ethosce: {},
      hotdocs: { roles: ['A'] },
    });
  });

  test('where its cells are filled, if it does not say', async () => {
    expect(await accountsIn(['connections', 'hotdocs.roles', 'ethosce.username'], ['', '', 'ada'])).toEqual({
      ethosce: { username: 'ada' },
    });
  });

  test('where the job says so, if it does not say', async () => {
    expect(await accountsIn(['connections'], [''], { connections: ['hotdocs'] })).toEqual({ hotdocs: {} });
    expect(await accountsIn(['connections'], ['ethosce'], { connections: ['hotdocs'] })).toEqual({
      ethosce: {},
    });
  });
});

describe('defaults lie beneath a row', () => {
  const defaults = {
    accounts: {
      onefile: {
        role: 'learner',
        defaultAssessorId: 7,
        classroomId: 3,
        placementId: 9,
        fields: { L12: 'a', L13: 'b' },
      },
      ethosce: { roles: [1, 2] },
    },
    onFailure: 'compensate' as const,
  };
  const onefile = defaults.accounts.onefile;

  test('in CSV', async () => {
    const columns = [
      'connections',
      'onefile.placementId',
      'onefile.fields.L13',
      'ethosce.roles',
      'onFailure',
    ];
    const request = await requestOf(columns, ['onefile ethosce', '10', 'own', '3', 'park'], defaults);
    expect(request?.accounts).toEqual({
      onefile: { ...onefile, placementId: 10, fields: { L12: 'a', L13: 'own' } },
      ethosce: { roles: [3] },
    });
    expect(request?.onFailure).toBe('park');
    expect((await requestOf(columns, ['onefile', '', '', '', ''], defaults)) ?? {}).toMatchObject({
      accounts: { onefile },
      onFailure: 'compensate',
    });
  });

  test('in NDJSON', async () => {
    const person = { firstName: 'Ada', lastName: 'Lovelace', email: 'ada@example.org' };
    const line = (key: string, more: object) =>
      JSON.stringify({ key, person: { ...person, email: `${key}@example.org` }, ...more });
    const content = [
      line('hr-1', { accounts: { onefile: { placementId: 10, fields: { L13: 'own' } } } }),
      line('hr-2', { onFailure: 'park' }),
    ].join('\n');
    const rows = await rowsIn(content, { ...defaults, connections: ['ethosce'] }, 'people.ndjson');
    expect(rows.map(({ request: { accounts, onFailure } }) => ({ accounts, onFailure }))).toEqual([
      {
        accounts: { onefile: { ...onefile, placementId: 10, fields: { L12: 'a', L13: 'own' } } },
        onFailure: 'compensate',
      },
      { accounts: { ethosce: { roles: [1, 2] } }, onFailure: 'park' },
    ]);
  });
});

test('what results add is passed over, and empty columns without a name', async () => {
  const columns = ['connections', '', 'status', 'reason', 'what_to_do', 'result.hotdocs', 'result.gone', ''];
  const request = await requestOf(columns, [
    'hotdocs',
    ' ',
    'failed',
    'refused',
    'correct it',
    'guid',
    '1',
    '',
  ]);
  expect(request?.accounts).toEqual({ hotdocs: {} });
});

test("a person's fields, by either name", async () => {
  const columns = [
    'middleName',
    'person.dateOfBirth',
    'address.city',
    'person.address.country',
    'phone',
    'connections',
  ];
  const request = await requestOf(columns, [
    'King',
    '1990-01-31',
    'London',
    'gb',
    "'+44 20 7946 0001",
    'hotdocs',
  ]);
  expect(request?.person).toEqual({
    firstName: 'Ada',
    middleName: 'King',
    lastName: 'Lovelace',
    email: 'ada@example.org',
    dateOfBirth: '1990-01-31',
    phone: '+44 20 7946 0001',
    address: { city: 'London', country: 'gb' },
  });
});
