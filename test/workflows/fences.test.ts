// The ways to be fooled (design.md): runs reset between their look and their send, runs terminated with a create in the air,
// workers that stop in the middle. In each there is exactly one account, and the result says truthfully how we know.

import type { temporal } from '@temporalio/proto';
import type { AccountResult, RequestDocument, RunHandle } from '../../src/client';
import { Harness, person } from '../support/harness';

let harness: Harness;

beforeAll(async () => {
  harness = await Harness.start({
    vendors: ['ethosce', 'pha', 'regpack'],
    connections: { regpack: { verifyByList: true } },
  });
});
afterAll(() => harness?.stop());

type Vendor = 'ethosce' | 'pha' | 'regpack';
type History = temporal.api.history.v1.IHistoryEvent[];

const made = (vendor: Vendor, { person: { email } }: RequestDocument) =>
  harness
    .simulator(vendor)
    .people()
    .filter((someone) => someone.email === email);
const creates = (vendor: Vendor, { person: { email } }: RequestDocument) =>
  harness
    .simulator(vendor)
    .requests()
    .filter(({ call, body }) => call === 'create user' && JSON.stringify(body).includes(email));

async function accountOf(vendor: Vendor, handle: RunHandle): Promise<AccountResult> {
  const account = (await handle.result()).accounts[vendor];
  if (!account) throw new Error('no account');
  return account;
}

async function history({ id, runId }: RunHandle): Promise<History> {
  return (await harness.muster.client.workflow.getHandle(id, runId).fetchHistory()).events ?? [];
}

/** The workflow task that scheduled the first activity of that type: reset to it, it is scheduled anew. */
function taskBefore(events: History, activity: string): number {
  const scheduled = events.find(
    ({ activityTaskScheduledEventAttributes: told }) => told?.activityType?.name === activity,
  );
  const task = scheduled?.activityTaskScheduledEventAttributes?.workflowTaskCompletedEventId;
  if (!task) throw new Error(`${activity} was never scheduled`);
  return Number(task);
}

/** The first workflow task: reset to it, the run does all over again. */
function firstTask(events: History): number {
  const first = events.find(({ workflowTaskCompletedEventAttributes: told }) => told);
  return Number(first?.eventId);
}

let resets = 0;

/** As an operator does by `temporal workflow reset`. */
async function reset({ id, runId }: RunHandle, eventId: number): Promise<RunHandle> {
  resets += 1;
  const { client } = harness.muster;
  const answer = await client.workflowService.resetWorkflowExecution({
    namespace: 'default',
    workflowExecution: { workflowId: id, runId: runId ?? '' },
    reason: 'a test',
    workflowTaskFinishEventId: eventId as unknown as Long,
    requestId: `reset-${resets}`,
  });
  const handle = await harness.muster.handle(id);
  return Object.assign(handle, { runId: answer.runId });
}
type Long = Parameters<typeof Number>[0] & { low: number; high: number; unsigned: boolean };

describe('EthosCE, reset after all was done', () => {
  test.concurrent.each<[string, (events: History) => number]>([
    ['to before the look', firstTask],
    ['to between look and send', (events) => taskBefore(events, 'createEthosceUser')],
    ['to between user and profile', (events) => taskBefore(events, 'createEthosceProfile')],
  ])('%s: nothing is sent again', async (_, at) => {
    const request = person({ ethosce: { roles: [175031666] } });
    const handle = await harness.muster.onboard(request);
    const before = await accountOf('ethosce', handle);
    const again = await reset(handle, at(await history(handle)));
    const after = await accountOf('ethosce', again);
    expect(after).toMatchObject({ status: 'done', userId: before.userId, ids: before.ids });
    expect(['created', 'confirmed']).toContain(after.provenance);
    expect(creates('ethosce', request)).toHaveLength(1);
    expect(made('ethosce', request)).toMatchObject([{ profiles: [{}] }]);
  });
});

describe.each<[Vendor, string]>([
  ['ethosce', 'createEthosceUser'],
  ['pha', 'intendInLedger'],
])('%s, reset to between look and send before anything was made', (vendor, activity) => {
  test('is looked at anew, and then made: once, with all that follows', async () => {
    const request = person({ [vendor]: {} });
    const call = { call: 'create user', contains: request.key };
    // Busy for longer than the operator has patience.
    harness.simulator(vendor).inject({ kind: 'rate-limited', retryAfter: 60, ...call });
    const handle = await harness.muster.onboard(request);
    while (!(await history(handle)).some(({ timerStartedEventAttributes: told }) => told))
      await new Promise((soon) => setTimeout(soon, 50));
    const again = await reset(handle, taskBefore(await history(handle), activity));
    expect(await accountOf(vendor, again)).toMatchObject({ status: 'done', provenance: 'created' });
    expect(creates(vendor, request)).toHaveLength(2);
    expect(made(vendor, request)).toMatchObject([{ profiles: [{}] }]);
  });
});

describe('PHA, reset after all was done', () => {
  test.concurrent.each<[string, (events: History) => number]>([
    ['to before the look', firstTask],
    ['to between look and intent', (events) => taskBefore(events, 'intendInLedger')],
    ['to between intent and send', (events) => taskBefore(events, 'createPhaUser')],
    ['to between user and assessment', (events) => taskBefore(events, 'submitPhaUserProfile')],
  ])('%s: nothing is sent again', async (_, at) => {
    const request = person({ pha: { reference: 'A-1' } });
    const handle = await harness.muster.onboard(request);
    const before = await accountOf('pha', handle);
    const again = await reset(handle, at(await history(handle)));
    const after = await accountOf('pha', again);
    expect(after).toMatchObject({ status: 'done', userId: before.userId, provenance: 'created' });
    expect(creates('pha', request)).toHaveLength(1);
    expect(made('pha', request)).toMatchObject([{ profiles: [{ step: 'user_block' }] }]);
  });
});

// The ledger's reading is the earlier run's, and knows of nothing; the list shows what that run went on to make.
describe('Regpack, reset to between the reading of the ledger and the look at the vendor', () => {
  test('the list: what we made is not adopted', async () => {
    const request = person({ regpack: {} });
    const handle = await harness.muster.onboard(request);
    const before = await accountOf('regpack', handle);
    const again = await reset(handle, taskBefore(await history(handle), 'listRegpackUsers'));
    const after = await accountOf('regpack', again);
    expect(before).toMatchObject({ status: 'done', provenance: 'created' });
    expect(after).toMatchObject({ status: 'done', userId: before.userId, provenance: 'created' });
    expect(creates('regpack', request)).toHaveLength(1);
    expect(made('regpack', request)).toHaveLength(1);
  });

  test('a child in the list: what we made is not adopted, and not made again', async () => {
    const child = { key: 'c1', firstName: 'Rosa', lastName: 'Tern' };
    const request = person({ regpack: { children: [child] } });
    const handle = await harness.muster.onboard(request);
    const before = await accountOf('regpack', handle);
    const events = await history(handle);
    const lists = events.filter(
      ({ activityTaskScheduledEventAttributes: told }) => told?.activityType?.name === 'listRegpackUsers',
    );
    const again = await reset(handle, taskBefore(lists.slice(1), 'listRegpackUsers'));
    const after = await accountOf('regpack', again);
    expect(after).toMatchObject({ status: 'done', ids: before.ids, made: before.made });
    expect(after.made).toMatchObject({ 'child-c1': { how: 'created' } });
  });
});

describe('terminated with a create in the air, and started again', () => {
  test('EthosCE: the new run finds it, and says confirmed', async () => {
    const request = person({ ethosce: {} });
    const ethosce = harness.simulator('ethosce');
    ethosce.inject({
      kind: 'slow',
      delayMs: 900,
      commit: 'after',
      call: 'create user',
      contains: request.key,
    });
    const handle = await harness.muster.onboard(request);
    while (creates('ethosce', request).length === 0) await new Promise((soon) => setTimeout(soon, 20));
    await harness.muster.client.workflow.getHandle(handle.id).terminate('impatient');
    const account = await accountOf('ethosce', await harness.muster.onboard(request));
    expect(account).toMatchObject({ status: 'done', provenance: 'confirmed' });
    expect(creates('ethosce', request)).toHaveLength(1);
    expect(made('ethosce', request)).toHaveLength(1);
  });

  test('PHA: the new run sends nothing and asks a person', async () => {
    const request = person({ pha: {} });
    const pha = harness.simulator('pha');
    pha.inject({ kind: 'slow', delayMs: 900, commit: 'after', call: 'create user', contains: request.key });
    const handle = await harness.muster.onboard(request);
    while (creates('pha', request).length === 0) await new Promise((soon) => setTimeout(soon, 20));
    await harness.muster.client.workflow.getHandle(handle.id).terminate('impatient');
    const again = await harness.muster.onboard(request);
    expect(await accountOf('pha', again)).toMatchObject({
      status: 'parked',
      userId: null,
      problem: { step: 'create', code: 'outcome-unknown' },
    });
    expect(creates('pha', request)).toHaveLength(1);
    while (made('pha', request).length === 0) await new Promise((soon) => setTimeout(soon, 50));
    const [one] = made('pha', request);
    await again.resolve({ userId: one?.id ?? '', reason: 'seen in Manage Users' });
    expect(await accountOf('pha', again)).toMatchObject({
      status: 'done',
      userId: one?.id,
      provenance: 'declared',
    });
    expect(made('pha', request)).toHaveLength(1);
  });

  test('terminated while it settles: the next run settles in full before it sends', async () => {
    const request = person({ ethosce: {} });
    const ethosce = harness.simulator('ethosce');
    ethosce.inject({ kind: 'drop-before', call: 'create user', contains: request.key });
    const handle = await harness.muster.onboard(request);
    while (creates('ethosce', request)[0]?.fault !== 'drop-before')
      await new Promise((soon) => setTimeout(soon, 20));
    await harness.muster.client.workflow.getHandle(handle.id).terminate('impatient');
    const account = await accountOf('ethosce', await harness.muster.onboard(request));
    expect(account).toMatchObject({ status: 'done', provenance: 'created' });
    const [lost, sent, ...more] = creates('ethosce', request);
    expect(more).toEqual([]);
    expect(Date.parse(sent?.at ?? '') - Date.parse(lost?.at ?? '')).toBeGreaterThanOrEqual(9_000);
  });
});

// Last, since it takes the worker away from everybody.
test('a worker that stops in the middle ends the call in flight; another one goes on from there', async () => {
  const both = person({ ethosce: { roles: [175031666] }, pha: { rank: 'Captain' } });
  for (const vendor of ['ethosce', 'pha'] as const)
    harness
      .simulator(vendor)
      .inject({ kind: 'slow', delayMs: 700, commit: 'after', call: 'create user', contains: both.key });
  const handle = await harness.muster.onboard(both);
  while (!creates('ethosce', both).length || !creates('pha', both).length)
    await new Promise((soon) => setTimeout(soon, 20));
  await harness.stopWorker();
  expect([made('ethosce', both).length, made('pha', both).length]).toEqual([1, 1]);
  await harness.startWorker();
  expect(await handle.result()).toMatchObject({
    status: 'done',
    accounts: { ethosce: { provenance: 'created' }, pha: { provenance: 'created' } },
  });
  for (const vendor of ['ethosce', 'pha'] as const) {
    expect(creates(vendor, both)).toHaveLength(1);
    expect(made(vendor, both)).toMatchObject([{ profiles: [{}] }]);
  }
});
