// HotDocs' calls over real sockets: on-premise and cloud paths, a service principal and a ready token, and a token that
// ends on the way.
import { createTransport, type Transport } from '../../src/http/transport';
import { type Simulator, startSimulator } from '../../src/simulators';
import { createUser, findUsersByEmail, hotdocsAuth, readUser } from '../../src/vendors/hotdocs/calls';
import { hotdocsConnection } from '../../src/vendors/hotdocs/config';

const ID = '4a404239-527c-4470-b53f-7cc7f46445bd';
const EMAIL = 'emma.macdiarmid@example.org';
const BODY = {
  firstName: 'Emma',
  lastName: 'MacDiarmid',
  emailAddress: EMAIL,
  roles: ['SiteAdministrator'],
  sendEmail: false,
};

let hotdocs: Simulator;
let transport: Transport | undefined;
beforeAll(async () => {
  hotdocs = await startSimulator('hotdocs');
});
beforeEach(() => hotdocs.reset());
afterEach(async () => {
  await transport?.close();
});
afterAll(() => hotdocs.close());

function connect(change: Record<string, unknown> = {}) {
  const { vendor: _, ...keys } = hotdocs.connection();
  const connection = hotdocsConnection.parse({ ...keys, ...change });
  const { baseUrl } = connection;
  transport = createTransport({ baseUrl, auth: hotdocsAuth(connection), timeoutMs: 5_000 });
  return { connection, transport };
}
const calls = () => hotdocs.requests().map(({ call, status }) => `${call}: ${status}`);

test.each([
  ['on-premise', false, '/HdaApi/rest/v1.1', '/HdaAuth/Authorize/ServicePrincipalLogIn'],
  ['cloud', true, '/api/rest/v1.1', '/auth/Authorize/ServicePrincipalLogIn'],
])('%s: log in, look, create, find again', async (_, cloud, apiPath, tokenPath) => {
  hotdocs.set('cloud', cloud);
  const { connection, transport } = connect({ apiPath, tokenPath });
  expect(await transport.send(readUser(connection, ID))).toEqual({ kind: 'done', value: null });
  expect(await transport.send(createUser(connection, ID, BODY))).toEqual({ kind: 'done', value: ID });
  const found = { userId: ID, email: EMAIL, roles: ['SiteAdministrator'], active: true };
  expect(await transport.send(readUser(connection, ID))).toEqual({ kind: 'done', value: found });
  expect(await transport.send(findUsersByEmail(connection, [EMAIL]))).toEqual({
    kind: 'done',
    value: { users: [found], readable: true },
  });
  expect(hotdocs.requests().map(({ path }) => path)).toEqual([
    tokenPath,
    `${apiPath}/Users/${ID}`,
    `${apiPath}/Users/${ID}`,
    `${apiPath}/Users/${ID}`,
    `${apiPath}/Users`,
  ]);
  expect(hotdocs.mails()).toEqual([]);
});

test('on-premise is what a connection means that gives no paths', () => {
  const { baseUrl } = connect().connection;
  expect(hotdocsConnection.parse({ baseUrl, token: 'x' })).toMatchObject({
    apiPath: '/HdaApi/rest/v1.1',
    tokenPath: '/HdaAuth/Authorize/ServicePrincipalLogIn',
  });
});

test("the cloud's paths at an on-premise site never read as absent", async () => {
  const { connection, transport } = connect({ apiPath: '/api/rest/v1.1' });
  expect(await transport.send(readUser(connection, ID))).toMatchObject({ kind: 'unknown' });
});

test('a ready token needs no log-in; once it has ended, the connection is barred and silent', async () => {
  hotdocs.set('readyToken', 'ready-made-token');
  const principal = { clientName: undefined, principalName: undefined, principalPassword: undefined };
  const { connection, transport } = connect({ ...principal, token: 'ready-made-token' });
  expect(await transport.send(createUser(connection, ID, BODY))).toEqual({ kind: 'done', value: ID });
  hotdocs.set('readyToken', '');
  expect(await transport.send(readUser(connection, ID))).toMatchObject({ kind: 'barred' });
  expect(await transport.send(readUser(connection, ID))).toMatchObject({ kind: 'barred' });
  expect(calls()).toEqual(['create user: 201', 'read user: 401']);
});

test('a token that ends on the way is fetched anew once, and the call sent again', async () => {
  const { connection, transport } = connect();
  await transport.send(readUser(connection, ID));
  hotdocs.inject({ kind: 'expired-token', call: 'create user' });
  expect(await transport.send(createUser(connection, ID, BODY))).toEqual({ kind: 'done', value: ID });
  expect(calls()).toEqual([
    'log in: 200',
    'read user: 404',
    'create user: 401',
    'log in: 200',
    'create user: 201',
  ]);
});

test('a client without the command scope lacks a right; its credentials are not at fault', async () => {
  hotdocs.set('scope', 'query');
  const { connection, transport } = connect();
  expect(await transport.send(createUser(connection, ID, BODY))).toMatchObject({
    kind: 'refused',
    code: 'misconfigured',
  });
  expect(await transport.send(readUser(connection, ID))).toEqual({ kind: 'done', value: null });
});
