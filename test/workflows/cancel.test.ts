// `temporal workflow cancel` on an account that is half made: whatever the run knows of it, and what it does not know, is
// said, and a person decides.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { findTemporal } from '../../src/dev/find-temporal';
import { Harness, person } from '../support/harness';

let harness: Harness;

beforeAll(async () => {
  harness = await Harness.start({ vendors: ['ethosce', 'pha'] });
});
afterAll(() => harness?.stop());

/** As an operator does it at a terminal. */
async function cancel(workflowId: string): Promise<void> {
  const { path } = await findTemporal();
  const { address } = harness.server;
  await promisify(execFile)(path, ['workflow', 'cancel', '--workflow-id', workflowId, '--address', address]);
}

async function until(is: () => Promise<boolean>): Promise<void> {
  while (!(await is())) await new Promise((soon) => setTimeout(soon, 50));
}

test('a user without a profile: parked, with what exists, until somebody undoes it', async () => {
  const ethosce = harness.simulator('ethosce');
  ethosce.inject({ kind: 'error-before', status: 503, call: 'find profile', times: 'always' });
  const request = person({ ethosce: { roles: [175031666] } });
  const handle = await harness.muster.onboard(request);
  await until(async () => (await handle.standing()).waitingOn === 'vendor');
  const [made] = ethosce.people().filter(({ email }) => email === request.person.email);
  await cancel(handle.id);

  const { accounts } = await handle.result();
  expect(accounts.ethosce).toMatchObject({
    status: 'parked',
    userId: made?.id,
    provenance: 'created',
    steps: { create: 'done' },
    problem: { code: 'cancelled', decisions: expect.arrayContaining(['undo']) },
  });
  // The list of runs may lag a little behind.
  await until(async () => (await harness.muster.list({ parked: true })).some(({ id }) => id === handle.id));

  ethosce.clearFaults();
  await handle.undo({ reason: 'not wanted any more' });
  expect((await handle.result()).status).toBe('compensated');
  expect(ethosce.people().filter(({ email }) => email === request.person.email)).toEqual([]);
});

test('a create whose answer is lost: it goes on saying that it does not know', async () => {
  const pha = harness.simulator('pha');
  pha.inject({ kind: 'drop-after', call: 'create user' });
  const handle = await harness.muster.onboard(person({ pha: {} }));
  expect((await handle.result()).accounts.pha).toMatchObject({ problem: { code: 'outcome-unknown' } });
  await cancel(handle.id);

  await until(async () => ((await handle.progress()).accounts.pha?.notes.length ?? 0) > 0);
  expect((await handle.result()).accounts.pha).toMatchObject({
    status: 'parked',
    userId: null,
    problem: { code: 'outcome-unknown', decisions: ['resolve', 'undo'] },
    notes: [expect.stringContaining('asked to be cancelled')],
  });
  await handle.undo({ reason: 'not wanted any more' });
  expect((await handle.result()).accounts.pha).toMatchObject({
    status: 'parked',
    problem: { code: 'undo-blocked' },
    debts: [{ what: expect.stringContaining('may have been made') }],
  });
  await handle.settleDebts({ reason: 'archived in Manage Users' });
  expect((await handle.result()).status).toBe('compensated');
});
