// HotDocs' calls as pure declarations: the document's own example member for member, what proves an answer, and what a
// look means.
import type { Call } from '../../src/http/call';
import { classify } from '../../src/http/classify';
import { createUser, findUsersByEmail, hotdocsAuth, logIn, readUser } from '../../src/vendors/hotdocs/calls';
import { judgeUser, type UserLook } from '../../src/vendors/hotdocs/judge';
import { isGuid, missingRoles, userBody } from '../../src/vendors/hotdocs/shapes';

const ID = '4a404239-527c-4470-b53f-7cc7f46445bd';
const OTHER = '5b404239-527c-4470-b53f-7cc7f46445bd';
const EMAIL = 'emma.macdiarmid@acmecorp.com';
const ON_PREMISE = { apiPath: '/HdaApi/rest/v1.1' };
const EMMA = { firstName: 'Emma', lastName: 'MacDiarmid', email: EMAIL };
const ACCOUNT = { userId: ID, roles: ['SiteAdministrator'], sendEmail: true };
const PRINCIPAL = {
  tokenPath: '/HdaAuth/Authorize/ServicePrincipalLogIn',
  clientName: 'muster',
  principalName: 'muster-service',
  principalPassword: 'a made-up password',
  tokenLifeSpan: 3_600_000,
};

const outcome = <T>(call: Call<T>, status: number, text: string, contentType = 'application/json') =>
  classify(call, { kind: 'reply', status, headers: {}, contentType, text }, 0);
const HTML = '<!DOCTYPE html><html><body>Not found</body></html>';

describe('create user', () => {
  const call = createUser(ON_PREMISE, ID, userBody(EMMA, ACCOUNT));

  test('is the example of the document', () => {
    expect(`${call.method} https://yourtenancy.yourorganization.com${call.path}`).toBe(
      'POST https://yourtenancy.yourorganization.com/HdaApi/rest/v1.1/Users/4a404239-527c-4470-b53f-7cc7f46445bd',
    );
    expect(JSON.stringify(call.json)).toBe(
      '{"firstName":"Emma","lastName":"MacDiarmid","emailAddress":"emma.macdiarmid@acmecorp.com","roles":["SiteAdministrator"],"sendEmail":true}',
    );
  });

  test('without roles and mail, both are said, not left out', () => {
    expect(userBody(EMMA, { userId: ID, roles: [], sendEmail: false })).toStrictEqual({
      firstName: 'Emma',
      lastName: 'MacDiarmid',
      emailAddress: EMAIL,
      roles: [],
      sendEmail: false,
    });
  });

  test("the cloud's path is the connection's", () => {
    expect(createUser({ apiPath: '/api/rest/v1.1' }, ID, userBody(EMMA, ACCOUNT)).path).toBe(
      `/api/rest/v1.1/Users/${ID}`,
    );
  });

  test.each([
    ['bare', ID, 'text/plain'],
    ['in quotes', `"${ID}"`, 'application/json'],
    ['in capitals', ID.toUpperCase(), 'text/plain'],
    ['without a type', `${ID}\r\n`, ''],
  ])('is done by the GUID %s', (_, text, type) => {
    expect(outcome(call, 201, text, type)).toEqual({ kind: 'done', value: ID });
  });

  test.each([
    ['another GUID', 201, OTHER, 'text/plain'],
    ['an empty body', 201, '', ''],
    ['a web page', 201, HTML, 'text/html'],
    ['another success', 200, ID, 'text/plain'],
    ['an error of the server', 500, '{"message":"An error has occurred."}', 'application/json'],
    ['a web page that says conflict', 409, HTML, 'text/html'],
  ])('%s proves nothing', (_, status, text, type) => {
    expect(outcome(call, status, text, type).kind).toBe('unknown');
  });

  test.each([400, 404, 409, 422])('status %s with words is a refusal', (status) => {
    expect(outcome(call, status, '{"message":"The e-mail address is in use."}')).toEqual({
      kind: 'refused',
      code: 'refused',
      message: 'The e-mail address is in use.',
      vendorStatus: status,
    });
  });
});

describe('read user', () => {
  const call = readUser(ON_PREMISE, ID);

  test('asks by GUID', () => {
    expect([call.method, call.path, call.json]).toEqual(['GET', `/HdaApi/rest/v1.1/Users/${ID}`, undefined]);
  });

  test.each([
    ['id', { id: ID, emailAddress: EMAIL, roles: ['A'], isActive: false }],
    ['userId, in capitals', { userId: ID.toUpperCase(), email: EMAIL, roles: ['A'], isActive: false }],
    ['guid, in another spelling', { Guid: ID, EmailAddress: EMAIL, Roles: ['A'], IsActive: false }],
    ['no id', { emailAddress: EMAIL, roles: ['A'], isActive: false }],
    ['a number of its own', { id: 7, emailAddress: EMAIL, roles: ['A'], isActive: false }],
  ])('details with %s are read', (_, details) => {
    expect(outcome(call, 200, JSON.stringify(details))).toEqual({
      kind: 'done',
      value: { userId: ID, email: EMAIL, roles: ['A'], active: false },
    });
  });

  test('fields by names that are not known stay unread', () => {
    expect(outcome(call, 200, '{"login":"x","roles":[{"name":"A"}]}')).toEqual({
      kind: 'done',
      value: { userId: ID },
    });
  });

  test.each([
    ['JSON', '{"message":"The user could not be found."}', 'application/json'],
    ['text', 'Not found', 'text/plain'],
    ['nothing', '', ''],
  ])('404 with %s means absent', (_, text, type) => {
    expect(outcome(call, 404, text, type)).toEqual({ kind: 'done', value: null });
  });

  test.each([
    ['404 with a web page', 404, HTML, 'text/html'],
    ["another user's details", 200, JSON.stringify({ id: OTHER, emailAddress: EMAIL }), 'application/json'],
    ['a list', 200, '[]', 'application/json'],
    ['a web page', 200, HTML, 'text/html'],
    ['half a reply', 200, '{"id":', 'application/json'],
  ])('%s proves nothing', (_, status, text, type) => {
    expect(outcome(call, status, text, type).kind).toBe('unknown');
  });
});

describe('list users', () => {
  const call = findUsersByEmail(ON_PREMISE, [EMAIL]);
  const users = [
    { id: OTHER, emailAddress: EMAIL.toUpperCase(), roles: [] },
    { id: ID, emailAddress: 'b@example.org' },
  ];
  const hit = { users: [{ userId: OTHER, email: EMAIL.toUpperCase(), roles: [] }], readable: true };

  test.each([
    ['bare', users],
    ['in an envelope', { total: 2, items: users }],
    ['with entries of another kind', [null, 'x', ...users]],
  ])('%s, only the hits are kept', (_, body) => {
    expect(call.path).toBe('/HdaApi/rest/v1.1/Users');
    expect(outcome(call, 200, JSON.stringify(body))).toEqual({ kind: 'done', value: hit });
  });

  test('an empty list finds nobody; one that shows no e-mail addresses says that it cannot tell', () => {
    expect(outcome(call, 200, '[]')).toMatchObject({ value: { users: [], readable: true } });
    expect(outcome(call, 200, '[{"id":1,"login":"x"}]')).toMatchObject({
      value: { users: [], readable: false },
    });
  });

  test.each([['{"message":"Please wait."}'], ['"x"'], ['null']])('%s is no list', (text) => {
    expect(outcome(call, 200, text).kind).toBe('unknown');
  });
});

describe('log-in', () => {
  const call = logIn(PRINCIPAL);

  test("is the document's: the password as JSON, the token as text", () => {
    expect([call.method, call.path]).toEqual(['POST', '/HdaAuth/Authorize/ServicePrincipalLogIn']);
    expect(call.json).toStrictEqual({
      ClientName: 'muster',
      PrincipalName: 'muster-service',
      PrincipalPassword: 'a made-up password',
    });
    expect(outcome(call, 200, 'eyJhbGci.eyJzdWIi.c2ln_-\n', 'text/plain')).toEqual({
      kind: 'done',
      value: 'eyJhbGci.eyJzdWIi.c2ln_-',
    });
  });

  test.each([
    ['a web page', HTML, 'text/html'],
    ['a sentence', 'The service is being updated', 'text/plain'],
    ['an object', '{"error":"x"}', 'application/json'],
    ['nothing', '', 'text/plain'],
  ])('%s is no token', (_, text, type) => {
    expect(outcome(call, 200, text, type).kind).toBe('unknown');
  });

  test('a session is kept and sent as Bearer', async () => {
    const auth = hotdocsAuth(PRINCIPAL);
    const send = jest.fn().mockResolvedValue({ kind: 'done', value: 'abc' });
    expect(await auth.headers(send)).toEqual({ ok: true, headers: { authorization: 'Bearer abc' } });
    await auth.headers(send);
    expect(send).toHaveBeenCalledTimes(1);
    expect(auth.renew({ authorization: 'Bearer abc' })).toBe(true);
    await auth.headers(send);
    expect(send).toHaveBeenCalledTimes(2);
  });

  test('a ready token needs no log-in and cannot be renewed', async () => {
    const auth = hotdocsAuth({ ...PRINCIPAL, token: 'ready' });
    const send = jest.fn();
    expect(await auth.headers(send)).toEqual({ ok: true, headers: { authorization: 'Bearer ready' } });
    expect(auth.renew({ authorization: 'Bearer ready' })).toBe(false);
    expect(send).not.toHaveBeenCalled();
  });
});

describe('what a look means', () => {
  const judge = (look: Partial<UserLook>, when: 'before' | 'settle' = 'before') =>
    judgeUser({ byGuid: null, byEmail: undefined, ...look }, { userId: ID, email: EMAIL }, when);
  const list = (...ids: string[]) => ({
    users: ids.map((userId) => ({ userId, email: EMAIL })),
    readable: true,
  });

  test('our GUID with our address is ours', () => {
    const byGuid = { userId: ID, email: EMAIL.toUpperCase() };
    expect(judge({ byGuid })).toEqual({ is: 'found', who: byGuid, mine: true });
    expect(judge({ byGuid }, 'settle')).toEqual({ is: 'found', who: byGuid, mine: true });
  });

  test('our GUID with another address is a conflict, with none to be seen it is unsure', () => {
    expect(judge({ byGuid: { userId: ID, email: 'b@example.org' } }).is).toBe('conflict');
    expect(judge({ byGuid: { userId: ID, email: 'b@example.org' } }, 'settle').is).toBe('conflict');
    expect(judge({ byGuid: { userId: ID } }).is).toBe('unsure');
  });

  test('our address under another GUID is found before, and a conflict after a lost send', () => {
    expect(judge({ byEmail: list(OTHER) })).toMatchObject({ is: 'found', mine: false });
    expect(judge({ byEmail: list(OTHER) }, 'settle')).toMatchObject({ is: 'conflict' });
    expect(judge({ byEmail: list(ID) }, 'settle')).toMatchObject({ is: 'found', mine: true });
  });

  test('nobody, and several', () => {
    expect(judge({})).toEqual({ is: 'absent' });
    expect(judge({ byEmail: list() })).toEqual({ is: 'absent' });
    expect(judge({ byEmail: list(ID, OTHER) }).is).toBe('several');
  });
});

test('roles are compared by name, whatever the case', () => {
  expect(missingRoles(['siteadministrator'], ['SiteAdministrator', 'Author'])).toEqual(['Author']);
});

test.each([
  [ID, true],
  [ID.toUpperCase(), true],
  [`{${ID}}`, false],
  ['7', false],
  [7, false],
])('%s as a GUID: %s', (value, is) => {
  expect(isGuid(value)).toBe(is);
});
