// muster plan from the command line: requests and rosters, plan files, thresholds and exit codes.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readPlan } from '../../src/bulk/plan-file';
import { person } from '../support/harness';
import { Scene } from './support/scene';

// Processes start slowly on a busy machine.
jest.setTimeout(120_000);

let scene: Scene;
beforeAll(async () => {
  scene = await Scene.open({
    'pha-demo': { vendor: 'pha', environment: 'demo' },
    ethosce: { vendor: 'ethosce', requestsPerSecond: 50 },
  });
  mkdirSync(join(scene.folder, 'imports'));
  await scene.startWorker();
});
afterAll(() => scene?.close());

const site = () => scene.simulator('ethosce');
const committed = () =>
  [...site().requests(), ...scene.simulator('pha').requests()].filter((one) => one.committed);
const roster = (name: string, lines: string[]) =>
  writeFileSync(join(scene.folder, 'imports', name), `${lines.join('\n')}\n`);
const HEAD = 'key,firstName,lastName,email,ethosce.roles';

test('a request: what would be made at each vendor, and nothing is', async () => {
  const request = person({ ethosce: { roles: [175031666] }, 'pha-demo': { rank: 'Captain' } });
  const { code, stdout } = await scene.run(['plan', '-'], { input: JSON.stringify(request) });
  expect(code).toBe(0);
  expect(stdout).toMatch(new RegExp(`ethosce/${request.key} +create +– +\\+profile +roles \\+175031666`));
  expect(stdout).toMatch(new RegExp(`pha-demo/${request.key} +cannot-tell +– +\\+assessment`));
  expect(stdout).toContain('1 person, 2 accounts: create 1 · cannot-tell 1');
  expect(stdout).toContain('PHA cannot be asked who exists');
  expect(stdout).not.toContain(request.person.email);
  expect(committed()).toEqual([]);
});

test('a roster: a plan file, thresholds that name their rows, and what is in the way', async () => {
  const there = site().seed({ email: 'bo.plan@example.org', marker: 'bo-before' });
  site().seed({ email: 'other@example.org', marker: 'hr-3' });
  roster(
    'people.csv',
    [
      HEAD,
      'hr-1,Ada,Plan,ada.plan@example.org,175031666',
      'hr-2,Bo,Plan,bo.plan@example.org,175031666',
      'hr-3,Cy,Plan,cy.plan@example.org,',
    ].map((line, at) => (at === 0 ? `${line},connections` : `${line},ethosce`)),
  );
  const args = ['plan', 'people.csv', '--json', '--out', 'plan.json', '--max-adopt', '0'];
  const { code, stdout, stderr } = await scene.run(args);
  expect(code).toBe(1);
  const document = JSON.parse(stdout) as Record<string, unknown>;
  expect(document).toMatchObject({
    source: 'people.csv',
    rows: [
      { row: 1, line: 2, key: 'hr-1', accounts: { ethosce: { action: 'create' } } },
      { key: 'hr-2', accounts: { ethosce: { action: 'adopt', userId: there } } },
      { key: 'hr-3', accounts: { ethosce: { action: 'blocked', problem: { code: 'conflict' } } } },
    ],
    totals: { rows: 3, accounts: 3, actions: { create: 1, adopt: 1, blocked: 1 } },
    exceeded: [{ limit: 'maxAdopt', found: 1, accounts: [{ key: 'hr-2', line: 3 }] }],
  });
  expect(stderr).toContain(
    '--max-adopt 0 is exceeded: 1 of 3 accounts would be adopted.\n  ethosce/hr-2 (line 3)\n',
  );
  expect(stdout + stderr).not.toContain('@example.org');

  const plan = await readPlan(join(scene.folder, 'plan.json'));
  expect(plan.header).toMatchObject({
    source: 'people.csv',
    sha256: document.sha256,
    environments: { 'pha-demo': 'demo', ethosce: null },
  });
  const rows = [];
  for await (const { key, line, accounts } of plan.rows) rows.push([key, line, accounts.ethosce?.action]);
  expect(rows).toEqual([
    ['hr-1', 2, 'create'],
    ['hr-2', 3, 'adopt'],
    ['hr-3', 4, 'blocked'],
  ]);
  expect(committed()).toEqual([]);
});

test('more people than a page holds come in their order; of many, only some are shown', async () => {
  const keys = Array.from({ length: 70 }, (_, at) => `many-${at}`);
  roster('many.csv', [HEAD, ...keys.map((key) => `${key},Ada,Many,${key}@example.org,`)]);
  const args = ['plan', 'many.csv', '--out', 'many.json', '--connections', 'ethosce'];
  const { code, stdout } = await scene.run(args);
  expect(code).toBe(0);
  expect(stdout).toContain('and 30 more accounts');
  expect(stdout).toContain('70 people, 70 accounts: create 70');
  const planned = [];
  for await (const { key } of (await readPlan(join(scene.folder, 'many.json'))).rows) planned.push(key);
  expect(planned).toEqual(keys);
});

test.each([
  ['a roster with faults', ['plan', 'faulty.csv'], /line 2: email: is not an e-mail address/],
  ['no such roster', ['plan', 'none.csv'], /none.csv: there is no such file/],
  ['no such request', ['plan', 'none.json'], /none.json: there is no such file/],
  [
    'a threshold that is none',
    ['plan', 'faulty.csv', '--max-adopt', 'few'],
    /Expected a whole number such as 20/,
  ],
  [
    'a place that is none',
    ['plan', 'sound.csv', '--out', 'nowhere/plan.json'],
    /nowhere\/plan.json: cannot be written/,
  ],
])('%s: exit 2, and nothing is asked', async (_, args, message) => {
  roster('faulty.csv', [`${HEAD},connections`, 'hr-9,Ada,Faulty,no-address,,ethosce']);
  roster('sound.csv', [`${HEAD},connections`, 'hr-9,Ada,Sound,ada.sound@example.org,,ethosce']);
  const before = site().requests().length;
  const { code, stdout, stderr } = await scene.run(args);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toMatch(message);
  expect(site().requests()).toHaveLength(before);
});
