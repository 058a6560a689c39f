// A bulk job that outlasts one run: its history is cut before it grows long, and nobody who follows it notices.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { jobId } from '../../src/temporal/names';
import { Harness } from '../support/harness';

let harness: Harness;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'muster-bulk-long-'));
  harness = await Harness.start({
    vendors: ['hotdocs'],
    bulk: { importsDir: folder, resultsDir: join(folder, 'results') },
    // Where Temporal suggests to start anew after a few events, a short job does what a long one does.
    server: { extraArgs: ['--dynamic-config-value', 'limit.historyCount.suggestContinueAsNew=16'] },
  });
}, 60_000);
afterAll(async () => {
  await harness?.stop();
  rmSync(folder, { recursive: true });
});

test('it starts anew, more than once, and every row is onboarded once', async () => {
  const rows = Array.from(
    { length: 40 },
    (_, row) => `long-${row},Ines,Heron,long-${row}@example.org,hotdocs`,
  );
  const roster = join(folder, 'long.csv');
  writeFileSync(roster, ['key,firstName,lastName,email,connections', ...rows, ''].join('\n'));
  const job = await harness.muster.bulk(roster, { id: 'long', window: 1 });
  const people = () => harness.simulator('hotdocs').people().length;
  // Each pause ends a stretch.
  for (const count of [2, 12, 22]) {
    while (people() < count) await sleep(20);
    await job.pause({ reason: 'to cut it short' });
    await job.resume({ reason: 'and on' });
  }
  expect(await job.result()).toMatchObject({ status: 'done', rows: 40, succeeded: 40, notStarted: 0 });
  expect(people()).toBe(40);
  const runs = [];
  const query = `WorkflowId = '${jobId('long')}'`;
  for await (const run of harness.muster.client.workflow.list({ query })) runs.push(run.status.name);
  expect(runs.filter((status) => status === 'CONTINUED_AS_NEW').length).toBeGreaterThan(1);
  expect(await job.results()).toMatchObject({ succeeded: 40 });
  expect((await harness.muster.list({ job: 'long' })).length).toBe(40);
});
