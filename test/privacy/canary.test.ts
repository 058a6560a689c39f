// One person with distinctive data goes through every mishap at all five vendors, which repeat in their answers all that
// they were sent; so do the rows of two rosters. Then whatever outlives the runs is searched for that data: Temporal's database,
// raw histories, lists, logs, metrics, cards, results. Nothing may be found, but for what a roster held itself in its results,
// and the search must be shown to find what is there.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from '@temporalio/client';
import { parse } from 'csv-parse/sync';
import type { AccountResult, ResultDocument } from '../../src/account/result';
import { connectMuster, type Muster } from '../../src/client';
import { configFromObject } from '../../src/config/load';
import { type EmbeddedServer, startEmbeddedServer } from '../../src/dev/embedded-server';
import { freePort } from '../../src/dev/ports';
import { newKey } from '../../src/privacy/keys';
import { type SimulatedVendor, startSimulator } from '../../src/simulators';
import { MUSTER_SEARCH_ATTRIBUTES } from '../../src/temporal/search-attributes';
import { Cli, type Started } from '../cli/support/cli';
import { Echo } from './canary/echo';
import { Finder, type Hit } from './canary/finder';
import { cellsOf, csvOf } from './canary/roster';
import { failuresIn, rawTemporal } from './canary/temporal';

jest.setTimeout(120_000);

const KEY = 'canary-1';
const LOCKED = 'canary-2';
const SECRETS = {
  pha: { token: 'pha-token-Wobblegong-81' },
  ethosce: { password: 'ethosce-pass-Wobblegong-82' },
  onefile: { customerToken: 'onefile-token-Wobblegong-83' },
  hotdocs: { principalPassword: 'hotdocs-pass-Wobblegong-84' },
  regpack: { apiToken: 'regpack-token-Wobblegong-85' },
} as const satisfies Record<SimulatedVendor, Record<string, string>>;
const WRONG_PASSWORD = 'wrong-pass-Wobblegong-86';
const AMENDED = { 'person.lastName': 'Brandishwick', 'person.phone': '+44 7700 900321' };

const PERSON = {
  firstName: 'Zyxwandra',
  middleName: 'Ñandúrbel',
  lastName: "O'Vexolthane",
  email: 'zyxwandra.canarybird@post.example',
  dateOfBirth: '1987-06-05',
  sex: 'F',
  phone: '+44 7700 900987',
  address: {
    street: '17 Grimbulous Quay',
    additional: 'Flat Quaxley',
    city: 'Trundlewick',
    province: 'PA',
    postalCode: 'QX79ZZ',
    country: 'us',
  },
} as const;
const ACCOUNTS = {
  ethosce: {
    username: 'vexolthane.z',
    ssoId: 'SSO-Vexol-77',
    roles: [175031666],
    profile: { field_credentials: 'Phlebotomisterin' },
  },
  pha: { reference: 'Ref-Quillonby-9', rank: 'Grandmarshaline' },
  onefile: {
    role: 'learner',
    defaultAssessorId: 7,
    classroomId: 3,
    placementId: 9,
    fields: { ULN: '4938271605' },
  },
  hotdocs: { roles: ['SiteAdministrator'] },
  regpack: {
    username: PERSON.email,
    password: 'Regpack-Login-Xk29-Vexol',
    orgName: 'Snickerbottom Guild',
    fields: { favorite_color: 'Ultramauveine' },
    children: [{ key: 'canary-1-a', firstName: 'Wimbledina', lastName: 'Hatherquist', fields: {} }],
  },
} as const;

/** What the vendors know us by. */
const VENDOR_SECRETS = [
  'Wobblegong',
  WRONG_PASSWORD,
  ...Object.values(SECRETS).flatMap((secret) => Object.values(secret)),
];
/** Every text that a person or a secret could be known by. */
const CANARIES = [
  ...[PERSON.firstName, PERSON.middleName, PERSON.lastName, 'Vexolthane', PERSON.email, 'canarybird'],
  ...[
    PERSON.dateOfBirth,
    PERSON.phone,
    '7700 900987',
    PERSON.address.street,
    'Quaxley',
    'Trundlewick',
    'QX79ZZ',
  ],
  ...['vexolthane.z', 'SSO-Vexol-77', 'Phlebotomisterin', 'Quillonby', 'Grandmarshaline', '4938271605'],
  ...['Regpack-Login-Xk29-Vexol', 'Snickerbottom', 'Ultramauveine', 'Wimbledina', 'Hatherquist'],
  ...Object.values(AMENDED),
  ...VENDOR_SECRETS,
];
/** Rosters by their jobs: each row has the person's data, under a key and an address of its own. */
const CSV_JOB = 'canary-csv';
const NDJSON_JOB = 'canary-ndjson';
const { role, fields: _fields, ...placing } = ACCOUNTS.onefile;
const { username: _username, children: _children, orgName: _orgName, ...enrolling } = ACCOUNTS.regpack;
const { username: _name, ssoId: _ssoId, ...learning } = ACCOUNTS.ethosce;
const inRoster = (row: string) => ({
  key: row,
  person: { ...PERSON, email: `${row}.${PERSON.email}` },
});
const ROWS = {
  [CSV_JOB]: [
    { ...inRoster('canary-r1'), accounts: { onefile: { role, ...placing } } },
    { ...inRoster('canary-r2'), accounts: { regpack: enrolling } },
  ],
  [NDJSON_JOB]: [
    { ...inRoster('canary-r3'), accounts: { ethosce: learning } },
    { ...inRoster('canary-r4'), accounts: { hotdocs: ACCOUNTS.hotdocs }, onFailure: 'compensate' },
    { ...inRoster('canary-r5'), accounts: { onefile: ACCOUNTS.onefile } },
  ],
};
const CONTROL = 'Plainly-There-Tatterdemalion';

let server: EmbeddedServer;
let cli: Cli;
let muster: Muster;
let worker: Started;
let folder: string;
let metricsPort: number;
const echoes = new Map<SimulatedVendor, Echo>();
const ring = { keys: { test: newKey() }, activeKey: 'test' };
const dataDir = mkdtempSync(join(tmpdir(), 'muster-canary-'));
const said: string[] = [];
const documents: ResultDocument[] = [];

beforeAll(async () => {
  [cli, server] = await Promise.all([
    Cli.open(),
    startEmbeddedServer({ dataDir, searchAttributes: MUSTER_SEARCH_ATTRIBUTES }),
  ]);
  for (const vendor of Object.keys(SECRETS) as SimulatedVendor[])
    echoes.set(vendor, await Echo.before(await startSimulator(vendor, { settings: SECRETS[vendor] })));
  metricsPort = await freePort('127.0.0.1');
  const quick = { timeout: '1s', settle: { for: '6s' } };
  const config = {
    connections: {
      ...Object.fromEntries([...echoes].map(([name, echo]) => [name, { ...echo.connection(), ...quick }])),
      'ethosce-locked': { ...echoOf('ethosce').connection(), ...quick, password: WRONG_PASSWORD },
    },
    encryption: ring,
    worker: { healthPort: await freePort('127.0.0.1'), metricsPort },
  };
  folder = cli.folder({ 'muster.yaml': JSON.stringify(config) });
  worker = run('worker');
  const temporal = { connection: { address: server.address }, namespace: 'default' };
  muster = await connectMuster({ config: configFromObject(config), temporal });
  await worker.until('worker polls');
});

afterAll(async () => {
  await muster?.close();
  await cli?.close();
  await Promise.all([...echoes.values()].map((echo) => echo.close()));
  await server?.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

function echoOf(vendor: SimulatedVendor): Echo {
  const echo = echoes.get(vendor);
  if (!echo) throw new Error(`${vendor} is not there`);
  return echo;
}

function run(...args: string[]): Started {
  return cli.start(folder, args, { env: { TEMPORAL_ADDRESS: server.address, MUSTER_LOG: 'trace' } });
}

/** Keeps what a command said on either way out. */
async function hear(...args: string[]): Promise<void> {
  const { stdout, stderr } = await run(...args).ended;
  said.push(stdout, stderr);
}

async function accountNow(id: string): Promise<AccountResult> {
  const handle = await muster.handle(id);
  const document = await handle.result();
  documents.push(document);
  const [account] = Object.values(document.accounts);
  if (!account) throw new Error(`${id} has no account`);
  return account;
}

async function parksAs(id: string, code: string): Promise<void> {
  const { status, problem } = await accountNow(id);
  expect([id, status, problem?.code]).toEqual([id, 'parked', code]);
}

const reason = 'as the test wants it';

describe('after a run in which everything goes wrong', () => {
  beforeAll(async () => {
    echoOf('ethosce').plan(
      { on: /^GET \/profile2/, by: 'refusal' },
      { on: /^POST \/user\.json/, by: 'refusal' },
      { on: /^POST \/profile2/, by: 'page' },
    );
    echoOf('pha').plan(
      { on: /^POST .*admin_users/, by: 'page' },
      { on: /^POST .*user_profile/, by: 'refusal' },
    );
    echoOf('onefile').plan({ on: /^POST .*\/User /i, by: 'refusal' });
    echoOf('hotdocs').plan({ on: /^POST .*\/Users\//, by: 'refusal' });
    echoOf('regpack').plan({ on: /"create"/, by: 'refusal' }, { on: /"create_child"/, by: 'page' });
    await muster.onboard({ key: KEY, person: PERSON, accounts: ACCOUNTS } as never);
    await muster.onboard({
      key: LOCKED,
      person: { ...PERSON, email: `2${PERSON.email}` },
      accounts: { 'ethosce-locked': ACCOUNTS.ethosce },
    } as never);
    await Promise.all([atEthosce(), atPha(), atOnefile(), atHotdocs(), atRegpack(), atLocked()]);
    await rosters();
    await hear('undo', `ethosce/${KEY}`, '--reason', reason);
    await Promise.all([
      hear('show', KEY),
      hear('show', `pha/${KEY}`, '--json'),
      hear('list', '--parked'),
      hear('debts', '--json'),
    ]);
  });

  /** Vendors refuse three of the rows, in the words of what they were sent. */
  async function rosters() {
    echoOf('regpack').plan({ on: /"create"/, by: 'refusal' });
    echoOf('ethosce').plan({ on: /^POST \/user\.json/, by: 'refusal' });
    echoOf('hotdocs').plan({ on: /^POST .*\/Users\//, by: 'refusal' });
    const imports = join(folder, 'imports');
    mkdirSync(imports);
    writeFileSync(join(imports, 'people.csv'), csvOf(ROWS[CSV_JOB]));
    writeFileSync(
      join(imports, 'people.ndjson'),
      ROWS[NDJSON_JOB].map((row) => `${JSON.stringify(row)}\n`).join(''),
    );
    for (const [job, roster] of [
      [CSV_JOB, 'people.csv'],
      [NDJSON_JOB, 'people.ndjson'],
    ] as const) {
      await hear('bulk', `imports/${roster}`, '--id', job, '--json');
      await hear('bulk', 'results', job, '--out', job);
    }
  }

  async function atEthosce() {
    const id = `ethosce/${KEY}`;
    await started(id);
    await parksAs(id, 'refused');
    await (await muster.handle(id)).amend({ set: AMENDED, reason });
    await parksAs(id, 'refused');
    await (await muster.handle(id)).retry({ reason });
    expect((await accountNow(id)).status).toBe('done');
  }

  async function atPha() {
    const id = `pha/${KEY}`;
    await started(id);
    await parksAs(id, 'outcome-unknown');
    await (await muster.handle(id)).resolve({ userId: '4711', reason });
    await parksAs(id, 'refused');
    await (await muster.handle(id)).undo({ reason });
    await parksAs(id, 'undo-blocked');
  }

  async function atOnefile() {
    const id = `onefile/${KEY}`;
    await started(id);
    await parksAs(id, 'refused');
    await (await muster.handle(id)).retry({ reason });
    expect((await accountNow(id)).status).toBe('done');
  }

  async function atHotdocs() {
    const id = `hotdocs/${KEY}`;
    await started(id);
    await parksAs(id, 'refused');
    await (await muster.handle(id)).undo({ reason });
    expect((await accountNow(id)).status).toBe('compensated');
  }

  async function atRegpack() {
    const id = `regpack/${KEY}`;
    await started(id);
    await parksAs(id, 'refused');
    await (await muster.handle(id)).retry({ reason });
    expect((await accountNow(id)).status).toBe('done');
  }

  async function atLocked() {
    await started(`ethosce-locked/${LOCKED}`);
    await parksAs(`ethosce-locked/${LOCKED}`, 'credentials-rejected');
  }

  test('every mishap came to pass', () => {
    const met = [...echoes].map(([vendor, { met }]) => [vendor, met.length]);
    expect(Object.fromEntries(met)).toEqual({ pha: 2, ethosce: 4, onefile: 1, hotdocs: 2, regpack: 3 });
  });

  test("Temporal's database, histories and lists hold nothing of it", async () => {
    const finder = new Finder([...CANARIES, ...sessions(), ...issued()]);
    const found: Hit[] = [...files().flatMap(([name, bytes]) => finder.find(name, bytes))];
    for (const [place, raw] of await rawTemporal(muster.client)) found.push(...finder.find(place, raw));
    expect(found).toEqual([]);
  });

  test('logs, what commands print, and metrics hold nothing of it', async () => {
    const finder = new Finder([...CANARIES, ...sessions(), ...issued()]);
    const metrics = await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text();
    const logs = worker.stdout + worker.stderr;
    expect([
      ...finder.find('log', logs),
      ...finder.find('commands', said),
      ...finder.find('metrics', metrics),
    ]).toEqual([]);
    // They do say something, and of this run.
    expect(logs).toContain('"level":"debug"');
    expect(new Finder([KEY]).find('commands', said)).not.toEqual([]);
    expect(metrics).toContain('muster_vendor_calls_total');
  });

  test('what results say and what failures carry, decrypted, repeats nothing of it', async () => {
    const finder = new Finder([...CANARIES, ...sessions(), ...issued()]);
    const words = documents.flatMap(({ accounts }) =>
      Object.values(accounts).map(({ problem, evidence, notes, debts }) => ({
        problem,
        evidence,
        notes,
        debts,
      })),
    );
    const failures = await failuresIn(muster.client);
    expect([...finder.find('results', words), ...finder.find('failures', failures)]).toEqual([]);
    // The vendors' words are there, but for what they repeated.
    expect(JSON.stringify(words)).toContain('Cannot take');
    expect(JSON.stringify(words)).toContain('Unknown value');
    expect(JSON.stringify(failures)).toContain('Unknown value');
  });

  test("a job's results hold of it what the roster held itself, in its own columns, and no secret", () => {
    const anything = new Finder([...CANARIES, ...sessions(), ...issued()]);
    const secrets = new Finder([...VENDOR_SECRETS, ...sessions(), ...issued()]);
    const added: [string, unknown][] = [];
    for (const [name, content] of resultsOf(CSV_JOB)) {
      expect(secrets.find(name, content)).toEqual([]);
      if (!name.endsWith('.csv')) {
        expect(anything.find(name, content)).toEqual([]);
        continue;
      }
      const rows: Record<string, string>[] = parse(content, { columns: true, bom: true });
      for (const row of rows) {
        const given = cellsOf(ROWS[CSV_JOB]).find(({ key }) => key === row.key);
        const own = Object.entries(row).filter(([column]) => given && column in given);
        // A cell that a spreadsheet would take for a formula stands behind an apostrophe.
        expect(Object.fromEntries(own.map(([column, cell]) => [column, cell.replace(/^'/, '')]))).toEqual(
          given,
        );
        added.push([
          `${name}: ${row.key}`,
          Object.entries(row).filter(([column]) => !(given && column in given)),
        ]);
      }
    }
    for (const [name, content] of resultsOf(NDJSON_JOB)) {
      expect(secrets.find(name, content)).toEqual([]);
      if (!name.endsWith('.ndjson')) {
        expect(anything.find(name, content)).toEqual([]);
        continue;
      }
      for (const line of content.split('\n').filter(Boolean)) {
        const { result, ...given } = JSON.parse(line);
        expect(ROWS[NDJSON_JOB]).toContainEqual(given);
        added.push([`${name}: ${given.key}`, result]);
      }
    }
    expect(added.map(([place]) => place).sort()).toEqual([
      'failed.ndjson: canary-r4',
      'succeeded.csv: canary-r1',
      'succeeded.ndjson: canary-r5',
      'waiting.csv: canary-r2',
      'waiting.ndjson: canary-r3',
    ]);
    expect(added.flatMap(([place, words]) => anything.find(place, words))).toEqual([]);
    // They do say something: the vendors' words, and under which handle a password is.
    const words = JSON.stringify(added);
    expect(words).toContain('Cannot take');
    expect(words).toContain('Unknown value');
    expect(words).toMatch(/"secret":"\w/);
  });

  test('a job and its rows show nothing of it to whoever has the key: card, memo, search attributes', async () => {
    const finder = new Finder([...CANARIES, ...sessions(), ...issued()]);
    const rows = ['regpack/canary-r2', 'ethosce/canary-r3', 'hotdocs/canary-r4'];
    for (const id of [`bulk/${CSV_JOB}`, `bulk/${NDJSON_JOB}`, ...rows]) {
      const handle = muster.client.workflow.getHandle(id);
      const { memo, searchAttributes } = await handle.describe();
      const card = await handle.query('__temporal_workflow_metadata');
      expect(finder.find(id, [memo, searchAttributes, card])).toEqual([]);
      // It is readable, and of this run.
      expect(JSON.stringify(card)).toContain(id.replace(/^bulk\//, ''));
    }
  });

  test('the search finds what is there: ids everywhere, and all of a run without encryption', async () => {
    const plain = new Client({ connection: muster.client.connection });
    await plain.workflow.start('provisionEthosceUser', {
      taskQueue: 'nobody-polls-this',
      workflowId: 'control',
      args: [{ person: { ...PERSON, firstName: CONTROL } }],
      memo: { note: CONTROL },
      staticSummary: `summary of ${CONTROL}`,
    });
    const ids = new Finder([`ethosce/${KEY}`]);
    const data = new Finder([CONTROL, PERSON.email, PERSON.middleName]);
    let raw = new Map(await rawTemporal(plain));
    // Temporal's list is a moment behind.
    while (!raw.has('history of control')) raw = new Map(await rawTemporal(plain));
    expect(new Set(data.find('history', raw.get('history of control')).map(({ word }) => word)).size).toBe(3);
    expect(data.find('description', raw.get('description of control'))).not.toEqual([]);
    expect(ids.find('list', raw.get('list'))).not.toEqual([]);
    const inFiles = (finder: Finder) =>
      new Set(
        files()
          .flatMap(([name, bytes]) => finder.find(name, bytes))
          .map(({ word }) => word),
      );
    expect(inFiles(data).size).toBe(3);
    expect(inFiles(ids).size).toBe(1);
  });
});

/** A person's run starts its accounts' runs. */
async function started(id: string): Promise<void> {
  for (;;) {
    const known = await muster
      .handle(id)
      .then((handle) => handle.standing())
      .catch(() => undefined);
    if (known) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function files(): [string, Buffer][] {
  return readdirSync(dataDir)
    .filter((name) => name.startsWith('temporal.db'))
    .map((name) => [name, readFileSync(join(dataDir, name))]);
}

function resultsOf(job: string): [string, string][] {
  const dir = join(folder, job);
  return readdirSync(dir).map((name) => [name, readFileSync(join(dir, name), 'utf8')]);
}

/** Tokens that vendors gave out for sessions. */
function sessions(): string[] {
  return [...echoes.values()].flatMap(({ tokens }) => [...tokens]).filter((token) => token.length > 8);
}

/** Passwords that vendors made up. */
function issued(): string[] {
  return echoOf('onefile')
    .simulator.people()
    .map(({ id }) => `Pw-${id}-simulated`);
}
