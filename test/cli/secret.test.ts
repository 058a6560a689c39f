// Passwords that a vendor makes, from the command line: named, listed, shown once, and who saw them.
import type { ResultDocument } from '../../src/account/result';
import { person } from '../support/harness';
import { Scene } from './support/scene';

// Processes start slowly on a busy machine.
jest.setTimeout(120_000);

let scene: Scene;
beforeAll(async () => {
  scene = await Scene.open({ onefile: { vendor: 'onefile' } });
  await scene.startWorker();
});
afterAll(() => scene?.close());

test('a password is named, listed, shown once; after that everybody is told who saw it', async () => {
  const request = person({ onefile: { role: 'iqa' } });
  const id = `onefile/${request.key}`;
  const onboarded = await scene.run(['onboard', '-'], { input: JSON.stringify(request) });
  const [, handle = ''] = /password: muster secret reveal (\S+) --reason/.exec(onboarded.stdout) ?? [];
  expect(onboarded).toMatchObject({ code: 0 });
  expect(handle).toMatch(/^[0-9a-f-]{36}$/);

  const listed = async () => JSON.parse((await scene.run(['secret', 'list', '--json'])).stdout) as unknown[];
  let list = await listed();
  // Temporal's list is a moment behind.
  while (list.length === 0) list = await listed();
  expect(list).toEqual([
    {
      handle,
      connection: 'onefile',
      key: request.key,
      userId: expect.any(String),
      state: 'unclaimed',
      since: expect.stringMatching(/Z$/),
      expires: expect.stringMatching(/Z$/),
      end: null,
    },
  ]);
  expect((await scene.run(['secret', 'list'])).stdout).toContain(`${handle}  ${id}  unclaimed`);
  const before = await scene.run(['show', id]);
  expect(before.stdout).toMatch(
    new RegExp(`${id} password: unclaimed since .*, kept until .*Z: muster secret`),
  );

  const reveal = ['secret', 'reveal', handle, '--reason', 'read out on the phone'];
  const noReason = await scene.run(['secret', 'reveal', handle, '--reason', ' ']);
  expect(noReason).toEqual({ code: 2, stdout: '', stderr: expect.stringContaining('--reason: is empty') });
  const shown = await scene.run(reveal);
  const [made] = scene
    .simulator('onefile')
    .people()
    .filter(({ email }) => email === request.person.email);
  expect(shown).toMatchObject({ code: 0, stdout: `Pw-${made?.id}-simulated\n` });
  expect(shown.stderr).toContain(
    `${id}, user ${made?.id}, log-in name ${made?.details.Username}. Shown once:`,
  );

  const again = await scene.run(reveal);
  expect(again).toMatchObject({ code: 2, stdout: '' });
  expect(again.stderr).toMatch(
    /^The password was revealed at \S+Z by \S+ \(read out on the phone\), and is shown/,
  );

  const after = await scene.run(['show', id]);
  expect(after.stdout).toMatch(/ password: revealed at \S+Z by \S+: read out on the phone\n/);
  expect(after.stdout).not.toContain('Pw-');
  const document = JSON.parse((await scene.run(['show', id, '--json'])).stdout) as ResultDocument;
  expect(document).toMatchObject({
    accounts: { onefile: { secret: handle } },
    secrets: [{ handle, state: 'revealed', end: { reason: 'read out on the phone', arrived: true } }],
  });
  const left = await scene.run(['secret', 'list']);
  expect(left).toEqual({ code: 0, stdout: '', stderr: 'No password waits to be revealed.\n' });
});

test('where it is lost, onboarding says so', async () => {
  const request = person({ onefile: { role: 'iqa' } });
  scene.simulator('onefile').inject({ kind: 'drop-after', call: 'create user' });
  const { stdout } = await scene.run(['onboard', '-'], { input: JSON.stringify(request) });
  expect(stdout).toContain(`onefile/${request.key} password: The account exists, its password is lost (`);
});

test('--json gives all that is needed to log in', async () => {
  const request = person({ onefile: { role: 'iqa' } });
  const onboarded = await scene.run(['onboard', '-', '--json'], { input: JSON.stringify(request) });
  const account = (JSON.parse(onboarded.stdout) as ResultDocument).accounts.onefile;
  const handle = account?.secret ?? '';
  const { stdout, code } = await scene.run([
    'secret',
    'reveal',
    handle,
    '--reason',
    'for the mail merge',
    '--json',
  ]);
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toEqual({
    handle,
    connection: 'onefile',
    key: request.key,
    userId: account?.userId,
    username: account?.ids.username,
    password: `Pw-${account?.userId}-simulated`,
  });
});

test('a handle that nobody knows', async () => {
  expect(await scene.run(['secret', 'reveal', 'nope', '--reason', 'a guess'])).toEqual({
    code: 2,
    stdout: '',
    stderr: 'There is no password nope that is kept or remembered.\n',
  });
});
