// What a look at EthosCE means, which roles are written, which fields of a profile: pure rules, case by case.
import { judgeUser } from '../../src/vendors/ethosce/judge';
import type { EthosceUser, SsoLink } from '../../src/vendors/ethosce/shapes';
import { mergeRoles, profileChanges } from '../../src/vendors/ethosce/shapes';

const WANTED = { username: 'orla', email: 'orla@example.org' };
const user = (uid: string, name: string, mail = WANTED.email): EthosceUser => ({
  uid,
  name,
  mail,
  active: true,
  roles: [2],
  used: false,
});
const OURS = user('1', 'orla');
const OTHER_NAME = user('2', 'o.tern');
const OTHER_MAIL = user('3', 'orla', 'someone.else@example.org');
const link = (uid: string): SsoLink => ({ aid: '11', uid });

type Verdict = ReturnType<typeof judgeUser>;
type Case = [
  string,
  { byMail?: EthosceUser[]; byName?: EthosceUser[]; bySsoId?: SsoLink[] | undefined },
  Partial<Verdict> & { is: Verdict['is'] },
  (Partial<Verdict> & { is: Verdict['is'] })?,
];

// The last column is the verdict while settling, where it is another.
test.each<Case>([
  ['nothing is absent', {}, { is: 'absent' }],
  ['nothing, where no SSO id was asked for', { bySsoId: undefined }, { is: 'absent' }],
  ['our name and our address are ours', { byMail: [OURS], byName: [OURS] }, { is: 'found', mine: true }],
  ['our name, and the address not shown yet', { byName: [OURS] }, { is: 'found', mine: true }],
  [
    'name and address in another case are ours',
    { byMail: [], byName: [user('1', 'ORLA', 'Orla@Example.org')] },
    { is: 'found', mine: true },
  ],
  [
    'all three at one account are ours',
    { byMail: [OURS], byName: [OURS], bySsoId: [link('1')] },
    { is: 'found', mine: true },
  ],
  [
    'our address under another name was there before',
    { byMail: [OTHER_NAME] },
    { is: 'found', mine: false, who: OTHER_NAME },
    { is: 'conflict' },
  ],
  [
    'our SSO id alone was there before',
    { bySsoId: [link('9')] },
    { is: 'found', mine: false, who: { uid: '9' } },
    { is: 'conflict' },
  ],
  [
    'our address and our SSO id at one account',
    { byMail: [OTHER_NAME], bySsoId: [link('2')] },
    { is: 'found', mine: false, who: OTHER_NAME },
    { is: 'conflict' },
  ],
  [
    'our address and our SSO id at two accounts',
    { byMail: [OTHER_NAME], bySsoId: [link('9')] },
    { is: 'conflict' },
  ],
  [
    'ours, and our SSO id at another account',
    { byMail: [OURS], byName: [OURS], bySsoId: [link('9')] },
    { is: 'conflict' },
  ],
  ['our name with another address', { byName: [OTHER_MAIL] }, { is: 'conflict' }],
  [
    'our name with another address, our address elsewhere',
    { byName: [OTHER_MAIL], byMail: [OTHER_NAME] },
    { is: 'conflict' },
  ],
  ['two accounts with our address', { byMail: [OURS, OTHER_NAME], byName: [OURS] }, { is: 'several' }],
  ['two accounts with our name', { byName: [OURS, OTHER_MAIL] }, { is: 'several' }],
  ['two accounts with our SSO id', { bySsoId: [link('1'), link('2')] }, { is: 'several' }],
])('%s', (_, look, before, settle = before) => {
  const whole = { byMail: [], byName: [], bySsoId: [], ...look };
  expect(judgeUser(whole, WANTED, 'before')).toMatchObject(before);
  expect(judgeUser(whole, WANTED, 'settle')).toMatchObject(settle);
});

test('what is said of a conflict names accounts, never addresses or names', () => {
  const looks = [
    { byMail: [OTHER_NAME], byName: [OTHER_MAIL], bySsoId: [link('9')] },
    { byMail: [OURS, OTHER_NAME], byName: [], bySsoId: [] },
    { byMail: [OTHER_NAME], byName: [], bySsoId: [link('9')] },
  ];
  for (const look of looks) {
    const verdict = judgeUser(look, WANTED, 'before');
    expect('message' in verdict && verdict.message).toMatch(/account/i);
    expect(JSON.stringify(verdict)).not.toMatch(/orla|tern|@/i);
  }
});

interface Roles {
  there: number[];
  roles?: number[];
  removeRoles?: number[];
  put: number[];
  add: number[];
  remove: number[];
}

test.each<[string, Roles]>([
  ['a first role', { there: [2], roles: [10], put: [10], add: [10], remove: [] }],
  [
    'another one beside those there',
    { there: [2, 10, 11], roles: [12], put: [10, 11, 12], add: [12], remove: [] },
  ],
  ['one that is there already', { there: [2, 10, 11], roles: [10], put: [10, 11], add: [], remove: [] }],
  ['the role of everyone', { there: [2, 10], roles: [2], put: [10], add: [], remove: [] }],
  ['one to be taken away', { there: [2, 10, 11], removeRoles: [10], put: [11], add: [], remove: [10] }],
  [
    'one to be taken away that is not there',
    { there: [2, 11], removeRoles: [10], put: [11], add: [], remove: [] },
  ],
  ['both', { there: [2, 10, 11], roles: [12], removeRoles: [10], put: [11, 12], add: [12], remove: [10] }],
  ['nothing', { there: [2, 10], put: [10], add: [], remove: [] }],
  ['an account without 2 in its list', { there: [10], roles: [11], put: [10, 11], add: [11], remove: [] }],
])('roles: %s', (_, { there, roles = [], removeRoles = [], put, add, remove }) => {
  expect(mergeRoles(there, { roles, removeRoles })).toEqual({ roles: put, add, remove });
});

const SHOWN_LOCATION = {
  lid: '72',
  name: null,
  street: '1 Quay Row',
  additional: null,
  city: 'Philadelphia',
  province: 'PA',
  postal_code: '19109',
  country: 'us',
  country_name: 'United States',
  province_name: 'Pennsylvania',
  latitude: '0.000000',
};
const LOCATION = {
  street: '1 Quay Row',
  city: 'Philadelphia',
  province: 'PA',
  postal_code: '19109',
  country: 'us',
};

type Fields = Record<string, unknown>;
test.each<[string, Fields, Fields, Fields]>([
  ['nothing where it says so already', { field_first_name: 'Orla' }, { field_first_name: 'Orla' }, {}],
  ['what differs only', { a: 'x', b: 'y' }, { a: 'x', b: 'z' }, { b: 'z' }],
  ['what is not there', {}, { a: 'x' }, { a: 'x' }],
  ['not what nobody asked for', { a: 'x', field_credentials: 'MD' }, { a: 'x' }, {}],
  ['nothing for a number that comes back as a text', { a: '7' }, { a: 7 }, {}],
  ['null where something is to be emptied', { a: 'x' }, { a: null }, { a: null }],
  ['nothing for null where nothing is', {}, { a: null }, {}],
  ['a structured field that differs', { a: { id: '7', n: 1 } }, { a: { id: 8 } }, { a: { id: 8 } }],
  [
    'nothing for the same location, however much a GET shows of it',
    { field_profile_location: SHOWN_LOCATION },
    { field_profile_location: LOCATION },
    {},
  ],
  [
    'the whole location where a part of it differs, since what is left out would be lost',
    { field_profile_location: SHOWN_LOCATION },
    { field_profile_location: { city: 'Boston' } },
    { field_profile_location: { ...LOCATION, city: 'Boston' } },
  ],
  [
    'the location where there is none',
    { field_profile_location: [] },
    { field_profile_location: { city: 'Boston' } },
    { field_profile_location: { city: 'Boston' } },
  ],
])('a profile is sent %s', (_, there, wanted, changes) => {
  expect(profileChanges(there, wanted)).toEqual(changes);
});
