import { type Simulator, startSimulator } from '../../src/simulators';
import { type Answer, caller } from './client';

let regpack: Simulator;
beforeAll(async () => {
  regpack = await startSimulator('regpack');
});
beforeEach(() => regpack.reset());
afterAll(() => regpack.close());

const headers = () => ({
  'api-id': '12',
  'api-user': 'admin@example.org',
  'api-token': regpack.credentials.apiToken ?? '',
  timestamp: String(Math.floor(Date.now() / 1000)),
  accept: 'application/json',
});
const bare = caller(() => regpack.url, headers);
const users = (body: object) => bare('POST', '/reg/api2/users/', body);
const action = (name: string, more: object = {}) => users({ action: name, group_id: 100100, ...more });
const QUIET = { submit_forms: false, disable_email_sending: true };
const ROGER = {
  username: 'roger@example.org',
  password: 'secret-1',
  first_name: 'Roger',
  last_name: 'Rogers',
  main_email: 'roger@example.org',
};
const create = (doc: object = ROGER, more: object = {}) =>
  action('create', { clogin_id: false, doc, ...QUIET, ...more });

interface Reply {
  success: boolean;
  msg: string;
  user_info: { clogin_id: string; connected_to: string };
  doc: Record<string, unknown>;
  users: { clogin_id: string; doc: Record<string, unknown> }[];
  children: { clogin_id: string; connected_to: string }[];
}
const told = (reply: Answer) => reply.json as Reply;
const cloginOf = (reply: Answer) => Number(told(reply).user_info.clogin_id);
const asked = async (clogin_id: number, doc: object = { _allfields: true }) =>
  told(await action('get_info', { clogin_id, doc }));
const triggers = () =>
  (regpack.state() as { triggers: { trigger: string }[] }).triggers.map(({ trigger }) => trigger);

describe('headers and envelope', () => {
  test.each<[string, Record<string, string>]>([
    ['another Api-id', { 'api-id': '13' }],
    ['another Api-user', { 'api-user': 'x@example.org' }],
    ['another Api-token', { 'api-token': 'x' }],
    ['no Timestamp', { timestamp: '' }],
    ['an old Timestamp', { timestamp: String(Math.floor(Date.now() / 1000) - 3600) }],
    ['a Timestamp in milliseconds', { timestamp: String(Date.now()) }],
  ])('%s is rejected', async (_, change) => {
    const body = { action: 'create', group_id: 100100, clogin_id: false, doc: ROGER };
    const reply = await bare('POST', '/reg/api2/users/', body, change);
    expect([reply.status, told(reply).success]).toEqual([401, false]);
    expect(regpack.people()).toEqual([]);
  });

  test('the fault "expired-token" rejects one call', async () => {
    regpack.inject({ kind: 'expired-token' });
    expect((await create()).status).toBe(401);
    expect(told(await create()).success).toBe(true);
    expect(regpack.requests()[0]?.headers['api-token']).toBe('***');
  });

  test('without the slash there is a redirect; other methods, paths and types have their answers', async () => {
    const moved = await bare('POST', '/reg/api2/users', { action: 'create' });
    expect([moved.status, moved.headers.location]).toEqual([301, `${regpack.url}/reg/api2/users/`]);
    expect((await bare('GET', '/reg/api2/users/')).status).toBe(405);
    expect((await bare('POST', '/reg/api2/people/', {})).status).toBe(404);
    const text = await bare('POST', '/reg/api2/users/', '{"action":"create"}', {
      'content-type': 'text/plain',
    });
    expect(told(text)).toMatchObject({ success: false, msg: expect.stringContaining('Content-Type') });
  });

  test.each<[string, object]>([
    ['no action', { action: undefined }],
    ['an unknown action', { action: 'delete' }],
    ['a group of another organization', { group_id: 1 }],
    ['a group as text', { group_id: '100100' }],
    ['a clogin_id as text', { clogin_id: '7' }],
    ['clogin_id true', { clogin_id: true }],
    ['a doc that is a list', { doc: [ROGER] }],
    ['submit_forms as text', { submit_forms: 'false' }],
    ['disable_email_sending as a number', { disable_email_sending: 1 }],
  ])('%s is refused with success false', async (_, change) => {
    const reply = await users({
      action: 'create',
      group_id: 100100,
      clogin_id: false,
      doc: ROGER,
      ...change,
    });
    expect([reply.status, told(reply).success]).toEqual([200, false]);
    expect(regpack.people()).toEqual([]);
  });

  test('the status of a refusal is a setting', async () => {
    regpack.set('errorStatus', 400);
    expect((await create({ password: 'x' })).status).toBe(400);
  });
});

describe('create', () => {
  test('a new person', async () => {
    const reply = await create();
    expect(reply.json).toEqual({
      success: true,
      msg: 'User created successfully.',
      msg_type: 'success',
      user_info: { clogin_id: '900001', group_id: '100100', connected_to: '0' },
      meta_info: { u_name: 'Roger Rogers', total_forms: '2', status_id: '0', status_name: '' },
    });
    expect(regpack.people()).toMatchObject([
      {
        id: '900001',
        marker: 'roger@example.org',
        email: 'roger@example.org',
        details: { password: 'given' },
      },
    ]);
  });

  test.each<[string, object, string]>([
    ['a password of five', { password: '12345' }, 'Password must be at least 6 characters.'],
    ['a wrong main_email', { main_email: 'roger' }, 'main_email is not a valid email address.'],
    [
      'a host that does not exist',
      { main_email: 'r@nowhere.invalid' },
      'main_email has a domain that does not exist.',
    ],
    ['a username that is no e-mail', { username: 'roger' }, 'username is not a valid email address.'],
    ['a name as a number', { first_name: 7 }, 'first_name must be a string.'],
    [
      'a date with a slash',
      { _application_date: '11/22/2026' },
      '_application_date must be YYYY-MM-DD or YYYY-MM-DD hh:mm:ss.',
    ],
    [
      'an ISO time',
      { _application_date: '2026-11-22T10:00:00Z' },
      '_application_date must be YYYY-MM-DD or YYYY-MM-DD hh:mm:ss.',
    ],
    [
      'a field that the project lacks',
      { shoe_size: '9' },
      'The field shoe_size does not exist in this project.',
    ],
  ])('%s is refused', async (_, change, sentence) => {
    expect(told(await create({ ...ROGER, ...change }))).toMatchObject({ success: false, msg: sentence });
    expect(regpack.people()).toEqual([]);
  });

  test.each([['2026-11-22'], ['2026-11-22 23:59:59']])('_application_date %s is kept', async (date) => {
    await create({ ...ROGER, _application_date: date });
    expect(regpack.people()[0]?.profiles[0]).toMatchObject({ application_date: date });
  });

  test('settings: no DNS look-up, no e-mail format, no strict fields', async () => {
    regpack.set('dnsCheck', false);
    regpack.set('usernameMustBeEmail', false);
    regpack.set('strictFields', false);
    const doc = { username: 'roger', main_email: 'r@nowhere.invalid', shoe_size: '9' };
    expect(told(await create(doc)).success).toBe(true);
    expect(regpack.people()[0]).toMatchObject({ marker: 'roger', details: { password: 'generated' } });
  });

  test('without username: main_email, else another e-mail, else a generated one, and each is a new person', async () => {
    const nameless = { ...ROGER, username: '', backup_email: 'backup@example.org' };
    for (let i = 0; i < 3; i += 1) expect(told(await create(nameless)).success).toBe(true);
    expect(regpack.people().map(({ marker }) => marker)).toEqual([
      'roger@example.org',
      'backup@example.org',
      expect.stringMatching(/^[0-9a-f-]{36}100100@regpacks\.com$/),
    ]);
  });

  test('a username that is taken is refused, or falls back where the setting says so', async () => {
    await create();
    expect(told(await create({ ...ROGER, username: 'ROGER@example.org' })).success).toBe(false);
    expect(regpack.people()).toHaveLength(1);
    regpack.set('takenUsername', 'fallback');
    expect(told(await create()).success).toBe(true);
    expect(regpack.people()[1]?.marker).toContain('@regpacks.com');
  });

  test('an unknown clogin_id makes a new person without a word', async () => {
    const reply = await create(ROGER, { clogin_id: 555 });
    expect(cloginOf(reply)).toBe(900001);
  });

  test('a known clogin_id joins another project: names overwrite, username, password and empty strings do not', async () => {
    const clogin_id = cloginOf(await create());
    const doc = { username: 'new@example.org', password: 'secret-2', first_name: 'Rodger', last_name: '' };
    expect(cloginOf(await create(doc, { clogin_id, group_id: 100101 }))).toBe(clogin_id);
    expect(regpack.people()).toMatchObject([
      {
        marker: 'roger@example.org',
        firstName: 'Rodger',
        lastName: 'Rogers',
        profiles: [{ group_id: 100100 }, { group_id: 100101 }],
      },
    ]);
  });

  test('an id that has gone since it was asked for makes a new user, where the setting says so', async () => {
    const clogin = cloginOf(await create());
    regpack.set('forgetsCloginIds', true);
    const again = await create({ ...ROGER, username: 'roger2@example.org' }, { clogin_id: clogin });
    expect([told(again).success, cloginOf(again) === clogin]).toEqual([true, false]);
  });

  test('a project that was copied ports data of those who are not archived in the old one', async () => {
    regpack.set('copiedFrom', { 100101: 100100 });
    const fields = { favorite_color: 'blue', external_ref: 'hr-1' };
    const first = Number(regpack.seed({ email: 'a@example.org', fields }));
    const second = Number(regpack.seed({ email: 'b@example.org', fields, status: 'excluded' }));
    for (const clogin_id of [first, second]) {
      await create({ favorite_color: 'green' }, { clogin_id, group_id: 100101 });
    }
    const inNew = regpack.people().map(({ profiles }) => profiles[1]?.fields);
    expect(inNew).toEqual([{ favorite_color: 'green', external_ref: 'hr-1' }, { favorite_color: 'green' }]);
  });

  test.each([
    [{}, ['User Account Created', 'Forms Submitted'], 2],
    [{ submit_forms: false }, ['User Account Created'], 1],
    [{ disable_email_sending: true }, ['User Account Created', 'Forms Submitted'], 0],
    [QUIET, ['User Account Created'], 0],
  ])('%j: triggers %j, mails %i', async (flags, fired, mails) => {
    await action('create', { clogin_id: false, doc: ROGER, ...flags });
    expect(triggers()).toEqual(fired);
    expect(regpack.mails()).toHaveLength(mails);
  });
});

describe('children', () => {
  test('get a clogin_id of their own, below a parent of the project', async () => {
    const parent = cloginOf(await create());
    const child = await action('create_child', {
      connected_to: parent,
      doc: { first_name: 'Rosa' },
      ...QUIET,
    });
    expect(told(child).user_info).toEqual({
      clogin_id: '900002',
      group_id: '100100',
      connected_to: String(parent),
    });
    const again = await create({ first_name: 'Rosa' }, { clogin_id: 900002, group_id: 100101 });
    expect(cloginOf(again)).toBe(900003);
    expect(await asked(parent, { _family: true })).toMatchObject({
      parent: { u_name: 'Roger Rogers' },
      children: [{ u_name: 'Rosa' }],
    });
  });

  test.each<[string, object]>([
    ['no doc', { doc: undefined }],
    ['a parent who does not exist', { connected_to: 5 }],
    ['a child as parent', { connected_to: 900002 }],
    ['no parent', { connected_to: undefined }],
  ])('%s is refused', async (_, change) => {
    const parent = Number(regpack.seed({ email: 'p@example.org' }));
    regpack.seed({ connectedTo: parent });
    const reply = await action('create_child', {
      connected_to: parent,
      doc: { first_name: 'Rosa' },
      ...change,
    });
    expect(told(reply).success).toBe(false);
    expect(regpack.people()).toHaveLength(2);
  });
});

describe('read', () => {
  test('get_info gives what is asked for, and refuses an unknown person', async () => {
    const clogin = cloginOf(await create({ ...ROGER, favorite_color: 'blue' }));
    expect((await asked(clogin, {})).doc).toEqual({});
    expect((await asked(clogin, { favorite_color: true, main_email: true })).doc).toEqual({
      favorite_color: 'blue',
      main_email: 'roger@example.org',
    });
    expect((await asked(clogin)).doc).toMatchObject({ username: 'roger@example.org', first_name: 'Roger' });
    expect((await asked(5)).success).toBe(false);
    expect(told(await action('get_info', { clogin_id: clogin, group_id: 100101 })).success).toBe(false);
  });

  const list = async (doc: object = {}) => told(await action('get_user_list', { doc }));

  test('the list has fifty parents a page, with their children', async () => {
    const ids = Array.from({ length: 51 }, (_, i) => regpack.seed({ email: `p${i}@example.org` }));
    regpack.seed({ connectedTo: Number(ids[50]) });
    const first = await list({ main_email: true });
    expect(first).toMatchObject({
      total_users: 51,
      records_per_page: 50,
      totals: { parents: 51, children: 1 },
    });
    expect([first.users.length, first.children.length]).toEqual([50, 0]);
    expect(first.users[0]?.doc).toEqual({ main_email: 'p0@example.org' });
    const second = await list({ starting_position: 50 });
    expect(second.users.map(({ clogin_id }) => clogin_id)).toEqual([ids[50]]);
    expect(second.children).toMatchObject([{ connected_to: ids[50] }]);
    regpack.set('startingPositionBase', 1);
    expect((await list({ starting_position: 51 })).users.map(({ clogin_id }) => clogin_id)).toEqual([
      ids[50],
    ]);
    expect((await list({ starting_position: 0 })).success).toBe(false);
  });

  test('excluded people only where asked for; parents or children only', async () => {
    const parent = regpack.seed({ email: 'a@example.org' });
    regpack.seed({ connectedTo: Number(parent) });
    const gone = regpack.seed({ email: 'b@example.org', status: 'excluded' });
    const ids = async (doc: object) => (await list(doc)).users.map(({ clogin_id }) => clogin_id);
    expect(await ids({})).toEqual([parent]);
    expect(await ids({ with_excluded: true })).toEqual([parent, gone]);
    expect(await ids({ only_excluded: true })).toEqual([gone]);
    expect(await ids({ only_children: true })).toEqual([]);
    expect((await list({ only_parents: true })).children).toEqual([]);
  });

  test('new people come late where the setting says so', async () => {
    regpack.set('lateVisibilityMs', 60_000);
    const clogin = cloginOf(await create());
    expect((await list()).users).toEqual([]);
    expect((await asked(clogin)).success).toBe(false);
    expect(told(await create()).success).toBe(false);
  });
});

describe('update and status', () => {
  test('fields change, empty strings do not, system fields are refused', async () => {
    const clogin_id = cloginOf(await create({ ...ROGER, favorite_color: 'blue' }));
    const update = (doc: object) => action('update', { clogin_id, doc, ...QUIET });
    expect(told(await update({ favorite_color: 'green', external_ref: '' })).success).toBe(true);
    expect(told(await update({ favorite_color: '' })).success).toBe(true);
    expect(regpack.people()[0]?.profiles[0]?.fields).toEqual({ favorite_color: 'green' });
    expect(told(await update({ _application_date: '2026-01-01' })).success).toBe(false);
    expect(told(await update({ username: 'x@example.org' })).success).toBe(false);
    expect(told(await action('update', { clogin_id: 5, doc: {} })).success).toBe(false);
    expect(triggers()).toEqual(['User Account Created']);
    await action('update', { clogin_id, doc: { favorite_color: 'red' } });
    expect([triggers().at(-1), regpack.mails().length]).toEqual(['Forms Submitted', 1]);
  });

  test('the excluding status archives, 0 takes it away', async () => {
    const clogin_id = cloginOf(await create());
    const reply = await action('set_status', { clogin_id, doc: {}, status_id: 76867 });
    expect(reply.json).toMatchObject({
      msg: 'User status updated successfully.',
      msg_type: 'success',
      users: [clogin_id],
      effected_users: 1,
      success: true,
      meta_info: { status_id: '76867', status_name: 'API rollback' },
    });
    expect(regpack.people()[0]?.status).toBe('excluded');
    expect(told(await action('set_status', { clogin_id, status_id: 5 })).success).toBe(false);
    await action('set_status', { clogin_id, doc: {}, status_id: 0 });
    expect(regpack.people()[0]?.status).toBe('active');
  });

  test('a status can be made', async () => {
    const make = (doc: object) =>
      bare('POST', '/reg/api2/statuses/', { action: 'create', group_id: 100100, doc });
    const made = await make({ status_name: 'Left', color: '#fff', is_excluded: 1 });
    expect(made.json).toEqual({
      msg: 'Status created successfully.',
      msg_type: 'info',
      status_id: 76868,
      success: true,
    });
    expect(told(await make({ is_excluded: 1 })).success).toBe(false);
    expect(told(await make({ status_name: 'x', is_excluded: true })).success).toBe(false);
  });
});

test('a lost reply leaves a person behind who can be found', async () => {
  regpack.inject({ kind: 'drop-after', call: 'create user' });
  await expect(create()).rejects.toThrow();
  expect(regpack.requests()).toMatchObject([
    { call: 'create user', committed: true, status: null, fault: 'drop-after' },
  ]);
  expect(regpack.people()).toHaveLength(1);
});
