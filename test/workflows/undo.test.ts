// Undo: by policy, by decision, by removal. What this run made goes, newest first; nothing else is touched.
import { Harness, person } from '../support/harness';

let harness: Harness;

beforeAll(async () => {
  harness = await Harness.start({ vendors: ['ethosce', 'pha'] });
});
afterAll(() => harness?.stop());

const ethosce = () => harness.simulator('ethosce');
const there = (email: string) =>
  ethosce()
    .people()
    .filter((one) => one.email === email);

test('compensate takes back the user when its profile is refused', async () => {
  const request = person({ ethosce: { profile: { field_nope: 'x' } } }, { onFailure: 'compensate' });
  const result = await (await harness.muster.onboard(request)).result();
  expect(result.status).toBe('compensated');
  expect(result.accounts.ethosce?.steps).toMatchObject({ create: 'undone' });
  expect(there(request.person.email)).toEqual([]);
});

test('undo as a decision removes the profile and the user, and leaves an adopted account alone', async () => {
  const made = person({ ethosce: { roles: [42424242] } });
  const handle = await harness.muster.onboard(made);
  expect((await handle.result()).accounts.ethosce?.problem).toMatchObject({
    code: 'roles-contended',
    step: 'roles',
  });
  await handle.undo({ reason: 'the role was a typing error' });
  expect(await handle.result()).toMatchObject({
    status: 'compensated',
    accounts: { ethosce: { steps: { create: 'undone', profile: 'undone' } } },
  });
  expect(there(made.person.email)).toEqual([]);

  const known = person({ ethosce: { roles: [105847459, 42424242] } });
  ethosce().seed({ email: known.person.email, marker: 'long-known', roles: [175031666] });
  const adopting = await harness.muster.onboard(known);
  expect((await adopting.result()).accounts.ethosce).toMatchObject({
    provenance: 'adopted',
    problem: { code: 'roles-contended' },
  });
  await adopting.undo({ reason: 'not this one' });
  expect((await adopting.result()).status).toBe('compensated');
  expect(there(known.person.email)).toMatchObject([{ marker: 'long-known', roles: [175031666] }]);
});

test('an account that somebody has used is blocked, not deleted', async () => {
  const request = person({ ethosce: {} });
  const done = await (await harness.muster.onboard(request)).result();
  ethosce().set('usedAccounts', [done.accounts.ethosce?.userId ?? '']);
  const result = await (await harness.muster.remove({ key: request.key })).result();
  expect(result.accounts.ethosce).toMatchObject({ status: 'compensated' });
  expect(there(request.person.email)).toMatchObject([{ status: 'blocked' }]);
});

test('amend corrects the request, and the step goes on with it', async () => {
  const request = person({ ethosce: { profile: { field_nope: 'x' } } });
  const handle = await harness.muster.onboard(request);
  expect((await handle.result()).accounts.ethosce?.problem).toMatchObject({
    code: 'refused',
    step: 'profile',
  });
  await expect(handle.amend({ reason: 'x', set: { 'account.username': 'other' } })).rejects.toThrow(
    'known by it',
  );
  await expect(handle.amend({ reason: 'x', set: { 'account.roles': 'many' } })).rejects.toThrow(
    'accounts.ethosce.roles',
  );
  await handle.amend({ reason: 'no such field', set: { 'account.profile': {} } });
  expect(await handle.result()).toMatchObject({ status: 'done' });
});

test('what no call can remove is a debt, and the run stays open until it is settled', async () => {
  const request = person({ pha: { answers: { user_nope: 'x' } } }, { onFailure: 'park' });
  const handle = await harness.muster.onboard(request);
  await handle.result();
  await handle.undo({ reason: 'wrong person' });
  const owing = await handle.result();
  expect(owing.accounts.pha).toMatchObject({
    status: 'parked',
    problem: { code: 'undo-blocked', decisions: ['settle'] },
    debts: [{ instruction: expect.stringContaining('Manage Users') }],
  });
  await handle.settleDebts({ reason: 'archived' });
  expect(await handle.result()).toMatchObject({ status: 'compensated', accounts: { pha: { debts: [] } } });
});

test('cancelled before anything is made, a run just ends; cancelled after, it says what exists', async () => {
  const request = person({ ethosce: { roles: [42424242] } });
  const handle = await harness.muster.onboard(request);
  await handle.result();
  await harness.muster.client.workflow.getHandle(handle.id).cancel();
  const parked = await handle.result();
  expect(parked.accounts.ethosce).toMatchObject({
    status: 'parked',
    notes: [expect.stringContaining('cancelled')],
  });
  await handle.undo({ reason: 'so be it' });
  expect((await handle.result()).status).toBe('compensated');
});

test('where one vendor ends in compensation, what was made at the others is taken back too', async () => {
  const request = person({ ethosce: { roles: [105847459] }, pha: {} }, { onFailure: 'compensate' });
  const pha = harness.simulator('pha');
  pha.set('acceptDuplicateEmails', false);
  pha.seed({ email: request.person.email });
  const result = await (await harness.muster.onboard(request)).result();
  expect(result.accounts).toMatchObject({
    pha: { status: 'compensated' },
    ethosce: { status: 'compensated' },
  });
  expect(there(request.person.email)).toEqual([]);
});

test('undo decided while the run waits for the vendor is heeded without waiting for it', async () => {
  const request = person({ ethosce: { roles: [105847459] } });
  ethosce().inject({ kind: 'error-before', status: 503, call: 'create profile', contains: 'Tern', times: 1 });
  const handle = await harness.muster.onboard(request);
  await harness.muster.client.workflow.getHandle(handle.id).signal('undo', { reason: 'at once' });
  expect((await handle.result()).status).toBe('compensated');
  expect(there(request.person.email)).toEqual([]);
});

test('a removal that owes something parks as a whole, lists its debts, and ends when they are settled', async () => {
  const request = person({ ethosce: {}, pha: {} });
  harness.simulator('pha').set('acceptDuplicateEmails', true);
  await (await harness.muster.onboard(request)).result();
  const removal = await harness.muster.remove({ key: request.key });
  expect(await removal.result()).toMatchObject({
    status: 'parked',
    accounts: { ethosce: { status: 'compensated' }, pha: { status: 'parked' } },
  });
  expect(there(request.person.email)).toEqual([]);
  const debts = (await harness.muster.debts()).filter(({ key }) => key === request.key);
  expect(debts).toMatchObject([
    { id: `pha/${request.key}`, instruction: expect.stringContaining('Archive user') },
  ]);
  await (await harness.muster.handle(`pha/${request.key}`)).settleDebts({ reason: 'archived' });
  expect(await removal.result()).toMatchObject({ status: 'compensated' });
  // What was removed can be asked for again.
  const again = await (await harness.muster.onboard(request)).result();
  expect(again).toMatchObject({ status: 'done', accounts: { pha: { provenance: 'created' } } });
});

test('what an operator declares after our own lost send is not forgotten by a cancellation', async () => {
  const request = person({ pha: {} });
  const pha = harness.simulator('pha');
  pha.inject({ kind: 'drop-after', call: 'create user', contains: request.person.email });
  const handle = await harness.muster.onboard(request);
  await handle.result();
  await harness.muster.client.workflow.getHandle(handle.id).cancel();
  const [made] = pha.people().filter(({ email }) => email === request.person.email);
  await handle.resolve({ userId: made?.id ?? '', reason: 'seen in Manage Users' });
  const parked = await handle.result();
  expect(parked.accounts.pha).toMatchObject({
    status: 'parked',
    userId: made?.id,
    problem: { code: 'cancelled' },
  });
  await handle.undo({ reason: 'so be it' });
  expect((await handle.result()).accounts.pha?.debts).toMatchObject([{ what: `PHA user ${made?.id}` }]);
});
