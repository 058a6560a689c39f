// A vendor that answers 429 slows its connection's task queue down on the Temporal server, for all workers together, and the
// queue comes back to the configured rate once the vendor has calmed down.
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
