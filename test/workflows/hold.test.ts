// A held connection: rejected credentials stop all workers, survive their restart, are probed one call at a time, and let
// go of the parked runs when they are accepted.
import { WorkflowNotFoundError } from '@temporalio/client';
import type { ResultDocument } from '../../src/account/result';
import type { MusterConfig } from '../../src/config/schema';
import type { RequestDocument } from '../../src/request/schema';
import type { SimulatedVendor } from '../../src/simulators';
import { holdId } from '../../src/temporal/names';
import { createMusterWorker } from '../../src/worker';
import { type HoldState, holdQuery, probe } from '../../workflows/connection-hold/messages';
import { TEST_BUNDLE } from '../support/bundle-path';
import { Harness, person } from '../support/harness';

const HOUR = 3_600_000;
const QUICK = { watchMs: 100, firstProbeMs: HOUR, probeEveryMs: HOUR, releaseGapMs: 300 };
const SILENT = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

/** The connections' secrets as the configuration has them, wrong, and as the simulators want them. */
const WRONG = {
  ethosce: { password: 'not-this-one' },
  pha: { token: 'not-this-one' },
  hotdocs: { principalPassword: 'not-this-one' },
  onefile: { customerToken: 'not-this-one' },
  regpack: { apiToken: 'not-this-one' },
} as const;
const VENDORS = ['ethosce', 'pha', 'hotdocs', 'onefile', 'regpack'] as const;
const ACCOUNTS: Record<SimulatedVendor, RequestDocument['accounts'][string]> = {
  ethosce: { roles: [105847459] },
  pha: {},
  hotdocs: {},
  onefile: { role: 'learner', defaultAssessorId: 7, classroomId: 3, placementId: 9 },
  regpack: {},
};

let harness: Harness;

beforeAll(async () => {
  harness = await Harness.start({ vendors: [...VENDORS], connections: WRONG });
  await harness.stopWorker();
});
afterAll(() => harness?.stop());

const running: (() => Promise<void>)[] = [];
afterEach(async () => {
  await stopWorkers();
  // By name, since the list lags.
  for (const name of VENDORS)
    await harness.muster.client.workflow
      .getHandle(holdId(name))
      .terminate('test over')
      .catch((error: unknown) => {
        if (!(error instanceof WorkflowNotFoundError)) throw error;
      });
});

async function startWorker(config: MusterConfig = harness.config, holds = {}): Promise<void> {
  const worker = await createMusterWorker({
    config,
    temporal: harness.temporal,
    namespace: 'default',
    log: SILENT,
    workflowBundle: { codePath: TEST_BUNDLE },
    holds: { ...QUICK, ...holds },
  });
  const ended = worker.run();
  let stopped = false;
  running.push(async () => {
    if (!stopped) worker.shutdown();
    stopped = true;
    await ended;
  });
}

async function stopWorkers(): Promise<void> {
  await Promise.all(running.splice(0).map((stop) => stop()));
}

/** The configuration with other secrets for one vendor; the vendor's own if left out. */
function configWith(vendor: keyof typeof WRONG, secrets?: Record<string, string>): MusterConfig {
  const own = harness.simulator(vendor).connection();
  const wanted = secrets ?? Object.fromEntries(Object.keys(WRONG[vendor]).map((key) => [key, own[key]]));
  const connections = harness.config.connections;
  const connection = { ...connections[vendor], ...wanted };
  return { ...harness.config, connections: { ...connections, [vendor]: connection } } as MusterConfig;
}

const onboard = (vendor: SimulatedVendor, number: number) =>
  Promise.all(
    Array.from({ length: number }, () => harness.muster.onboard(person({ [vendor]: ACCOUNTS[vendor] }))),
  );
const requestsOf = (vendor: SimulatedVendor) => harness.simulator(vendor).requests().length;
const accountOf = (document: ResultDocument, vendor: string) => document.accounts[vendor];
const rejections = (since: number) =>
  harness
    .simulator('ethosce')
    .requests()
    .slice(since)
    .filter(({ status }) => status === 403).length;
const hold = (vendor: string) => harness.muster.client.workflow.getHandle(holdId(vendor));

async function until<T>(look: () => Promise<T>, wanted: (value: T) => boolean): Promise<T> {
  for (;;) {
    const value = await look();
    if (wanted(value)) return value;
    await new Promise((soon) => setTimeout(soon, 50));
  }
}

async function untilDone(vendor: string, handles: Awaited<ReturnType<typeof onboard>>) {
  return Promise.all(
    handles.map((handle) =>
      until(
        async () => accountOf(await handle.progress(), vendor),
        (account) => account?.status === 'done',
      ),
    ),
  );
}

const openHolds = async () => {
  const ids: string[] = [];
  const query = `WorkflowType = 'connectionHold' AND ExecutionStatus = 'Running' AND MusterReason = 'credentials-rejected'`;
  for await (const { workflowId } of harness.muster.client.workflow.list({ query })) ids.push(workflowId);
  return ids;
};

describe('EthosCE, which locks an account after five failures', () => {
  test('wrong credentials cost one call and its probe, whatever the workers and runs; right ones let all go on', async () => {
    const before = requestsOf('ethosce');
    await Promise.all([startWorker(), startWorker()]);
    const handles = await onboard('ethosce', 5);
    const parked = await Promise.all(handles.map((handle) => handle.result()));
    for (const document of parked)
      expect(accountOf(document, 'ethosce')).toMatchObject({
        status: 'parked',
        problem: { code: 'credentials-rejected', step: 'verify' },
      });
    expect(requestsOf('ethosce') - before).toBe(2);
    await until(openHolds, (ids) => ids.includes('connection/ethosce'));

    // The same credentials after a restart: the hold is known, and nothing is sent.
    await stopWorkers();
    await startWorker();
    const [late] = await onboard('ethosce', 1);
    expect(await late?.result()).toMatchObject({ status: 'parked' });
    expect(requestsOf('ethosce') - before).toBe(2);

    // Other credentials, wrong as well: tried once, by the hold's own probe.
    await stopWorkers();
    await startWorker(configWith('ethosce', { password: 'nor-this-one' }));
    const tried = await until(
      () => hold('ethosce').query(holdQuery),
      ({ probes }) => probes.length > 0,
    );
    expect(tried).toMatchObject({
      accepted: null,
      probes: [{ why: 'other credentials', found: 'rejected' }],
    });
    expect(tried.rejected).toHaveLength(2);
    expect(requestsOf('ethosce') - before).toBe(3);

    await stopWorkers();
    await startWorker(configWith('ethosce'));
    for (const account of await untilDone('ethosce', [...handles, ...(late ? [late] : [])]))
      expect(account).toMatchObject({ status: 'done', provenance: 'created' });
    const released = await hold('ethosce').result();
    expect(released).toMatchObject({ released: 6, probes: [{}, { found: 'accepted' }] });
    expect(await until(openHolds, (ids) => ids.length === 0)).toEqual([]);
    // Nothing secret, and no password even hashed without a key, is in the hold's own words.
    expect(JSON.stringify(released)).not.toContain('one-');
  });

  test('an operator’s probe finds credentials that were put right at the vendor', async () => {
    const own = harness.simulator('ethosce').connection().password as string;
    await startWorker(configWith('ethosce'));
    harness.simulator('ethosce').set('password', 'changed-there');
    const handles = await onboard('ethosce', 2);
    await Promise.all(handles.map((handle) => handle.result()));
    const held = await until(
      () => harness.muster.inspect(['ethosce']),
      ([inspection]) => inspection?.outcome === 'held',
    );
    expect(held).toMatchObject([{ connection: 'ethosce', vendor: 'ethosce', outcome: 'held' }]);

    const sent = requestsOf('ethosce');
    const update = { args: [{ reason: 'I think that it is right again' }] as [{ reason: string }] };
    expect(await hold('ethosce').executeUpdate(probe, update)).toMatchObject({ accepted: null });
    expect(requestsOf('ethosce') - sent).toBe(1);
    await expect(hold('ethosce').executeUpdate(probe, { args: [{ reason: ' ' }] })).rejects.toThrow();

    harness.simulator('ethosce').set('password', own);
    const state = await hold('ethosce').executeUpdate(probe, update);
    expect(state.probes.at(-1)).toMatchObject({ found: 'accepted', why: 'I think that it is right again' });
    await untilDone('ethosce', handles);
    await hold('ethosce').result();
  });

  test('a worker left behind with old credentials hands calls back instead of parking runs', async () => {
    await startWorker(configWith('ethosce'));
    await untilDone('ethosce', await onboard('ethosce', 1));
    const before = requestsOf('ethosce');
    await startWorker();
    const [leftBehind] = running.slice(-1);
    const handles = await onboard('ethosce', 6);
    // The other worker's credentials are not those rejected: the hold tries them, and is over.
    await until(
      async () => (await hold('ethosce').result()) as HoldState,
      ({ probes }) => probes[0]?.why === 'other credentials' && probes[0].found === 'accepted',
    );
    await leftBehind?.();
    await untilDone('ethosce', handles);
    expect(rejections(before)).toBe(2);
  });

  test('a hold that somebody terminated is none: the credentials are tried again', async () => {
    await startWorker();
    const [handle] = await onboard('ethosce', 1);
    await handle?.result();
    const before = requestsOf('ethosce');
    await until(openHolds, (ids) => ids.length === 1);
    await hold('ethosce').terminate('by hand');
    await new Promise((watched) => setTimeout(watched, 3 * QUICK.watchMs));
    await handle?.retry({ reason: 'try again' });
    expect(await handle?.result()).toMatchObject({ status: 'parked' });
    expect(requestsOf('ethosce') - before).toBe(2);
  });
});

test.each(['pha', 'hotdocs', 'onefile', 'regpack'] as const)(
  '%s: one rejected call, a probe on time, and all go on',
  async (vendor) => {
    const before = requestsOf(vendor);
    const soon = { firstProbeMs: 1_500 };
    await Promise.all([startWorker(harness.config, soon), startWorker(harness.config, soon)]);
    const handles = await onboard(vendor, 5);
    for (const document of await Promise.all(handles.map((handle) => handle.result())))
      expect(accountOf(document, vendor)).toMatchObject({ problem: { code: 'credentials-rejected' } });
    const { probes } = await until(
      () => hold(vendor).query(holdQuery),
      (held) => held.probes.length > 0,
    );
    expect(probes).toMatchObject([{ why: 'on time', found: 'rejected' }]);
    expect(requestsOf(vendor) - before).toBe(2);

    await stopWorkers();
    await startWorker(configWith(vendor));
    for (const account of await untilDone(vendor, handles)) expect(account).toMatchObject({ status: 'done' });
    expect(await hold(vendor).result()).toMatchObject({ released: 5 });
  },
);

test('inspection says of each connection what its vendor says, and opens a hold where that is no', async () => {
  await startWorker(configWith('pha'));
  const before = requestsOf('ethosce');
  expect(await harness.muster.inspect(['ethosce', 'pha', 'hotdocs'])).toEqual([
    {
      connection: 'ethosce',
      vendor: 'ethosce',
      outcome: 'barred',
      message: expect.stringContaining('HTTP 403'),
    },
    { connection: 'pha', vendor: 'pha', outcome: 'done', message: 'Ignis PHA accepts the credentials.' },
    {
      connection: 'hotdocs',
      vendor: 'hotdocs',
      outcome: 'barred',
      message: expect.stringContaining('HTTP 401'),
    },
  ]);
  expect(requestsOf('ethosce') - before).toBe(1);
  expect(await harness.muster.inspect(['ethosce', 'elsewhere'])).toMatchObject([
    { connection: 'ethosce', outcome: 'held' },
    { connection: 'elsewhere', outcome: 'unsent' },
  ]);
  expect(requestsOf('ethosce') - before).toBe(1);
});

test('an inspection that no worker answers says so', async () => {
  expect(await harness.muster.inspect(['pha'], { patienceMs: 500 })).toMatchObject([
    { connection: 'pha', outcome: 'unknown', message: expect.stringContaining('muster worker') },
  ]);
});
