// Whoever starts a run of an account says which run was before it: Temporal's list may show that one too late.
import type { WorkflowExecutionInfo } from '@temporalio/client';
import { accountId, beforeIn } from '../../src/temporal/names';
import { Harness, person } from '../support/harness';

let harness: Harness;

beforeAll(async () => {
  harness = await Harness.start({ vendors: ['ethosce', 'pha'] });
});
afterAll(() => harness?.stop());

/** All runs of an account, oldest first, once there are so many. */
async function runsOf(connection: string, key: string, count: number): Promise<WorkflowExecutionInfo[]> {
  const query = `WorkflowId = '${accountId(connection, key)}'`;
  for (;;) {
    const runs: WorkflowExecutionInfo[] = [];
    for await (const run of harness.muster.client.workflow.list({ query })) runs.push(run);
    if (runs.length === count) return runs.sort((a, b) => a.startTime.getTime() - b.startTime.getTime());
    await new Promise((soon) => setTimeout(soon, 50));
  }
}

/** What each run was told of the one before it, and what it should have been told. */
async function chainOf(connection: string, key: string, count: number) {
  const runs = await runsOf(connection, key, count);
  return {
    told: runs.map(({ memo }) => beforeIn(memo)),
    true: runs.map((_, at) => runs[at - 1]?.runId ?? null),
  };
}

test('a request, a removal, and the request again', async () => {
  const request = person({ ethosce: {} });
  await (await harness.muster.onboard(request)).result();
  await (await harness.muster.remove({ key: request.key })).result();
  const again = await (await harness.muster.onboard(request)).result();
  expect(again.accounts.ethosce).toMatchObject({ status: 'done', provenance: 'created' });
  const chain = await chainOf('ethosce', request.key, 3);
  expect(chain.told).toEqual(chain.true);
});

test('the accounts of a person, of which one ends in compensation', async () => {
  const request = person({ ethosce: {}, pha: {} }, { onFailure: 'compensate' });
  const pha = harness.simulator('pha');
  pha.set('acceptDuplicateEmails', false);
  pha.seed({ email: request.person.email });
  const { accounts } = await (await harness.muster.onboard(request)).result();
  expect(accounts.ethosce).toMatchObject({ status: 'compensated' });
  const chain = await chainOf('ethosce', request.key, 2);
  expect(chain.told).toEqual(chain.true);
});
