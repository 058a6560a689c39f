// Bulk jobs against simulated vendors and a real Temporal server.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { JobHandle } from '../../src/client/job';
import { Harness } from '../support/harness';

let harness: Harness;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'muster-bulk-'));
  harness = await Harness.start({
    vendors: ['hotdocs', 'pha'],
    bulk: { importsDir: folder, resultsDir: join(folder, 'results') },
  });
}, 60_000);
afterAll(async () => {
  await harness.stop();
  rmSync(folder, { recursive: true });
});

const hotdocs = () => harness.simulator('hotdocs');
const pha = () => harness.simulator('pha');
const users = () => (hotdocs().state() as { users: { emailAddress: string }[] }).users;

let rosters = 0;

/** Writes a roster; its people are of this roster alone. */
function roster(count: number, change: (row: string[], index: number) => string[] = (row) => row): string {
  rosters += 1;
  const lines = Array.from({ length: count }, (_, index) => {
    const key = `row-${rosters}-${index + 1}`;
    return change([key, 'Ines', `Heron${index}`, `${key}@example.org`, 'hotdocs'], index).join(',');
  });
  const path = join(folder, `people-${rosters}.csv`);
  writeFileSync(path, `key,firstName,lastName,email,connections\n${lines.join('\n')}\n`);
  return path;
}

/** Who of the last roster exists at HotDocs. */
const made = () => users().filter(({ emailAddress }) => emailAddress.startsWith(`row-${rosters}-`));

const atPha = (row: string[]) => [...row.slice(0, 4), 'pha'];

/** PHA refuses the create of these rows of the last roster, by their numbers. */
function refuse(rows: readonly number[]): void {
  pha().set('acceptDuplicateEmails', false);
  for (const row of rows) pha().seed({ email: `row-${rosters}-${row}@example.org` });
}
afterEach(() => pha().set('acceptDuplicateEmails', true));

async function until(condition: () => Promise<boolean> | boolean): Promise<void> {
  while (!(await condition())) await sleep(50);
}

test('a roster becomes accounts, once each; the same again changes nothing', async () => {
  const path = roster(12);
  const job = await harness.muster.bulk(path, { window: 4 });
  expect(await job.result()).toMatchObject({
    status: 'done',
    rows: 12,
    succeeded: 12,
    failed: 0,
    waiting: 0,
    notStarted: 0,
    sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
  });
  expect(made()).toHaveLength(12);
  const before = hotdocs().requests().length;
  const again = await harness.muster.bulk(path, { id: 'again' });
  expect(await again.result()).toMatchObject({ status: 'done', succeeded: 12 });
  expect(hotdocs().requests()).toHaveLength(before);
  expect(await harness.muster.list({ job: job.id })).toHaveLength(12);
});

test('rows that are parked free their place, are counted, and show in the results until they are decided', async () => {
  const path = roster(6, atPha);
  refuse([2]);
  const job = await harness.muster.bulk(path, { window: 1 });
  expect(await job.result()).toMatchObject({ status: 'done', succeeded: 5, waiting: 1 });
  const first = await job.results();
  expect(first).toMatchObject({ rows: 6, succeeded: 5, waiting: 1, failed: 0, notStarted: 0 });
  const waiting = readFileSync(join(first.folder, 'waiting.csv'), 'utf8').trim().split('\n');
  expect(waiting).toHaveLength(2);
  expect(waiting[1]).toContain('refused');
  const [, key] = /^([^,]+)/.exec(waiting[1] ?? '') ?? [];
  const handle = await harness.muster.handle(`pha/${key}`);
  pha().set('acceptDuplicateEmails', true);
  await handle.retry({ reason: 'it was a slip' });
  await handle.result();
  expect(await job.results()).toMatchObject({ succeeded: 6, waiting: 0 });
});

test('a roster with faults names each with its line, and nothing is sent', async () => {
  const path = roster(3, (row, index) => (index === 1 ? ['not a key!', ...row.slice(1)] : row));
  const before = hotdocs().requests().length;
  const job = await harness.muster.bulk(path);
  await expect(job.result()).rejects.toThrow(/^line 3: key: /);
  expect(hotdocs().requests()).toHaveLength(before);
  const nowhere = await harness.muster.bulk('/etc/passwd', { id: 'outside' });
  await expect(nowhere.result()).rejects.toThrow('importsDir');
});

test('a job stops when too many rows have failed, and the rest can be fed again', async () => {
  const path = roster(12, atPha);
  refuse([1, 2, 3]);
  const job = await harness.muster.bulk(path, {
    window: 1,
    maxFailures: '10%',
    defaults: { onFailure: 'compensate' },
  });
  const summary = await job.result();
  expect(summary).toMatchObject({ status: 'stopped', rows: 12, failed: 2, succeeded: 0, notStarted: 10 });
  const { folder: out } = await job.results();
  expect(readFileSync(join(out, 'not_started.csv'), 'utf8').trim().split('\n')).toHaveLength(11);
  pha().set('acceptDuplicateEmails', true);
  const rest = await harness.muster.bulk(join(out, 'not_started.csv'), { id: 'rest' });
  await expect(rest.result()).resolves.toMatchObject({ status: 'done', rows: 10 });
});

test('a job is paused, goes on, and is cancelled; rows under way are seen to their end', async () => {
  const path = roster(30);
  const job = await harness.muster.bulk(path, { window: 2 });
  await until(() => made().length >= 3);
  await expect(job.pause({ reason: ' ' })).rejects.toThrow('reason: is missing');
  expect(await job.pause({ reason: 'lunch' })).toMatchObject({ status: 'paused', problem: 'Paused: lunch' });
  await until(async () => (await job.progress()).underway === 0);
  const before = made().length;
  expect(before).toBeLessThan(30);
  await expect(job.pause({ reason: 'again' })).rejects.toThrow('paused already');
  await sleep(500);
  expect(made()).toHaveLength(before);
  await job.resume({ reason: 'back' });
  await until(() => made().length > before);
  await job.cancel();
  const summary = await job.result();
  expect(summary.status).toBe('cancelled');
  expect(summary.succeeded).toBe(made().length);
  expect(summary.succeeded + summary.notStarted).toBe(30);
});

test('a worker that dies in the middle is followed by another, and nobody exists twice', async () => {
  const path = roster(20);
  const job = await harness.muster.bulk(path, { window: 5 });
  await until(() => made().length >= 4);
  await harness.stopWorker();
  await harness.startWorker();
  expect(await job.result()).toMatchObject({ status: 'done', succeeded: 20 });
  expect(made()).toHaveLength(20);
});

test('a roster that changes under a job holds it up, until it is what it was again', async () => {
  const path = roster(30);
  const was = readFileSync(path);
  const job = await harness.muster.bulk(path, { window: 2 });
  await until(() => made().length >= 2);
  writeFileSync(path, `${was}x,y\n`);
  let problem: string | null = null;
  await until(async () => {
    ({ problem } = await job.progress());
    return problem !== null;
  });
  expect(problem).toContain('chang');
  writeFileSync(path, was);
  await job.resume({ reason: 'put back' });
  expect(await job.result()).toMatchObject({ status: 'done', succeeded: 30 });
});

test('a person whose other request is under way is left alone, and said', async () => {
  const path = roster(2, atPha);
  refuse([1]);
  const other = await harness.muster.onboard({
    key: `row-${rosters}-1`,
    person: { firstName: 'Ines', lastName: 'Crane', email: `row-${rosters}-1@example.org` },
    accounts: { pha: {} },
  });
  await other.result();
  const job = await harness.muster.bulk(path);
  expect(await job.result()).toMatchObject({ status: 'done', succeeded: 1, notStarted: 1 });
  const { folder: out } = await job.results();
  expect(readFileSync(join(out, 'not_started.csv'), 'utf8')).toContain('running-elsewhere');
});

test('a job is undone: what it made is taken back or owed, what it only met is kept', async () => {
  const path = roster(3, atPha);
  const job = await harness.muster.bulk(path);
  expect(await job.result()).toMatchObject({ succeeded: 3 });
  const again = await harness.muster.bulk(path, { id: 'met' });
  await again.result();
  const preview = async (of: JobHandle) => {
    const rows = [];
    for await (const row of of.undoPreview()) rows.push(row);
    return rows;
  };
  expect(await preview(again)).toEqual(
    [1, 2, 3].map((n) => ({
      key: `row-${rosters}-${n}`,
      undone: [],
      kept: [{ connection: 'pha', why: 'its latest run is not of this job' }],
    })),
  );
  expect((await preview(job)).map(({ undone }) => undone)).toEqual([['pha'], ['pha'], ['pha']]);
  const undoing = await job.undo({ reason: 'wrong roster' });
  // PHA cannot take anybody back: each is a debt, until a person says it is settled.
  expect(await undoing.result()).toMatchObject({ status: 'done', waiting: 3 });
  expect((await harness.muster.debts()).filter(({ key }) => key.startsWith(`row-${rosters}-`))).toHaveLength(
    3,
  );
});
