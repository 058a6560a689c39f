// What the cells of a CSV roster become, and what is said about a header that can't be read by.
import { csv, imports } from './support';

const { rowsIn } = imports();
const NEEDED = ['key', 'firstName', 'lastName', 'email'];
const ADA = ['hr-1', 'Ada', 'Lovelace', 'ada@example.org'];

async function requestOf(columns: string[], cells: (string | number)[], defaults = {}) {
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
