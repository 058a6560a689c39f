// Regpack's calls as pure declarations: what is sent, member for member as its document names it, and what proves an answer.
import type { Call } from '../../src/http/call';
import { classify } from '../../src/http/classify';
import {
  createChild,
  createUser,
  getInfo,
  listUsers,
  regpackAuth,
  setStatus,
  updateUser,
} from '../../src/vendors/regpack/calls';
import type { RegpackAccount } from '../../src/vendors/regpack/request';
import { childDoc, fieldChanges, userDoc } from '../../src/vendors/regpack/shapes';

const GROUP = 100100;
const ROGER = { firstName: 'Roger', lastName: 'Rogers', email: 'roger@example.org' };
const QUIET = { submitForms: false, sendMail: false };
const BARE: RegpackAccount = {
  username: 'roger@example.org',
  fields: {},
  ...QUIET,
  children: [],
  verifyByList: false,
  earlierGroupIds: [],
};
const USER_INFO = { clogin_id: '900001', group_id: '100100', connected_to: '0' };
const META = { u_name: 'Roger Rogers', total_forms: '2', status_id: '0', status_name: null };
const ANSWER = { success: true, msg: 'ok', user_info: USER_INFO, meta_info: META };

const outcome = <T>(call: Call<T>, body: unknown, status = 200, contentType = 'application/json') =>
  classify(
    call,
    {
      kind: 'reply',
      status,
      headers: {},
      contentType,
      text: typeof body === 'string' ? body : JSON.stringify(body),
    },
    0,
  );

test('every call is a POST to the users endpoint, with its slash', () => {
  const calls = [
    createUser(GROUP, { cloginId: false, doc: {}, ...QUIET }),
    createChild(GROUP, { parent: '1', doc: {}, ...QUIET }),
    getInfo(GROUP, '1', []),
    listUsers(GROUP, 0, []),
    updateUser(GROUP, { cloginId: '1', doc: {}, ...QUIET }),
    setStatus(GROUP, '1', 76867),
  ];
  for (const { method, path } of calls) expect(`${method} ${path}`).toBe('POST /reg/api2/users/');
});

test('four headers log in, and the time is of each call', async () => {
  const times = [1_795_000_000_999, 1_795_000_042_000];
  const auth = regpackAuth({ apiId: 12, apiUser: 'admin@example.org', apiToken: 'made-up' }, () =>
    Number(times.shift()),
  );
  const headers = () => auth.headers(() => Promise.reject(new Error('there is nothing to log in to')));
  const same = { 'Api-id': '12', 'Api-user': 'admin@example.org', 'Api-token': 'made-up' };
  expect(await headers()).toEqual({ ok: true, headers: { ...same, Timestamp: '1795000000' } });
  expect(await headers()).toEqual({ ok: true, headers: { ...same, Timestamp: '1795000042' } });
});

describe('create', () => {
  test('a new user, with all that the document lists', () => {
    const account: RegpackAccount = {
      ...BARE,
      username: 'roger',
      password: 'secret-1',
      orgName: 'Rogers and Rogers',
      applicationDate: '2026-11-22 09:30:00',
      fields: { favorite_color: 'green', sizes: ['S', 'M'], age: 7, member: false },
      markerField: 'external_ref',
    };
    const doc = userDoc(ROGER, account, 'hr-000123');
    expect(createUser(GROUP, { cloginId: false, doc, ...QUIET }).json).toStrictEqual({
      action: 'create',
      clogin_id: false,
      group_id: 100100,
      doc: {
        username: 'roger',
        password: 'secret-1',
        first_name: 'Roger',
        last_name: 'Rogers',
        org_name: 'Rogers and Rogers',
        main_email: 'roger@example.org',
        _application_date: '2026-11-22 09:30:00',
        favorite_color: 'green',
        sizes: ['S', 'M'],
        age: 7,
        member: false,
        external_ref: 'hr-000123',
      },
      submit_forms: false,
      disable_email_sending: true,
    });
  });

  test('what is not given is not sent: no password, no empty text; the username always', () => {
    expect(userDoc(ROGER, BARE, 'hr-000123')).toStrictEqual({
      username: 'roger@example.org',
      first_name: 'Roger',
      last_name: 'Rogers',
      main_email: 'roger@example.org',
    });
    const emptied = { ...BARE, orgName: '', password: '', applicationDate: '', fields: { note: '' } };
    expect(Object.keys(userDoc(ROGER, emptied, 'k'))).not.toEqual(
      expect.arrayContaining([expect.stringMatching(/org_name|password|_application_date|note/)]),
    );
  });

  test('a known clogin_id goes as a number', () => {
    const { json } = createUser(GROUP, { cloginId: 123, doc: {}, ...QUIET });
    expect(json).toMatchObject({ clogin_id: 123 });
  });

  test.each([
    [true, false, { submit_forms: true, disable_email_sending: true }],
    [false, true, { submit_forms: false, disable_email_sending: false }],
  ])('submitForms %s and sendMail %s are said, never left to the defaults', (submitForms, sendMail, said) => {
    const loud = { submitForms, sendMail };
    for (const { json } of [
      createUser(GROUP, { cloginId: false, doc: {}, ...loud }),
      createChild(GROUP, { parent: '1', doc: {}, ...loud }),
      updateUser(GROUP, { cloginId: '1', doc: {}, ...loud }),
    ])
      expect(json).toMatchObject(said);
  });

  const call = createUser(GROUP, { cloginId: false, doc: {}, ...QUIET });

  test.each([
    ['a text', '900001'],
    ['a number', 900001],
  ])('is done by success and a clogin_id that is %s', (_, clogin_id) => {
    expect(outcome(call, { ...ANSWER, user_info: { ...USER_INFO, clogin_id } })).toEqual({
      kind: 'done',
      value: '900001',
    });
  });

  test.each<[string, unknown, number?, string?]>([
    ['success without a clogin_id', { success: true, msg: 'ok' }],
    ['a clogin_id of 0', { ...ANSWER, user_info: { ...USER_INFO, clogin_id: '0' } }],
    ['a clogin_id without success', { user_info: USER_INFO }],
    ['success as a text', { ...ANSWER, success: 'true' }],
    ['half a reply', '{"success":true,"user_in'],
    ['a page', '<!DOCTYPE html><html></html>', 200, 'text/html'],
    ['a server error', { success: false }, 502],
    ['a redirect', '', 301],
  ])('%s proves nothing', (_, body, ...more) => {
    expect(outcome(call, body, ...more).kind).toBe('unknown');
  });

  test.each([200, 400, 422])('success false is a refusal, in its own words, at HTTP %i', (status) => {
    const body = { success: false, msg: 'This username is already taken.' };
    expect(outcome(call, body, status)).toEqual({
      kind: 'refused',
      code: 'refused',
      message: 'This username is already taken.',
      vendorStatus: status,
    });
  });
});

describe('create_child', () => {
  test('is connected to its parent', () => {
    const child = {
      key: 'hr-000124',
      firstName: 'Rosa',
      lastName: 'Rogers',
      fields: { favorite_color: 'red' },
    };
    const doc = childDoc(child, { markerField: 'external_ref' });
    expect(createChild(GROUP, { parent: '900001', doc, ...QUIET }).json).toStrictEqual({
      action: 'create_child',
      clogin_id: false,
      group_id: 100100,
      connected_to: 900001,
      doc: { first_name: 'Rosa', last_name: 'Rogers', favorite_color: 'red', external_ref: 'hr-000124' },
      submit_forms: false,
      disable_email_sending: true,
    });
  });
});

describe('get_info', () => {
  const call = getInfo(GROUP, '900001', ['main_email', 'external_ref']);

  test('asks by id for the fields named', () => {
    expect(call.json).toStrictEqual({
      action: 'get_info',
      clogin_id: 900001,
      group_id: 100100,
      doc: { main_email: true, external_ref: true },
    });
  });

  test('shows a user, and only what was asked for', () => {
    const doc = { main_email: 'roger@example.org', favorite_color: 'green' };
    expect(outcome(call, { ...ANSWER, doc })).toEqual({
      kind: 'done',
      value: {
        user: { cloginId: '900001', statusId: '0', values: { main_email: 'roger@example.org' } },
        here: true,
        words: '',
      },
    });
  });

  test('a child has a parent; an empty doc may be a list', () => {
    const user_info = { ...USER_INFO, connected_to: 900000 };
    expect(outcome(call, { ...ANSWER, user_info, doc: [] })).toMatchObject({
      value: { user: { parent: '900000', values: {} } },
    });
  });

  test('the project that the reply names counts', () => {
    const user_info = { ...USER_INFO, group_id: '100099' };
    expect(outcome(call, { ...ANSWER, user_info })).toMatchObject({ value: { here: false } });
  });

  test.each([200, 404])('nobody of that id, at HTTP %i', (status) => {
    expect(outcome(call, { success: false, msg: 'User not found.' }, status)).toEqual({
      kind: 'done',
      value: { user: null, here: false, words: 'User not found.' },
    });
  });

  test('somebody else proves nothing', () => {
    const user_info = { ...USER_INFO, clogin_id: '5' };
    expect(outcome(call, { ...ANSWER, user_info }).kind).toBe('unknown');
  });
});

describe('get_user_list', () => {
  test('asks for all, excluded ones too; the first page without a position', () => {
    expect(listUsers(GROUP, 0, ['main_email', 'external_ref']).json).toStrictEqual({
      action: 'get_user_list',
      group_id: 100100,
      doc: { with_excluded: true, main_email: true, external_ref: true },
    });
    expect(listUsers(GROUP, 50, ['main_email']).json).toMatchObject({ doc: { starting_position: 50 } });
  });

  test('tells parents and children apart, wherever they are', () => {
    const call = listUsers(GROUP, 0, ['main_email']);
    const page = {
      success: true,
      total_users: '2',
      users: [
        { clogin_id: '1', connected_to: '0', doc: { main_email: 'a@example.org' } },
        { clogin_id: 2, connected_to: null },
        { clogin_id: 3, connected_to: 1 },
      ],
      children: [{ clogin_id: '4', connected_to: '2', doc: [] }],
    };
    expect(outcome(call, page)).toEqual({
      kind: 'done',
      value: {
        users: [
          { cloginId: '1', values: { main_email: 'a@example.org' } },
          { cloginId: '2', values: {} },
        ],
        children: [
          { cloginId: '3', parent: '1', values: {} },
          { cloginId: '4', parent: '2', values: {} },
        ],
        total: 2,
      },
    });
    expect(outcome(call, { ...page, total_users: undefined }).kind).toBe('unknown');
  });
});

test('update and set_status', () => {
  const doc = { favorite_color: 'green' };
  expect(updateUser(GROUP, { cloginId: '900001', doc, ...QUIET }).json).toStrictEqual({
    action: 'update',
    clogin_id: 900001,
    group_id: 100100,
    doc: { favorite_color: 'green' },
    submit_forms: false,
    disable_email_sending: true,
  });
  const call = setStatus(GROUP, '900001', 76867);
  expect(call.json).toStrictEqual({
    action: 'set_status',
    clogin_id: 900001,
    group_id: 100100,
    doc: {},
    status_id: 76867,
    submit_forms: false,
    disable_email_sending: true,
  });
  expect(outcome(call, { success: true, msg: 'User status updated successfully.' }).kind).toBe('done');
  expect(outcome(call, { success: false, msg: 'Status not found.' }).kind).toBe('refused');
});

test.each([
  ['green', 'green', false],
  ['blue', 'green', true],
  [undefined, 'green', true],
  ['', 'green', true],
  ['7', 7, false],
  ['true', true, false],
  [['S', 'M'], ['S', 'M'], false],
  [['S'], ['S', 'M'], true],
  ['S,M', ['S', 'M'], true],
])('a field that is %j and is to be %j: changes %s', (there, wanted, changes) => {
  expect(fieldChanges({ field: there }, { field: wanted })).toEqual(changes ? { field: wanted } : {});
});
