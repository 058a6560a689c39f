// EthosCE's calls: what is sent equals the document's own examples (vendor-docs/ethosce.txt), and what comes back is read
// as its software was seen to answer, oddities included.
import type { Call } from '../../src/http/call';
import { classify } from '../../src/http/classify';
import type { Outcome } from '../../src/http/outcome';
import type { Person } from '../../src/vendors/definition';
import * as ethosce from '../../src/vendors/ethosce/calls';
import { type EthosceAccount, resolveEthosceAccount } from '../../src/vendors/ethosce/request';
import { profileBody, userBody } from '../../src/vendors/ethosce/shapes';
import { closePeers, FRESH, peer, reply, transportTo } from '../http/support';

afterEach(closePeers);

const COURSE_AUTHOR = 105847459;
const REVIEWER = 175031666;
const REPORT_VIEWER = 92961712;

/** The person and account of the document's examples. */
const NEWUSER: Person = {
  firstName: 'John',
  middleName: 'Middle',
  lastName: 'Smith',
  email: 'newuser@dlc-solutions.com',
  address: {
    street: '123 S Broad Street',
    additional: 'Suite 2260',
    city: 'Philadelphia',
    province: 'PA',
    postalCode: '19109',
    country: 'us',
  },
};
const ACCOUNT: EthosceAccount = {
  username: 'newuser_username',
  roles: [COURSE_AUTHOR, REVIEWER],
  removeRoles: [],
  profile: {},
};

describe('what is sent is the document’s own example', () => {
  /** The call as the server saw it. */
  async function sent(call: Call<unknown>, options = {}) {
    const there = await peer((socket) =>
      reply(socket, { status: 404, type: 'text/html', body: '404 Not Found' }),
    );
    const auth = ethosce.ethosceAuth({ username: 'restws_muster', password: 'made-up: with a colon' });
    await transportTo(there.url, { auth }).send(call, options);
    const [{ line, headers, body } = { line: '', headers: {}, body: '' }, ...more] = there.arrived;
    expect(more).toEqual([]);
    const {
      host: _,
      connection: __,
      'content-length': ___,
      'user-agent': ____,
      ...rest
    } = headers as Record<string, string>;
    return { line, headers: rest, ...(body && { body: JSON.parse(body) as unknown }) };
  }
  const read = {
    accept: 'application/json',
    'accept-encoding': 'identity',
    authorization: `Basic ${Buffer.from('restws_muster:made-up: with a colon').toString('base64')}`,
  };
  const write = { ...read, 'content-type': 'application/json' };

  test('verify by e-mail', async () => {
    expect(await sent(ethosce.findUsers({ mail: NEWUSER.email }))).toEqual({
      line: 'GET /user.json?mail=newuser%40dlc-solutions.com',
      headers: read,
    });
  });

  test('verify by SSO id', async () => {
    expect(await sent(ethosce.findSsoLinks('EXTERNAL_SSO ID'))).toEqual({
      line: 'GET /authmap.json?authname=EXTERNAL_SSO%20ID',
      headers: read,
    });
  });

  test('create the user', async () => {
    expect(await sent(ethosce.createUser(userBody(NEWUSER, ACCOUNT)), FRESH)).toEqual({
      line: 'POST /user.json',
      headers: write,
      body: JSON.parse(
        '{ "name": "newuser_username", "mail": "newuser@dlc-solutions.com", "status": 1, "roles": [ { "id": 105847459 }, { "id": 175031666 }] }',
      ),
    });
  });

  test('create the profile', async () => {
    expect(await sent(ethosce.createProfile(profileBody('123', NEWUSER, ACCOUNT)), FRESH)).toEqual({
      line: 'POST /profile2.json',
      headers: write,
      body: JSON.parse(
        '{ "user": 123, "label": "Profile", "type": "profile", "field_first_name": "John", "field_middle_name": "Middle", "field_last_name": "Smith", "field_profile_location": { "street": "123 S Broad Street", "additional": "Suite 2260", "city": "Philadelphia", "province": "PA", "postal_code": "19109", "country": "us" } }',
      ),
    });
  });

  test('update the roles: every id that is to stay, at the path without a suffix', async () => {
    expect(await sent(ethosce.putRoles('123', [REPORT_VIEWER, REVIEWER]))).toEqual({
      line: 'PUT /user/123',
      headers: write,
      body: { roles: [{ id: REPORT_VIEWER }, { id: REVIEWER }] },
    });
  });

  test('link the SSO id', async () => {
    expect(await sent(ethosce.createSsoLink('123', 'TU06503', 'simplesamlphp_auth'), FRESH)).toEqual({
      line: 'POST /authmap.json',
      headers: write,
      body: { uid: 123, authname: 'TU06503', module: 'simplesamlphp_auth' },
    });
  });

  test('update a profile, and ask for profiles of the one type', async () => {
    expect(await sent(ethosce.putProfile('72', { field_first_name: 'Joan' }))).toEqual({
      line: 'PUT /profile2/72',
      headers: write,
      body: { field_first_name: 'Joan' },
    });
    expect(await sent(ethosce.findProfiles('123'))).toMatchObject({
      line: 'GET /profile2.json?user=123&type=profile',
    });
  });

  test('an address with a plus reaches the filter as a plus', async () => {
    const { line } = await sent(ethosce.findUsers({ mail: 'a+b@example.org' }));
    expect(line).toBe('GET /user.json?mail=a%2Bb%40example.org');
  });

  test('what the person does not have is left out, and never sent as nothing', () => {
    const { middleName: _, ...bare } = NEWUSER;
    const person = { ...bare, address: { street: '', country: '' } };
    const account = { ...ACCOUNT, roles: [], profile: { field_credentials: 'MD' } };
    expect(userBody(person, account)).toEqual({ name: 'newuser_username', mail: NEWUSER.email, status: 1 });
    expect(profileBody('123', person, account)).toEqual({
      user: 123,
      label: 'Profile',
      type: 'profile',
      field_first_name: 'John',
      field_last_name: 'Smith',
      field_credentials: 'MD',
    });
  });
});

test('a role that a request names twice is one role', () => {
  const context = { key: 'k', person: NEWUSER, connection: {}, connectionName: 'ethosce' };
  const account = { roles: [REVIEWER, REVIEWER], removeRoles: [COURSE_AUTHOR, COURSE_AUTHOR] };
  expect(resolveEthosceAccount({ ...context, account })).toEqual({
    username: 'k',
    roles: [REVIEWER],
    removeRoles: [COURSE_AUTHOR],
    profile: {},
  });
});

interface Given {
  status?: number;
  type?: string;
}

/** What a reply means for a call. */
function readAs<T>(
  call: Call<T>,
  body: unknown,
  { status = 200, type = 'application/json' }: Given = {},
): Outcome<T> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return classify(call, { kind: 'reply', status, headers: {}, contentType: type, text }, 0);
}
const list = (...items: unknown[]) => ({
  self: 'http://your-domain.com/user?mail=x',
  first: 'http://your-domain.com/user?mail=x&page=0',
  last: 'http://your-domain.com/user?mail=x&page=0',
  list: items,
});
/** As `user/ID.json` and lists show a user. */
const shown = (more: Record<string, unknown> = {}) => ({
  uid: '123',
  name: 'orla',
  mail: 'orla@example.org',
  status: '1',
  roles: [2],
  created: '1700000000',
  last_access: null,
  last_login: null,
  theme: '',
  url: 'http://your-domain.com/user/123',
  edit_url: 'http://your-domain.com/user/123/edit',
  ...more,
});
const PAGE =
  '<!DOCTYPE html>\n<html><head><title>Page not found | EthosCE</title></head><body></body></html>';
const HTML = { type: 'text/html' };

describe('users that are found', () => {
  const BY_MAIL = ethosce.findUsers({ mail: 'orla@example.org' });
  const ORLA = { uid: '123', name: 'orla', mail: 'orla@example.org', active: true, roles: [2], used: false };

  test.each<[string, Record<string, unknown>, Partial<typeof ORLA>]>([
    ['as a site shows them', {}, {}],
    ['with their profile beside them', { profile_profile: { uri: '…', id: '72', resource: 'profile2' } }, {}],
    ['with ids as numbers', { uid: 123, status: 1 }, {}],
    ['blocked', { status: '0' }, { active: false }],
    ['blocked, as a number', { status: 0 }, { active: false }],
    [
      'with roles as plain numbers, 2 among them',
      { roles: [2, COURSE_AUTHOR] },
      { roles: [2, COURSE_AUTHOR] },
    ],
    ['with roles as texts', { roles: ['2', String(REVIEWER)] }, { roles: [2, REVIEWER] }],
    [
      'with roles as references',
      { roles: [{ uri: '…', id: REVIEWER, resource: 'user_role' }] },
      { roles: [REVIEWER] },
    ],
    ['that have been logged in to', { last_login: '1700000001' }, { used: true }],
    ['that have been used', { last_access: 1700000001 }, { used: true }],
    ['never used, in Drupal’s own word', { last_access: '0', last_login: 0 }, { used: false }],
    ['in another case', { mail: 'Orla@Example.ORG' }, { mail: 'Orla@Example.ORG' }],
  ])('%s', (_, more, expected) => {
    expect(readAs(BY_MAIL, list(shown(more)))).toEqual({ kind: 'done', value: [{ ...ORLA, ...expected }] });
  });

  test('nobody, and two with one address', () => {
    expect(readAs(BY_MAIL, list())).toEqual({ kind: 'done', value: [] });
    const two = readAs(BY_MAIL, list(shown(), shown({ uid: '124', name: 'orla2' })));
    expect(two.kind === 'done' && two.value.map(({ uid }) => uid)).toEqual(['123', '124']);
  });

  test('a name is compared as the database does: case, accents and trailing spaces do not count', () => {
    const byName = ethosce.findUsers({ name: 'jose garcia' });
    expect(readAs(byName, list(shown({ name: 'JOSÉ GARCÍA  ' })))).toMatchObject({ kind: 'done' });
    expect(readAs(byName, list(shown({ name: 'jose garcias' })))).toMatchObject({ kind: 'unknown' });
  });

  test.each<[string, unknown, Given]>([
    ['a filter that was ignored', list(shown(), shown({ uid: '7', mail: 'someone.else@example.org' })), {}],
    ['the anonymous user', list(shown({ uid: null, name: '', mail: '' })), {}],
    ['a user without an address (a right is missing)', list({ uid: '123', name: 'orla' }), {}],
    ['references only', list({ uri: '…', id: 123, resource: 'user' }), {}],
    ['no list at all', [], {}],
    ['a bare user', shown(), {}],
    ['a web page with 200', PAGE, HTML],
    ['JSON that is called a web page', list(), HTML],
    ['nothing', '', {}],
    ['a page of the site with 404', PAGE, { status: 404, ...HTML }],
    ['a page of the site with 500', PAGE, { status: 500, ...HTML }],
    ['a redirect to the front page (maintenance)', '', { status: 302, ...HTML }],
  ])('%s proves neither presence nor absence', (_, body, given) => {
    expect(readAs(BY_MAIL, body, given)).toMatchObject({ kind: 'unknown' });
  });

  test.each<[number, string, string]>([
    [404, '404 Not Found: Page doesn&#039;t exist.', "404 Not Found: Page doesn't exist."],
    [
      412,
      '412 Precondition Failed: Not a valid filter: banana',
      '412 Precondition Failed: Not a valid filter: banana',
    ],
  ])('%i in RESTWS’ own words is a refusal, never "absent"', (status, body, message) => {
    expect(readAs(BY_MAIL, body, { status, ...HTML })).toMatchObject({ kind: 'refused', message });
  });

  test('by id, another user is not the one asked for', () => {
    const byId = ethosce.findUsers({ uid: '123' });
    expect(readAs(byId, list(shown()))).toMatchObject({ kind: 'done' });
    expect(readAs(byId, list(shown({ uid: '124' })))).toMatchObject({ kind: 'unknown' });
  });
});

describe('SSO links and profiles that are found', () => {
  const LINKS = ethosce.findSsoLinks('TU06503');
  const PROFILES = ethosce.findProfiles('123');

  test('a link, with ids as texts, numbers or references', () => {
    const row = { aid: '11', uid: '123', authname: 'TU06503', module: 'simplesamlphp_auth' };
    const expected = { kind: 'done', value: [{ aid: '11', uid: '123' }] };
    expect(readAs(LINKS, list(row))).toEqual(expected);
    expect(readAs(LINKS, list({ ...row, aid: 11, uid: { uri: '…', id: 123, resource: 'user' } }))).toEqual(
      expected,
    );
    expect(readAs(LINKS, list({ ...row, authname: 'tu06503' }))).toEqual(expected);
    expect(readAs(LINKS, list({ ...row, authname: 'TU0650' }))).toMatchObject({ kind: 'unknown' });
  });

  test('a site without authmap proves nothing: every unknown path looks so', () => {
    expect(readAs(LINKS, PAGE, { status: 404, ...HTML })).toMatchObject({
      kind: 'unknown',
      vendorStatus: 404,
    });
  });

  test('a profile, its fields beside its id, with or without its user', () => {
    const fields = { label: 'Profile', field_first_name: 'Orla', field_profile_location: [] };
    const user = { uri: '…', id: '123', resource: 'user' };
    const expected = { kind: 'done', value: [{ pid: '72', fields }] };
    expect(readAs(PROFILES, list({ pid: '72', user, ...fields }))).toEqual(expected);
    expect(readAs(PROFILES, list({ pid: 72, ...fields }))).toEqual(expected);
    expect(readAs(PROFILES, list())).toEqual({ kind: 'done', value: [] });
    expect(readAs(PROFILES, list({ pid: '72', user: { ...user, id: '124' } }))).toMatchObject({
      kind: 'unknown',
    });
    // What a GET of one profile that is not there answers.
    expect(readAs(PROFILES, [])).toMatchObject({ kind: 'unknown' });
  });
});

describe('creates', () => {
  const CREATE = ethosce.createUser({ name: 'orla', mail: 'orla@example.org', status: 1 });
  const CREATED = { uri: 'http://your-domain.com/user/123', id: '123', resource: 'user' };

  test('the document’s own answer is done, with its id as a text', () => {
    expect(readAs(CREATE, CREATED, { status: 201 })).toEqual({ kind: 'done', value: '123' });
    expect(readAs(CREATE, { ...CREATED, id: 123 }, { status: 201 })).toEqual({ kind: 'done', value: '123' });
  });

  test.each<[string, unknown, Given]>([
    ['201 without an id', { uri: '…', resource: 'user' }, { status: 201 }],
    ['201 with an empty id', { ...CREATED, id: '' }, { status: 201 }],
    ['201 with a web page', PAGE, { status: 201, ...HTML }],
    ['200 in place of 201', CREATED, { status: 200 }],
    ['200 with a list', [], { status: 200 }],
    ['500: the name is taken, or the body was broken', PAGE, { status: 500, ...HTML }],
    ['404: another content type', PAGE, { status: 404, ...HTML }],
  ])('%s is unknown', (_, body, given) => {
    expect(readAs(CREATE, body, given)).toMatchObject({ kind: 'unknown' });
  });

  test('406 in RESTWS’ words is refused, and unescaped', () => {
    const line =
      '406 Not Acceptable: Invalid data value given. Be sure it matches the required data type and format. Value at user()-&gt;mail: x.';
    expect(readAs(CREATE, line, { status: 406, ...HTML })).toEqual({
      kind: 'refused',
      code: 'refused',
      vendorStatus: 406,
      message: line.replace('&gt;', '>'),
    });
  });

  test('422 is refused', () => {
    const line = '422 Unprocessable Entity: Field validation errors';
    const call = ethosce.createProfile({ user: 1, label: 'Profile', type: 'profile' });
    expect(readAs(call, line, { status: 422, ...HTML })).toMatchObject({ kind: 'refused', message: line });
  });
});

describe('writes', () => {
  const PUT = ethosce.putRoles('123', [REVIEWER]);

  test('only an empty JSON list is a success', () => {
    expect(readAs(PUT, [])).toEqual({ kind: 'done', value: true });
  });

  test.each<[string, unknown, Given]>([
    ['200 with a page: nothing was changed', PAGE, HTML],
    ['200 with a list that is called a page', [], HTML],
    ['200 with the user (a verb that was not understood)', shown(), {}],
    ['200 with a list of something', [1], {}],
    ['200 with an object', {}, {}],
    ['204', '', { status: 204 }],
    ['500: a suffix, or roles as plain numbers', PAGE, { status: 500, ...HTML }],
    ['404: no such user', PAGE, { status: 404, ...HTML }],
  ])('%s is unknown', (_, body, given) => {
    expect(readAs(PUT, body, given)).toMatchObject({ kind: 'unknown' });
  });
});
