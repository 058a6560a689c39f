// EthosCE's users, profiles and SSO names, held against what a real site of its software was observed to answer.
import { type Simulator, startSimulator } from '../../src/simulators';
import { type Answer, caller } from './client';

let ethosce: Simulator;
beforeAll(async () => {
  ethosce = await startSimulator('ethosce');
});
beforeEach(() => ethosce.reset());
afterAll(() => ethosce.close());

const call = caller(
  () => ethosce.url,
  () => {
    const { username, password } = ethosce.credentials;
    return { authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}` };
  },
);
const ADA = { name: 'ada', mail: 'ada@example.org', status: 1 };
const idOf = (reply: Answer): string => (reply.json as { id: string }).id;
const create = async (body: object = ADA) => idOf(await call('POST', '/user.json', body));
const read = async (uid: string) => (await call('GET', `/user/${uid}.json`)).json;
const list = async (path: string) => (await call('GET', path)).json as { list: Record<string, unknown>[] };

/** Says what kind of reply it is, as the observations do. */
function kind(reply: Answer): string {
  const body = reply.text.startsWith('<!DOCTYPE') ? 'HTML' : reply.text;
  return `${reply.status} ${reply.type.split(';')[0]} ${body}`;
}
const INVALID =
  'Not Acceptable: Invalid data value given. Be sure it matches the required data type and format. Value at';

describe('create a user', () => {
  test('as in the document', async () => {
    const reply = await call('POST', '/user.json', { ...ADA, roles: [{ id: 105847459 }, { id: 175031666 }] });
    expect(kind(reply)).toBe(
      `201 application/json {"uri":"${ethosce.url}/user/101","id":"101","resource":"user"}`,
    );
    expect(await read('101')).toEqual({
      uid: '101',
      name: 'ada',
      mail: 'ada@example.org',
      url: `${ethosce.url}/user/101`,
      edit_url: `${ethosce.url}/user/101/edit`,
      last_access: null,
      last_login: null,
      created: expect.stringMatching(/^\d{10}$/),
      roles: [2, 105847459, 175031666],
      status: '1',
      theme: '',
    });
    expect(ethosce.mails()).toEqual([]);
    expect(ethosce.people()).toMatchObject([
      { id: '101', marker: 'ada', status: 'active', roles: [105847459, 175031666] },
    ]);
  });

  test.each<[string, object, string]>([
    ['a name that is taken', { ...ADA, mail: 'x@example.org' }, '500 text/html HTML'],
    ['in other case, accents and spaces', { name: 'ÁDA  ', mail: 'x@example.org' }, '500 text/html HTML'],
    ['no name', { mail: 'x@example.org' }, '500 text/html HTML'],
    ['a name of 61', { name: 'a'.repeat(61), mail: 'x@example.org' }, '500 text/html HTML'],
    [
      'a mail that is none',
      { name: 'x', mail: 'not-a-mail' },
      `406 text/html 406 ${INVALID} user()-&gt;mail: not-a-mail.`,
    ],
    [
      'a mail that is not ASCII',
      { name: 'x', mail: 'josé@example.org' },
      `406 text/html 406 ${INVALID} user()-&gt;mail: josé@example.org.`,
    ],
    [
      'a mail without a dotted host',
      { name: 'x', mail: 'x@host' },
      `406 text/html 406 ${INVALID} user()-&gt;mail: x@host.`,
    ],
    ['null for the mail', { name: 'x', mail: null }, `406 text/html 406 ${INVALID} user()-&gt;mail: .`],
    ['status true', { name: 'x', status: true }, `406 text/html 406 ${INVALID} user()-&gt;status: 1.`],
    [
      'an unknown property',
      { name: 'x', banana: 1 },
      '406 text/html 406 Not Acceptable: Unknown data property banana.',
    ],
    [
      'a password',
      { name: 'x', pass: 'Secret-12' },
      '406 text/html 406 Not Acceptable: Unknown data property pass.',
    ],
    [
      'a property that is only read',
      { name: 'x', url: 'y' },
      '406 text/html 406 Not Acceptable: Entity property url doesn&#039;t support writing.',
    ],
    ['roles as numbers', { name: 'x', roles: [105847459] }, '500 text/html HTML'],
    ['roles as strings', { name: 'x', roles: ['105847459'] }, '500 text/html HTML'],
    ['roles null', { name: 'x', roles: null }, '500 text/html HTML'],
  ])('with %s', async (_, body, expected) => {
    await create();
    expect(kind(await call('POST', '/user.json', body))).toBe(expected);
    expect(ethosce.people()).toHaveLength(1);
  });

  test.each<[string, object, object]>([
    ['a mail that is taken', { name: 'b', mail: 'ada@example.org', status: 1 }, { email: 'ada@example.org' }],
    ['no mail', { name: 'b', status: 1 }, { email: '' }],
    ['no status', { name: 'b' }, { status: 'blocked' }],
    ['status as text', { name: 'b', status: '1' }, { status: 'active' }],
    ['a role id as text', { name: 'b', roles: [{ id: '105847459' }] }, { roles: [105847459] }],
    ['an unknown role', { name: 'b', roles: [{ id: 4242 }] }, { roles: [] }],
    ['null for the status', { name: 'b', status: null }, { status: 'blocked' }],
    ['a uid', { name: 'b', uid: 7 }, { id: '102' }],
  ])('%s is accepted', async (_, body, person) => {
    await create();
    expect((await call('POST', '/user.json', body)).status).toBe(201);
    expect(ethosce.people()[1]).toMatchObject(person);
  });

  test('one of eight at once with one name is made, and failed ids are skipped', async () => {
    const replies = await Promise.all(Array.from({ length: 8 }, () => call('POST', '/user.json', ADA)));
    expect(replies.map(({ status }) => status).sort()).toEqual([201, ...Array(7).fill(500)]);
    expect(Number(await create({ name: 'later' }))).toBe(109);
  });

  test.each([
    ['application/json', 201],
    ['application/json;charset=utf-8', 201],
    ['application/json ; charset=utf-8', 404],
    ['Application/JSON', 404],
    ['text/plain', 404],
    ['application json', 404],
  ])('content type "%s" is %i', async (type, status) => {
    expect((await call('POST', '/user.json', ADA, { 'content-type': type })).status).toBe(status);
  });

  test('no content type is 404, broken JSON 500, paths without suffix and with an id make users', async () => {
    expect(kind(await call('POST', '/user.json', JSON.stringify(ADA)))).toBe('404 text/html HTML');
    expect(
      (await call('POST', '/user.json', '{"name":', { 'content-type': 'application/json' })).status,
    ).toBe(500);
    expect((await call('POST', '/user', { name: 'b' })).status).toBe(201);
    expect((await call('POST', '/user/7', { name: 'c' })).status).toBe(201);
    expect(ethosce.people()).toHaveLength(2);
  });
});

describe('lists', () => {
  test('nothing found is 200 with an empty list and its links', async () => {
    const self = `${ethosce.url}/user?mail=nobody%40example.org`;
    expect((await call('GET', '/user.json?mail=nobody%40example.org')).json).toEqual({
      self,
      first: `${self}&page=0`,
      last: `${self}&page=0`,
      list: [],
    });
  });

  test.each([
    ['mail=ADA%40EXAMPLE.ORG'],
    ['mail=ada%40example.org%20'],
    ['name=%C3%A0da'],
    ['uid=101'],
    ['mail[]=x%40example.org&mail[]=ada%40example.org'],
    ['mail=ada%40example.org&status=1'],
  ])('?%s finds the account', async (query) => {
    await create();
    expect((await list(`/user.json?${query}`)).list).toMatchObject([{ uid: '101', mail: 'ada@example.org' }]);
  });

  test('an unencoded plus is a space', async () => {
    await create({ ...ADA, mail: 'ada+cme@example.org' });
    expect((await list('/user.json?mail=ada+cme@example.org')).list).toEqual([]);
    expect((await list('/user.json?mail=ada%2Bcme@example.org')).list).toHaveLength(1);
  });

  test('an empty mail matches the anonymous user and accounts without mail', async () => {
    await create({ name: 'b' });
    expect((await list('/user.json?mail=')).list.map(({ uid }) => uid)).toEqual([null, '101']);
  });

  test.each([
    ['/user.json?banana=1', '412 text/html 412 Precondition Failed: Not a valid filter: banana'],
    ['/user.json?roles=105847459', '500 text/html HTML'],
    ['/user.json?url=x', '500 text/html HTML'],
    ['/profile2.json?uid=101', '412 text/html 412 Precondition Failed: Not a valid filter: uid'],
    ['/user.json?mail=x&page=3', '404 text/html 404 Not Found: Page doesn&#039;t exist.'],
    ['/nosuch.json', '404 text/html HTML'],
  ])('%s', async (path, expected) => {
    expect(kind(await call('GET', path))).toBe(expected);
  });

  test('pages: an exact multiple has an empty last page', async () => {
    await create();
    await create({ ...ADA, name: 'ada2' });
    const path = '/user.json?mail=ada%40example.org&limit=1&full=0';
    const at = (page: number) => `${ethosce.url}/user?mail=ada%40example.org&limit=1&full=0&page=${page}`;
    expect((await call('GET', path)).json).toMatchObject({
      first: at(0),
      last: at(2),
      next: at(1),
      list: [{ id: 101, resource: 'user', uri: `${ethosce.url}/user/101` }],
    });
    expect((await call('GET', `${path}&page=2`)).json).toEqual({
      self: at(2),
      first: at(0),
      last: at(2),
      prev: at(1),
      list: [],
    });
    expect((await call('GET', `${path}&page=3`)).status).toBe(404);
  });

  test('pages: a broken one is the last', async () => {
    for (const name of ['a', 'b', 'c']) await create({ name, mail: 'x@example.org' });
    const { json } = await call('GET', '/user.json?mail=x%40example.org&limit=2');
    expect(json).toMatchObject({
      last: expect.stringContaining('&page=1'),
      list: [{ name: 'a' }, { name: 'b' }],
    });
    expect((await list('/user.json?mail=x%40example.org&limit=2&page=1')).list).toMatchObject([
      { name: 'c' },
    ]);
    expect((await call('GET', '/user.json?mail=x%40example.org&limit=2&page=2')).status).toBe(404);
  });

  test('what was just made can stay unseen for a while, though its name is taken', async () => {
    ethosce.set('lateVisibilityMs', 60_000);
    const uid = await create();
    expect((await list('/user.json?name=ada')).list).toEqual([]);
    expect((await call('GET', `/user/${uid}.json`)).status).toBe(404);
    expect((await call('POST', '/user.json', ADA)).status).toBe(500);
    expect(ethosce.people()).toHaveLength(1);
  });

  test('the fault does so for one call, for its time', async () => {
    ethosce.inject({ kind: 'late-visibility', delayMs: 150, call: 'create user' });
    await create();
    await create({ name: 'b' });
    expect((await list('/user.json?status=1&name=ada')).list).toEqual([]);
    expect((await list('/user.json?name=b')).list).toHaveLength(1);
    await new Promise((resolve) => setTimeout(resolve, 160));
    expect((await list('/user.json?name=ada')).list).toHaveLength(1);
  });

  test('without suffix it depends on Accept', async () => {
    const json = await call('GET', '/user?name=x', undefined, {
      accept: 'text/html, application/json;q=0.9',
    });
    expect(json.json).toMatchObject({ list: [] });
    expect(kind(await call('GET', '/user?name=x'))).toBe('200 text/html HTML');
    expect(kind(await call('GET', '/profile2?user=1'))).toBe('404 text/html HTML');
  });
});

describe('update a user', () => {
  let uid = '';
  const put = (body: unknown, path = `/user/${uid}`) => call('PUT', path, body);
  beforeEach(async () => {
    uid = await create({ ...ADA, roles: [{ id: 105847459 }, { id: 175031666 }] });
  });

  test('roles are replaced as a whole, shown with 2, and stay when not named', async () => {
    expect(kind(await put({ roles: [{ id: 175031666 }, { id: 92961712 }] }))).toBe('200 application/json []');
    await put({ mail: 'ada2@example.org' });
    expect(await read(uid)).toMatchObject({ roles: [2, 92961712, 175031666], mail: 'ada2@example.org' });
    await put({ roles: [{ id: 2 }, { id: 4242 }, { id: 175031666 }] });
    expect(await read(uid)).toMatchObject({ roles: [2, 175031666] });
    await put({ roles: [] });
    expect(await read(uid)).toMatchObject({ roles: [2] });
  });

  test.each<[string, unknown, string]>([
    ['roles as numbers', { roles: [2, 175031666] }, '500 text/html HTML'],
    ['a bad mail', { mail: 'bad' }, `406 text/html 406 ${INVALID} user(101)-&gt;mail: bad.`],
    [
      'an unknown property',
      { mail: 'b@example.org', banana: 1 },
      '406 text/html 406 Not Acceptable: Unknown data property banana.',
    ],
    ['the uid', { uid: 101 }, '422 text/html 422 Unprocessable Entity: Unable to change uid'],
    ['a name that is taken', { name: 'other' }, '500 text/html HTML'],
  ])('%s is refused and changes nothing', async (_, body, expected) => {
    await create({ name: 'other' });
    const before = await read(uid);
    expect(kind(await put(body))).toBe(expected);
    expect(await read(uid)).toEqual(before);
    expect(ethosce.requests().find(({ method }) => method === 'PUT')).toMatchObject({ committed: false });
  });

  test('wrong paths and formats have their own answers, and change nothing', async () => {
    const before = await read(uid);
    expect(kind(await put({ status: 0 }, `/user/${uid}.json`))).toBe('500 text/html HTML');
    expect(kind(await put({ status: 0 }, '/user.json'))).toBe(
      '406 text/html 406 Not Acceptable: Unable to set the data property status as the parent data structure is not set.',
    );
    expect(kind(await put({ status: 0 }, '/user/999'))).toBe('404 text/html HTML');
    expect(kind(await put('{"status":0}'))).toBe('200 text/html HTML');
    const patched = await call('PATCH', `/user/${uid}`, { status: 0 }, { accept: 'application/json' });
    expect([patched.status, patched.json]).toEqual([200, before]);
    expect(kind(await put({}))).toBe('200 application/json []');
    expect(await read(uid)).toEqual(before);
  });

  test('only the way from blocked to active sends a mail', async () => {
    await put({ status: 0 });
    await put({ mail: 'ada2@example.org', status: 0 });
    expect(ethosce.mails()).toEqual([]);
    await put({ status: 1 });
    await put({ status: 1 });
    expect(ethosce.mails()).toMatchObject([
      { to: 'ada2@example.org', what: expect.stringContaining('log-in link') },
    ]);
  });
});

describe('profiles', () => {
  const LOCATION = {
    street: '123 S Broad Street',
    additional: 'Suite 2260',
    city: 'Philadelphia',
    province: 'PA',
    postal_code: '19109',
    country: 'us',
  };
  const NAMES = { field_first_name: 'John', field_middle_name: 'Middle', field_last_name: 'Smith' };
  let uid = '';
  const post = (body: object) => call('POST', '/profile2.json', body);
  const usual = () => ({ user: Number(uid), label: 'Profile', type: 'profile', ...NAMES });
  beforeEach(async () => {
    uid = await create();
  });

  test('as in the document, and read back without its type', async () => {
    const reply = await post({ ...usual(), field_profile_location: LOCATION });
    expect(kind(reply)).toBe(
      `201 application/json {"uri":"${ethosce.url}/profile2/71","id":"71","resource":"profile2"}`,
    );
    const { json } = await call('GET', '/profile2/71.json');
    expect(json).toMatchObject({
      pid: '71',
      label: 'Profile',
      user: { id: uid, resource: 'user', uri: `${ethosce.url}/user/${uid}` },
      url: `${ethosce.url}/user/${uid}#profile-profile`,
      ...NAMES,
      field_profile_location: { ...LOCATION, country_name: 'United States', phone: null },
    });
    expect(json).not.toHaveProperty('type');
    expect(await read(uid)).toMatchObject({ profile_profile: { id: '71', resource: 'profile2' } });
    const byType = await list(`/profile2.json?user=${uid}&type=profile&full=0`);
    expect(byType.list).toMatchObject([{ id: 71 }]);
    expect((await list(`/profile2.json?user=${uid}&type=other`)).list).toEqual([]);
  });

  test.each<[string, object]>([
    ['a second of the type', {}],
    ['the user as text', { user: '101' }],
    ['the user as a reference', { user: { id: 101 } }],
    ['a user that does not exist', { user: 999 }],
    ['no user', { user: undefined }],
    ['a required field left out', { field_last_name: undefined }],
    ['null for an optional field', { field_middle_name: null }],
    ['an unknown part of the location', { field_profile_location: { ...LOCATION, zip: '1' } }],
  ])('%s is accepted', async (_, change) => {
    await post(usual());
    expect((await post({ ...usual(), ...change })).status).toBe(201);
  });

  test.each<[string, object, string]>([
    ['no type', { type: undefined }, '406 text/html 406 Not Acceptable: Missing bundle: type'],
    [
      'an unknown field',
      { field_nope: 1 },
      '406 text/html 406 Not Acceptable: Unknown data property field_nope.',
    ],
    ['a user by name', { user: 'ada' }, `406 text/html 406 ${INVALID} profile2()-&gt;user: ada.`],
    [
      'a text that is too long',
      { field_last_name: 'a'.repeat(65) },
      '422 text/html 422 Unprocessable Entity: Field validation errors',
    ],
    [
      'null for a required field',
      { field_last_name: null },
      `406 text/html 406 ${INVALID} profile2()-&gt;field_last_name: .`,
    ],
    [
      'the location as text',
      { field_profile_location: 'somewhere' },
      `406 text/html 406 ${INVALID} profile2()-&gt;field_profile_location: somewhere.`,
    ],
    ['the location as a list', { field_profile_location: [LOCATION] }, '500 text/html HTML'],
    [
      'fields on a type that does not exist',
      { type: 'nosuch' },
      '406 text/html 406 Not Acceptable: Unknown data property field_first_name.',
    ],
  ])('%s is refused', async (_, change, expected) => {
    expect(kind(await post({ ...usual(), ...change }))).toBe(expected);
    expect(ethosce.people()[0]?.profiles).toEqual([]);
  });

  test('the newest of two is what the user shows; one without an owner shows none', async () => {
    await post(usual());
    await post(usual());
    expect(await read(uid)).toMatchObject({ profile_profile: { id: '72' } });
    await post({ ...usual(), user: 999 });
    const { json } = await call('GET', '/profile2/73.json');
    expect(json).not.toHaveProperty('user');
    expect(json).toMatchObject({
      url: `${ethosce.url}/user/999#profile-profile`,
      field_profile_location: [],
    });
  });

  test('a location is replaced whole', async () => {
    const pid = idOf(await post({ ...usual(), field_profile_location: LOCATION }));
    const location = async () =>
      ((await call('GET', `/profile2/${pid}.json`)).json as Record<string, unknown>).field_profile_location;
    await call('PUT', `/profile2/${pid}`, { field_profile_location: { city: 'Boston' } });
    expect(await location()).toMatchObject({ city: 'Boston', street: null, country: 'us', province: null });
    await call('PUT', `/profile2/${pid}`, { field_profile_location: { ...LOCATION, province: 'Nowhere' } });
    expect(await location()).toMatchObject({ city: 'Philadelphia', province: null });
  });

  test.each<[string, object, string]>([
    ['one field', { field_middle_name: 'M' }, '200 application/json []'],
    ['null for an optional field', { field_middle_name: null }, '200 application/json []'],
    [
      'null for a required field',
      { field_last_name: null },
      `406 text/html 406 ${INVALID} profile2(71)-&gt;field_last_name: .`,
    ],
    ['"" for a required field', { field_last_name: '' }, '200 application/json []'],
    [
      'the type, unchanged',
      { type: 'profile', field_middle_name: 'M' },
      '422 text/html 422 Unprocessable Entity: Unable to change type',
    ],
    ['user and label', { user: 101, label: 'Profile' }, '200 application/json []'],
  ])('PUT with %s', async (_, body, expected) => {
    await post(usual());
    expect(kind(await call('PUT', '/profile2/71', body))).toBe(expected);
  });

  test('one that does not exist, and paths and formats that do not fit', async () => {
    await post(usual());
    expect(kind(await call('GET', '/profile2/999.json'))).toBe('200 application/json []');
    expect(kind(await call('DELETE', '/profile2/999'))).toBe('200 application/json []');
    expect(kind(await call('PUT', '/profile2/999', { label: 'x' }))).toBe(
      '406 text/html 406 Not Acceptable: Unable to set the data property label as the parent data structure is not set.',
    );
    expect(kind(await call('PUT', '/profile2/71.json', { label: 'x' }))).toBe('500 text/html HTML');
    expect(kind(await call('PUT', '/profile2/71', '{"label":"x"}'))).toBe('404 text/html HTML');
    expect(kind(await call('DELETE', '/profile2/71'))).toBe('200 application/json []');
    expect(ethosce.people()[0]?.profiles).toEqual([]);
  });
});

describe('delete a user', () => {
  test('takes its profiles and SSO names along, of unknown types too', async () => {
    const uid = await create();
    await call('POST', '/profile2.json', { user: uid, type: 'profile' });
    await call('POST', '/profile2.json', { user: uid, type: 'nosuch' });
    await call('POST', '/authmap.json', { uid, authname: 'TU06503', module: 'simplesamlphp_auth' });
    expect(kind(await call('DELETE', `/user/${uid}.json`))).toBe('500 text/html HTML');
    expect(kind(await call('DELETE', `/user/${uid}`))).toBe('200 application/json []');
    expect(kind(await call('GET', `/user/${uid}.json`))).toBe('404 text/html HTML');
    expect(kind(await call('DELETE', `/user/${uid}`))).toBe('404 text/html HTML');
    expect(ethosce.state()).toMatchObject({ profiles: [], authmaps: [] });
  });

  test('not even the administrator is spared', async () => {
    expect((await call('DELETE', '/user/1')).status).toBe(200);
    expect((await list('/user.json?uid=1')).list).toEqual([]);
  });

  test('two profiles of one type stop it', async () => {
    const uid = await create();
    await call('POST', '/profile2.json', { user: uid, type: 'profile' });
    await call('POST', '/profile2.json', { user: uid, type: 'profile' });
    expect(kind(await call('DELETE', `/user/${uid}`))).toBe('500 text/html HTML');
    expect(ethosce.people()[0]?.profiles).toHaveLength(2);
  });
});

describe('SSO names', () => {
  const TU = { uid: 101, authname: 'TU06503', module: 'simplesamlphp_auth' };

  test('are made, found by name and by uid, changed and removed', async () => {
    expect(kind(await call('POST', '/authmap.json', TU))).toBe(
      `201 application/json {"uri":"${ethosce.url}/authmap/11","id":"11","resource":"authmap"}`,
    );
    const row = { aid: '11', uid: '101', authname: 'TU06503', module: 'simplesamlphp_auth' };
    expect((await list('/authmap.json?authname=TU06503')).list).toEqual([row]);
    expect((await list('/authmap.json?uid=101')).list).toEqual([row]);
    expect(kind(await call('PUT', '/authmap/11', { uid: 102 }))).toBe('200 application/json []');
    expect((await call('GET', '/authmap/11.json')).json).toMatchObject({ uid: '102' });
    expect(kind(await call('DELETE', '/authmap/11'))).toBe('200 application/json []');
    expect((await list('/authmap.json?authname=TU06503')).list).toEqual([]);
  });

  test('are unique, for everyone', async () => {
    await call('POST', '/authmap.json', TU);
    expect(kind(await call('POST', '/authmap.json', { ...TU, uid: 102, authname: 'tu06503' }))).toBe(
      '500 text/html HTML',
    );
    expect((await call('POST', '/authmap.json', { ...TU, colour: 1 })).status).toBe(406);
  });

  test('do not exist where the site has no such entity', async () => {
    ethosce.set('authmap', false);
    expect(kind(await call('GET', '/authmap.json?authname=x'))).toBe('404 text/html HTML');
    expect(kind(await call('POST', '/authmap.json', TU))).toBe('404 text/html HTML');
  });
});

test('seeded accounts are there, with profiles, SSO name and signs of use', async () => {
  const uid = ethosce.seed({
    email: 'grace@example.org',
    marker: 'grace',
    status: 0,
    roles: [92961712],
    profile: { field_first_name: 'Grace', field_profile_location: { city: 'Arlington' } },
    authname: 'TU1',
  });
  ethosce.set('usedAccounts', [uid]);
  expect(await read(uid)).toMatchObject({
    status: '0',
    roles: [2, 92961712],
    last_login: expect.stringMatching(/^\d+$/),
  });
  expect(ethosce.people()).toMatchObject([
    { firstName: 'Grace', status: 'blocked', details: { authnames: ['TU1'] } },
  ]);
  expect(ethosce.requests()).toHaveLength(1);
});
