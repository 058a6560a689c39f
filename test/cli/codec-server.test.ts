// `muster codec-server` as a process of its own, asked by Temporal's own command; and a rotation of keys around a run that
// began under the old one.
import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { hostname, userInfo } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findTemporal } from '../../src/dev/find-temporal';
import { freePort } from '../../src/dev/ports';
import { newKey } from '../../src/privacy/keys';
import { person } from '../support/harness';
import type { Started } from './support/cli';
import { Scene } from './support/scene';

// Processes start slowly on a busy machine.
jest.setTimeout(120_000);

const TOKEN = newKey();
const NAME = 'Quillfeather';
interface Config {
  encryption: { keys: Record<string, string>; activeKey: string };
  codecServer?: unknown;
}

let scene: Scene;
let temporal: string;
let port: number;
let worker: Started;
const request = person({ 'pha-demo': {} });
request.person.lastName = NAME;
const id = `pha-demo/${request.key}`;

const configFile = () => join(scene.folder, 'muster.yaml');
const change = (edit: (config: Config) => void) => {
  const config = JSON.parse(readFileSync(configFile(), 'utf8')) as Config;
  edit(config);
  writeFileSync(configFile(), JSON.stringify(config));
};
const stop = async (started: Started) => {
  started.kill('SIGTERM');
  return started.ended;
};
const startCodecServer = async () => {
  // As it runs in production: no Temporal, no secret of a vendor.
  const started = scene.start(['codec-server'], { env: { TEMPORAL_ADDRESS: '' } });
  await started.until('codec server started');
  return started;
};

/** What `temporal workflow show` prints, with everything in it that is base64 of something. */
async function shown(...args: string[]): Promise<{ raw: string; opened: string }> {
  const show = ['workflow', 'show', '-w', id, '-o', 'json', '--address', scene.server.address];
  const { stdout } = await promisify(execFile)(temporal, [...show, ...args], { maxBuffer: 1e8 });
  const opened = [...stdout.matchAll(/"([A-Za-z0-9+/=]{8,})"/g)].map(([, text = '']) =>
    Buffer.from(text, 'base64').toString(),
  );
  return { raw: stdout, opened: opened.join('\n') };
}
const withCodec = () => [
  ...['--codec-endpoint', `http://127.0.0.1:${port}`],
  ...['--codec-auth', `Bearer ${TOKEN}`],
];

beforeAll(async () => {
  [scene, { path: temporal }, port] = await Promise.all([
    Scene.open({ 'pha-demo': { vendor: 'pha', environment: 'demo' } }),
    findTemporal(),
    freePort('127.0.0.1'),
  ]);
  change((config) => {
    config.codecServer = { port, auth: { bearer: TOKEN } };
  });
  worker = await scene.startWorker();
  scene.simulator('pha').inject({ kind: 'drop-after', call: 'create user' });
  const parked = await scene.run(['onboard', '-'], { input: JSON.stringify(request) });
  expect(parked.code).toBe(3);
});
afterAll(() => scene?.close());

test('the temporal command reads a run through it, and nothing personal without it', async () => {
  const server = await startCodecServer();
  const decoded = await shown(...withCodec());
  expect(decoded.raw + decoded.opened).toContain(NAME);

  const closed = await shown();
  expect(closed.opened).toContain('binary/encrypted');
  expect(closed.raw + closed.opened).not.toContain(NAME);
  expect(closed.raw + closed.opened).not.toContain(request.person.email);

  // The command itself says no more than that it ran out of time.
  const wrong = await fetch(`http://127.0.0.1:${port}/decode`, {
    method: 'POST',
    headers: { authorization: 'Bearer x' },
  });
  expect(wrong.status).toBe(401);

  expect(await scene.run(['codec-server'])).toEqual({
    code: 2,
    stdout: '',
    stderr: `codecServer: 127.0.0.1:${port} is in use by another program; set codecServer.port or codecServer.host to another.\n`,
  });

  const { code, stdout, stderr } = await stop(server);
  expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
  const lines = stderr
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(lines[0]).toMatchObject({ message: 'codec server started', access: 'bearer' });
  expect(lines).toContainEqual({
    level: 'info',
    time: expect.stringMatching(/Z$/),
    status: 200,
    namespace: 'default',
    caller: 'bearer',
    payloads: expect.any(Number),
    milliseconds: expect.any(Number),
    message: 'decoded',
  });
  expect(lines).toContainEqual(
    expect.objectContaining({ level: 'warn', status: 401, message: 'not decoded', payloads: 0 }),
  );
  expect(stderr).not.toContain(NAME);
  expect(stderr).not.toContain(TOKEN);
});

test('keys are rotated around a run: both read, new events are under the new key, and the old one is missed by its name', async () => {
  change(({ encryption }) => {
    encryption.keys.next = newKey();
    encryption.activeKey = 'next';
  });
  await stop(worker);
  worker = await scene.startWorker();
  const [made] = scene.simulator('pha').people();
  const decide = ['resolve', id, '--user-id', made?.id ?? '', '--reason', 'seen there', '--json'];
  expect(await scene.run(decide)).toMatchObject({ code: 0, stdout: expect.stringContaining('"declared"') });

  const server = await startCodecServer();
  const decoded = await shown(...withCodec());
  // Of its beginning, and of the decision.
  for (const text of [NAME, 'seen there']) expect(decoded.raw + decoded.opened).toContain(text);
  // And, readable, under which account of which machine it was made.
  const closed = await shown();
  expect(closed.raw).toContain(`"muster-cli:${userInfo().username}@${hostname()}"`);
  const ids = new Set(closed.opened.split('\n'));
  for (const keyId of ['test', 'next']) expect(ids).toContain(keyId);
  // The same request again is known by its fingerprint under the old key: nothing is sent.
  const again = await scene.run(['onboard', '-', '--json'], { input: JSON.stringify(request) });
  expect(again).toMatchObject({ code: 0, stdout: expect.stringContaining('"declared"') });
  expect(scene.simulator('pha').people()).toHaveLength(1);
  await stop(server);

  change(({ encryption }) => {
    delete encryption.keys.test;
  });
  const lost = await scene.run(['onboard', '-'], { input: JSON.stringify(request) });
  expect(lost.code).toBe(2);
  expect(lost.stderr).toMatch(/key "test", which is not configured here \(configured: "next"\): add it/);
});
