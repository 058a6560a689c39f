// What Temporal shows of runs: nothing extra for those that go well, and for those that wait whom for, why, and since when.
import { temporal } from '@temporalio/proto';
import { musterReason, musterSince, musterWaitingOn } from '../../src/temporal/search-attributes';
import { Harness, person } from '../support/harness';

jest.setTimeout(120_000);

const { EventType } = temporal.api.enums.v1;
const VENDORS = ['ethosce', 'hotdocs', 'onefile', 'pha', 'regpack'] as const;

let harness: Harness;
beforeAll(async () => {
  harness = await Harness.start({ vendors: [...VENDORS] });
});
afterAll(() => harness?.stop());

async function eventsOf(id: string) {
  return (await harness.muster.client.workflow.getHandle(id).fetchHistory()).events ?? [];
}

/** The card as the UI asks for it. */
async function cardOf(id: string): Promise<string> {
  const metadata = await harness.muster.client.workflow
    .getHandle(id)
    .query<{ currentDetails: string }>('__temporal_workflow_metadata');
  return metadata.currentDetails;
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((done) => setTimeout(done, 100));
}

test('a run that goes well writes no attribute after its start, and says what each activity and timer is for', async () => {
  const request = person({ ethosce: {}, hotdocs: {}, onefile: { role: 'assessor' }, pha: {}, regpack: {} });
  const { status } = await (await harness.muster.onboard(request)).result();
  expect(status).toBe('done');
  const ids = [`person/${request.key}`, ...VENDORS.map((vendor) => `${vendor}/${request.key}`)];
  for (const id of ids) {
    const events = await eventsOf(id);
    const upserts = events.filter(
      ({ eventType }) => eventType === EventType.EVENT_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES,
    );
    expect([id, upserts.length]).toEqual([id, 0]);
    const unsaid = events.filter(
      ({
        activityTaskScheduledEventAttributes: activity,
        timerStartedEventAttributes: timer,
        userMetadata,
      }) => (activity || timer) && !userMetadata?.summary,
    );
    expect([id, unsaid.length]).toEqual([id, 0]);
    const summaries = events.flatMap(({ userMetadata }) => userMetadata?.summary ?? []);
    for (const { metadata } of summaries)
      expect(Buffer.from(metadata?.encoding ?? []).toString()).toBe('binary/encrypted');
  }
});

test('a create that waits for its vendor is found by whom it waits for and why; its card says that nothing is to be done', async () => {
  const request = person({ ethosce: {}, pha: {} });
  const id = `ethosce/${request.key}`;
  harness.simulator('ethosce').inject({
    kind: 'rate-limited',
    call: 'create user',
    retryAfter: 60,
    times: 1,
    contains: request.person.email,
  });
  await harness.muster.onboard(request);
  const client = harness.muster.client.workflow;
  const attributesOf = async (of: string) => {
    const described = await client
      .getHandle(of)
      .describe()
      .catch(() => undefined);
    const set = described?.typedSearchAttributes;
    return { on: set?.get(musterWaitingOn), why: set?.get(musterReason), since: set?.get(musterSince) };
  };
  await until(async () => (await attributesOf(id)).on === 'vendor');
  expect(await attributesOf(id)).toMatchObject({ why: 'vendor-unavailable', since: expect.any(Date) });
  const card = await cardOf(id);
  expect(card).toContain('Waits for the vendor: vendor-unavailable');
  expect(card).toContain('Nothing to do: the vendor is asked again by itself.');
  expect(card).toMatch(/\*\*Now:\*\* .* Next at \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC/);
  // The person waits for it too, once nothing else of it is under way.
  await until(async () => (await attributesOf(`person/${request.key}`)).on === 'vendor');
  expect(await attributesOf(`person/${request.key}`)).toMatchObject({ why: 'vendor-unavailable' });
  expect(await cardOf(`person/${request.key}`)).toContain(
    '| `ethosce` | running | – | – | vendor-unavailable |',
  );
  expect(await harness.muster.list({ key: request.key, connection: 'ethosce' })).toMatchObject([
    { status: 'running', waitingOn: 'vendor', reason: 'vendor-unavailable' },
  ]);
});

test('a refusal: the card names what is wrong, what exists, and each decision as command and as update', async () => {
  const request = person({ ethosce: { profile: { field_credentials: 'x'.repeat(65) } } });
  const id = `ethosce/${request.key}`;
  const { accounts } = await (await harness.muster.onboard(request)).result();
  const card = await cardOf(id);
  for (const words of [
    '### Waits for a decision: refused',
    `user **${accounts.ethosce?.userId}** – created: our create was answered`,
    `\`muster amend ${id} --set account.FIELD=VALUE --reason "…"\``,
    'update `skip` with `{"reason":"…"}`',
    `\`muster skip ${id} --step profile --reason "…"\``,
    'create ✓ · profile (stands still)',
  ])
    expect(card).toContain(words);
  expect(card).not.toContain('x'.repeat(65));
  expect(card).not.toContain(request.person.email);
});
