// Reads within the workflow task: what a new person's run costs, and when a read is an activity of its own after all.
import type { AccountResult, RequestDocument } from '../../src/client';
import { Harness, person } from '../support/harness';

let harness: Harness;

beforeAll(async () => {
  harness = await Harness.start({
    vendors: ['ethosce'],
    further: {
      'ethosce-patient': { vendor: 'ethosce', quickReads: false },
      'ethosce-limited': { vendor: 'ethosce', requestsPerSecond: 100 },
      'ethosce-slow': { vendor: 'ethosce', timeout: '10s', settle: { for: '23s' } },
    },
  });
});
afterAll(() => harness?.stop());

const REVIEWER = 175031666;

async function run(
  request: RequestDocument,
): Promise<{ account: AccountResult; events: number; activities: string[] }> {
  const handle = await harness.muster.onboard(request);
  const [account] = Object.values((await handle.result()).accounts);
  if (!account) throw new Error('no account');
  const { events = [] } = await harness.muster.client.workflow.getHandle(handle.id).fetchHistory();
  const activities = events?.flatMap(
    (event) => event.activityTaskScheduledEventAttributes?.activityType?.name ?? [],
  );
  return { account, events: events?.length ?? 0, activities: activities ?? [] };
}

test('only what must not be made twice is an activity: 19 events for a user, its profile and its roles', async () => {
  const { account, events, activities } = await run(person({ ethosce: { roles: [REVIEWER] } }));
  expect(account).toMatchObject({
    status: 'done',
    provenance: 'created',
    steps: { profile: 'done', roles: 'done' },
  });
  expect(activities).toEqual(['createEthosceUser', 'createEthosceProfile']);
  expect(events).toBe(19);
});

test('nothing is asked twice: what the vendor is called with for a new person', async () => {
  const simulator = harness.simulator('ethosce');
  await run(person({ ethosce: {} }));
  const before = simulator.requests().length;
  await run(person({ ethosce: { roles: [REVIEWER] } }));
  const calls = simulator.requests().slice(before);
  expect(calls.map(({ call }) => call).sort()).toEqual([
    'create profile',
    'create user',
    'find profile',
    'find user',
    'find user',
    'find user',
  ]);
});

/** One of the two looks for the user, which both name it, as an activity; then as ever. */
const WITH_A_LOOK = [
  expect.stringMatching(/^findEthosceUserBy(Mail|Name)$/),
  'createEthosceUser',
  'createEthosceProfile',
];

test('a read that takes longer than a run may be kept waiting for is made again as an activity', async () => {
  // The first call to a vendor goes alone: it tells whether the credentials are accepted.
  await run(person({ 'ethosce-slow': {} }));
  const request = person({ 'ethosce-slow': {} });
  harness
    .simulator('ethosce')
    .inject({ kind: 'slow', delayMs: 4_000, call: 'find user', contains: request.key });
  const { account, activities } = await run(request);
  expect(account).toMatchObject({ status: 'done', provenance: 'created' });
  expect(activities).toEqual(WITH_A_LOOK);
});

test('a read that fails is tried again as an activity, where lists show it; the others stay quick', async () => {
  const request = person({ ethosce: {} });
  harness.simulator('ethosce').inject({ kind: 'drop-after', call: 'find user', contains: request.key });
  const { account, activities } = await run(request);
  expect(account).toMatchObject({ status: 'done', provenance: 'created' });
  expect(activities).toEqual(WITH_A_LOOK);
});

test.each(['ethosce-patient', 'ethosce-limited'])('%s: each read is an activity', async (connection) => {
  const { account, activities } = await run(person({ [connection]: {} }));
  expect(account).toMatchObject({ status: 'done', provenance: 'created' });
  expect([...activities].sort()).toEqual([
    'createEthosceProfile',
    'createEthosceUser',
    'findEthosceProfiles',
    'findEthosceUserByMail',
    'findEthosceUserByName',
  ]);
});
