// OneFile's sequence against a real Temporal server and the simulator: found by MISID, keychain on and off, ids of the wrong
// organisation, assignments that can be looked for and some that can't.
import { decodeArrayFromPayloads } from '@temporalio/common/lib/internal-non-workflow';
import type { AccountResult } from '../../src/account/result';
import type { RequestDocument } from '../../src/request/schema';
import type { Simulator } from '../../src/simulators';
import type { AccountInput } from '../../src/vendors/registry';
import { Harness, person } from '../support/harness';

let harness: Harness;
let onefile: Simulator;

beforeAll(async () => {
  harness = await Harness.start({ vendors: ['onefile'] });
  onefile = harness.simulator('onefile');
});
beforeEach(() => onefile.reset());
afterAll(() => harness?.stop());

type Account = AccountInput<'onefile'>;
const LEARNER: Account = { role: 'learner', defaultAssessorId: 7, classroomId: 3, placementId: 9 };
const learner = (more: Partial<Account> = {}) => person({ onefile: { ...LEARNER, ...more } });
const run = async (request: RequestDocument): Promise<AccountResult> => {
  const handle = await harness.muster.onboard(request);
  return accountIn(await handle.result());
};
const accountIn = ({ accounts }: { accounts: Record<string, AccountResult> }): AccountResult => {
  if (!accounts.onefile) throw new Error('the result has no account onefile');
  return accounts.onefile;
};
const callsOf = (call: string) => onefile.requests().filter((request) => request.call === call);
const accounts = (request: RequestDocument) =>
  onefile.people().filter(({ email }) => email === request.person.email);
const seed = (request: RequestDocument, more: Record<string, unknown> = {}) =>
  onefile.seed({ ...request.person, address: undefined, dateOfBirth: undefined, sex: undefined, ...more });
const SETTLED_LEARNER = { DefaultAssessorID: 7, ClassroomID: 3, PlacementID: 9 };

describe('a new person', () => {
  test('keychain off: the id comes with the answer, and the password goes into escrow', async () => {
    const request = learner({ misId: 'L-77', fields: { ULN: '1234567890', StartOn: '2026-12-01' } });
    const handle = await harness.muster.onboard(request);
    const result = accountIn(await handle.result());
    // Read while the run begins, and not again by its first step.
    expect(callsOf('search organisations')).toHaveLength(1);
    const [made] = accounts(request);
    expect(result).toMatchObject({
      status: 'done',
      userId: made?.id,
      provenance: 'created',
      ids: { username: made?.details.Username },
      steps: { verify: 'done', create: 'done', profile: 'skipped', roles: 'done' },
      secret: expect.stringMatching(/^[0-9a-f-]{36}$/),
      notes: [],
    });
    expect(callsOf('create user').map(({ body }) => body)).toEqual([
      {
        OrganisationID: 5740,
        FirstName: request.person.firstName,
        LastName: request.person.lastName,
        Email: request.person.email,
        Role: 1,
        DefaultAssessorID: 7,
        ClassroomID: 3,
        PlacementID: 9,
        MISID: 'L-77',
        ULN: '1234567890',
        StartOn: '2026-12-01T00:00:00.000Z',
      },
    ]);
    expect(callsOf('update user')).toEqual([]);
    const told = await history(handle.id);
    expect(told).toContain(made?.id);
    expect(told).not.toContain(`Pw-${made?.id}`);
  });

  test('keychain on: made, mailed by OneFile, and found by its MISID', async () => {
    onefile.set('keychain', true);
    const request = learner();
    const result = await run(request);
    expect(result).toMatchObject({
      status: 'done',
      userId: accounts(request)[0]?.id,
      provenance: 'created',
      steps: { verify: 'done', create: 'done', profile: 'skipped', roles: 'done' },
      secret: null,
      notes: ['OneFile mails the person to verify the account (keychain).'],
    });
    expect(callsOf('create user')).toHaveLength(1);
    expect(onefile.mails()).toMatchObject([{ to: request.person.email }]);
  });

  test('keychain on, and the account shows late', async () => {
    onefile.set('keychain', true);
    onefile.inject({ kind: 'late-visibility', call: 'create user', delayMs: 1_500 });
    const request = learner();
    expect(await run(request)).toMatchObject({ status: 'done', provenance: 'created' });
    expect(accounts(request)).toHaveLength(1);
  });

  test('an expired session is renewed once, and nothing is made twice', async () => {
    onefile.inject({ kind: 'expired-token', call: 'create user' });
    const request = learner();
    const before = callsOf('authenticate').length;
    expect(await run(request)).toMatchObject({ status: 'done', provenance: 'created' });
    expect(callsOf('authenticate').length - before).toBeLessThanOrEqual(2);
    expect(callsOf('create user').map(({ status }) => status)).toEqual([401, 200]);
    expect(accounts(request)).toHaveLength(1);
  });
});

describe('a create without an answer', () => {
  test('lost after it: confirmed by MISID, one account', async () => {
    onefile.inject({ kind: 'drop-after', call: 'create user' });
    const request = learner();
    expect(await run(request)).toMatchObject({ status: 'done', provenance: 'confirmed' });
    expect(callsOf('create user')).toHaveLength(1);
    expect(accounts(request)).toHaveLength(1);
  });

  test('lost before it: parked, since OneFile would take a second one', async () => {
    onefile.inject({ kind: 'drop-before', call: 'create user' });
    const request = learner();
    const handle = await harness.muster.onboard(request);
    expect(accountIn(await handle.result()).problem).toMatchObject({
      step: 'create',
      code: 'outcome-unknown',
    });
    expect(accounts(request)).toHaveLength(0);
    await handle.resolve({ notCreated: true, reason: 'not in OneFile' });
    expect(accountIn(await handle.result())).toMatchObject({ status: 'done', provenance: 'created' });
    expect(accounts(request)).toHaveLength(1);
  });
});

describe('a person who is there', () => {
  test('by MISID: adopted, with changed fields only', async () => {
    const request = learner({ fields: { ULN: '1234567890', NINO: 'QQ123456C' } });
    const id = seed(request, {
      ...SETTLED_LEARNER,
      marker: request.key,
      lastName: 'Sandpiper',
      ULN: '1234567890',
    });
    expect(await run(request)).toMatchObject({
      userId: id,
      provenance: 'adopted',
      steps: { profile: 'done' },
      notes: [],
    });
    expect(callsOf('create user')).toEqual([]);
    // The simulator's reads do not show assessor and classroom, as clients met it: they may differ.
    expect(callsOf('update user').map(({ path, body }) => [path, body])).toEqual([
      [
        `/api/v2.1/User/${id}`,
        { LastName: request.person.lastName, DefaultAssessorID: 7, ClassroomID: 3, NINO: 'QQ123456C' },
      ],
    ]);
  });

  test('nothing is sent where nothing differs', async () => {
    const request = person({ onefile: { role: 'iqa' } });
    seed(request, { roles: [10], marker: request.key });
    expect(await run(request)).toMatchObject({ provenance: 'adopted', steps: { profile: 'skipped' } });
    expect(callsOf('update user')).toEqual([]);
  });

  test('by e-mail, without a MISID: adopted and given ours', async () => {
    const request = person({ onefile: { role: 'iqa' } });
    const id = seed(request, { roles: [10] });
    expect(await run(request)).toMatchObject({ userId: id, provenance: 'adopted', status: 'done' });
    expect(callsOf('update user').map(({ path, body }) => [path, body])).toEqual([
      [`/api/v2.1/User/${id}`, { MISID: request.key }],
    ]);
    expect(accounts(request)).toMatchObject([{ marker: request.key }]);
  });

  test('in another role: that is another account', async () => {
    const request = person({ onefile: { role: 'iqa' } });
    seed(request, { roles: [5] });
    expect(await run(request)).toMatchObject({ provenance: 'created' });
  });

  test.each([
    ['by e-mail, with another MISID', 'conflict', { marker: 'someone-else' }, 1],
    ['by MISID, with another e-mail', 'conflict', { marker: 'ours', email: 'other@example.org' }, 1],
    ['twice with our MISID', 'several-matches', { marker: 'ours' }, 2],
    ['twice with the e-mail', 'several-matches', {}, 2],
  ])('%s: %s, and nothing is sent', async (_, code, more, times) => {
    const request = learner({ misId: 'ours' });
    for (let n = 0; n < times; n += 1) seed(request, more);
    expect((await run(request)).problem).toMatchObject({ step: 'create', code });
    expect(onefile.requests().filter(({ committed }) => committed)).toEqual([]);
  });

  test('a search that passes over its filter proves nothing: the run waits', async () => {
    const other = learner();
    seed(other, { marker: 'someone-else' });
    onefile.set('ignoredFilters', ['MISID', 'Email']);
    const request = learner();
    const handle = await harness.muster.onboard(request);
    const waits = async () =>
      accountIn(await handle.progress()).evidence.some(({ found }) => found.startsWith('away:'));
    while (!(await waits())) await new Promise((done) => setTimeout(done, 100));
    expect(callsOf('create user')).toEqual([]);
    onefile.set('ignoredFilters', []);
    expect(accountIn(await handle.result())).toMatchObject({ status: 'done', provenance: 'created' });
  });
});

describe('ids that the organisation does not have', () => {
  test('each has its sentence before anything is created, and the run goes on when they are there', async () => {
    const request = learner({
      defaultAssessorId: 107,
      classroomId: 4,
      placementId: 10,
      fields: { DefaultEmployerID: 111 },
      assign: { frameworkTemplateIds: [22], standardIds: [32], unitIds: [41] },
    });
    const handle = await harness.muster.onboard(request);
    const { problem } = accountIn(await handle.result());
    expect(problem).toMatchObject({
      step: 'verify',
      code: 'refused',
      decisions: expect.arrayContaining(['retry']),
    });
    for (const sentence of [
      'defaultAssessorId: assessor 107 is not in organisation 5740 at OneFile.',
      'classroomId: classroom 4 is not in organisation 5740 at OneFile.',
      'placementId: placement 10 is not in organisation 5740 at OneFile.',
      'fields.DefaultEmployerID: employer 111 is not in organisation 5740 at OneFile.',
      'assign.frameworkTemplateIds: framework template 22 is not in organisation 5740 at OneFile.',
      'assign.standardIds: standard 32 is not in organisation 5740 at OneFile.',
      'assign.unitIds: unit 41 belongs to none of the standards in assign.standardIds; name its standard there.',
      'Nothing was sent.',
    ])
      expect(problem?.message).toContain(sentence);
    expect(onefile.requests().filter(({ committed }) => committed)).toEqual([]);
  });

  test('a trainee assessor will do, and a missing classroom can be made meanwhile', async () => {
    const trainee = Number(onefile.seed({ email: 'trainee@example.org', roles: [4] }));
    const handle = await harness.muster.onboard(learner({ defaultAssessorId: trainee, classroomId: 77 }));
    expect(accountIn(await handle.result()).problem?.message).toBe(
      'classroomId: classroom 77 is not in organisation 5740 at OneFile. Nothing was sent.',
    );
    onefile.seed({ kind: 'classroom', ID: 77, Name: 'New class' });
    await handle.retry({ reason: 'made the classroom' });
    expect(accountIn(await handle.result())).toMatchObject({ status: 'done', provenance: 'created' });
  });

  test('amended, the run goes on', async () => {
    const handle = await harness.muster.onboard(learner({ classroomId: 4 }));
    await handle.result();
    await handle.amend({ reason: 'typing error', set: { 'account.classroomId': 3 } });
    expect(accountIn(await handle.result())).toMatchObject({ status: 'done', provenance: 'created' });
    expect(callsOf('create user')).toMatchObject([{ body: { ClassroomID: 3 } }]);
  });

  test("an organisation that is not the customer's is a fault of the connection", async () => {
    onefile.set('organisationId', 6000);
    expect((await run(learner())).problem).toMatchObject({ step: 'verify', code: 'misconfigured' });
  });
});

describe('assignments', () => {
  const ASSIGN = { assessorIds: [8], frameworkTemplateIds: [21], standardIds: [31], unitIds: [41] };
  const assigned = (request: RequestDocument) =>
    accounts(request).flatMap(({ profiles }) => profiles.map(({ what }) => what));

  test('a second run assigns what is new, and nothing twice', async () => {
    onefile.seed({ kind: 'standard', ID: 35, Name: 'Another' });
    const trainer = Number(onefile.seed({ email: 'trainer@example.org', roles: [5] }));
    const request = learner({ assign: { ...ASSIGN, assessorIds: [trainer], unitIds: [] } });
    expect((await run(request)).steps).toEqual({
      verify: 'done',
      create: 'done',
      profile: 'skipped',
      roles: 'done',
      [`assign-assessor-${trainer}`]: 'done',
      'assign-template-21': 'done',
      'assign-standard-31': 'done',
    });
    expect(assigned(request)).toEqual(['user', 'template', 'learning aim']);
    const more = { ...ASSIGN, assessorIds: [trainer], standardIds: [31, 35] };
    const again = { ...request, accounts: { onefile: { ...LEARNER, assign: more } } };
    expect(await run(again)).toMatchObject({ status: 'done', provenance: 'created' });
    expect(assigned(request)).toEqual(['user', 'template', 'learning aim', 'learning aim', 'unit summary']);
  });

  test('a half-made person gets what is missing', async () => {
    const request = learner({ assign: { standardIds: [31], unitIds: [41] } });
    seed(request, { ...SETTLED_LEARNER, marker: request.key });
    expect(await run(request)).toMatchObject({ status: 'done', provenance: 'adopted' });
    expect(assigned(request)).toEqual(['learning aim', 'unit summary']);
  });

  test('a lost answer: a standard is looked for, a template parks the run', async () => {
    onefile.inject({ kind: 'drop-after', call: 'assign standard' });
    onefile.inject({ kind: 'drop-after', call: 'assign template' });
    const request = learner({ assign: { frameworkTemplateIds: [21], standardIds: [31] } });
    const handle = await harness.muster.onboard(request);
    expect(accountIn(await handle.result()).problem).toMatchObject({
      step: 'assign-template-21',
      code: 'outcome-unknown',
      decisions: expect.arrayContaining(['resolve', 'skip']),
    });
    await handle.resolve({ exists: true, reason: 'seen in the portfolio' });
    expect(accountIn(await handle.result()).status).toBe('done');
    expect(assigned(request)).toEqual(['template', 'learning aim']);
  });
});

describe('undo', () => {
  const parked = async (request: RequestDocument) => {
    onefile.inject({ kind: 'drop-after', call: 'assign template' });
    const handle = await harness.muster.onboard(request);
    expect(accountIn(await handle.result()).problem?.step).toBe('assign-template-21');
    await handle.undo({ reason: 'wrong person' });
    return handle;
  };

  test('our user is archived, and the log-in that stays is a debt', async () => {
    const request = learner({ assign: { frameworkTemplateIds: [21] } });
    const handle = await parked(request);
    const owing = accountIn(await handle.result());
    expect(owing).toMatchObject({ status: 'parked', problem: { decisions: ['settle'] } });
    expect(owing.debts.map(({ instruction }) => instruction)).toEqual([
      `Suspend OneFile user ${owing.userId}: it is archived, but the person can still log in.`,
    ]);
    expect(accounts(request)).toMatchObject([{ id: owing.userId, status: 'archived' }]);
    await handle.settleDebts({ reason: 'suspended' });
    expect(accountIn(await handle.result())).toMatchObject({ status: 'compensated', debts: [] });
  });

  test('an adopted user is left alone; what was assigned to it is a debt', async () => {
    const request = learner({ assign: { frameworkTemplateIds: [21] } });
    seed(request, { ...SETTLED_LEARNER, marker: request.key });
    const owing = accountIn(await (await parked(request)).result());
    expect(owing.debts.map(({ instruction }) => instruction)).toEqual([
      `Take away template 21 of OneFile user ${owing.userId}, if it is there.`,
    ]);
    expect(accounts(request)).toMatchObject([{ status: 'active' }]);
  });
});

test('an answered create is not sent again by itself, even where the connection says resend', async () => {
  // biome-ignore lint/suspicious/noThenProperty: the key of muster.yaml
  const settle = { for: '9s', then: 'resend' };
  const other = await Harness.start({ vendors: ['onefile'], connections: { onefile: { settle } } });
  try {
    const simulator = other.simulator('onefile');
    const creates = () => simulator.requests().filter(({ call }) => call === 'create user');
    simulator.set('keychain', true);
    simulator.inject({ kind: 'late-visibility', call: 'create user', delayMs: 3_600_000 });
    const handle = await other.muster.onboard(learner());
    expect(accountIn(await handle.result()).problem).toMatchObject({ step: 'create', code: 'refused' });
    expect(creates()).toHaveLength(1);
    await handle.resolve({ notCreated: true, reason: 'OneFile says that it never came' });
    expect(accountIn(await handle.result())).toMatchObject({ status: 'done', provenance: 'created' });
    expect(creates()).toHaveLength(2);
  } finally {
    await other.stop();
  }
});

/** All that the run's history says, decrypted. */
async function history(workflowId: string): Promise<string> {
  const { client } = harness.muster;
  const { events } = await client.workflow.getHandle(workflowId).fetchHistory();
  const told: unknown[] = [];
  for (const event of events ?? []) {
    const { activityTaskScheduledEventAttributes: asked, activityTaskCompletedEventAttributes: done } = event;
    const payloads = asked?.input?.payloads ?? done?.result?.payloads ?? [];
    told.push(...(await decodeArrayFromPayloads(client.options.loadedDataConverter, payloads)));
  }
  return JSON.stringify(told);
}
