// The worker as a process: killed in the middle of a person, stopped in order, started where it can't work.
import { once } from 'node:events';
import type { ResultDocument } from '../../src/account/result';
import { startEmbeddedServer } from '../../src/dev/embedded-server';
import { person } from '../support/harness';
import { Scene } from './support/scene';

// Processes start slowly on a busy machine.
jest.setTimeout(120_000);

let scene: Scene;
beforeAll(async () => {
  scene = await Scene.open({
    ethosce: { vendor: 'ethosce', timeout: '30s', settle: { for: '50s' } },
    'pha-demo': { vendor: 'pha', environment: 'demo' },
  });
});
afterAll(() => scene?.close());

const input = (request: unknown) => ({ input: JSON.stringify(request) });

/** Waits until the vendor has done the work of a call and keeps its answer back. */
async function untilCommitted(call: string): Promise<void> {
  const isThere = () =>
    scene
      .simulator('ethosce')
      .requests()
      .some((request) => request.call === call && request.committed && request.status === null);
  while (!isThere()) await new Promise((resolve) => setTimeout(resolve, 20));
}

test('killed after the vendor made the user, before it answered: another worker finds it, and sends nothing', async () => {
  const request = person({ ethosce: { roles: [175031666] } });
  const id = `ethosce/${request.key}`;
  const first = await scene.startWorker();
  scene.simulator('ethosce').inject({ kind: 'slow', delayMs: 60_000, call: 'create user' });
  expect(await scene.run(['onboard', '--detach', '-'], input(request))).toMatchObject({ code: 0 });
  await untilCommitted('create user');
  first.kill('SIGKILL');
  await once(first.process, 'exit');

  // Without a worker a run can't be asked; what Temporal itself knows is shown.
  const unanswered = await scene.run(['show', id]);
  expect(unanswered.stdout).toMatch(new RegExp(`^${id} +running`, 'm'));
  expect(unanswered).toMatchObject({ code: 0, stderr: expect.stringMatching(/^No worker answers, /) });

  const second = await scene.startWorker();
  const { code, stdout } = await scene.run(['onboard', '-', '--json'], input(request));
  expect(code).toBe(0);
  const account = (JSON.parse(stdout) as ResultDocument).accounts.ethosce;
  expect(account).toMatchObject({ status: 'done', provenance: 'confirmed' });

  const people = scene.simulator('ethosce').people();
  expect(people.filter(({ email }) => email === request.person.email)).toMatchObject([
    { id: account?.userId, roles: [175031666] },
  ]);
  expect(
    scene
      .simulator('ethosce')
      .requests()
      .filter(({ call }) => call === 'create user'),
  ).toHaveLength(1);
  second.kill('SIGTERM');
  expect(await second.ended).toMatchObject({ code: 0, stdout: '' });
});

test('a decision waits for a worker, and says so', async () => {
  const request = person({ 'pha-demo': {} });
  const id = `pha-demo/${request.key}`;
  const first = await scene.startWorker();
  scene.simulator('pha').inject({ kind: 'drop-after', call: 'create user' });
  expect(await scene.run(['onboard', '-'], input(request))).toMatchObject({ code: 3 });
  first.kill('SIGTERM');
  await first.ended;

  const shown = await scene.run(['show', id]);
  expect(shown.code).toBe(3);
  expect(shown.stdout).toContain(`${id} parked: outcome-unknown in step create, since `);
  const decision = scene.start(['resolve', id, '--user-id', '1001', '--reason', 'seen in Manage Users']);
  await decision.until('No worker has taken the decision yet');
  const second = await scene.startWorker();
  expect(await decision.ended).toMatchObject({ code: 0 });
  second.kill('SIGTERM');
  await second.ended;
});

test('its log is JSON lines, of ids only', async () => {
  const worker = scene.start(['worker'], { env: { MUSTER_LOG: 'debug' } });
  await worker.until('worker polls');
  const request = person({ ethosce: {}, 'pha-demo': {} });
  expect(await scene.run(['onboard', '-'], input(request))).toMatchObject({ code: 0 });
  worker.kill('SIGINT');
  const { code, stderr } = await worker.ended;
  expect(code).toBe(0);
  const entries = stderr
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(entries.filter(({ message }) => message === 'vendor call').length).toBeGreaterThan(4);
  for (const value of [request.person.email, request.person.lastName, 'Quay Row', '1990-01-31'])
    expect(stderr).not.toContain(value);
});

test('a second worker that finds its ports taken says which, and ends with 2', async () => {
  const first = await scene.startWorker();
  const second = await scene.run(['worker']);
  expect(second).toMatchObject({ code: 2, stdout: '' });
  expect(second.stderr).toMatch(
    /^worker\.healthPort: port \d+ of 127\.0\.0\.1 is in use by another program; /m,
  );
  first.kill('SIGTERM');
  await first.ended;
});

test('the first SIGTERM waits for the call in flight, the second does not', async () => {
  const worker = await scene.startWorker();
  scene.simulator('ethosce').inject({ kind: 'slow', delayMs: 60_000, call: 'create user' });
  expect(await scene.run(['onboard', '--detach', '-'], input(person({ ethosce: {} })))).toMatchObject({
    code: 0,
  });
  await untilCommitted('create user');
  worker.kill('SIGTERM');
  await worker.until('calls in flight are finished');
  expect(worker.process.exitCode).toBeNull();
  worker.kill('SIGTERM');
  const { code, stderr } = await worker.ended;
  expect(code).toBe(130);
  expect(stderr).toContain('stopped at once: calls in flight are cut off');
});

test('doctor registers the search attributes that a server lacks', async () => {
  const bare = await startEmbeddedServer({});
  try {
    const env = { TEMPORAL_ADDRESS: bare.address };
    const before = await scene.run(['doctor'], { env });
    expect(before.code).toBe(1);
    expect(before.stdout).toMatch(/✗ search attributes +MusterConnection, .*: not registered/);
    const fixed = await scene.run(['doctor', '--fix'], { env });
    expect(fixed.stdout).toMatch(/✓ search attributes +registered now: MusterConnection, /);
    expect(fixed.stdout).toMatch(/✗ worker on muster +none polls/);
    const after = await scene.run(['doctor'], { env });
    expect(after.stdout).toMatch(/✓ search attributes +all registered/);
  } finally {
    await bare.stop();
  }
});
