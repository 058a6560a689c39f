// A vendor that answers 429 slows its connection's task queue down on the Temporal server, for all workers together, and the
// queue comes back to the configured rate once the vendor has calmed down, also where the worker that lowered it is gone.
import { setTimeout as sleep } from 'node:timers/promises';
import { temporal } from '@temporalio/proto';
import { activityQueue } from '../../src/temporal/names';
import { Harness, person } from '../support/harness';

const CONFIGURED = 20;

let harness: Harness;

beforeAll(async () => {
  harness = await Harness.start({
    vendors: ['ethosce'],
    connections: { ethosce: { requestsPerSecond: CONFIGURED } },
    pace: { settleMs: 200, raiseEveryMs: 1_000 },
  });
});
afterAll(() => harness?.stop());

/** What the server was told about the queue; undefined while nothing holds but the workers' own rate. */
async function limitOnServer() {
  const { workflowService } = harness.muster.client;
  const { config } = await workflowService.describeTaskQueue({
    namespace: 'default',
    taskQueue: { name: activityQueue('ethosce', CONFIGURED) },
    taskQueueType: temporal.api.enums.v1.TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY,
    reportConfig: true,
  });
  return config?.queueRateLimit?.rateLimit?.requestsPerSecond ?? undefined;
}

/** In milliseconds; what is waited for takes a second or two. */
const LONGEST_WAIT_MS = 60_000;

async function untilLimit(isMeant: (limit: number | undefined) => boolean): Promise<number | undefined> {
  const end = Date.now() + LONGEST_WAIT_MS;
  for (;;) {
    const limit = await limitOnServer();
    if (isMeant(limit)) return limit;
    if (Date.now() > end) throw new Error(`the limit on the server is ${limit}`);
    await sleep(50);
  }
}

test('429s lower the limit on the server; without them it is lifted again, and the run is none the worse', async () => {
  expect(await limitOnServer()).toBeUndefined();
  const ethosce = harness.simulator('ethosce');
  ethosce.inject({ kind: 'rate-limited', call: 'find user', times: 'always' });
  const request = person({ ethosce: {} });
  const handle = await harness.muster.onboard(request);
  await untilLimit((limit) => limit !== undefined && limit <= CONFIGURED / 2);
  ethosce.clearFaults();
  expect(await handle.result()).toMatchObject({
    status: 'done',
    accounts: { ethosce: { provenance: 'created' } },
  });
  await untilLimit((limit) => limit === undefined);
}, 150_000);

test('a limit that a stopped worker has left lowered is lifted by the next one', async () => {
  // Never raises, so that what is lowered is lowered still when it stops.
  await harness.stopWorker();
  await harness.startWorker({ settleMs: 200, raiseEveryMs: 3_600_000 });
  // Its credentials are proven by this: one that stops while it tries them keeps the next one waiting.
  await (await harness.muster.onboard(person({ ethosce: {} }))).result();
  const ethosce = harness.simulator('ethosce');
  ethosce.inject({ kind: 'rate-limited', call: 'find user', times: 'always' });
  const handle = await harness.muster.onboard(person({ ethosce: {} }));
  await untilLimit((limit) => limit !== undefined && limit <= CONFIGURED / 2);
  await harness.stopWorker();
  ethosce.clearFaults();
  expect(await limitOnServer()).toBeLessThanOrEqual(CONFIGURED / 2);
  await harness.startWorker();
  await untilLimit((limit) => limit === undefined);
  expect(await handle.result()).toMatchObject({ status: 'done' });
}, 150_000);

function setByHand(requestsPerSecond: number | undefined) {
  return harness.muster.client.workflowService.updateTaskQueueConfig({
    namespace: 'default',
    identity: 'an operator',
    taskQueue: activityQueue('ethosce', CONFIGURED),
    taskQueueType: temporal.api.enums.v1.TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY,
    updateQueueRateLimit: {
      ...(requestsPerSecond && { rateLimit: { requestsPerSecond } }),
      reason: 'by hand',
    },
  });
}

test("an operator's own limit outlives a 429", async () => {
  await setByHand(15);
  const ethosce = harness.simulator('ethosce');
  ethosce.inject({ kind: 'rate-limited', call: 'find user', times: 2 });
  const handle = await harness.muster.onboard(person({ ethosce: {} }));
  expect(await handle.result()).toMatchObject({ status: 'done' });
  expect(await limitOnServer()).toBe(15);
  await setByHand(undefined);
}, 150_000);

// What workers that share a queue know of each other's settings by.
test('the server answers a setting with what holds now, told from an earlier one to the same value', async () => {
  const [first, second, lifted] = [await setByHand(15), await setByHand(15), await setByHand(undefined)].map(
    ({ config }) => config?.queueRateLimit,
  );
  expect(first).toMatchObject({ rateLimit: { requestsPerSecond: 15 }, metadata: { reason: 'by hand' } });
  expect(second?.rateLimit).toEqual(first?.rateLimit);
  expect(second?.metadata?.updateTime).not.toEqual(first?.metadata?.updateTime);
  expect(lifted?.rateLimit ?? undefined).toBeUndefined();
});
