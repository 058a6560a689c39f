// A person with accounts at two vendors, and the rule of "same or different": what is attached to, what starts anew, what is
// refused; and runs that were started by Temporal's own means.
import { WorkflowFailedError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { DifferentRequestError, type RequestDocument, RequestError } from '../../src/client';
import { Harness, person } from '../support/harness';

let harness: Harness;

beforeAll(async () => {
  harness = await Harness.start({
    vendors: ['ethosce', 'pha'],
    connections: { pha: { environment: 'demo' } },
  });
});
afterAll(() => harness?.stop());

const requests = () =>
  harness.simulator('ethosce').requests().length + harness.simulator('pha').requests().length;
const everywhere = ({ person: { email } }: RequestDocument) =>
  (['ethosce', 'pha'] as const).map(
    (vendor) =>
      harness
        .simulator(vendor)
        .people()
        .filter((someone) => someone.email === email).length,
  );
/** A request that PHA parks: its create is answered with nothing to be trusted. */
function parking(more: RequestDocument['accounts'] = {}): RequestDocument {
  const request = person({ ethosce: { roles: [175031666] }, pha: {}, ...more });
  harness.simulator('pha').inject({ kind: 'drop-after', call: 'create user', contains: request.key });
  return request;
}

test('both accounts come to be, and the whole is done', async () => {
  const request = person({ ethosce: {}, pha: { environment: 'demo' } });
  const handle = await harness.muster.onboard(request);
  expect(handle.id).toBe(`person/${request.key}`);
  expect(await handle.result()).toMatchObject({
    key: request.key,
    status: 'done',
    accounts: { ethosce: { status: 'done' }, pha: { status: 'done' } },
  });
  expect(everywhere(request)).toEqual([1, 1]);
  expect((await harness.muster.list({ key: request.key })).map(({ id }) => id).sort()).toEqual([
    `ethosce/${request.key}`,
    `pha/${request.key}`,
  ]);
});

test('a person who was removed since is not taken for done: the same request makes the accounts again', async () => {
  const request = person({ ethosce: {}, pha: {} });
  const first = await harness.muster.onboard(request);
  await first.result();
  expect((await harness.muster.onboard(request)).runId).toBe(first.runId);
  await (await harness.muster.remove({ key: request.key, connections: ['ethosce'] })).result();
  expect(everywhere(request)).toEqual([0, 1]);
  const again = await harness.muster.onboard(request);
  expect(again.runId).not.toBe(first.runId);
  expect(await again.result()).toMatchObject({ status: 'done' });
  expect(everywhere(request)).toEqual([1, 1]);
});

test('one parks while the other is done; decided, the whole is done', async () => {
  const request = parking();
  const handle = await harness.muster.onboard(request);
  expect(await handle.result()).toMatchObject({
    status: 'parked',
    accounts: {
      ethosce: { status: 'done', provenance: 'created' },
      pha: { status: 'parked', problem: { code: 'outcome-unknown' } },
    },
  });
  expect(await harness.muster.list({ key: request.key, parked: true })).toMatchObject([
    {
      id: `pha/${request.key}`,
      status: 'parked',
      stage: 'create',
      waitingOn: 'operator',
      reason: 'outcome-unknown',
    },
  ]);
  const [made] = harness
    .simulator('pha')
    .people()
    .filter(({ email }) => email === request.person.email);
  const account = await harness.muster.handle(`pha/${request.key}`);
  await account.resolve({ userId: made?.id ?? '', reason: 'seen in Manage Users' });
  expect(await handle.result()).toMatchObject({
    status: 'done',
    accounts: { pha: { provenance: 'declared' } },
  });
  expect(everywhere(request)).toEqual([1, 1]);
});

describe('the same request', () => {
  test('twice at once is one run, and each account is made once', async () => {
    const request = person({ ethosce: {}, pha: {} });
    const [one, two] = await Promise.all([harness.muster.onboard(request), harness.muster.onboard(request)]);
    expect(two.runId).toBe(one.runId);
    await one.result();
    expect(everywhere(request)).toEqual([1, 1]);
  });

  test('while it is parked is attached to', async () => {
    const request = parking();
    const handle = await harness.muster.onboard(request);
    await handle.result();
    const before = requests();
    const again = await harness.muster.onboard(request);
    expect(again.runId).toBe(handle.runId);
    expect(await again.result()).toMatchObject({ status: 'parked' });
    expect(requests()).toBe(before);
  });

  test.each<[string, RequestDocument['accounts']]>([
    ['of one account', { ethosce: {} }],
    ['of two', { ethosce: {}, pha: {} }],
  ])(
    '%s again after it was done is attached to, also spelled out, and nothing is sent',
    async (_, accounts) => {
      const request = person(accounts);
      const handle = await harness.muster.onboard(request);
      const result = await handle.result();
      const before = requests();
      const again = await harness.muster.onboard({ ...request, onFailure: 'park' });
      expect(again.runId).toBe(handle.runId);
      expect(await again.result()).toEqual(result);
      expect(requests()).toBe(before);
    },
  );

  test('with one account more attaches to the one that is done, and makes the other', async () => {
    const request = person({ ethosce: {} });
    await (await harness.muster.onboard(request)).result();
    const ethosce = harness.simulator('ethosce').requests().length;
    const both = { ...request, accounts: { ...request.accounts, pha: {} } };
    expect(await (await harness.muster.onboard(both)).result()).toMatchObject({
      status: 'done',
      accounts: { ethosce: { provenance: 'created' }, pha: { provenance: 'created' } },
    });
    expect(harness.simulator('ethosce').requests()).toHaveLength(ethosce);
    expect(everywhere(request)).toEqual([1, 1]);
  });
});

describe('a different request', () => {
  test('while one is under way is refused, naming the run; nothing is sent', async () => {
    const request = parking();
    const handle = await harness.muster.onboard(request);
    await handle.result();
    const before = requests();
    const other = { ...request, person: { ...request.person, lastName: 'Ternova' } };
    const refused = await harness.muster.onboard(other).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(DifferentRequestError);
    expect(refused).toMatchObject({ workflowId: handle.id, runId: handle.runId });
    expect((refused as Error).message).toContain(`as person/${request.key} (run ${handle.runId})`);
    expect(requests()).toBe(before);
  });

  test('for one account of a person whose run is parked is refused too', async () => {
    const request = parking();
    await (await harness.muster.onboard(request)).result();
    const other = { ...request, accounts: { pha: { rank: 'Cadet' } } };
    await expect(harness.muster.onboard(other)).rejects.toThrow(`under way as pha/${request.key}`);
    // In a person's request, it is the one account that is refused, and the others go on.
    await harness.muster.client.workflow.getHandle(`person/${request.key}`).terminate('to ask for another');
    const both = { ...request, accounts: { ethosce: {}, ...other.accounts } };
    const result = await (await harness.muster.onboard(both)).result();
    expect(result).toMatchObject({
      status: 'failed',
      accounts: { ethosce: { status: 'done' }, pha: { status: 'failed', problem: { code: 'conflict' } } },
    });
    expect(everywhere(request)).toEqual([1, 1]);
  });

  test('after one was done is a new run, which finds what is there', async () => {
    const request = person({ ethosce: {} });
    const first = await harness.muster.onboard(request);
    await first.result();
    const second = await harness.muster.onboard({
      ...request,
      accounts: { ethosce: { roles: [175031666] } },
    });
    expect(second.runId).not.toBe(first.runId);
    expect(await second.result()).toMatchObject({
      status: 'done',
      accounts: { ethosce: { provenance: 'created' } },
    });
    expect(everywhere(request)).toEqual([1, 0]);
  });
});

test('an account of another environment is refused before anything is started', async () => {
  const before = requests();
  const request = person({ ethosce: {}, pha: { environment: 'live' } });
  const refused = await harness.muster.onboard(request).catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(RequestError);
  expect((refused as RequestError).faults).toEqual([
    {
      path: 'accounts.pha.environment',
      message: 'is live, but the connection pha is demo; name a connection that is live, or correct it',
    },
  ]);
  expect(await harness.muster.list({ key: request.key })).toEqual([]);
  expect(requests()).toBe(before);
});

describe('started by Temporal’s own means, without memo and attributes', () => {
  const start = (workflowType: string, workflowId: string, document: unknown) =>
    harness.muster.client.workflow.start(workflowType, { taskQueue: 'muster', workflowId, args: [document] });

  test('an account’s run works like any other', async () => {
    const request = person({ ethosce: { roles: [175031666] } });
    const handle = await start('provisionEthosceUser', `ethosce/${request.key}`, request);
    expect(await handle.result()).toMatchObject({
      status: 'done',
      accounts: { ethosce: { provenance: 'created' } },
    });
    expect(everywhere(request)).toEqual([1, 0]);
  });

  test('a person’s run works like any other', async () => {
    const request = person({ ethosce: {}, pha: {} });
    const handle = await start('onboardPerson', `person/${request.key}`, request);
    expect(await handle.result()).toMatchObject({ status: 'done' });
    expect(everywhere(request)).toEqual([1, 1]);
  });

  const invalid = person({ pha: { environment: 'live', assessmentDate: '22.11.2026' } });
  const sound = person({ ethosce: {} });
  test.each<[string, string, string, unknown, string]>([
    ['faults in it', 'provisionPhaUser', `pha/${invalid.key}`, invalid, 'accounts.pha.environment: is live'],
    ['no object', 'provisionPhaUser', 'pha/nobody-1', 'hello', 'the request is not a JSON object'],
    ['nothing', 'provisionPhaUser', 'pha/nobody-2', undefined, 'the request is not a JSON object'],
    [
      'another id than its account’s',
      'provisionEthosceUser',
      'ethosce/somebody',
      sound,
      `workflow id ethosce/${sound.key}`,
    ],
    [
      'faults in it, for a person',
      'onboardPerson',
      `person/${invalid.key}`,
      invalid,
      'accounts.pha.environment: is live',
    ],
    ['nothing, for a person', 'onboardPerson', 'person/nobody-3', null, 'the request is not a JSON object'],
    [
      'another id than the person’s',
      'onboardPerson',
      'person/somebody',
      sound,
      `workflow id person/${sound.key}`,
    ],
  ])(
    'a document with %s fails as invalid-request, and nothing is sent',
    async (_, type, id, document, words) => {
      const before = requests();
      const handle = await start(type, id, document);
      const failed = await handle.result().catch((error: unknown) => error);
      expect(failed).toBeInstanceOf(WorkflowFailedError);
      const { cause } = failed as WorkflowFailedError;
      expect(cause).toBeInstanceOf(ApplicationFailure);
      expect(cause).toMatchObject({ type: 'invalid-request', message: expect.stringContaining(words) });
      expect(cause?.message).not.toMatch(/^ApplicationFailure/);
      expect(requests()).toBe(before);
      // The same words for whoever asks by the library.
      const asked = await (await harness.muster.handle(id)).result();
      expect(asked.status).toBe('failed');
    },
  );

  test('every fault is told at once', async () => {
    const handle = await start('provisionPhaUser', `pha/${invalid.key}`, invalid);
    const failed = (await handle.result().catch((error: unknown) => error)) as WorkflowFailedError;
    expect(failed.cause?.message.split('\n')).toHaveLength(2);
    const { accounts } = await (await harness.muster.handle(`pha/${invalid.key}`)).result();
    expect(accounts.pha?.problem).toMatchObject({ code: 'invalid-request', message: failed.cause?.message });
  });
});
