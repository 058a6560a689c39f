// Onboarding and deciding from the command line: a real server, simulated vendors, a worker process of its own.
import type { ResultDocument } from '../../src/account/result';
import { person } from '../support/harness';
import { Scene } from './support/scene';

// Processes start slowly on a busy machine.
jest.setTimeout(120_000);

let scene: Scene;
beforeAll(async () => {
  scene = await Scene.open({
    'pha-demo': { vendor: 'pha', environment: 'demo' },
    ethosce: { vendor: 'ethosce', requestsPerSecond: 50 },
    'ethosce-strict': { vendor: 'ethosce', existing: 'refuse' },
  });
  await scene.startWorker();
});
afterAll(() => scene?.close());

const json = (text: string) => JSON.parse(text) as ResultDocument;
const input = (request: unknown) => ({ input: JSON.stringify(request) });
const creates = (vendor: 'pha' | 'ethosce', email: string) =>
  scene
    .simulator(vendor)
    .requests()
    .filter(({ call, body }) => call === 'create user' && JSON.stringify(body).includes(email));

test('a request from stdin is followed to its end; the answer is the result document', async () => {
  const request = person({ ethosce: { roles: [175031666] }, 'pha-demo': { rank: 'Captain' } });
  const { code, stdout, stderr } = await scene.run(['onboard', '-', '--json'], input(request));
  expect(code).toBe(0);
  const document = json(stdout);
  expect(Object.keys(document)).toEqual(['key', 'status', 'accounts']);
  expect(document).toMatchObject({
    key: request.key,
    status: 'done',
    accounts: {
      ethosce: { status: 'done', provenance: 'created', secret: null, debts: [], problem: null },
      'pha-demo': { status: 'done', steps: { verify: 'done', create: 'done', assessment: 'done' } },
    },
  });
  expect(stderr).toContain(`person/${request.key} is under way; Ctrl-C leaves it running.\n`);
  // Progress as plain lines, since this is no terminal.
  expect(stderr).not.toContain('\r');
  expect(stderr + stdout).not.toContain(request.person.email);
});

test('the same again attaches: a table, and nothing is sent', async () => {
  const request = person({ ethosce: {} });
  await scene.run(['onboard', '-'], input(request));
  const before = scene.simulator('ethosce').requests().length;
  const { code, stdout } = await scene.run(['onboard', '-'], input(request));
  expect(code).toBe(0);
  const [head = '', row = '', ...more] = stdout.trimEnd().split('\n');
  expect(head.trim().split(/ {2,}/)).toEqual([
    'account',
    'status',
    'user id',
    'how we know',
    'steps',
    'problem',
  ]);
  expect(row.trim().split(/ {2,}/).slice(0, 2)).toEqual([`ethosce/${request.key}`, 'done']);
  expect(row).toContain('created');
  expect(row).toContain('verify ✓  create ✓  profile ✓');
  expect(more).toEqual([]);
  expect(scene.simulator('ethosce').requests()).toHaveLength(before);
});

test('--detach prints the id; show comes back to it', async () => {
  const request = person({ ethosce: {} });
  const detached = await scene.run(['onboard', '--detach', '-'], input(request));
  expect(detached).toMatchObject({ code: 0, stdout: `ethosce/${request.key}\n` });
  expect(detached.stderr).toContain(`muster show ethosce/${request.key}`);
  let shown = await scene.run(['show', detached.stdout.trim(), '--json']);
  while (json(shown.stdout).status === 'running')
    shown = await scene.run(['show', detached.stdout.trim(), '--json']);
  expect(shown.code).toBe(0);
  expect(json(shown.stdout)).toMatchObject({ key: request.key, status: 'done' });

  const card = await scene.run(['show', request.key]);
  expect(card.stdout).toContain('create: sent the user: done: ');
  expect(card.stdout).toContain('profileId: ');
});

test('a lost answer at PHA parks with 3; the problem, the decisions, and the way through them', async () => {
  const request = person({ 'pha-demo': {} });
  const id = `pha-demo/${request.key}`;
  const pha = scene.simulator('pha');
  pha.inject({ kind: 'drop-after', call: 'create user', contains: request.person.email });
  const parked = await scene.run(['onboard', '-'], input(request));
  expect(parked.code).toBe(3);
  expect(parked.stdout).toContain(`${id} parked: outcome-unknown in step create, since `);
  expect(parked.stdout).toContain(
    `  muster resolve ${id} --user-id ID --reason "…"   # you found it there\n`,
  );
  expect(parked.stdout).toContain(`  muster resolve ${id} --not-created --reason "…"  # it is certainly not`);

  expect(await scene.run(['show', id])).toMatchObject({ code: 3 });
  const list = JSON.parse((await scene.run(['list', '--parked', '--json'])).stdout) as unknown[];
  expect(list).toEqual([
    {
      id,
      connection: 'pha-demo',
      key: request.key,
      status: 'parked',
      stage: 'create',
      waitingOn: 'operator',
      reason: 'outcome-unknown',
      since: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    },
  ]);
  const table = await scene.run(['list', '--parked']);
  expect(table.stdout).toMatch(new RegExp(`^outcome-unknown \\(1\\)\\n.*\\n {2}${id} +create +\\d+ s\\n$`));

  const wrong = await scene.run(['resolve', id, '--user-id', 'orla', '--reason', 'a guess']);
  expect(wrong).toEqual({ code: 2, stdout: '', stderr: 'A PHA user id is a whole number.\n' });
  const senseless = await scene.run(['skip', id, '--step', 'create', '--reason', 'no time']);
  expect(senseless).toMatchObject({ code: 2, stdout: '' });
  expect(senseless.stderr).toMatch(
    /^'skip' makes no sense for a run parked as outcome-unknown in step create; open are: /,
  );

  const [made] = pha.people().filter(({ email }) => email === request.person.email);
  const userId = made?.id ?? '';
  // The person's key will do, since one account of theirs is parked.
  const decided = await scene.run([
    'resolve',
    request.key,
    '--user-id',
    userId,
    '--reason',
    'seen there',
    '--json',
  ]);
  expect(decided.code).toBe(0);
  expect(json(decided.stdout).accounts['pha-demo']).toMatchObject({
    status: 'done',
    userId,
    provenance: 'declared',
  });
  expect(creates('pha', request.person.email)).toHaveLength(1);
  const late = await scene.run(['resolve', id, '--user-id', userId, '--reason', 'again']);
  expect(late).toEqual({
    code: 2,
    stdout: '',
    stderr: `${id}: has ended (done); there is nothing to decide\n`,
  });
});

test('skip leaves the parked step out, and says so', async () => {
  const request = person({ 'pha-demo': {} });
  scene.simulator('pha').inject({ kind: 'drop-after', call: 'submit profile' });
  const parked = await scene.run(['onboard', '-', '--json'], input(request));
  expect(parked.code).toBe(3);
  const id = `pha-demo/${request.key}`;
  const { code, stdout } = await scene.run(['skip', id, '--step', 'assessment', '--reason', 'by hand']);
  expect(code).toBe(0);
  expect(stdout).toContain('assessment (skipped)');
});

test('an account that may not be adopted fails with 1', async () => {
  const request = person({ 'ethosce-strict': {} });
  scene.simulator('ethosce').seed({ email: request.person.email, marker: 'someone' });
  const { code, stdout } = await scene.run(['onboard', '-'], input(request));
  expect(code).toBe(1);
  expect(stdout).toMatch(/failed: conflict in step create/);
});

test('a different request for an account that is under way is refused, naming the run', async () => {
  const request = person({ 'pha-demo': {} });
  scene.simulator('pha').inject({ kind: 'drop-after', call: 'create user', contains: request.person.email });
  await scene.run(['onboard', '-'], input(request));
  const other = { ...request, person: { ...request.person, lastName: 'Ternova' } };
  const refused = await scene.run(['onboard', '-'], input(other));
  expect(refused).toMatchObject({ code: 1, stdout: '' });
  expect(refused.stderr).toMatch(
    new RegExp(`^A different request is under way as pha-demo/${request.key} \\(run `),
  );
});

test('list: newest first, by connection and key', async () => {
  const request = person({ ethosce: {}, 'pha-demo': {} });
  await scene.run(['onboard', '-'], input(request));
  const all = JSON.parse((await scene.run(['list', '--json'])).stdout) as { since: string }[];
  const times = all.map(({ since }) => since);
  expect(times.length).toBeGreaterThan(2);
  expect(times).toEqual(times.toSorted().reverse());
  const mine = await scene.run(['list', '--key', request.key, '--connection', 'ethosce', '--json']);
  expect(JSON.parse(mine.stdout)).toMatchObject([{ id: `ethosce/${request.key}`, key: request.key }]);
  const limited = await scene.run(['list', '--limit', '1', '--json']);
  expect(JSON.parse(limited.stdout)).toHaveLength(1);
});

test.each(['nobody', 'ethosce/nobody', 'person/nobody'])('show of an unknown run: %s', async (id) => {
  const sentence = `There is no run ${id.includes('/') ? '' : 'of '}${id} that is open or remembered.\n`;
  expect(await scene.run(['show', id])).toEqual({ code: 2, stdout: '', stderr: sentence });
});

test('a decision for somebody of whom nothing waits', async () => {
  const ended = await scene.run(['retry', 'nobody', '--reason', 'x']);
  expect(ended).toEqual({
    code: 2,
    stdout: '',
    stderr: 'nobody: no account of this person waits for a decision\n',
  });
});

test('Ctrl-C leaves the work running and says how to come back', async () => {
  const request = person({ ethosce: {} });
  scene.simulator('ethosce').inject({ kind: 'rate-limited', retryAfter: 2, call: 'create user' });
  const following = scene.start(['onboard', '-'], input(request));
  await following.until('under way');
  await following.until(`ethosce/${request.key}: create`);
  following.kill('SIGINT');
  const { code, stdout, stderr } = await following.ended;
  expect({ code, stdout }).toEqual({ code: 130, stdout: '' });
  expect(stderr).toContain(`muster show ethosce/${request.key}\n`);
  // Coming back by the same request, too.
  const again = await scene.run(['onboard', '-'], input(request));
  expect(again.code).toBe(0);
  expect(creates('ethosce', request.person.email).filter(({ committed }) => committed)).toHaveLength(1);
});

test('doctor: all is well, and each queue and vendor is named', async () => {
  const { code, stdout } = await scene.run(['doctor', '--json']);
  const findings = JSON.parse(stdout) as { check: string; ok: boolean }[];
  expect(findings.filter(({ ok }) => !ok)).toEqual([]);
  expect(code).toBe(0);
  // What follows is of each vendor: their answers are asked for by a run.
  const own = findings.map(({ check }) => check).filter((check) => !check.startsWith('vendor'));
  expect(own).toEqual([
    'configuration',
    'encryption',
    'Temporal',
    'search attributes',
    'worker on muster',
    'worker on muster-ethosce',
  ]);
});
