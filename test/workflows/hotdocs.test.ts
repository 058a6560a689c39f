// HotDocs' sequence against a real Temporal server and the simulator: one call under a GUID of our choice.
import type { ResultDocument } from '../../src/client';
import type { RequestDocument } from '../../src/request/schema';
import { Harness, person } from '../support/harness';

let harness: Harness;

beforeAll(async () => {
  harness = await Harness.start({ vendors: ['hotdocs'] });
});
afterAll(() => harness?.stop());
afterEach(() => {
  harness.simulator('hotdocs').clearFaults();
  for (const [setting, value] of Object.entries({ duplicateStatus: 409, quotedId: false }))
    harness.simulator('hotdocs').set(setting, value);
});

const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const run = async (request: RequestDocument): Promise<ResultDocument> =>
  (await harness.muster.onboard(request)).result();
const hotdocs = () => harness.simulator('hotdocs');
const people = ({ person: { email } }: RequestDocument) =>
  hotdocs()
    .people()
    .filter((found) => found.email === email);
const mails = ({ person: { email } }: RequestDocument) =>
  hotdocs()
    .mails()
    .filter(({ to }) => to === email);
/** Calls made while the work went on, by name and status. */
async function callsOf<T>(work: () => Promise<T>): Promise<{ value: T; calls: string[] }> {
  const before = hotdocs().requests().length;
  const value = await work();
  const made = hotdocs().requests().slice(before);
  return { value, calls: made.map(({ call, status }) => `${call}: ${status ?? 'no answer'}`) };
}
const creates = (request: RequestDocument) =>
  hotdocs()
    .requests()
    .filter(
      ({ call, body }) => call === 'create user' && JSON.stringify(body).includes(request.person.email),
    );

test('a new person costs one look and one create, and no mail', async () => {
  await run(person({ hotdocs: {} })); // logs in
  const request = person({ hotdocs: { roles: ['SiteAdministrator'] } });
  const { value: result, calls } = await callsOf(() => run(request));
  expect(result).toMatchObject({
    status: 'done',
    accounts: {
      hotdocs: {
        status: 'done',
        provenance: 'created',
        userId: expect.stringMatching(GUID),
        steps: { verify: 'done', create: 'done' },
        notes: [],
      },
    },
  });
  expect(calls).toEqual(['read user: 404', 'create user: 201']);
  expect(people(request)).toMatchObject([
    { id: result.accounts.hotdocs?.userId, roles: ['SiteAdministrator'] },
  ]);
  expect(creates(request)[0]?.body).toEqual({
    firstName: request.person.firstName,
    lastName: request.person.lastName,
    emailAddress: request.person.email,
    roles: ['SiteAdministrator'],
    sendEmail: false,
  });
  expect(mails(request)).toEqual([]);
});

test('a GUID in capitals is taken, answered in quotes, and the mail goes where it is asked for', async () => {
  hotdocs().set('quotedId', true);
  const userId = 'AA404239-527C-4470-B53F-7CC7F46445BD';
  const request = person({ hotdocs: { userId, sendEmail: true } });
  const result = await run(request);
  expect(result.accounts.hotdocs).toMatchObject({ provenance: 'created', userId: userId.toLowerCase() });
  expect(mails(request)).toHaveLength(1);
});

test('an account under our GUID is adopted; the roles that it lacks are noted, and nothing is sent', async () => {
  const userId = 'bb404239-527c-4470-b53f-7cc7f46445bd';
  const request = person({ hotdocs: { userId, roles: ['SiteAdministrator', 'Author'] } });
  hotdocs().seed({
    email: request.person.email.toUpperCase(),
    marker: userId,
    roles: ['Author'],
    status: 'inactive',
  });
  const { value: result, calls } = await callsOf(() => run(request));
  expect(result.accounts.hotdocs).toMatchObject({ status: 'done', userId, provenance: 'adopted' });
  expect(result.accounts.hotdocs?.notes).toEqual([
    'The account is inactive at HotDocs and was left so.',
    expect.stringContaining('lacks SiteAdministrator;'),
  ]);
  expect(calls).toEqual(['read user: 200']);
});

test.each([409, 400])('an e-mail under another GUID (refused by %s) is adopted there', async (status) => {
  hotdocs().set('duplicateStatus', status);
  const request = person({ hotdocs: {} });
  const other = hotdocs().seed({ email: request.person.email });
  const { value: result, calls } = await callsOf(() => run(request));
  expect(result.accounts.hotdocs).toMatchObject({
    status: 'done',
    userId: other,
    provenance: 'adopted',
    steps: { verify: 'done', create: 'done' },
    problem: null,
  });
  expect(calls).toEqual(['read user: 404', `create user: ${status}`, 'read user: 404', 'list users: 200']);
  expect(people(request)).toHaveLength(1);
});

test('our GUID with another e-mail is a conflict, and nothing is sent', async () => {
  const userId = 'cc404239-527c-4470-b53f-7cc7f46445bd';
  hotdocs().seed({ email: 'somebody.else@example.org', marker: userId });
  const request = person({ hotdocs: { userId } });
  const result = await run(request);
  expect(result.accounts.hotdocs).toMatchObject({
    status: 'parked',
    userId: null,
    problem: { step: 'create', code: 'conflict', decisions: expect.arrayContaining(['retry', 'resolve']) },
  });
  expect(creates(request)).toEqual([]);
});

test('a refusal that is about nobody else parks in the words of HotDocs', async () => {
  const request = person({ hotdocs: { roles: ['TenancyAdministrator'] } });
  const result = await run(request);
  expect(result.accounts.hotdocs?.problem).toMatchObject({
    step: 'create',
    code: 'refused',
    vendorStatus: 400,
    message: expect.stringContaining("The role 'TenancyAdministrator' does not exist."),
  });
  expect(people(request)).toEqual([]);
});

test('what an operator says is read back before it is believed', async () => {
  const userId = 'dd404239-527c-4470-b53f-7cc7f46445bd';
  hotdocs().seed({ email: 'another.person@example.org', marker: userId });
  const request = person({ hotdocs: { userId } });
  const handle = await harness.muster.onboard(request);
  await handle.result();
  const resolve = (id: string) => handle.resolve({ userId: id, reason: 'seen in User Management' });
  await expect(resolve('7')).rejects.toThrow('is a GUID');
  await expect(resolve(userId)).rejects.toThrow('has another e-mail address');
  await expect(resolve(userId.replace('dd', 'ee'))).rejects.toThrow('HotDocs has no user');
  const right = hotdocs().seed({ email: request.person.email });
  await resolve(right.toUpperCase());
  expect((await handle.result()).accounts.hotdocs).toMatchObject({ userId: right, provenance: 'adopted' });
});

test('an answer lost after the create is confirmed by a look', async () => {
  const request = person({ hotdocs: { roles: ['SiteAdministrator'] } });
  hotdocs().inject({ kind: 'drop-after', call: 'create user' });
  const { value: result, calls } = await callsOf(() => run(request));
  expect(result.accounts.hotdocs).toMatchObject({ status: 'done', provenance: 'confirmed', notes: [] });
  expect(calls).toEqual(['read user: 404', 'create user: no answer', 'read user: 200']);
  expect(people(request)).toHaveLength(1);
});

test('a create that was lost before it took effect goes again under the same GUID, after settling', async () => {
  const request = person({ hotdocs: {} });
  hotdocs().inject({ kind: 'drop-before', call: 'create user' });
  const result = await run(request);
  expect(result.accounts.hotdocs).toMatchObject({ status: 'done', provenance: 'created' });
  const sent = creates(request);
  expect(sent).toHaveLength(2);
  expect(new Set(sent.map(({ path }) => path)).size).toBe(1);
  expect(people(request)).toHaveLength(1);
});

test('a duplicate answered by an error 500 is settled once, then told by the user list', async () => {
  hotdocs().set('duplicateStatus', 500);
  const request = person({ hotdocs: {} });
  const other = hotdocs().seed({ email: request.person.email });
  const handle = await harness.muster.onboard(request);
  const parked = await handle.result();
  expect(parked.accounts.hotdocs?.problem).toMatchObject({
    code: 'conflict',
    message: expect.stringContaining(other),
  });
  expect(creates(request)).toHaveLength(2);
  await handle.resolve({ userId: other, reason: 'it is the same person' });
  expect((await handle.result()).accounts.hotdocs).toMatchObject({ userId: other, provenance: 'adopted' });
});

test('a token that ends mid-run is renewed once', async () => {
  const request = person({ hotdocs: {} });
  hotdocs().inject({ kind: 'expired-token', call: 'create user' });
  const { value: result, calls } = await callsOf(() => run(request));
  expect(result.accounts.hotdocs).toMatchObject({ status: 'done', provenance: 'created' });
  expect(calls).toEqual(['read user: 404', 'create user: 401', 'log in: 200', 'create user: 201']);
});

describe('a wrong principal password', () => {
  let barred: Harness;
  beforeAll(async () => {
    barred = await Harness.start({
      vendors: ['hotdocs'],
      connections: { hotdocs: { principalPassword: 'not the password' } },
    });
  });
  afterAll(() => barred?.stop());

  test('parks every run by one log-in, also when it is tried again', async () => {
    const first = await barred.muster.onboard(person({ hotdocs: {} }));
    const problem = {
      step: 'verify',
      code: 'credentials-rejected',
      decisions: expect.arrayContaining(['retry']),
    };
    expect((await first.result()).accounts.hotdocs?.problem).toMatchObject(problem);
    const second = await barred.muster.onboard(person({ hotdocs: {} }));
    expect((await second.result()).accounts.hotdocs?.problem).toMatchObject(problem);
    await first.retry({ reason: 'the password is the same' });
    expect((await first.result()).accounts.hotdocs?.problem).toMatchObject(problem);
    expect(barred.simulator('hotdocs').requests()).toMatchObject([{ call: 'log in', status: 401 }]);
  });
});
