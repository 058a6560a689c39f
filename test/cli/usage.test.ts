// What the command line says and ends with when it can't even begin: wrong use, bad input, no Temporal. No server here.
import { COMMANDS } from '../../src/cli/commands';
import { parseConfig } from '../../src/config/load';
import { Cli } from './support/cli';

// Not in `beforeAll`, for which concurrent tests do not wait.
jest.setTimeout(120_000);
const ready = Cli.open();
afterAll(async () => (await ready).close());

const CONFIG = `connections:
  pha-demo: { vendor: pha, environment: demo, baseUrl: "http://127.0.0.1:9", token: "\${PHA_TOKEN}" }
  ethosce: { vendor: ethosce, baseUrl: "http://127.0.0.1:9", username: restws_muster, password: "\${ETHOSCE_PASSWORD}" }
encryption:
  keys: { a: "${Buffer.alloc(32, 1).toString('base64')}" }
  activeKey: a
`;
const PERSON = { firstName: 'Orla', lastName: 'Tern', email: 'orla.tern@example.org' };
const REQUEST = JSON.stringify({ key: 'hr-1', person: PERSON, accounts: { ethosce: {} } });

/** An address at which nobody listens: port 9 is reserved for what discards everything. */
const NOBODY = { TEMPORAL_ADDRESS: '127.0.0.1:9' };

describe('help', () => {
  const commands = Object.keys(COMMANDS);

  test.concurrent('lists every command on stdout', async () => {
    const cli = await ready;
    const { code, stdout } = await cli.run(cli.folder(), ['--help']);
    expect(code).toBe(0);
    const listed = [...stdout.matchAll(/^ {2}([a-z-]+) {2,}/gm)].map(([, name]) => name);
    expect(listed).toEqual(commands);
  });

  test.concurrent.each(commands)('%s: tells its options, with an example', async (command) => {
    const cli = await ready;
    const { code, stdout, stderr } = await cli.run(cli.folder(), [command, '--help']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(new RegExp(`^Usage: muster ${command} `));
    expect(stdout).toContain('--config <file>');
    expect(stdout).toMatch(new RegExp(`Examples?:\\n(.*\\n)*.*muster ${command}`));
  });

  test.concurrent('--version', async () => {
    const cli = await ready;
    expect(await cli.run(cli.folder(), ['--version'])).toEqual({ code: 0, stdout: '0.1.0\n', stderr: '' });
  });
});

describe('wrong use ends with 2, says what on stderr, and leaves stdout alone', () => {
  const decision = ['pha-demo/hr-1', '--reason', 'why'];
  test.concurrent.each<[string[], string]>([
    [[], 'Usage: muster'],
    [['frobnicate'], "error: unknown command 'frobnicate'"],
    [['keys'], 'Usage: muster keys'],
    [['onboard'], "error: missing required argument 'file'"],
    [['onboard', 'a.json', 'b.json'], 'error: too many arguments'],
    [['onboard', 'a.json', '--wait'], "error: unknown option '--wait'"],
    [['list', '--limit', 'many'], 'Expected a whole number above 0.'],
    [['simulate', '--port-base', '70000'], 'Expected a port from 1 to 65535.'],
    [['simulate', '--port-base', '65534'], '--port-base: leaves no room for 5 ports'],
    [['retry', 'pha-demo/hr-1'], "error: required option '--reason <text>' not specified"],
    [['retry', 'pha-demo/hr-1', '--reason', '  '], '--reason: is empty; say why, in a few words'],
    [['skip', ...decision], "error: required option '--step <name>' not specified"],
    [['resolve', ...decision], 'Say what is true at the vendor: --user-id ID, --exists or --not-created'],
    [['resolve', ...decision, '--exists', '--not-created'], "cannot be used with option '--not-created'"],
    [['resolve', ...decision, '--user-id', '7', '--exists'], "cannot be used with option '--exists'"],
  ])('muster %j', async (args, sentence) => {
    const cli = await ready;
    const ended = await cli.run(cli.folder(), args, { env: NOBODY });
    expect(ended.stderr).toContain(sentence);
    expect(ended).toMatchObject({ code: 2, stdout: '' });
  });

  test.concurrent('a log level that is none', async () => {
    const cli = await ready;
    const folder = cli.folder({ 'muster.yaml': CONFIG });
    const ended = await cli.run(folder, ['worker'], { env: { ...NOBODY, MUSTER_LOG: 'loud' } });
    expect(ended).toEqual({
      code: 2,
      stdout: '',
      stderr: 'MUSTER_LOG: is none of trace, debug, info, warn, error\n',
    });
  });
});

describe('a request that cannot be read', () => {
  test.concurrent.each<[string, string, string]>([
    [
      '{"key": "hr-1",\n "person": Orla}',
      'request.json:2:12: is not JSON; expected a request',
      'a bare word',
    ],
    ['{"key": "hr-1",\n}', 'request.json:2:1: is not JSON; expected a request', 'a comma too many'],
    ['{"key": "hr-1"', 'request.json:1:15: is not JSON; expected a request', 'cut short'],
    ['', 'request.json: is empty; expected a request as JSON', 'nothing'],
    ['[1]', 'the request is not a JSON object', 'a list'],
  ])('%j', async (content, sentence) => {
    const cli = await ready;
    const folder = cli.folder({ 'muster.yaml': CONFIG, 'request.json': content });
    expect(await cli.run(folder, ['onboard', 'request.json'], { env: NOBODY })).toEqual({
      code: 2,
      stdout: '',
      stderr: `${sentence}\n`,
    });
  });

  test.concurrent('no such file', async () => {
    const cli = await ready;
    const ended = await cli.run(cli.folder({ 'muster.yaml': CONFIG }), ['onboard', 'x.json'], {
      env: NOBODY,
    });
    expect(ended).toEqual({ code: 2, stdout: '', stderr: 'x.json: there is no such file\n' });
  });

  test.concurrent('a folder in place of a file', async () => {
    const cli = await ready;
    const ended = await cli.run(cli.folder({ 'muster.yaml': CONFIG }), ['onboard', '.'], { env: NOBODY });
    expect(ended).toEqual({ code: 2, stdout: '', stderr: '.: is a folder\n' });
  });
});

test.concurrent('every fault of a request is told at once, before Temporal is looked for, each on its line', async () => {
  const cli = await ready;
  const request = {
    key: 'orla.tern@example.org',
    person: { firstName: 'Orla', lastName: 'Tern', email: 'orla.tern', dateOfBirth: '31.01.1990' },
    accounts: { 'pha-demo': { environment: 'live' }, ethosc: {} },
    onfailure: 'park',
  };
  const folder = cli.folder({ 'muster.yaml': CONFIG });
  const ended = await cli.run(folder, ['onboard', '-'], { env: NOBODY, input: JSON.stringify(request) });
  expect(ended).toMatchObject({ code: 2, stdout: '' });
  const lines = ended.stderr.trim().split('\n');
  expect(lines.map((line) => line.slice(0, line.indexOf(':'))).sort()).toEqual([
    'accounts.ethosc',
    'accounts.pha-demo.environment',
    'key',
    'onfailure',
    'person.dateOfBirth',
    'person.email',
  ]);
  expect(ended.stderr).not.toContain('orla.tern');
});

describe('a faulty configuration', () => {
  const faulty = `connections:
  Ethos: { vendor: ethosce, baseUrl: "http://127.0.0.1:9", username: restws_muster, password: x }
  pha: { vendor: pha, baseUrl: "http://127.0.0.1:9", tokn: x }
`;

  test.concurrent('is told line by line, by every command that reads one', async () => {
    const cli = await ready;
    const folder = cli.folder({ 'my.yaml': faulty, 'request.json': REQUEST });
    const said = await Promise.all(
      [
        ['onboard', 'request.json', '--config', 'my.yaml'],
        ['--config', 'my.yaml', 'worker'],
        ['list', '--config=my.yaml'],
      ].map((args) => cli.run(folder, args, { env: NOBODY })),
    );
    for (const { code, stdout, stderr } of said) {
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      for (const line of stderr.trim().split('\n')) expect(line).toMatch(/^my\.yaml:[23]: connections\./);
      expect(stderr).toContain('connections.pha.tokn');
      expect(stderr).toContain('connections.Ethos');
    }
  });

  test.concurrent('secrets are needed by the worker alone', async () => {
    const cli = await ready;
    const folder = cli.folder({ 'muster.yaml': CONFIG, 'request.json': REQUEST });
    const worker = await cli.run(folder, ['worker'], { env: NOBODY });
    expect(worker).toMatchObject({ code: 2, stdout: '' });
    expect(worker.stderr).toContain('connections.ethosce.password');
    expect(worker.stderr).toContain('connections.pha-demo.token');
    const client = await cli.run(folder, ['onboard', 'request.json'], { env: NOBODY });
    expect(client.code).toBe(4);
  });
});

describe('Temporal is not reachable: exit 4', () => {
  const secrets = { PHA_TOKEN: 'x', ETHOSCE_PASSWORD: 'y' };

  test.concurrent.each([
    ['onboard', 'request.json'],
    ['show', 'ethosce/hr-1'],
    ['list'],
    ['retry', 'ethosce/hr-1', '--reason', 'x'],
    ['worker'],
  ])('muster %s', async (...args) => {
    const cli = await ready;
    const folder = cli.folder({ 'muster.yaml': CONFIG, 'request.json': REQUEST });
    const ended = await cli.run(folder, args, { env: { ...NOBODY, ...secrets } });
    expect(ended.stderr).toContain('Temporal cannot be reached at 127.0.0.1:9');
    expect(ended.stderr).not.toMatch(/^\s+at /m);
    expect(ended).toMatchObject({ code: 4, stdout: '' });
  });

  test.concurrent('nor is it said where it is', async () => {
    const cli = await ready;
    const ended = await cli.run(cli.folder(), ['list']);
    expect(ended).toEqual({
      code: 4,
      stdout: '',
      stderr:
        'TEMPORAL_ADDRESS is not set, nor is there a .muster/dev.json here. Start "muster dev" in this folder, or set TEMPORAL_ADDRESS.\n',
    });
  });

  test.concurrent('doctor says so beside what it found', async () => {
    const cli = await ready;
    const folder = cli.folder({ 'muster.yaml': CONFIG });
    const { code, stdout } = await cli.run(folder, ['doctor', '--json'], { env: NOBODY });
    expect(code).toBe(4);
    expect(JSON.parse(stdout)).toMatchObject([
      { check: 'configuration', ok: true },
      { check: 'encryption', ok: true },
      { check: 'Temporal', ok: false },
    ]);
  });
});

describe('keys new', () => {
  test.concurrent('prints a key of 32 bytes and nothing else on stdout, another one each time', async () => {
    const cli = await ready;
    const [first, second] = await Promise.all([1, 2].map(() => cli.run(cli.folder(), ['keys', 'new'])));
    expect(first?.code).toBe(0);
    expect(Buffer.from(first?.stdout.trim() ?? '', 'base64')).toHaveLength(32);
    expect(first?.stdout).not.toBe(second?.stdout);
  });

  test.concurrent('says lines that muster.yaml takes as they are', async () => {
    const cli = await ready;
    const { stdout, stderr } = await cli.run(cli.folder(), ['keys', 'new']);
    const [lines = ''] = /^encryption:\n(?: .*\n)+/m.exec(stderr) ?? [];
    const [, variable = ''] = /\$\{(\w+)\}/.exec(lines) ?? [];
    const connection = 'connections: { x: { vendor: pha, baseUrl: "https://pha.example", token: t } }';
    const { encryption } = parseConfig(`${connection}\n${lines}`, {
      secrets: 'resolve',
      env: { [variable]: stdout },
    });
    expect(Object.values(encryption?.keys ?? {})).toEqual([stdout]);
    expect(stderr).not.toContain(stdout.trim());
  });

  test.concurrent('--json', async () => {
    const cli = await ready;
    const { stdout } = await cli.run(cli.folder(), ['keys', 'new', '--json']);
    expect(Object.keys(JSON.parse(stdout))).toEqual(['key']);
  });
});

describe('simulate', () => {
  test.concurrent('prints where the vendors are as one JSON document, and ends with 0 on Ctrl-C', async () => {
    const cli = await ready;
    const simulate = cli.start(cli.folder(), ['simulate']);
    await simulate.until('until Ctrl-C');
    const { simulators, connections } = JSON.parse(simulate.stdout);
    expect(Object.keys(simulators).sort()).toEqual(['ethosce', 'hotdocs', 'onefile', 'pha', 'regpack']);
    expect(connections['pha-demo']).toMatchObject({ vendor: 'pha', baseUrl: simulators.pha });
    const people = await fetch(`${simulators.onefile}/__admin/people`);
    expect(await people.json()).toEqual([]);
    simulate.kill('SIGINT');
    expect(await simulate.ended).toMatchObject({ code: 0 });
    await expect(fetch(`${simulators.onefile}/__admin/people`)).rejects.toThrow();
  });

  test.concurrent('a port that is taken', async () => {
    const cli = await ready;
    const first = cli.start(cli.folder(), ['simulate']);
    await first.until('until Ctrl-C');
    const port = Number(new URL(JSON.parse(first.stdout).simulators.pha).port);
    const base = String(port < 65_531 ? port : port - 4);
    const second = await cli.run(cli.folder(), ['simulate', '--port-base', base]);
    expect(second).toEqual({ code: 2, stdout: '', stderr: `Port ${port} is in use.\n` });
    first.kill('SIGINT');
    await first.ended;
  });
});
