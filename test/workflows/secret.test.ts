// Passwords that a vendor makes: kept sealed, revealed once, gone after that, and said to be lost where they are. Against a real
// Temporal server with its database on disk, so that it can be searched.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { WorkflowClient, WorkflowNotFoundError } from '@temporalio/client';
import { decodeArrayFromPayloads } from '@temporalio/common/lib/internal-non-workflow';
import type { AccountResult } from '../../src/account/result';
import { connectMuster, DecisionRefusedError, type Muster, UnknownRunError } from '../../src/client';
import { newKey } from '../../src/privacy/keys';
import { SECRET_ESCROW } from '../../src/temporal/names';
import { Harness, person } from '../support/harness';

/** The worker dies right after it has kept the password: nothing comes of its activity. */
let mockDies = false;
jest.mock('../../activities/onefile', () => {
  const real = jest.requireActual('../../activities/onefile');
  return {
    ...real,
    async createOnefileUser(input: unknown) {
      const outcome = await real.createOnefileUser(input);
      if (mockDies) throw new Error('the worker was killed');
      return outcome;
    },
  };
});

/** A run is deleted only when the server has written down how far its queues have come: every 30 s otherwise. */
const DELETES_SOON = ['transfer', 'visibility'].map(
  (queue) => `--dynamic-config-value=history.${queue}ProcessorUpdateAckInterval="200ms"`,
);

let harness: Harness;
let folder: string;
let muster: Muster;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'muster-secret-'));
  harness = await Harness.start({
    vendors: ['onefile'],
    server: { dataDir: folder, extraArgs: DELETES_SOON },
  });
  muster = harness.muster;
});
afterEach(() => {
  mockDies = false;
  jest.restoreAllMocks();
});
afterAll(async () => {
  await harness?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const LEARNER = { role: 'learner', defaultAssessorId: 7, classroomId: 3, placementId: 9 } as const;
const learner = (more: Record<string, unknown> = {}) => person({ onefile: { ...LEARNER, ...more } });
const onefile = () => harness.simulator('onefile');
/** As the simulator makes them. */
const passwordOf = ({ userId }: { userId: string | null }) => `Pw-${userId}-simulated`;
const ASKING = { reason: 'handed over in person', by: 'kit@desk' };

async function onboarded(request = learner()): Promise<AccountResult & { id: string; handle: string }> {
  const handle = await muster.onboard(request);
  const result = (await handle.result()).accounts.onefile;
  if (!result) throw new Error('the result has no account onefile');
  return { ...result, id: handle.id, handle: result.secret ?? '' };
}

/** Waits until the run that held the password is gone, and the record is all that is left. */
async function buried(handle: string): Promise<void> {
  const status = async () => (await muster.client.workflow.getHandle(`secret/${handle}`).describe()).status;
  while ((await status()).name !== 'COMPLETED') await sleep(50);
}

async function firstRun(handle: string): Promise<string> {
  return (await muster.client.workflow.getHandle(`secret/${handle}`).describe()).runId;
}

/** All payloads of a run's history, as the keys open them. */
async function contents(workflowId: string, runId?: string): Promise<string> {
  const history = await muster.client.workflow.getHandle(workflowId, runId).fetchHistory();
  const payloads: Parameters<typeof decodeArrayFromPayloads>[1] = [];
  const collect = (node: unknown): void => {
    if (typeof node !== 'object' || node === null || node instanceof Uint8Array) return;
    if ('metadata' in node && 'data' in node) payloads?.push(node as never);
    else for (const value of Object.values(node)) collect(value);
  };
  collect(history.events);
  const decoded = await decodeArrayFromPayloads(muster.client.options.loadedDataConverter, payloads);
  expect(decoded.length).toBeGreaterThan(0);
  return JSON.stringify(decoded);
}

test('kept under a handle, shown once, and its run deleted with its history', async () => {
  const account = await onboarded();
  const { handle } = account;
  expect(account).toMatchObject({ status: 'done', provenance: 'created', notes: [] });
  expect(await muster.secret(handle)).toMatchObject({
    handle,
    connection: 'onefile',
    userId: account.userId,
    state: 'unclaimed',
    end: null,
  });
  const first = await firstRun(handle);
  // The box is there, and does not open with what opens payloads.
  const kept = await contents(`secret/${handle}`);
  expect(kept).toContain('"box":');
  expect(kept).not.toContain(passwordOf(account));

  const shown = await muster.revealSecret(handle, ASKING);
  expect(shown).toMatchObject({
    handle,
    userId: account.userId,
    username: account.ids.username,
    password: passwordOf(account),
  });
  // It has not arrived yet, as far as anybody knows: who asked is answered again, and nobody else.
  expect((await muster.revealSecret(handle, ASKING)).password).toBe(passwordOf(account));
  await expect(muster.revealSecret(handle, { ...ASKING, by: 'nia@desk' })).rejects.toThrow(
    /^The password was revealed at .* by kit@desk \(handed over in person\), and is shown once/,
  );
  await shown.received();
  await buried(handle);

  const run = muster.client.workflow.getHandle(`secret/${handle}`, first);
  await expect(run.describe()).rejects.toBeInstanceOf(WorkflowNotFoundError);
  await expect(run.fetchHistory()).rejects.toThrow('not found');
  expect(await contents(`secret/${handle}`)).not.toContain('"box":');
  expect(await muster.secret(handle)).toMatchObject({
    state: 'revealed',
    end: { ...ASKING, arrived: true, at: expect.stringMatching(/Z$/) },
  });
  const again = muster.revealSecret(handle, ASKING);
  await expect(again).rejects.toBeInstanceOf(DecisionRefusedError);
  await expect(again).rejects.toThrow(/^The password was revealed at .* by kit@desk/);
});

test('what nobody has revealed is listed, and is no account run', async () => {
  const { handle } = await onboarded();
  const listed = async () => (await muster.secrets()).filter((secret) => secret.handle === handle);
  while ((await listed()).length === 0) await sleep(50);
  expect(await listed()).toMatchObject([{ handle, connection: 'onefile', state: 'unclaimed' }]);
  expect(await muster.secrets({ connection: 'elsewhere' })).toEqual([]);
  expect((await muster.list()).filter(({ id }) => id.startsWith('secret/'))).toEqual([]);
  await expect(muster.revealSecret('no-such-handle', ASKING)).rejects.toBeInstanceOf(UnknownRunError);
});

test('an asking without a reason is refused, and claims nothing', async () => {
  const { handle } = await onboarded();
  await expect(muster.revealSecret(handle, { ...ASKING, reason: ' ' })).rejects.toThrow(
    'reason: say it in a few words',
  );
  expect(await muster.secret(handle)).toMatchObject({ state: 'unclaimed' });
});

test('with other keys nothing is claimed', async () => {
  const { handle } = await onboarded();
  const temporal = { connection: { address: harness.server.address }, namespace: 'default' };
  const encryption = { keys: { other: newKey() }, activeKey: 'other', acceptPlain: false };
  const stranger = await connectMuster({ config: { ...harness.config, encryption }, temporal });
  try {
    await expect(stranger.revealSecret(handle, ASKING)).rejects.toThrow(
      /key "test", which is not configured/,
    );
  } finally {
    await stranger.close();
  }
  expect(await muster.secret(handle)).toMatchObject({ state: 'unclaimed' });
});

test('expires unclaimed, and says so', async () => {
  harness.config.secrets.keepForMs = 700;
  const account = await onboarded();
  harness.config.secrets.keepForMs = 60_000;
  const { handle } = account;
  await buried(handle);
  expect(await muster.secret(handle)).toMatchObject({ state: 'expired', end: { by: null } });
  await expect(muster.revealSecret(handle, ASKING)).rejects.toThrow(/^Nobody revealed the password until/);
  expect(await contents(`secret/${handle}`)).not.toContain('"box":');
});

test('an escrow that is cancelled leaves no password behind either', async () => {
  const { handle } = await onboarded();
  await muster.client.workflow.getHandle(`secret/${handle}`).cancel();
  await buried(handle);
  expect(await muster.secret(handle)).toMatchObject({
    state: 'dropped',
    end: { reason: 'its run was cancelled' },
  });
  expect(await contents(`secret/${handle}`)).not.toContain('"box":');
});

test('a run that is still open hears who saw it', async () => {
  onefile().inject({ kind: 'drop-after', call: 'assign user' });
  const account = await onboarded(learner({ assign: { assessorIds: [7] } }));
  expect(account).toMatchObject({ status: 'parked', problem: { code: 'outcome-unknown' } });
  await (await muster.revealSecret(account.handle, ASKING)).received();
  const handle = await muster.handle(account.id);
  const heard = async () =>
    (await handle.progress()).accounts.onefile?.evidence.find(({ asked }) =>
      asked.includes(`password ${account.handle}`),
    );
  while (!(await heard())) await sleep(50);
  expect((await heard())?.found).toMatch(/^revealed at .* by kit@desk: handed over in person$/);
});

describe('where no answer comes', () => {
  test("the vendor's own answer lost: the account exists, and its password is said to be lost", async () => {
    onefile().inject({ kind: 'drop-after', call: 'create user' });
    const account = await onboarded();
    expect(account).toMatchObject({ status: 'done', provenance: 'confirmed', secret: null });
    expect(account.notes).toEqual([
      expect.stringMatching(/^The account exists, its password is lost .*Password Reset page/),
    ]);
  });

  test('the worker killed after it kept the password: found again with the account', async () => {
    mockDies = true;
    const account = await onboarded();
    expect(account).toMatchObject({ status: 'done', provenance: 'confirmed', notes: [] });
    expect((await muster.revealSecret(account.handle, ASKING)).password).toBe(passwordOf(account));
  });

  test('the run cut off, and begun again: the new one hands out what the old one left', async () => {
    onefile().inject({ kind: 'drop-after', call: 'assign user' });
    const request = learner({ assign: { assessorIds: [7] } });
    const cutOff = await onboarded(request);
    await muster.client.workflow.getHandle(cutOff.id).terminate('by mistake');
    const account = await onboarded({ ...request, accounts: { onefile: LEARNER } });
    expect(account).toMatchObject({ status: 'done', userId: cutOff.userId, secret: cutOff.secret });
  });
});

describe('Temporal takes no escrow', () => {
  /** Turns so many starts of an escrow away. */
  function turnAway(times: number): void {
    const real = WorkflowClient.prototype.start;
    let left = times;
    jest.spyOn(WorkflowClient.prototype, 'start').mockImplementation(function (
      this: WorkflowClient,
      ...args
    ) {
      if (args[0] !== SECRET_ESCROW || left <= 0) return Reflect.apply(real, this, args);
      left -= 1;
      return Promise.reject(new Error('unavailable'));
    });
  }

  test('for a moment: it is tried again', async () => {
    turnAway(3);
    const account = await onboarded();
    expect(account).toMatchObject({ provenance: 'created', notes: [] });
    expect((await muster.revealSecret(account.handle, ASKING)).password).toBe(passwordOf(account));
  });

  test('for good: the account is created, and its password lost', async () => {
    turnAway(Number.POSITIVE_INFINITY);
    const account = await onboarded();
    expect(account).toMatchObject({ status: 'done', provenance: 'created', secret: null });
    expect(account.notes).toEqual([expect.stringMatching(/password is lost \(Temporal did not take it/)]);
  });
});

test('undoing the account drops what nobody has revealed', async () => {
  const request = learner();
  const { handle } = await onboarded(request);
  const removal = await muster.remove({ key: request.key });
  await removal.result();
  const account = await muster.handle(`onefile/${request.key}`);
  await account.settleDebts({ reason: 'suspended in OneFile' });
  await removal.result();
  await buried(handle);
  expect(await muster.secret(handle)).toMatchObject({
    state: 'dropped',
    end: { reason: 'the account was undone' },
  });
  await expect(muster.revealSecret(handle, ASKING)).rejects.toThrow(/^The password was deleted at/);
});

test("no password is in an account's history, nor anywhere in Temporal's database", async () => {
  const account = await onboarded();
  const told = await contents(account.id);
  expect(told).toContain(account.handle);
  expect(told).not.toContain('Pw-');
  await (await muster.revealSecret(account.handle, ASKING)).received();
  await buried(account.handle);
  const files = readdirSync(folder).filter((name) => name.startsWith('temporal.db'));
  const database = Buffer.concat(files.map((name) => readFileSync(join(folder, name))));
  // The search finds what is there: ids are in the clear.
  expect(database.includes(`secret/${account.handle}`)).toBe(true);
  for (const text of [passwordOf(account), ASKING.reason])
    for (const form of [text, Buffer.from(text).toString('base64').replace(/=+$/, '')])
      expect(database.includes(form)).toBe(false);
});
