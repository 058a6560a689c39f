// EthosCE when things go wrong: lost answers at each create, others who write roles too, missing rights, rejected
// credentials, maintenance. In every case each person exists once, and the run says truthfully what is there.
import type { AccountResult, RequestDocument, RunHandle } from '../../src/client';
import type { FaultPlan, RecordedRequest } from '../../src/simulators';
import { Harness, person } from '../support/harness';

const COURSE_AUTHOR = 105847459;
const REVIEWER = 175031666;
const REPORT_VIEWER = 92961712;
const UNKNOWN = 42424242;

let harness: Harness;

beforeAll(async () => {
  harness = await Harness.start({ vendors: ['ethosce'] });
});
afterAll(() => harness?.stop());

const site = () => harness.simulator('ethosce');
const accountsOf = ({ person: { email } }: RequestDocument) =>
  site()
    .people()
    .filter((someone) => someone.email === email);
const sent = (call: string, text: string): RecordedRequest[] =>
  site()
    .requests()
    .filter((request) => request.call === call && JSON.stringify(request).includes(text));

async function run(request: RequestDocument): Promise<{ account: AccountResult; handle: RunHandle }> {
  const handle = await harness.muster.onboard(request);
  return { account: await accountOf(handle), handle };
}
async function accountOf(handle: RunHandle): Promise<AccountResult> {
  const [account] = Object.values((await handle.result()).accounts);
  if (!account) throw new Error('no account');
  return account;
}
/** A fault that meets this person's create of a user only. */
const onCreate = ({ person: { email } }: RequestDocument, fault: FaultPlan): void =>
  site().inject({ ...fault, call: 'create user', contains: email });
/** A fault that meets the create of this person's profile only; the profile names them by their last name. */
const onProfile = ({ person: { lastName } }: RequestDocument, fault: FaultPlan): void =>
  site().inject({ ...fault, call: 'create profile', contains: `"${lastName}"` });

describe('the answer to a create is lost', () => {
  type Started = { request: RequestDocument; ended: ReturnType<typeof run> };
  /** All at once, since most of it is waiting; each test then reads what became of its own. */
  const started = new Map<string, Started>();
  const begin = (name: string, plan: (request: RequestDocument) => void, account = {}) => {
    const request = person({ ethosce: { roles: [REVIEWER], ...account } });
    plan(request);
    const ended = run(request);
    ended.catch(() => undefined);
    started.set(name, { request, ended });
  };
  const of = async (name: string) => {
    const { request, ended } = started.get(name) ?? begun(name);
    return { request, ...(await ended) };
  };
  const begun = (name: string): never => {
    throw new Error(`${name} was not begun`);
  };

  const after: Record<string, FaultPlan> = {
    'after it was done': { kind: 'drop-after' },
    'amid the body': { kind: 'reset-mid-body' },
    'as 500 after it was done': { kind: 'error-after' },
    'as a web page': { kind: 'html' },
    'as half a JSON text': { kind: 'truncated' },
    'as a redirect after it was done': { kind: 'redirect', committed: true },
    'by coming too late': { kind: 'slow', delayMs: 3_000, commit: 'before' },
    // Committed long after the client has given up, and seen by one of the later looks.
    'and it is done long after': { kind: 'slow', delayMs: 4_500, commit: 'after' },
  };
  beforeAll(() => {
    for (const [name, fault] of Object.entries(after)) begin(name, (request) => onCreate(request, fault));
    begin('and the account shows late', (request) => {
      onCreate(request, { kind: 'drop-after' });
      onCreate(request, { kind: 'late-visibility', delayMs: 600 });
    });
    begin('before anything was done', (request) => onCreate(request, { kind: 'drop-before' }));
    begin('profile made', (request) => onProfile(request, { kind: 'drop-after' }));
    begin('profile not made', (request) => onProfile(request, { kind: 'drop-before' }));
    begin('sso', () => site().inject({ kind: 'drop-after', call: 'create authmap', contains: 'SSO-lost' }), {
      ssoId: 'SSO-lost',
    });
    begin('away', ({ key }) => site().inject({ kind: 'redirect', contains: key, times: 6 }));
  });

  test.each([...Object.keys(after), 'and the account shows late'])(
    '%s: found, confirmed, not sent again',
    async (name) => {
      const { request, account } = await of(name);
      expect(account).toMatchObject({ status: 'done', provenance: 'confirmed' });
      expect(sent('create user', request.person.email)).toHaveLength(1);
      expect(accountsOf(request)).toMatchObject([{ id: account.userId, roles: [REVIEWER], profiles: [{}] }]);
    },
  );

  test('before anything was done: sent again only after all looks, since the name keeps a second one out', async () => {
    const { request, account } = await of('before anything was done');
    expect(account).toMatchObject({ status: 'done', provenance: 'created' });
    const [first, second, ...more] = sent('create user', request.person.email);
    expect(more).toEqual([]);
    expect(Date.parse(second?.at ?? '') - Date.parse(first?.at ?? '')).toBeGreaterThanOrEqual(9_000);
    expect(accountsOf(request)).toHaveLength(1);
  });

  test('of a profile that was made: found', async () => {
    const { request, account } = await of('profile made');
    expect(account).toMatchObject({ status: 'done', steps: { profile: 'done' } });
    expect(accountsOf(request)[0]?.profiles).toHaveLength(1);
    expect(sent('create profile', request.person.lastName)).toHaveLength(1);
  });

  test('of a profile that was not made: parked until somebody says so, since nothing keeps a second one out', async () => {
    const { request, account, handle } = await of('profile not made');
    expect(account).toMatchObject({
      status: 'parked',
      userId: accountsOf(request)[0]?.id,
      problem: { step: 'profile', code: 'outcome-unknown' },
    });
    expect(account.problem?.decisions).toEqual(expect.arrayContaining(['retry', 'resolve', 'skip']));
    expect(sent('create profile', request.person.lastName)).toHaveLength(1);
    await handle.resolve({ notCreated: true, reason: 'the site shows none' });
    expect(await accountOf(handle)).toMatchObject({ status: 'done', steps: { profile: 'done' } });
    expect(accountsOf(request)[0]?.profiles).toHaveLength(1);
  });

  test('of an SSO link: found by its SSO id', async () => {
    const { account } = await of('sso');
    expect(account).toMatchObject({
      status: 'done',
      steps: { sso: 'done' },
      ids: { ssoLinkId: expect.any(String) },
    });
    expect(sent('create authmap', 'SSO-lost')).toHaveLength(1);
  });

  test('of looks, by redirects as of a site in maintenance: waited for, not followed, then gone on', async () => {
    const { request, account } = await of('away');
    expect(account).toMatchObject({ status: 'done', provenance: 'created' });
    expect(account.evidence).toContainEqual(
      expect.objectContaining({
        step: 'verify',
        asked: 'the vendor',
        found: expect.stringMatching(/^away: .*302/),
      }),
    );
    expect(
      site()
        .requests()
        .filter(({ path }) => path === '/'),
    ).toEqual([]);
    expect(accountsOf(request)).toHaveLength(1);
  });
});

test('a vendor that is busy is left alone as long as it asks, and the create sent once more', async () => {
  const request = person({ ethosce: {} });
  onCreate(request, { kind: 'rate-limited', retryAfter: 2 });
  const { account } = await run(request);
  expect(account).toMatchObject({ status: 'done', provenance: 'created' });
  const [busy, done, ...more] = sent('create user', request.person.email);
  expect(more).toEqual([]);
  expect(Date.parse(done?.at ?? '') - Date.parse(busy?.at ?? '')).toBeGreaterThanOrEqual(1_900);
});

test('a refused profile parks in the vendor’s own words; skipped, the rest goes on', async () => {
  const request = person({ ethosce: { roles: [REVIEWER], profile: { field_credentials: 'x'.repeat(65) } } });
  const { account, handle } = await run(request);
  expect(account.problem).toMatchObject({
    step: 'profile',
    code: 'refused',
    vendorStatus: 422,
    message: '422 Unprocessable Entity: Field validation errors',
  });
  await handle.skip({ reason: 'entered by hand' });
  expect(await accountOf(handle)).toMatchObject({
    status: 'done',
    steps: { profile: 'skipped', roles: 'done' },
  });
  expect(accountsOf(request)).toMatchObject([{ roles: [REVIEWER], profiles: [] }]);
});

describe('roles that others write too', () => {
  /** Somebody else at the site, with an account of their own. */
  async function foreignPut(uid: string, roles: number[]): Promise<void> {
    const { username, password } = site().credentials;
    const reply = await fetch(`${site().url}/user/${uid}`, {
      method: 'PUT',
      headers: {
        'content-type': 'application/json',
        authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`,
      },
      body: JSON.stringify({ roles: roles.map((id) => ({ id })) }),
    });
    if (reply.status !== 200) throw new Error(`the foreign write failed: ${reply.status}`);
  }
  /** Between our PUT and our reading back, somebody else replaces the set. */
  function interfere(uid: string, roles: number[], times: number): Promise<void>[] {
    const writes: Promise<void>[] = [];
    site().inject({
      kind: 'slow',
      delayMs: 250,
      call: 'update user',
      times,
      match({ path, body }) {
        const ours = path === `/user/${uid}` && !sameIds(body, roles);
        // Ours is done at once and answered late: theirs lands in between.
        if (ours) setTimeout(() => writes.push(foreignPut(uid, roles)), 50);
        return ours;
      },
    });
    return writes;
  }
  const sameIds = (body: unknown, roles: number[]) =>
    JSON.stringify(body) === JSON.stringify({ roles: roles.map((id) => ({ id })) });

  test('once: merged anew, so that both sets are there', async () => {
    const request = person({ ethosce: { roles: [REVIEWER] } });
    const uid = site().seed({ email: request.person.email, marker: request.key, roles: [COURSE_AUTHOR] });
    const writes = interfere(uid, [REPORT_VIEWER], 1);
    const { account } = await run(request);
    await Promise.all(writes);
    expect(writes).toHaveLength(1);
    expect(account).toMatchObject({ status: 'done', steps: { roles: 'done' } });
    expect(accountsOf(request)[0]?.roles).toEqual([REPORT_VIEWER, REVIEWER]);
  });

  test('between our read and our PUT: cannot be seen, so nothing of ours comes between the two', async () => {
    const request = person({ ethosce: { roles: [REVIEWER] } });
    const profile = { field_first_name: 'Orla' };
    const uid = site().seed({
      email: request.person.email,
      marker: request.key,
      roles: [COURSE_AUTHOR],
      profile,
    });
    const theirs = [2, REPORT_VIEWER];
    let read = 0;
    let written: Promise<void> | undefined;
    site().inject({
      kind: 'slow',
      delayMs: 250,
      call: 'find user',
      // The first look at the roles says what an undo would have to take back; the second is the one before the PUT.
      nth: 2,
      match({ number, query }) {
        if (query.uid !== uid) return false;
        read += 1;
        // It has its answer already, and gets it late: theirs lands in between.
        if (read === 2) setTimeout(() => (written = foreignPut(uid, theirs)), 50);
        if (read === 2) read = number;
        return true;
      },
    });
    const { account } = await run(request);
    await written;
    expect(account).toMatchObject({ status: 'done', steps: { roles: 'done' } });
    const ours = site()
      .requests()
      .filter(({ number, path, query }) => number >= read && (path === `/user/${uid}` || query.uid === uid))
      .filter(({ body }) => !sameIds(body, theirs));
    expect(ours.map(({ call }) => call)).toEqual(['find user', 'update user', 'find user']);
    expect(accountsOf(request)[0]?.roles).toEqual([COURSE_AUTHOR, REVIEWER]);
  });

  test('always: parked as roles-contended after a few merges, with the three sets', async () => {
    const request = person({ ethosce: { roles: [REVIEWER] } });
    const uid = site().seed({ email: request.person.email, marker: request.key, roles: [COURSE_AUTHOR] });
    const writes = interfere(uid, [REPORT_VIEWER], 3);
    const { account, handle } = await run(request);
    await Promise.all(writes);
    expect(writes).toHaveLength(3);
    expect(account.problem).toMatchObject({ step: 'roles', code: 'roles-contended' });
    expect(account.problem?.message).toContain(
      `there were [2,${REPORT_VIEWER}], written [${REPORT_VIEWER},${REVIEWER}], read back [2,${REPORT_VIEWER}]`,
    );
    await handle.retry({ reason: 'the other system is off now' });
    expect(await accountOf(handle)).toMatchObject({ status: 'done' });
    expect(accountsOf(request)[0]?.roles).toEqual([REPORT_VIEWER, REVIEWER]);
  });
});

test('a role id that the site does not know is dropped by it without a word, and said by us', async () => {
  const request = person({ ethosce: { roles: [REVIEWER, UNKNOWN] } });
  const { account, handle } = await run(request);
  expect(account).toMatchObject({ status: 'parked', problem: { step: 'roles', code: 'roles-contended' } });
  expect(account.problem?.message).toContain(`written [${REVIEWER},${UNKNOWN}], read back [2,${REVIEWER}]`);
  expect(account.problem?.message).toContain('a role id does not exist at the site');
  // What is there was never taken away in the trying.
  expect(accountsOf(request)[0]?.roles).toEqual([REVIEWER]);
  expect(sent('update user', `/user/${account.userId}"`)).toHaveLength(3);
  await handle.skip({ reason: 'that role is gone' });
  expect(await accountOf(handle)).toMatchObject({ status: 'done', steps: { roles: 'skipped' } });
});

test('a PUT answered by a page has changed nothing, and is sent again', async () => {
  const request = person({ ethosce: { roles: [REVIEWER] } });
  const uid = site().seed({ email: request.person.email, marker: request.key });
  site().inject({ kind: 'html', committed: false, call: 'update user', contains: `/user/${uid}` });
  const { account } = await run(request);
  expect(account).toMatchObject({ status: 'done' });
  expect(accountsOf(request)[0]?.roles).toEqual([REVIEWER]);
});

test('a page cache that holds a 403 for the account changes nothing: only lists are asked', async () => {
  const request = person({ ethosce: { roles: [REVIEWER] } });
  const uid = site().seed({ email: request.person.email, marker: request.key });
  site().set('pageCache', true);
  expect((await fetch(`${site().url}/user/${uid}.json`)).status).toBe(403);
  const { account } = await run(request);
  site().set('pageCache', false);
  expect(account).toMatchObject({ status: 'done', userId: uid });
  expect(sent('read user', uid).length).toBe(1);
});

test('a missing right parks as misconfigured, with the vendor’s words, and goes on once it is given', async () => {
  const { rights } = (site().state() as { settings: { rights: string[] } }).settings;
  site().set(
    'rights',
    rights.filter((right) => right !== 'administer users'),
  );
  const request = person({ ethosce: {} });
  const { account, handle } = await run(request);
  site().set('rights', rights);
  expect(account.problem).toMatchObject({ step: 'verify', code: 'misconfigured', vendorStatus: 403 });
  expect(account.problem?.message).toContain('Not authorized to query property mail');
  expect(accountsOf(request)).toEqual([]);
  await handle.retry({ reason: 'the right is given now' });
  expect(await accountOf(handle)).toMatchObject({ status: 'done', provenance: 'created' });
});

test('a list says that the vendor is waited for, and why', async () => {
  site().set('maintenance', true);
  const request = person({ ethosce: {} });
  const handle = await harness.muster.onboard(request);
  let [listed] = await harness.muster.list({ key: request.key });
  while (listed?.waitingOn !== 'vendor') {
    await new Promise((soon) => setTimeout(soon, 100));
    [listed] = await harness.muster.list({ key: request.key });
  }
  site().set('maintenance', false);
  await harness.muster.client.workflow.getHandle(handle.id).terminate('seen enough');
  expect(listed).toMatchObject({ status: 'running', reason: 'vendor-unavailable', stage: 'verify' });
  expect(accountsOf(request)).toEqual([]);
});

// The last one: from here on this worker sends nothing more.
test('a wrong password parks as credentials-rejected, and is not tried over and over', async () => {
  const password = site().credentials.password ?? '';
  site().set('password', 'changed meanwhile');
  const before = site().requests().length;
  const someone = (n: number) => person({ ethosce: { ssoId: `SSO-barred-${n}` } });
  const parked = { account: { status: 'parked', problem: { code: 'credentials-rejected' } } };
  // One alone: what is in the air together is rejected together.
  expect(await run(someone(1))).toMatchObject(parked);
  const later = [2, 3, 4].map(someone);
  for (const result of await Promise.all(later.map(run))) expect(result).toMatchObject(parked);
  const { failedLogIns } = (site().state() as { access: { failedLogIns: number } }).access;
  expect(failedLogIns).toBeLessThan(5);
  const after = site().requests().length;
  expect(after - before).toBe(failedLogIns);
  // Whoever comes later sends nothing at all, not even once the vendor would take the password again.
  site().set('password', password);
  expect((await run(person({ ethosce: {} }))).account.problem).toMatchObject({
    code: 'credentials-rejected',
  });
  expect(site().requests()).toHaveLength(after);
});
