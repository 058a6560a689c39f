import { setTimeout as sleep } from 'node:timers/promises';
import { type Simulator, startSimulator } from '../../src/simulators';
import { type Answer, caller } from './client';

let hotdocs: Simulator;
let token = '';
beforeAll(async () => {
  hotdocs = await startSimulator('hotdocs');
});
beforeEach(async () => {
  hotdocs.reset();
  token = (await logIn()).text;
});
afterAll(() => hotdocs.close());

const TOKEN_PATH = '/HdaAuth/Authorize/ServicePrincipalLogIn';
const ID = '4a404239-527c-4470-b53f-7cc7f46445bd';
const EMMA = {
  firstName: 'Emma',
  lastName: 'MacDiarmid',
  emailAddress: 'emma.macdiarmid@example.com',
  roles: ['SiteAdministrator'],
  sendEmail: true,
};
const bare = caller(() => hotdocs.url);
const logIn = (change: object = {}, path = TOKEN_PATH) => {
  const { clientName, principalName, principalPassword } = hotdocs.credentials;
  const body = { ClientName: clientName, PrincipalName: principalName, PrincipalPassword: principalPassword };
  return bare('POST', path, { ...body, ...change });
};
const api = (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) =>
  bare(method, `/HdaApi/rest/v1.1/${path}`, body, { authorization: `Bearer ${token}`, ...headers });
const create = (change: object = {}, id = ID) => api('POST', `Users/${id}`, { ...EMMA, ...change });
const message = (reply: Answer) => (reply.json as { message: string }).message;

describe('log-in', () => {
  test('JSON in, the token as text out; the password is masked in the recording', async () => {
    const reply = await logIn();
    expect([reply.status, reply.type]).toEqual([200, 'text/plain']);
    expect(reply.text).toMatch(/^[\w-]{32}$/);
    expect(hotdocs.requests()[0]?.body).toMatchObject({ ClientName: 'muster', PrincipalPassword: '***' });
  });

  test('a wrong password is 401 in plain text, a missing name and a trailing comma are 400', async () => {
    const wrong = await logIn({ PrincipalPassword: 'x' });
    expect([wrong.status, wrong.json]).toEqual([401, undefined]);
    expect((await logIn({ ClientName: 'other' })).status).toBe(401);
    expect((await logIn({ PrincipalName: undefined })).status).toBe(400);
    const comma = await bare('POST', TOKEN_PATH, '{"ClientName":"muster",}', {
      'content-type': 'application/json',
    });
    expect(comma.status).toBe(400);
    expect((await bare('POST', TOKEN_PATH, '{}', { 'content-type': 'text/plain' })).status).toBe(415);
  });

  test('a token ends with its life span, and by the fault', async () => {
    hotdocs.set('tokenLifeMs', 120);
    expect((await api('GET', 'Users')).status).toBe(200);
    await sleep(130);
    expect((await api('GET', 'Users')).status).toBe(401);
    hotdocs.set('tokenLifeMs', 60_000);
    hotdocs.inject({ kind: 'expired-token' });
    token = (await logIn()).text;
    expect((await api('GET', 'Users')).status).toBe(200);
    hotdocs.inject({ kind: 'expired-token' });
    expect((await create()).status).toBe(401);
    expect((await create()).status).toBe(401);
    expect(hotdocs.people()).toEqual([]);
  });

  test('the token needs the word Bearer; a ready token is good without a log-in', async () => {
    expect((await api('GET', 'Users', undefined, { authorization: token })).status).toBe(401);
    hotdocs.set('readyToken', 'ready');
    expect((await api('GET', 'Users', undefined, { authorization: 'Bearer ready' })).status).toBe(200);
  });

  test('the cloud has other paths', async () => {
    hotdocs.set('cloud', true);
    expect((await logIn()).status).toBe(404);
    token = (await logIn({}, '/auth/Authorize/ServicePrincipalLogIn')).text;
    expect((await api('GET', 'Users')).status).toBe(404);
    const reply = await bare('GET', '/api/rest/v1.1/Users', undefined, { authorization: `Bearer ${token}` });
    expect(reply.json).toEqual([]);
    expect(hotdocs.connection()).toMatchObject({ apiPath: '/api/rest/v1.1' });
  });
});

describe('create', () => {
  test('as in the document: 201 and the GUID', async () => {
    const reply = await create();
    expect([reply.status, reply.type, reply.text]).toEqual([201, 'text/plain', ID]);
    expect(hotdocs.people()).toMatchObject([
      { id: ID, marker: ID, email: EMMA.emailAddress, roles: ['SiteAdministrator'], status: 'active' },
    ]);
    expect(hotdocs.mails()).toMatchObject([{ to: EMMA.emailAddress, what: 'On-boarding e-mail' }]);
  });

  test('the GUID can come in quotes; the mail goes unless it is declined', async () => {
    hotdocs.set('quotedId', true);
    expect((await create({ sendEmail: false })).json).toBe(ID);
    expect(hotdocs.mails()).toEqual([]);
    await create({ sendEmail: undefined, emailAddress: 'b@example.org' }, ID.replace('4a', '5b'));
    expect(hotdocs.mails()).toHaveLength(1);
  });

  test('only first name and e-mail are needed', async () => {
    const body = { firstName: 'Emma', emailAddress: 'e@example.org' };
    expect((await api('POST', `Users/${ID}`, body)).status).toBe(201);
    expect(hotdocs.people()[0]).toMatchObject({ lastName: '', roles: [] });
  });

  test.each<[string, object]>([
    ['no first name', { firstName: undefined }],
    ['no e-mail', { emailAddress: undefined }],
    ['a wrong e-mail', { emailAddress: 'emma' }],
    ['a number as last name', { lastName: 7 }],
    ['an unknown role', { roles: ['TenancyAdministrator'] }],
    ['roles as text', { roles: 'SiteAdministrator' }],
    ['sendEmail as text', { sendEmail: 'true' }],
    ['another spelling of a member', { FirstName: 'Emma' }],
  ])('%s is 400', async (_, change) => {
    expect((await create(change)).status).toBe(400);
    expect(hotdocs.people()).toEqual([]);
    expect(hotdocs.mails()).toEqual([]);
  });

  test.each([['7'], ['00000000-0000-0000-0000-000000000000'], [`{${ID}}`]])(
    'id %s is no GUID',
    async (id) => {
      const reply = await create({}, encodeURIComponent(id));
      expect([reply.status, message(reply)]).toEqual([400, `The value '${id}' is not valid for Guid.`]);
    },
  );

  test('a GUID or an e-mail that is taken is refused, whatever its case', async () => {
    await create();
    expect(message(await create({ emailAddress: 'b@example.org' }, ID.toUpperCase()))).toMatch(
      /ID already exists/,
    );
    const other = ID.replace('4a', '5b');
    const refused = await create({ emailAddress: EMMA.emailAddress.toUpperCase() }, other);
    expect([refused.status, message(refused)]).toEqual([409, expect.stringContaining('already in use')]);
    hotdocs.set('duplicateStatus', 400);
    expect((await create({}, other)).status).toBe(400);
    expect(hotdocs.people()).toHaveLength(1);
    expect(hotdocs.mails()).toHaveLength(1);
  });

  test('single-quoted JSON, another content type, a query scope and Active Directory', async () => {
    const quoted = await api('POST', `Users/${ID}`, "{'firstName':'Emma'}", {
      'content-type': 'application/json',
    });
    expect(quoted.status).toBe(400);
    expect((await api('POST', `Users/${ID}`, '{}', { 'content-type': 'text/plain' })).status).toBe(415);
    hotdocs.set('activeDirectory', true);
    expect((await create()).status).toBe(400);
    hotdocs.set('scope', 'query');
    expect((await create()).status).toBe(403);
    expect((await api('GET', 'Users')).status).toBe(200);
    expect(hotdocs.people()).toEqual([]);
  });
});

describe('read', () => {
  test('by GUID, 404 when unknown or not seen yet', async () => {
    await create();
    expect((await api('GET', `Users/${ID.toUpperCase()}`)).json).toMatchObject({
      id: ID,
      emailAddress: EMMA.emailAddress,
    });
    expect((await api('GET', `Users/${ID.replace('4a', '5b')}`)).status).toBe(404);
    hotdocs.set('lateVisibilityMs', 60_000);
    const late = ID.replace('4a', '6c');
    await create({ emailAddress: 'b@example.org' }, late);
    expect((await api('GET', `Users/${late}`)).status).toBe(404);
    expect((await create({ emailAddress: 'c@example.org' }, late)).status).toBe(409);
  });

  test('the list is bare, or in an envelope', async () => {
    hotdocs.seed({ email: 'a@example.org', marker: ID, status: 'inactive' });
    expect((await api('GET', 'Users')).json).toMatchObject([{ id: ID, isActive: false }]);
    hotdocs.set('listEnvelope', 'items');
    expect((await api('GET', 'Users')).json).toMatchObject({ items: [{ id: ID }] });
  });

  test('what is not public is 405, until a setting adds it', async () => {
    await create();
    expect((await api('DELETE', `Users/${ID}`)).status).toBe(405);
    expect((await api('PUT', `Users/${ID}`, { isActive: false })).status).toBe(405);
    hotdocs.set('updateCall', true);
    expect((await api('PUT', `Users/${ID}`, { isActive: false })).status).toBe(204);
    expect(hotdocs.people()[0]?.status).toBe('inactive');
    expect((await api('PUT', `Users/${ID.replace('4a', '5b')}`, {})).status).toBe(404);
  });
});
