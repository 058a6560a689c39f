// The real server, started and stopped in every way.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Client, Connection } from '@temporalio/client';
import { TypedSearchAttributes } from '@temporalio/common';
import { DataFolderInUseError } from '../../src/dev/data-lock';
import {
  type EmbeddedServer,
  EmbeddedServerError,
  type EmbeddedServerOptions,
  startEmbeddedServer,
} from '../../src/dev/embedded-server';
import { answersAt, freePort, PortInUseError } from '../../src/dev/ports';
import { isAlive } from '../../src/dev/processes';
import { MUSTER_SEARCH_ATTRIBUTES, musterDebts, musterStage } from '../../src/temporal/search-attributes';
import { startTestServer } from '../support/temporal-server';
import { cliScript, temporaryFolders, untilGone, writeProgram } from './support';

const newFolder = temporaryFolders();
const servers: EmbeddedServer[] = [];
const connections: Connection[] = [];

async function start(options: EmbeddedServerOptions): Promise<EmbeddedServer> {
  const server = await startEmbeddedServer(options);
  servers.push(server);
  return server;
}
async function clientOf({ address, namespace }: EmbeddedServer): Promise<Client> {
  const connection = await Connection.connect({ address });
  connections.push(connection);
  return new Client({ connection, namespace });
}
afterEach(async () => {
  await Promise.all(connections.splice(0).map((connection) => connection.close()));
  await Promise.all(servers.splice(0).map((server) => server.kill()));
});

const startRun = (client: Client, workflowId: string) =>
  client.workflow.start('anything', {
    taskQueue: 'nobody-listens',
    workflowId,
    typedSearchAttributes: new TypedSearchAttributes([
      { key: musterStage, value: 'create' },
      { key: musterDebts, value: 2 },
    ]),
  });

it('starts in memory, ready for runs with search attributes, and stops in order', async () => {
  const server = await startTestServer();
  servers.push(server);
  const { address, pid } = server;
  expect(address).toMatch(/^127\.0\.0\.1:\d+$/);
  expect(server.uiUrl).toBeUndefined();

  const client = await clientOf(server);
  const { customAttributes } = await client.connection.operatorService.listSearchAttributes({
    namespace: 'default',
  });
  expect(Object.keys(customAttributes)).toEqual(
    expect.arrayContaining(Object.keys(MUSTER_SEARCH_ATTRIBUTES)),
  );
  await startRun(client, 'one');
  while ((await client.workflow.count('MusterStage = "create" AND MusterDebts > 1')).count !== 1);

  await Promise.all([server.stop(), server.stop()]);
  expect(await server.exited).toEqual({ code: 0, signal: null });
  expect(isAlive(pid)).toBe(false);
  expect(await answersAt(address)).toBe(false);
});

describe('with a data folder', () => {
  it('keeps runs over stop and crash, and registers search attributes that came later', async () => {
    const dataDir = join(await newFolder(), 'a', 'b');
    const { MusterDebts: _later, ...early } = MUSTER_SEARCH_ATTRIBUTES;
    const first = await start({ dataDir, searchAttributes: early, namespace: 'people' });
    expect((await stat(dataDir)).mode & 0o777).toBe(0o700);
    await (await clientOf(first)).workflow.start('anything', {
      taskQueue: 'nobody',
      workflowId: 'before-stop',
    });
    await first.stop();
    const head = await readFile(join(dataDir, 'temporal.db'));
    // SQLite's file format: the size of a page, and whether changes go through a log.
    expect([head.readUInt16BE(16), head[18]]).toEqual([512, 2]);

    const options = { dataDir, searchAttributes: MUSTER_SEARCH_ATTRIBUTES, namespace: 'people' };
    const second = await start(options);
    await startRun(await clientOf(second), 'before-crash');
    await second.kill();
    expect((await second.exited).signal).toBe('SIGKILL');

    const client = await clientOf(await start(options));
    for (const id of ['before-stop', 'before-crash']) {
      expect((await client.workflow.getHandle(id).describe()).status.name).toBe('RUNNING');
    }
    const { config } = await client.workflowService.describeNamespace({ namespace: 'people' });
    expect(Number(config?.workflowExecutionRetentionTtl?.seconds)).toBe(30 * 86_400);
  });

  it('is the only one in it', async () => {
    const dataDir = await newFolder();
    const { address, pid, stop } = await start({ dataDir });
    await expect(start({ dataDir })).rejects.toThrow(DataFolderInUseError);
    await expect(start({ dataDir })).rejects.toThrow(`server at ${address} (process ${pid})`);
    await stop();
    await start({ dataDir });
  });

  it.each([
    [
      'ended without saying so',
      { owner: 2 ** 30, since: 0, server: { pid: 2 ** 30, address: '127.0.0.1:1' } },
    ],
    [
      'had the ids of others that live',
      { owner: process.pid, since: 0, server: { pid: process.pid, address: '127.0.0.1:1' } },
    ],
    ['broke off while starting', { owner: process.ppid, since: 0 }],
  ])('takes it over from one that %s', async (_name, holder) => {
    const dataDir = await newFolder();
    await writeFile(join(dataDir, 'temporal.lock'), JSON.stringify(holder));
    const { pid } = await start({ dataDir });
    expect(JSON.parse(await readFile(join(dataDir, 'temporal.lock'), 'utf8')).server.pid).toBe(pid);
  });

  it('refuses a search attribute that exists with another type', async () => {
    const dataDir = await newFolder();
    await (await start({ dataDir, searchAttributes: { MusterDebts: 'Keyword' } })).stop();
    await expect(start({ dataDir, searchAttributes: { MusterDebts: 'Int' } })).rejects.toThrow(
      'the search attribute MusterDebts exists with another type in namespace "default"',
    );
    // It did not stay behind.
    await start({ dataDir, searchAttributes: { MusterDebts: 'Keyword' } });
  });
});

it('serves the UI, pointed at the codec endpoint', async () => {
  const uiPort = await freePort('127.0.0.1');
  const { uiUrl } = await start({ uiPort, codecEndpoint: 'http://127.0.0.1:8234' });
  expect(uiUrl).toBe(`http://127.0.0.1:${uiPort}`);
  const settings = (await (await fetch(`${uiUrl}/api/v1/settings`)).json()) as {
    Codec: { Endpoint: string };
  };
  expect(settings.Codec.Endpoint).toBe('http://127.0.0.1:8234');
});

describe('what can go wrong', () => {
  it.each(['port', 'uiPort'])('a %s in use is named', async (option) => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as { port: number };
    await expect(start({ [option]: port })).rejects.toThrow(new PortInUseError('127.0.0.1', port));
    other.close();
  });

  it.each([false, true])('its last words are told (with a log file: %s)', async (withLog) => {
    const logFile = withLog ? join(await newFolder(), 'logs', 'server.log') : undefined;
    const error = await start({ extraArgs: ['--no-such-flag'], logFile }).catch((problem) => problem);
    expect(error).toBeInstanceOf(EmbeddedServerError);
    expect(error.message).toContain('it ended at once (exit code 1)');
    expect(error.message).toContain('unknown flag: --no-such-flag');
    if (logFile) expect((await stat(logFile)).mode & 0o777).toBe(0o600);
  });

  it('a port that someone else was quicker to take is replaced, a few times', async () => {
    const folder = await newFolder();
    const script = `echo "$@" >> ${folder}/calls; echo "can't set frontend port: address already in use" >&2; exit 1`;
    const binary = await writeProgram(join(folder, 'temporal'), cliScript('1.9.1', script));
    await expect(start({ binary })).rejects.toThrow('address already in use');
    const ports = (await readFile(`${folder}/calls`, 'utf8')).match(/--port=\d+/g) ?? [];
    expect(new Set(ports).size).toBe(3);
  });

  it('secrets of our environment are not passed on', async () => {
    const binary = await writeProgram(
      join(await newFolder(), 'temporal'),
      cliScript('1.9.1', 'env >&2; exit 1'),
    );
    process.env.MUSTER_CANARY = 'canary-4711';
    const { message } = await start({ binary }).catch((problem) => problem);
    delete process.env.MUSTER_CANARY;
    expect(message).toContain('PATH=');
    expect(message).not.toContain('canary-4711');
  });
});

describe('the process that started it', () => {
  const owners: ChildProcess[] = [];
  afterEach(() => {
    for (const owner of owners.splice(0)) owner.kill('SIGKILL');
  });

  /** Starts a process of its own that owns a server, at the head of a process group as in a terminal. */
  async function startOwner(how: string) {
    const fixtures = join(__dirname, 'fixtures');
    const owner = spawn(
      process.execPath,
      ['-r', join(fixtures, 'typescript.js'), join(fixtures, 'owner.ts'), how],
      { detached: true, stdio: ['ignore', 'pipe', 'ignore'], env: { ...process.env } },
    );
    owners.push(owner);
    const lines = createInterface(owner.stdout)[Symbol.asyncIterator]();
    const server = JSON.parse((await lines.next()).value) as { pid: number; address: string };
    return { owner, server, nextLine: async () => (await lines.next()).value as string };
  }

  it.each(['exit', 'throw', 'SIGTERM', 'SIGKILL'])('takes it along when it ends by %s', async (how) => {
    const signal = how.startsWith('SIG') ? (how as NodeJS.Signals) : undefined;
    const { owner, server } = await startOwner(signal ? 'wait' : how);
    if (signal) owner.kill(signal);
    await untilGone(server.pid);
    expect(await answersAt(server.address)).toBe(false);
  });

  it('gets Ctrl-C of a terminal alone', async () => {
    const { owner, server, nextLine } = await startOwner('wait');
    process.kill(-(owner.pid ?? 0), 'SIGINT');
    expect(await nextLine()).toBe('interrupted');
    // The terminal signals a process group; the server is at the head of its own.
    expect(() => process.kill(-server.pid, 0)).not.toThrow();
  });
});

describe('freePort', () => {
  it('gives a port only once', async () => {
    const ports = await Promise.all(Array.from({ length: 100 }, () => freePort('127.0.0.1')));
    expect(new Set(ports).size).toBe(100);
    const server = createServer().listen(ports[0], '127.0.0.1');
    await once(server, 'listening');
    server.close();
  });
});
