// A whole worker process against a real Temporal server and a simulator: what it tells of itself, and how it ends.
import { EventEmitter } from 'node:events';
import { createServer, type Server } from 'node:net';
import { connectMuster, type Muster } from '../../src/client';
import { configFromObject } from '../../src/config/load';
import type { EmbeddedServer } from '../../src/dev/embedded-server';
import { freePort } from '../../src/dev/ports';
import { newKey } from '../../src/privacy/keys';
import { type Simulator, startSimulator } from '../../src/simulators';
import type { TemporalSettings } from '../../src/temporal/connect';
import {
  createMusterWorker,
  startWorkerProcess,
  WorkerPortError,
  type WorkerProcess,
} from '../../src/worker';
import { createLog } from '../../src/worker/logging';
import { TEST_BUNDLE } from '../support/bundle-path';
import { person } from '../support/harness';
import { startTestServer } from '../support/temporal-server';

const HOST = '127.0.0.1';
const BUNDLE = { codePath: TEST_BUNDLE };
const signals = new EventEmitter();
const logged: string[] = [];
const log = createLog({ level: 'debug', to: { write: (line) => void logged.push(line) } });
const encryption = { keys: { test: newKey() }, activeKey: 'test' };

let server: EmbeddedServer;
let simulator: Simulator;
let temporal: TemporalSettings;
let muster: Muster;
let worker: WorkerProcess;
let config: ReturnType<typeof configFromObject>;

beforeAll(async () => {
  [server, simulator] = await Promise.all([startTestServer(), startSimulator('ethosce')]);
  temporal = { connection: { address: server.address }, namespace: 'default' };
  const connection = { ...simulator.connection(), timeout: '5s', settle: { for: '30s' } };
  config = configFromObject({
    connections: { ethosce: connection, limited: { ...connection, requestsPerSecond: 5 } },
    encryption,
    worker: { healthPort: await freePort(HOST), metricsPort: await freePort(HOST) },
  });
  muster = await connectMuster({ config, temporal });
  worker = await startWorkerProcess({ config, temporal, log, signals, workflowBundle: BUNDLE });
});
afterAll(async () => {
  await muster?.close();
  await simulator?.close();
  await server?.kill();
});

const get = async (url: string) => {
  const reply = await fetch(url);
  return { status: reply.status, text: await reply.text() };
};
const until = async <T>(look: () => T | undefined | Promise<T | undefined>): Promise<T> => {
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
};

test('it lives, and is ready when every poller runs', async () => {
  expect(await get(`${worker.healthUrl}/healthz`)).toMatchObject({ status: 200 });
  const { status, text } = await get(`${worker.healthUrl}/readyz`);
  expect([status, JSON.parse(text)]).toEqual([
    200,
    { ready: true, temporal: 'reachable', pollers: { muster: 'RUNNING', 'muster-limited': 'RUNNING' } },
  ]);
});

test('one address tells how the SDK and how vendor calls went, by connection, call and outcome', async () => {
  simulator.inject({ kind: 'drop-before', call: 'find user' });
  simulator.inject({ kind: 'error-before', status: 503, contains: '/user.json' });
  const request = person({ ethosce: {} });
  expect(await (await muster.onboard(request)).result()).toMatchObject({ status: 'done' });

  const { text } = await get(worker.metricsUrl);
  const line = (start: string) => text.split('\n').find((entry) => entry.startsWith(start)) ?? '';
  const call = 'call="EthosCE: create user",connection="ethosce",outcome="done"';
  expect(line(`muster_vendor_calls_total{${call}}`)).toMatch(/ 1$/);
  expect(line(`muster_vendor_call_duration_seconds_count{${call}}`)).toMatch(/ 1$/);
  expect(text).toMatch(
    /^muster_vendor_calls_total\{call="EthosCE: find user by \w+",connection="ethosce",outcome="unknown"\} 1$/m,
  );
  // Of the SDK: as Temporal's own dashboards know them.
  expect(text).toMatch(/^temporal_activity_schedule_to_start_latency_seconds_bucket\{/m);
  expect(text).toMatch(/^temporal_request_total\{/m);
});

test('neither metrics nor log hold anything of a person', async () => {
  // Activities that fail are told of by the SDK itself: both looks fail, as reads and once more as activities.
  simulator.inject({ kind: 'malformed', call: 'find user', times: 4 });
  const request = person({ ethosce: { username: 'orla.tern.secret' } });
  await (await muster.onboard(request)).result();
  const told = (await get(worker.metricsUrl)).text + logged.join('');
  expect(told).toContain('vendor call');
  expect(told).toContain('a read failed');
  expect(told).toContain('Activity failed');
  for (const personal of [request.person.email, request.person.lastName, 'orla.tern.secret', '1 Quay Row'])
    expect(told).not.toContain(personal);
});

test('a taken port is named, with the key that sets it', async () => {
  const taken = await new Promise<Server>((resolve) => {
    const other = createServer().listen(0, HOST, () => resolve(other));
  });
  const { port } = taken.address() as { port: number };
  const start = (changed: object) =>
    startWorkerProcess({
      config: { ...config, worker: { ...config.worker, ...changed } },
      temporal,
      log,
      signals,
    });
  const free = await freePort(HOST);
  await expect(start({ healthPort: port })).rejects.toThrow(WorkerPortError);
  await expect(start({ healthPort: port })).rejects.toThrow(
    `worker.healthPort: port ${port} of 127.0.0.1 is in use by another program`,
  );
  await expect(start({ healthPort: free, metricsPort: port })).rejects.toThrow(
    `worker.metricsPort: port ${port}`,
  );
  await expect(start({ healthPort: free, metricsPort: free })).rejects.toThrow(/give them different ports/);
  await new Promise((resolve) => taken.close(resolve));
});

test('a call in flight at SIGTERM is finished and on record; nothing new is begun', async () => {
  simulator.inject({ kind: 'slow', call: 'create user', delayMs: 1_500, commit: 'after' });
  const request = person({ ethosce: { roles: [175031666] } });
  const handle = await muster.onboard(request);
  const sent = () =>
    simulator
      .requests()
      .find(
        ({ call, body }) => call === 'create user' && JSON.stringify(body).includes(request.person.email),
      );
  await until(sent);
  signals.emit('SIGTERM', 'SIGTERM');
  const whileStopping = await get(`${worker.healthUrl}/readyz`);
  expect(sent()).toMatchObject({ status: null, committed: false });
  await worker.ended;

  expect(whileStopping.status).toBe(503);
  expect(JSON.parse(whileStopping.text)).toMatchObject({ ready: false, temporal: 'reachable' });
  expect(sent()).toMatchObject({ status: 201, committed: true });
  await expect(get(`${worker.healthUrl}/healthz`)).rejects.toThrow();
  const answered = simulator.requests().length;

  // Whoever takes over finds the create's answer in the history: created, not looked for.
  const next = await createMusterWorker({
    config,
    temporal: temporal.connection,
    namespace: 'default',
    log,
    workflowBundle: BUNDLE,
  });
  const running = next.run();
  expect((await handle.result()).accounts.ethosce).toMatchObject({ status: 'done', provenance: 'created' });
  expect(
    simulator
      .requests()
      .slice(answered)
      .map(({ call }) => call),
  ).not.toContain('create user');
  expect(await next.readiness()).toMatchObject({ ready: true });

  await server.kill();
  expect(await next.readiness()).toMatchObject({ ready: false, temporal: 'unreachable' });
  next.shutdown();
  await running.catch(() => undefined);
});
