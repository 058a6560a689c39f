// An operator's decisions: what makes no sense now is refused with a sentence and changes nothing, what was found is read
// back before it is believed, and what is decided is on record with its reason.
import { randomUUID } from 'node:crypto';
import { WorkflowUpdateFailedError } from '@temporalio/client';
import { type AccountResult, DecisionRefusedError, type RunHandle, UnknownRunError } from '../../src/client';
import { Harness, person } from '../support/harness';

const REVIEWER = 175031666;
const UNKNOWN = 42424242;

let harness: Harness;

beforeAll(async () => {
  harness = await Harness.start({ vendors: ['ethosce', 'pha'] });
});
afterAll(() => harness?.stop());

async function accountOf(handle: RunHandle): Promise<AccountResult> {
  const [account] = Object.values((await handle.result()).accounts);
  if (!account) throw new Error('no account');
  return account;
}
const raw = (handle: RunHandle) => harness.muster.client.workflow.getHandle(handle.id, handle.runId);
const ethosce = () => harness.simulator('ethosce');

/** Parked: two accounts have the address. */
async function several() {
  const request = person({ ethosce: {} });
  const { email } = request.person;
  const ids = [
    ethosce().seed({ email, marker: randomUUID() }),
    ethosce().seed({ email, marker: randomUUID() }),
  ];
  const handle = await harness.muster.onboard(request);
  expect((await accountOf(handle)).problem).toMatchObject({ step: 'create', code: 'several-matches' });
  return { request, handle, ids };
}

/** Parked: a role id that the site does not know. */
async function contended() {
  const request = person({ ethosce: { roles: [REVIEWER, UNKNOWN] } });
  const handle = await harness.muster.onboard(request);
  const account = await accountOf(handle);
  expect(account.problem).toMatchObject({ step: 'roles', code: 'roles-contended' });
  const puts = () =>
    ethosce()
      .requests()
      .filter(({ call, path }) => call === 'update user' && path === `/user/${account.userId}`).length;
  return { handle, puts };
}

/** Parked: a create at a vendor that nobody can ask. */
async function lost() {
  const request = person({ pha: {} });
  harness.simulator('pha').inject({ kind: 'drop-after', call: 'create user', contains: request.key });
  const handle = await harness.muster.onboard(request);
  expect((await accountOf(handle)).problem).toMatchObject({ step: 'create', code: 'outcome-unknown' });
  return { request, handle };
}

/** The decision is refused with that sentence, and leaves the run as it was. */
async function refused(handle: RunHandle, decide: () => Promise<unknown>, sentence: string | RegExp) {
  const before = await handle.progress();
  const error = await decide().then(
    () => new Error('it was taken'),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(DecisionRefusedError);
  if (typeof sentence === 'string') expect((error as Error).message).toBe(sentence);
  else expect((error as Error).message).toMatch(sentence);
  expect(await handle.progress()).toEqual(before);
}

describe('refused with a sentence', () => {
  test('what is not open for this problem', async () => {
    const { handle } = await several();
    const { decisions } = (await accountOf(handle)).problem ?? { decisions: [] };
    expect(decisions).not.toContain('skip');
    await refused(
      handle,
      () => handle.skip({ reason: 'in a hurry' }),
      `'skip' makes no sense for a run parked as several-matches in step create; open are: ${decisions.join(', ')}.`,
    );
    const unasked = await lost();
    await refused(
      unasked.handle,
      () => unasked.handle.retry({ reason: 'try' }),
      /^'retry' makes no sense for a run parked as outcome-unknown/,
    );
  });

  test('no reason, whichever way it is left out', async () => {
    const { handle } = await several();
    for (const reason of ['', '   '])
      await refused(handle, () => handle.retry({ reason }), 'reason: say why, in a few words');
    const failed = await raw(handle)
      .executeUpdate('retry', { args: [{}] })
      .catch((error: unknown) => error);
    expect(failed).toBeInstanceOf(WorkflowUpdateFailedError);
    expect((failed as WorkflowUpdateFailedError).cause).toMatchObject({
      type: 'invalid-decision',
      message: 'reason: say why, in a few words',
    });
  });

  test('a resolve that says nothing, or two things', async () => {
    const { handle } = await several();
    const sentence = 'resolve: say exactly one of userId, exists and notCreated';
    const resolve = (input: object) => () => handle.resolve({ reason: 'r', ...input } as never);
    await refused(handle, resolve({}), sentence);
    await refused(handle, resolve({ userId: '7', notCreated: true }), sentence);
    await refused(handle, resolve({ exists: true, notCreated: true }), sentence);
  });

  test('what belongs to another decision, and what nobody knows', async () => {
    const { handle } = await several();
    const update = async (name: string, input: object) => {
      const failed = await raw(handle)
        .executeUpdate(name, { args: [{ reason: 'r', ...input }] })
        .catch((error: unknown) => error);
      return (failed as WorkflowUpdateFailedError).cause?.message;
    };
    expect(await update('retry', { userId: '7' })).toBe(
      'retry: takes no userId, exists or notCreated; that is resolve',
    );
    expect(await update('resolve', { userId: '7', set: { 'account.username': 'x' } })).toMatch(/^set: amend/);
    expect(await update('retry', { banana: 1 })).toMatch(/banana/);
    expect((await accountOf(handle)).status).toBe('parked');
  });

  test('a step in which the run is not parked', async () => {
    const { handle, ids } = await several();
    await refused(
      handle,
      () => handle.resolve({ userId: ids[0] ?? '', step: 'profile', reason: 'a slip' }),
      'The run is parked in step create, not in profile.',
    );
  });

  test('a wrong id, an unclear one, and one of somebody else', async () => {
    const { handle } = await several();
    const stranger = ethosce().seed({ email: 'stranger@example.org', marker: randomUUID() });
    const resolve = (input: object) => () => handle.resolve({ reason: 'r', ...input } as never);
    await refused(handle, resolve({ userId: '99999' }), 'EthosCE has no user 99999.');
    await refused(
      handle,
      resolve({ userId: stranger }),
      `User ${stranger} at EthosCE has another e-mail address than this person.`,
    );
    await refused(
      handle,
      resolve({ exists: true }),
      'Say which one it is, by --user-id: step create needs the id.',
    );
  });

  test('a decision for a run that has ended, or never was', async () => {
    const request = person({ ethosce: {} });
    const handle = await harness.muster.onboard(request);
    await handle.result();
    await expect(handle.retry({ reason: 'too late' })).rejects.toThrow(UnknownRunError);
    const nobody = await harness.muster.handle('ethosce/nobody');
    await expect(nobody.retry({ reason: 'for whom?' })).rejects.toThrow(UnknownRunError);
  });

  test('a decision for a run that is under way', async () => {
    const request = person({ ethosce: {} });
    ethosce().inject({ kind: 'slow', delayMs: 800, call: 'create user', contains: request.key });
    const handle = await harness.muster.onboard(request);
    await expect(handle.skip({ reason: 'impatient' })).rejects.toThrow(
      'Nothing is parked here: the run is running.',
    );
    expect(await handle.result()).toMatchObject({ status: 'done' });
  });
});

test('an operator’s word that nothing was made is not taken while it may still be in the air', async () => {
  const { handle } = await lost();
  await refused(
    handle,
    () => handle.resolve({ notCreated: true, reason: 'I see nothing' }),
    /^What was sent may still take effect until \S+Z: look at the vendor after that, then say it again\.$/,
  );
});

test('a decision is on record with its reason, and the run goes on from where it stood', async () => {
  const { handle, ids } = await several();
  const taken = await handle.resolve({ userId: ids[1] ?? '', reason: 'asked the person' });
  expect(taken.key).toBe(handle.id.split('/')[1]);
  const account = await accountOf(handle);
  expect(account).toMatchObject({ status: 'done', userId: ids[1], problem: null });
  expect(account.evidence).toContainEqual({
    at: expect.any(String),
    step: 'create',
    asked: 'operator decided: resolve',
    found: 'asked the person',
  });
});

test('of two decisions at once one is taken, and the other is told so', async () => {
  const { handle, ids } = await several();
  const both = await Promise.allSettled(
    ids.map((userId) => handle.resolve({ userId, reason: `it is ${userId}` })),
  );
  expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  const taken = both.findIndex(({ status }) => status === 'fulfilled');
  const [reason] = both.flatMap((each) => (each.status === 'rejected' ? [each.reason as Error] : []));
  expect(reason).toBeInstanceOf(DecisionRefusedError);
  expect(await accountOf(handle)).toMatchObject({ status: 'done', userId: ids[taken] });
});

test('the same update id gives the same answer, and is one decision', async () => {
  const { handle, puts } = await contended();
  const before = puts();
  const input = { reason: 'try', updateId: randomUUID() };
  const first = await handle.retry(input);
  await handle.result();
  const merged = puts();
  expect(merged).toBeGreaterThan(before);
  expect(await handle.retry(input)).toEqual(first);
  const account = await accountOf(handle);
  expect(account.status).toBe('parked');
  expect(puts()).toBe(merged);
  expect(account.evidence.filter(({ asked }) => asked === 'operator decided: retry')).toHaveLength(1);
});

describe('retry by signal, for batch operations', () => {
  test('does what the update does', async () => {
    const { handle } = await contended();
    const { roles } = (ethosce().state() as { settings: { roles: Record<string, string> } }).settings;
    ethosce().set('roles', { ...roles, [UNKNOWN]: 'made now' });
    await raw(handle).signal('retry', { reason: 'the role is there now' });
    await raw(handle).result();
    ethosce().set('roles', roles);
    expect(await accountOf(handle)).toMatchObject({ status: 'done', steps: { roles: 'done' } });
  });

  test('that makes no sense, or has no reason, is passed over, and the run lives on', async () => {
    const [{ handle }, unasked] = [await several(), await lost()];
    await raw(handle).signal('retry', {});
    await raw(handle).signal('retry', 'hello');
    await raw(unasked.handle).signal('retry', { reason: 'not open' });
    expect(await accountOf(unasked.handle)).toMatchObject({
      status: 'parked',
      problem: { code: 'outcome-unknown' },
    });
    expect((await accountOf(handle)).evidence.filter(({ asked }) => asked.startsWith('operator'))).toEqual(
      [],
    );
    await refused(handle, () => handle.retry({ reason: '' }), 'reason: say why, in a few words');
  });
});

test('what cannot be read back, since the vendor is away, is not believed: the run stays as it is', async () => {
  const { handle, ids } = await several();
  ethosce().inject({
    kind: 'error-before',
    status: 503,
    call: 'find user',
    match: ({ query }) => query.uid === ids[0],
    times: 3,
  });
  await refused(handle, () => handle.resolve({ userId: ids[0] ?? '', reason: 'asked' }), /./);
  await handle.resolve({ userId: ids[0] ?? '', reason: 'asked' });
  expect(await accountOf(handle)).toMatchObject({ status: 'done', userId: ids[0] });
});
