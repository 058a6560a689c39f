// `muster dev` and `muster demo` as processes: what they leave, what other commands find, and that nothing of them stays.
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { DemoReport } from '../../src/cli/demo/report';
import { readDevState } from '../../src/dev/state';
import { startSimulator } from '../../src/simulators';
import { untilGone } from '../dev/support';
import { person } from '../support/harness';
import { Cli, type Started } from './support/cli';

// Processes start slowly on a busy machine.
jest.setTimeout(120_000);

let cli: Cli;
beforeAll(async () => {
  cli = await Cli.open();
});
afterAll(() => cli?.close());

const input = (request: unknown) => ({ input: JSON.stringify(request) });

async function dev(folder: string, ...args: string[]): Promise<Started> {
  const started = cli.start(folder, ['dev', ...args]);
  await started.until('Ready.');
  return started;
}

async function stop(started: Started): Promise<void> {
  started.kill('SIGINT');
  expect(await started.ended).toMatchObject({ code: 0, stdout: '' });
}

describe('demo', () => {
  test('every person exists exactly once in spite of every mishap; nothing stays behind', async () => {
    const folder = cli.folder();
    const demo = cli.start(folder, ['demo', '--json']);
    await demo.until('Onboarding');
    const found = await readDevState(folder);
    const { code, stdout } = await demo.ended;
    const report = JSON.parse(stdout) as DemoReport;
    expect(report.checks.filter(({ sound }) => !sound)).toEqual([]);
    expect(report.mishaps.filter(({ met }) => !met)).toEqual([]);
    expect({ code, status: report.status }).toEqual({ code: 0, status: 'done' });
    expect(report.checks.length).toBeGreaterThanOrEqual(15);
    expect(report.decisions).toEqual([
      expect.objectContaining({
        id: 'pha-demo/hr-000204',
        command: expect.stringMatching(/^muster resolve pha-demo\/hr-000204 --user-id \d+ --reason "/),
      }),
    ]);
    const provenances = report.people.flatMap(({ accounts }) =>
      Object.values(accounts).map(({ provenance }) => provenance),
    );
    expect(provenances).toEqual(expect.arrayContaining(['created', 'confirmed', 'declared']));

    if (found.status !== 'live') throw new Error(`the demo was not found: ${found.status}`);
    expect(await readDevState(folder)).toEqual({ status: 'none' });
    expect(found.state.codecUrl).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    const ui = found.state.uiUrl ?? '';
    await expect(fetch(ui)).rejects.toThrow();
  });

  test('for people it tells each mishap, the decision, and the proof', async () => {
    const { code, stdout } = await cli.run(cli.folder(), ['demo']);
    expect(code).toBe(0);
    for (const heading of [
      'What went wrong on purpose, and how it was settled',
      'What a person had to decide (the demo played the operator)',
      'The accounts',
      "The vendors' own side",
    ])
      expect(stdout).toContain(`\n${heading}\n`);
    expect(stdout).toMatch(/\nEvery person exists exactly once at every vendor\. [\d.]+ seconds\.\n/);
  });
});

describe('dev', () => {
  test('other commands of the folder find it; runs survive its restart', async () => {
    const folder = cli.folder();
    const first = await dev(folder);
    expect(statSync(join(folder, '.muster/muster.yaml')).mode & 0o777).toBe(0o600);
    const request = person({ ethosce: {}, 'pha-demo': {}, onefile: { role: 'assessor' } });
    const onboarded = await cli.run(folder, ['onboard', '-'], input(request));
    expect(onboarded.code).toBe(0);

    // One more that waits for a decision, over the restart.
    const state = await readDevState(folder);
    const pha = state.status === 'live' ? state.state.simulators?.['pha-demo'] : undefined;
    await fetch(`${pha}/__admin/faults`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ kind: 'drop-after', call: 'create user' }),
    });
    const waiting = person({ 'pha-demo': {} });
    expect(await cli.run(folder, ['onboard', '-'], input(waiting))).toMatchObject({ code: 3 });

    const twice = await cli.run(folder, ['dev']);
    expect(twice).toMatchObject({ code: 2, stdout: '' });
    expect(twice.stderr).toMatch(/^An environment runs in this folder already \(process \d+\)\.\n$/);
    await stop(first);
    expect(await cli.run(folder, ['list'])).toMatchObject({ code: 4, stdout: '' });

    const second = await dev(folder);
    expect(await cli.run(folder, ['show', request.key])).toMatchObject({ code: 0 });
    const shown = await cli.run(folder, ['show', waiting.key]);
    expect(shown.code).toBe(3);
    expect(shown.stdout).toContain('outcome-unknown');
    await stop(second);
  });

  test('with real connections and no key in the file: key and file are found by the other commands', async () => {
    const ethosce = await startSimulator('ethosce');
    try {
      const { password, ...connection } = ethosce.connection();
      const config = { connections: { cme: { ...connection, password: `$\{CME_PASSWORD}` } } };
      const folder = cli.folder({ 'real.yaml': JSON.stringify(config) });
      const environment = cli.start(folder, ['dev', '--config', 'real.yaml'], {
        env: { CME_PASSWORD: String(password) },
      });
      await environment.until('Ready.');
      const request = person({ cme: {} });
      expect(await cli.run(folder, ['onboard', '-'], input(request))).toMatchObject({ code: 0 });
      expect(ethosce.people()).toMatchObject([{ email: request.person.email }]);
      expect(readFileSync(join(folder, 'real.yaml'), 'utf8')).toBe(JSON.stringify(config));
      await stop(environment);
    } finally {
      await ethosce.close();
    }
  });

  test('a configuration with a fault is told before anything starts', async () => {
    const folder = cli.folder({ 'real.yaml': 'connections: { cme: { vendor: ethos } }' });
    const ended = await cli.run(folder, ['dev', '--config', 'real.yaml']);
    expect(ended).toMatchObject({ code: 2, stdout: '' });
    expect(ended.stderr).toMatch(/^real\.yaml:1: connections\.cme\.vendor: /m);
  });

  test('killed without a chance to clean up: its server ends too, and the next one starts', async () => {
    const folder = cli.folder();
    const first = await dev(folder);
    first.kill('SIGKILL');
    await first.ended;
    const stale = await cli.run(folder, ['list']);
    expect(stale.code).toBe(4);
    expect(stale.stderr).toContain('.muster/dev.json is stale');
    const second = await dev(folder);
    expect(await cli.run(folder, ['list'])).toMatchObject({ code: 0 });
    const state = await readDevState(folder);
    if (state.status !== 'live') throw new Error(`not found: ${state.status}`);
    await stop(second);
    await untilGone(state.state.pid);
  });
});
