// Rosters from web addresses: what is fetched, where it is kept, and what a server can't make us do.
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import { join } from 'node:path';
import { checkRoster, readRows, START } from '../../src/bulk/roster';
import { openRoster } from '../../src/bulk/source';
import { config } from '../request/support';
import { temporaryFolder } from './support';

const ROSTER = 'key,firstName,lastName,email,connections\nhr-1,Ada,Lovelace,ada@example.org,hotdocs\n';
const LINE = JSON.stringify({
  key: 'hr-1',
  person: { firstName: 'Ada', lastName: 'L', email: 'a@example.org' },
  accounts: { hotdocs: {} },
});
const importsDir = temporaryFolder();
const temporary = temporaryFolder();
const kept = join(temporary, `muster-rosters-${process.getuid?.()}`);

let server: Server;
let other: Server;
let asked: string[] = [];
let answer: RequestListener;
const address = (path: string, of = server) =>
  `http://127.0.0.1:${(of.address() as AddressInfo).port}${path}`;
const open = (path: string) => openRoster(address(path), { importsDir });

async function listen(listener: RequestListener): Promise<Server> {
  const started = createServer(listener);
  await new Promise<void>((resolve) => started.listen(0, '127.0.0.1', resolve));
  return started;
}

beforeAll(async () => {
  jest.spyOn(os, 'tmpdir').mockReturnValue(temporary);
  server = await listen((request, response) => {
    asked.push(request.url ?? '');
    answer(request, response);
  });
  other = await listen((_, response) => response.end(ROSTER));
});

beforeEach(() => {
  asked = [];
  answer = (_, response) => response.setHeader('content-type', 'text/csv; charset=utf-8').end(ROSTER);
});

afterAll(() => {
  jest.restoreAllMocks();
  for (const one of [server, other]) {
    one.closeAllConnections();
    one.close();
  }
});

test('is kept where nobody else can look, by what it is, and pages read it from there', async () => {
  const place = { source: address('/people.csv?sig=1'), importsDir };
  const pinned = await checkRoster(place, config, {});
  expect(pinned).toMatchObject({ rows: 1, format: 'csv' });
  expect(statSync(kept).mode & 0o777).toBe(0o700);
  expect(readdirSync(kept)).toEqual([`${pinned.sha256}.csv`]);
  const file = join(kept, `${pinned.sha256}.csv`);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(readFileSync(file, 'utf8')).toBe(ROSTER);
  await readRows(place, config, pinned, START, 1, {});
  expect(asked).toEqual(['/people.csv?sig=1']);
});

test('is fetched again by a machine that has not got it, and must be the same', async () => {
  const place = { source: address('/people.csv'), importsDir };
  const pinned = await checkRoster(place, config, {});
  rmSync(join(kept, `${pinned.sha256}.csv`));
  expect((await readRows(place, config, pinned, START, 5, {})).rows).toHaveLength(1);
  expect(asked).toHaveLength(2);
  rmSync(join(kept, `${pinned.sha256}.csv`));
  answer = (_, response) => response.end(ROSTER.replace('Ada', 'Eve'));
  await expect(readRows(place, config, pinned, START, 5, {})).rejects.toThrow(
    `${place.source}: the roster changed since the job started`,
  );
});

test.each([
  ['the address', '/people.jsonl?x=1', 'application/octet-stream', LINE, 'ndjson'],
  ['the type', '/export', 'application/x-ndjson', LINE, 'ndjson'],
  ['the type, with more in it', '/export', 'text/csv; charset=utf-8', ROSTER, 'csv'],
  ['the first character', '/export', 'application/octet-stream', LINE, 'ndjson'],
])('its format is told by %s', async (_, path, type, content, format) => {
  answer = (_request, response) => response.setHeader('content-type', type).end(content);
  const place = { source: address(path), importsDir };
  const pinned = await checkRoster(place, config, {});
  expect(pinned.format).toBe(format);
  expect((await readRows(place, config, pinned, START, 5, {})).rows).toHaveLength(1);
});

test('a redirect is followed to the same server', async () => {
  answer = ({ url }, response) =>
    url === '/old' ? response.writeHead(302, { location: '/new.csv' }).end() : response.end(ROSTER);
  expect(await open('/old')).toMatchObject({ format: 'csv' });
  expect(asked).toEqual(['/old', '/new.csv']);
});

describe('refused', () => {
  const fault = async (path: string) => {
    const error: unknown = await open(path).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    if (!(error instanceof Error) || error.name !== 'RosterError') throw error ?? new Error('it was taken');
    return error.message.replaceAll(/127\.0\.0\.1:\d+/g, 'HOST');
  };

  test('a redirect elsewhere', async () => {
    answer = (_, response) => response.writeHead(302, { location: address('/people.csv', other) }).end();
    expect(await fault('/people.csv?sig=1')).toBe(
      'http://HOST/people.csv: redirects to another server (http://HOST); give the final address',
    );
  });

  test('redirects without end', async () => {
    answer = (_, response) => response.writeHead(307, { location: '/people.csv' }).end();
    expect(await fault('/people.csv')).toBe('http://HOST/people.csv: redirects more than 5 times');
    expect(asked).toHaveLength(6);
  });

  test.each([
    ['what is not there', 404, {}, 'cannot be fetched: the server answered 404'],
    ['a redirect to nowhere', 301, {}, 'cannot be fetched: the server answered 301'],
    [
      'a log-in page',
      200,
      { 'content-type': 'text/html; charset=utf-8' },
      'answered with a web page, not a file; does the address need a log-in?',
    ],
    [
      'a compressed file',
      200,
      { 'content-encoding': 'gzip' },
      'answered with a compressed file; offer it uncompressed',
    ],
  ])('%s', async (_, status, headers, sentence) => {
    answer = (_request, response) => response.writeHead(status, headers).end(ROSTER);
    expect(await fault('/people.csv?sig=geheim')).toBe(`http://HOST/people.csv: ${sentence}`);
  });

  test('a file that broke off', async () => {
    answer = (_, response) => {
      response.writeHead(200, { 'content-length': '5000' }).write(ROSTER, () => response.destroy());
    };
    expect(await fault('/people.csv')).toMatch(
      /^http:\/\/HOST\/people\.csv: cannot be fetched: the server broke the connection$/,
    );
    expect(readdirSync(kept).filter((name) => name.startsWith('incoming'))).toEqual([]);
  });

  test('a server that is not there', async () => {
    const gone = await listen(() => undefined);
    const source = address('/people.csv', gone);
    await new Promise((resolve) => gone.close(resolve));
    await expect(openRoster(source, { importsDir })).rejects.toThrow(
      `${source}: cannot be fetched: the server refuses connections`,
    );
  });
});

test('whoever waits no longer is not made to', async () => {
  const stop = new AbortController();
  answer = (_, response) => response.write('key', () => stop.abort(new Error('enough')));
  const waiting = openRoster(address('/people.csv'), { importsDir, signal: stop.signal });
  await expect(waiting).rejects.toThrow('enough');
});

test('what is older than a week goes, what is in use stays', async () => {
  const file = (name: string, days: number) => {
    const at = new Date(Date.now() - days * 86_400_000);
    writeFileSync(join(kept, name), ROSTER);
    utimesSync(join(kept, name), at, at);
    return join(kept, name);
  };
  const [old, young] = [file('old.csv', 8), file('young.csv', 6)];
  const place = { source: address('/people.csv'), importsDir };
  const pinned = await checkRoster(place, config, {});
  expect([old, young].map(existsSync)).toEqual([false, true]);
  const used = file(`${pinned.sha256}.csv`, 6);
  await readRows(place, config, pinned, START, 5, {});
  expect(Date.now() - statSync(used).mtimeMs).toBeLessThan(3_600_000);
});

test('a folder that others can look into is not used', async () => {
  mkdirSync(kept, { recursive: true });
  chmodSync(kept, 0o755);
  try {
    await expect(open('/people.csv')).rejects.toThrow(
      `${kept}: is not a folder of this user alone, and rosters are kept in it; remove it`,
    );
  } finally {
    chmodSync(kept, 0o700);
  }
});
