// Bulk jobs and timetables from the command line.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { JobSummary } from '../../src/bulk/job';
import type { ListedSchedule } from '../../src/client/schedules';
import { Scene } from './support/scene';

// Processes start slowly on a busy machine.
jest.setTimeout(180_000);

let scene: Scene;
beforeAll(async () => {
  scene = await Scene.open({ hotdocs: { vendor: 'hotdocs' } });
  mkdirSync(join(scene.folder, 'imports'));
  await scene.startWorker();
});
afterAll(() => scene?.close());

const roster = (name: string, lines: readonly string[]) => {
  const path = join(scene.folder, 'imports', name);
  writeFileSync(path, ['key,firstName,lastName,email', ...lines, ''].join('\n'));
  return `imports/${name}`;
};
const row = (key: string) => `${key},Ines,Heron,${key}@example.org`;
const bulk = (...args: string[]) => scene.run(['bulk', ...args]);

test('a roster is onboarded, written down, shown for an undo, and undone', async () => {
  const path = roster('people.csv', ['p-1', 'p-2', 'p-3'].map(row));
  const done = await bulk(path, '--connections', 'hotdocs', '--id', 'intake', '--json');
  expect(done.code).toBe(0);
  expect(JSON.parse(done.stdout)).toEqual({
    id: 'intake',
    status: 'done',
    source: expect.stringContaining('people.csv'),
    sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    rows: 3,
    succeeded: 3,
    failed: 0,
    waiting: 0,
    notStarted: 0,
    startedAt: expect.stringMatching(/Z$/),
    endedAt: expect.stringMatching(/Z$/),
  } satisfies Record<keyof JobSummary, unknown>);

  const results = await bulk('results', 'intake', '--out', 'out');
  expect(results.stdout).toContain('Written to');
  const lines = readFileSync(join(scene.folder, 'out/succeeded.csv'), 'utf8').trim().split('\r\n');
  expect(lines[0]).toBe('key,firstName,lastName,email,status,reason,what_to_do,result.hotdocs');
  expect(lines).toHaveLength(4);

  const shown = await bulk('undo', 'intake', '--reason', 'wrong roster');
  expect(shown).toMatchObject({ code: 0, stdout: expect.stringContaining('3 of 3 people') });
  expect(shown.stderr).toContain('Nothing was done.');
  const barred = await bulk('undo', 'intake', '--reason', 'wrong roster', '--yes', '--max', '50%');
  expect(barred).toMatchObject({ code: 1, stderr: expect.stringContaining('3 people would be undone') });
  // HotDocs documents no way to take a user back: each is a debt.
  const undone = await bulk('undo', 'intake', '--reason', 'wrong roster', '--yes', '--json');
  expect(undone.code).toBe(3);
  expect(JSON.parse(undone.stdout)).toMatchObject({ id: 'intake/undo', waiting: 3 });
});

test('a plan is carried out; who has moved since is left out, and a surprise stops it before it starts', async () => {
  const path = roster('planned.csv', ['s-1', 's-2', 's-3'].map(row));
  const plan = ['plan', path, '--connections', 'hotdocs', '--out', 'plan.json'];
  expect(await scene.run(plan)).toMatchObject({ code: 0 });
  const moved = JSON.stringify({
    key: 's-2',
    person: { firstName: 'Ines', lastName: 'Heron', email: 's-2@example.org' },
    accounts: { hotdocs: {} },
    onFailure: 'compensate',
  });
  expect(await scene.run(['onboard', '-'], { input: moved })).toMatchObject({ code: 0 });
  scene.simulator('hotdocs').seed({ email: 's-3@example.org' });
  const some = ['--connections', 'hotdocs', '--json'];
  const barred = await bulk(path, '--max-adopt', '0', ...some);
  expect(barred).toMatchObject({ code: 1, stdout: '' });
  expect(barred.stderr).toContain('s-3');
  expect(barred.stderr).toContain('The job was not started.');
  const done = await bulk('--plan', 'plan.json', '--id', 'planned', ...some);
  expect(JSON.parse(done.stdout)).toMatchObject({ rows: 3, succeeded: 1, notStarted: 2 });
  expect(done.stderr).toContain('s-2 (line 3): hotdocs\n  s-3 (line 4): hotdocs');
  roster('planned.csv', [row('s-1')]);
  expect(await bulk('--plan', 'plan.json', ...some)).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('The roster is not the one that was planned'),
  });
});

test('what is wrong is told by its line, and nothing is sent', async () => {
  const before = scene.simulator('hotdocs').requests().length;
  const path = roster('bad.csv', [row('q-1'), 'q-2,Ines,Heron,no-address']);
  const bad = await bulk(path, '--connections', 'hotdocs', '--id', 'bad');
  expect(bad).toMatchObject({ code: 2, stdout: '' });
  expect(bad.stderr).toContain('line 3: email: is not an e-mail address');
  expect(await bulk('nowhere.csv')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('nowhere.csv'),
  });
  expect(await bulk('follow', 'nobody')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('There is no job nobody'),
  });
  expect(scene.simulator('hotdocs').requests()).toHaveLength(before);
});

test('a timetable starts jobs; a roster that has not changed since is left alone', async () => {
  const path = roster('nightly.csv', [row('n-1')]);
  const create = ['schedule', 'create', 'nightly', '--cron', '30 2 * * *', '--roster', path];
  const created = await scene.run([...create, '--time-zone', 'Europe/London', '--connections', 'hotdocs']);
  expect(created).toMatchObject({ code: 0 });
  expect(await scene.run(create)).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('there is a schedule nightly already'),
  });
  const list = async () =>
    JSON.parse((await scene.run(['schedule', 'list', '--json'])).stdout) as ListedSchedule[];
  const triggered = async (count: number) => {
    await scene.run(['schedule', 'trigger', 'nightly']);
    let [nightly] = await list();
    while (nightly?.recent.length !== count) [nightly] = await list();
    const job = await bulk('follow', nightly.recent.at(-1) ?? '', '--json');
    return JSON.parse(job.stdout) as JobSummary;
  };
  expect(await list()).toMatchObject([
    { name: 'nightly', cron: '30 2 * * *', timeZone: 'Europe/London', paused: false, recent: [] },
  ]);
  expect(await triggered(1)).toMatchObject({ status: 'done', succeeded: 1 });
  expect(await triggered(2)).toMatchObject({ status: 'unchanged', rows: 1, succeeded: 1 });
  roster('nightly.csv', [row('n-1'), row('n-2')]);
  expect(await triggered(3)).toMatchObject({ status: 'done', rows: 2, succeeded: 2 });
  await scene.run(['schedule', 'pause', 'nightly', '--note', 'moving house']);
  expect(await list()).toMatchObject([{ paused: true, note: 'moving house', next: null }]);
  expect(await scene.run(['schedule', 'delete', 'nightly'])).toMatchObject({ code: 0 });
  expect(await scene.run(['schedule', 'resume', 'nightly', '--note', 'x'])).toMatchObject({ code: 2 });
});
