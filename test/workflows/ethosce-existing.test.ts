// EthosCE: people who are there already, wholly or by half, under our name or another. Nobody gets a second account, roles
// only grow, and what is not clear is a person's decision.
import type { AccountResult, RequestDocument } from '../../src/client';
import type { RecordedRequest } from '../../src/simulators';
import { Harness, person } from '../support/harness';

const COURSE_AUTHOR = 105847459;
const REVIEWER = 175031666;
const REPORT_VIEWER = 92961712;

let harness: Harness;

beforeAll(async () => {
  harness = await Harness.start({
    vendors: ['ethosce'],
    further: {
      'ethosce-parks': { vendor: 'ethosce', existing: 'park' },
      'ethosce-refuses': { vendor: 'ethosce', existing: 'refuse' },
    },
  });
});
afterAll(() => harness?.stop());

const site = () => harness.simulator('ethosce');
const there = (id: string | null | undefined) =>
  site()
    .people()
    .find((someone) => someone.id === id);
const sameMail = ({ person: { email } }: RequestDocument) =>
  site()
    .people()
    .filter((someone) => someone.email === email);

/** Carries a request out, and gives its one account's result with what was sent for it meanwhile. */
async function run(request: RequestDocument): Promise<{ account: AccountResult; sent: RecordedRequest[] }> {
  const before = site().requests().length;
  const result = await (await harness.muster.onboard(request)).result();
  const [account] = Object.values(result.accounts);
  if (!account) throw new Error('no account');
  return { account, sent: site().requests().slice(before) };
}
const calls = (sent: RecordedRequest[]) => sent.map(({ call }) => call);
const writes = (sent: RecordedRequest[]) =>
  sent.filter(({ method }) => method !== 'GET').map(({ method, path }) => `${method} ${path}`);

test('found by mail under another name: adopted as it is, and completed', async () => {
  const request = person({ ethosce: { roles: [REVIEWER], ssoId: 'SSO-1' } });
  const uid = site().seed({ email: request.person.email, marker: 'o.tern', roles: [REPORT_VIEWER] });
  const { account, sent } = await run(request);
  expect(account).toMatchObject({ status: 'done', userId: uid, provenance: 'adopted' });
  expect(account.steps).toEqual({
    verify: 'done',
    create: 'done',
    sso: 'done',
    profile: 'done',
    roles: 'done',
  });
  expect(writes(sent)).toEqual(['POST /authmap.json', 'POST /profile2.json', `PUT /user/${uid}`]);
  expect(there(uid)).toMatchObject({
    marker: 'o.tern',
    roles: [REPORT_VIEWER, REVIEWER],
    details: { authnames: ['SSO-1'] },
    profiles: [{ field_first_name: 'Orla' }],
  });
});

test('found by SSO id only: adopted, and the link is not made again', async () => {
  const request = person({ ethosce: { ssoId: 'SSO-2', roles: [REVIEWER] } });
  const uid = site().seed({ email: 'orla.before@example.org', marker: 'orla.before', authname: 'SSO-2' });
  const { account, sent } = await run(request);
  expect(account).toMatchObject({ status: 'done', userId: uid, provenance: 'adopted' });
  expect(writes(sent)).toEqual(['POST /profile2.json', `PUT /user/${uid}`]);
});

test('blocked: adopted and left blocked, since enabling it would mail the person; said in a note', async () => {
  const request = person({ ethosce: { roles: [REVIEWER] } });
  const uid = site().seed({ email: request.person.email, marker: 'blocked-one', status: 0 });
  const { account } = await run(request);
  expect(account).toMatchObject({ status: 'done', userId: uid });
  expect(account.notes.join()).toMatch(/blocked/);
  expect(there(uid)).toMatchObject({ status: 'blocked', roles: [REVIEWER] });
  expect(site().mails()).toEqual([]);
});

describe('half made', () => {
  test('a user without profile gets one', async () => {
    const request = person({ ethosce: {} });
    const uid = site().seed({ email: request.person.email, marker: request.key });
    const { account, sent } = await run(request);
    expect(account).toMatchObject({
      userId: uid,
      provenance: 'adopted',
      ids: { profileId: expect.any(String) },
    });
    expect(writes(sent)).toEqual(['POST /profile2.json']);
    expect(there(uid)?.profiles).toHaveLength(1);
  });

  test('a profile without roles gets them; a field that differs is corrected, and nothing else is sent', async () => {
    const request = person({ ethosce: { roles: [COURSE_AUTHOR] } });
    const { firstName, lastName } = request.person;
    const profile = {
      field_first_name: 'Orlla',
      field_last_name: lastName,
      field_credentials: 'MD',
      field_profile_location: { street: '1 Quay Row', additional: 'Attic', city: 'Boston', country: 'us' },
    };
    const uid = site().seed({ email: request.person.email, marker: request.key, profile });
    const { account, sent } = await run(request);
    expect(account.status).toBe('done');
    const puts = sent.filter(({ call }) => call === 'update profile');
    expect(puts.map(({ body }) => body)).toEqual([
      {
        field_first_name: firstName,
        field_profile_location: {
          street: '1 Quay Row',
          additional: 'Attic',
          city: 'Philadelphia',
          province: 'PA',
          postal_code: '19109',
          country: 'us',
        },
      },
    ]);
    expect(there(uid)).toMatchObject({
      roles: [COURSE_AUTHOR],
      profiles: [{ field_first_name: firstName, field_credentials: 'MD' }],
    });
  });

  test('all that is wanted is there: nothing is written', async () => {
    const request = person({ ethosce: { roles: [COURSE_AUTHOR] } });
    const first = await run(request);
    expect(first.account).toMatchObject({ status: 'done', provenance: 'created' });
    // Another request for the same account: a new run, which finds all done.
    const { account, sent } = await run({ ...request, onFailure: 'compensate' });
    expect(account).toMatchObject({ status: 'done', userId: first.account.userId, provenance: 'created' });
    expect(writes(sent)).toEqual([]);
  });
});

test('two profiles: several-matches, and the one that an operator names is used', async () => {
  const request = person({ ethosce: {} });
  const profile = { field_first_name: 'Orla', field_last_name: 'Tern' };
  const uid = site().seed({ email: request.person.email, marker: request.key, profile: [profile, profile] });
  const handle = await harness.muster.onboard(request);
  const parked = await handle.result();
  expect(parked).toMatchObject({
    status: 'parked',
    accounts: { ethosce: { userId: uid, problem: { step: 'profile', code: 'several-matches' } } },
  });
  const pid = String(there(uid)?.profiles[1]?.pid);
  await expect(handle.resolve({ userId: '1', reason: 'a slip' })).rejects.toThrow(
    `Account ${uid} has no profile 1.`,
  );
  await handle.resolve({ userId: pid, reason: 'the newer one' });
  expect(await handle.result()).toMatchObject({
    status: 'done',
    accounts: { ethosce: { ids: { profileId: pid } } },
  });
  expect(there(uid)?.profiles).toHaveLength(2);
});

describe('not ours to take', () => {
  test('mail and SSO id at two accounts: conflict, nothing is written', async () => {
    const request = person({ ethosce: { ssoId: 'SSO-3' } });
    const mailed = site().seed({ email: request.person.email, marker: 'mailed' });
    const linked = site().seed({ email: 'linked@example.org', marker: 'linked', authname: 'SSO-3' });
    const { account, sent } = await run(request);
    expect(account).toMatchObject({
      status: 'parked',
      userId: null,
      problem: { step: 'create', code: 'conflict' },
    });
    expect(account.problem?.message).toBe(
      `The e-mail address is account ${mailed}'s, the SSO id account ${linked}'s.`,
    );
    expect(writes(sent)).toEqual([]);
  });

  test('our name with another mail: conflict, nothing is written, whatever the case of the name', async () => {
    const request = person({ ethosce: { username: 'Orla.Tern' } });
    site().seed({ email: 'another.orla@example.org', marker: 'orla.tern' });
    const { account, sent } = await run(request);
    expect(account).toMatchObject({ status: 'parked', problem: { code: 'conflict' } });
    expect(writes(sent)).toEqual([]);
    expect(sameMail(request)).toEqual([]);
  });

  test('two accounts with the mail: several-matches; what an operator names is read back and adopted', async () => {
    const request = person({ ethosce: { roles: [REVIEWER] } });
    const { email } = request.person;
    site().seed({ email, marker: 'first-of-two' });
    const second = site().seed({ email, marker: 'second-of-two' });
    const stranger = site().seed({ email: 'stranger@example.org', marker: 'stranger' });
    const handle = await harness.muster.onboard(request);
    expect(await handle.result()).toMatchObject({
      accounts: { ethosce: { problem: { code: 'several-matches' } } },
    });
    await expect(handle.resolve({ userId: stranger, reason: 'a slip' })).rejects.toThrow(
      `User ${stranger} at EthosCE has another e-mail address than this person.`,
    );
    await expect(handle.resolve({ userId: '99999', reason: 'a slip' })).rejects.toThrow(
      'EthosCE has no user 99999.',
    );
    await handle.resolve({ userId: second, reason: 'asked the person' });
    expect(await handle.result()).toMatchObject({
      status: 'done',
      accounts: { ethosce: { userId: second, provenance: 'adopted' } },
    });
    expect(sameMail(request)).toHaveLength(2);
    expect(there(second)?.roles).toEqual([REVIEWER]);
  });
});

describe('a connection that does not adopt', () => {
  test('parks: an operator may adopt by name, or give up', async () => {
    const request = person({ 'ethosce-parks': {} });
    const uid = site().seed({ email: request.person.email, marker: 'kept' });
    const handle = await harness.muster.onboard(request);
    expect(await handle.result()).toMatchObject({
      status: 'parked',
      accounts: { 'ethosce-parks': { problem: { step: 'create', code: 'conflict' } } },
    });
    await handle.resolve({ userId: uid, reason: 'it is the same person' });
    expect(await handle.result()).toMatchObject({
      status: 'done',
      accounts: { 'ethosce-parks': { userId: uid, provenance: 'adopted' } },
    });
  });

  test('refuses: the run fails, with its result document, and nothing was written', async () => {
    const request = person({ 'ethosce-refuses': { roles: [REVIEWER] } });
    site().seed({ email: request.person.email, marker: 'left-alone' });
    const { account, sent } = await run(request);
    expect(account).toMatchObject({
      status: 'failed',
      problem: { step: 'create', code: 'conflict', decisions: [] },
    });
    expect(account.evidence.length).toBeGreaterThan(0);
    expect(writes(sent)).toEqual([]);
  });

  test('neither minds an account that an earlier run of its own has made', async () => {
    const request = person({ 'ethosce-refuses': {} });
    await run(request);
    const { account } = await run({ ...request, onFailure: 'compensate' });
    expect(account).toMatchObject({ status: 'done', provenance: 'created' });
  });
});

describe('roles', () => {
  test('only grow: one PUT with all that is to stay, read back after', async () => {
    const request = person({ ethosce: { roles: [REVIEWER] } });
    const uid = site().seed({
      email: request.person.email,
      marker: request.key,
      roles: [COURSE_AUTHOR, REPORT_VIEWER],
    });
    const { sent } = await run(request);
    const put = sent.findIndex(({ call }) => call === 'update user');
    expect(calls(sent).slice(put - 1)).toEqual(['find user', 'update user', 'find user']);
    const { roles } = (sent[put]?.body ?? { roles: [] }) as { roles: { id: number }[] };
    expect(new Set(roles.map(({ id }) => id))).toEqual(new Set([COURSE_AUTHOR, REPORT_VIEWER, REVIEWER]));
    expect(there(uid)?.roles).toHaveLength(3);
  });

  test('only those under removeRoles are taken away, even the last one', async () => {
    const request = person({ ethosce: { removeRoles: [COURSE_AUTHOR] } });
    const both = person({ ethosce: { roles: [REVIEWER], removeRoles: [COURSE_AUTHOR] } });
    const last = site().seed({ email: request.person.email, marker: request.key, roles: [COURSE_AUTHOR] });
    const kept = site().seed({
      email: both.person.email,
      marker: both.key,
      roles: [COURSE_AUTHOR, REPORT_VIEWER],
    });
    await Promise.all([run(request), run(both)]);
    expect(there(last)?.roles).toEqual([]);
    expect(there(kept)?.roles).toEqual([REPORT_VIEWER, REVIEWER]);
  });

  test('that are there already are not written', async () => {
    const request = person({ ethosce: { roles: [COURSE_AUTHOR], removeRoles: [REVIEWER] } });
    site().seed({ email: request.person.email, marker: request.key, roles: [COURSE_AUTHOR] });
    const { sent } = await run(request);
    expect(calls(sent)).not.toContain('update user');
  });
});

test('an SSO id that is linked to no account there is: conflict, and nothing is written', async () => {
  harness.simulator('ethosce').seed({ kind: 'authmap', uid: '9999', authname: 'SSO-orphan' });
  const request = person({ ethosce: { ssoId: 'SSO-orphan' } });
  const { account, sent } = await run(request);
  expect(account).toMatchObject({ status: 'parked', userId: null, problem: { code: 'conflict' } });
  expect(writes(sent)).toEqual([]);
});
