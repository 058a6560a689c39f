// The Temporal server is away while a run waits for its vendor and another one for a person. An hour is no different from
// the seconds here: what matters is that the timer on which the run waits falls due while nobody is there to fire it.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { RunHandle } from '../../src/client';
import { type EmbeddedServer, startEmbeddedServer } from '../../src/dev/embedded-server';
import { MUSTER_SEARCH_ATTRIBUTES } from '../../src/temporal/search-attributes';
import { TEST_BUNDLE } from '../support/bundle-path';
import { person } from '../support/harness';
import { Bench, type Site, workerHere } from './bench';
import { quiet } from './quiet';
import { reached } from './reached';

let folder: string;
let server: EmbeddedServer;
let bench: Bench;

const startServer = (port?: number) =>
  startEmbeddedServer({
    dataDir: join(folder, 'temporal'),
    searchAttributes: MUSTER_SEARCH_ATTRIBUTES,
    ...(port && { port }),
  });

beforeAll(async () => {
  quiet();
  folder = mkdtempSync(join(tmpdir(), 'muster-downtime-'));
  server = await startServer();
  const places = (['ethosce', 'pha'] as const).map((vendor) => ({
    vendor,
    settings: undefined,
    connection: undefined,
  }));
  bench = await Bench.open(server, places, workerHere({ codePath: TEST_BUNDLE }));
}, 120_000);
afterAll(async () => {
  await bench?.close();
  await server?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const site = (index: number) => bench.sites[index] as Site;

async function onboard({ connection }: Site) {
  const request = person({ [connection]: {} });
  const { id } = await bench.muster.onboard(request);
  const account = async () => (await reached(() => handle.result())).accounts[connection];
  const handle = new RunHandle(bench.muster.client, id);
  return { id, handle, account };
}

/** When the timer fires on which a run waits, in milliseconds since 1970; undefined while it waits on none. */
async function dueOf(id: string): Promise<number | undefined> {
  const { events } = await bench.muster.client.workflow.getHandle(id).fetchHistory();
  const last = (events ?? []).findLast(({ timerStartedEventAttributes }) => timerStartedEventAttributes);
  const after = last?.timerStartedEventAttributes?.startToFireTimeout;
  return last && Number(last.eventTime?.seconds) * 1000 + Number(after?.seconds) * 1000 + 1_000;
}

async function until<T>(look: () => Promise<T | undefined | false>): Promise<T> {
  for (;;) {
    const found = await look();
    if (found) return found;
    await sleep(50);
  }
}

test('what waits for the vendor, and what waits for a person, both go on', async () => {
  const [ethosce, pha] = [site(0).simulator, site(1).simulator];
  ethosce.inject({ kind: 'error-before', status: 503, call: 'find user', times: 'always' });
  pha.inject({ kind: 'drop-after', call: 'create user' });
  const waiting = await onboard(site(0));
  const parked = await onboard(site(1));
  expect(await parked.account()).toMatchObject({ problem: { code: 'outcome-unknown' } });
  await until(async () => (await waiting.handle.standing()).waitingOn === 'vendor');
  const due = await until(() => dueOf(waiting.id));
  expect(due).toBeGreaterThan(Date.now());

  await server.stop();
  ethosce.clearFaults();
  const asked = ethosce.requests().length;
  await until(async () => Date.now() > due);
  expect(ethosce.requests()).toHaveLength(asked);
  server = await startServer(Number(server.address.split(':').pop()));

  expect(await waiting.account()).toMatchObject({ status: 'done', provenance: 'created' });
  expect(ethosce.people()).toHaveLength(1);
  const [there] = pha.people();
  await reached(() => parked.handle.resolve({ reason: 'seen in Manage Users', userId: there?.id ?? '' }));
  expect(await parked.account()).toMatchObject({ status: 'done', provenance: 'declared', userId: there?.id });
  expect(pha.people()).toHaveLength(1);
}, 120_000);
