// Calls that left and got no whole reply: each is `unknown`, and never sent a second time. What the server counted is the
// proof; a connection that broke before the request was written is told apart from one that broke after.
import type { Dispatcher } from 'undici';
import { exchange, LARGEST_REPLY } from '../../src/http/exchange';
import {
  type Arrived,
  CERTIFICATE,
  CREATE,
  closePeers,
  FRESH,
  peer,
  READ,
  reply,
  sleep,
  transportTo,
} from './support';

afterEach(closePeers);

type Break = (socket: import('node:net').Socket, request: Arrived) => void;

const HEAD = 'HTTP/1.1 201 Created\r\ncontent-type: application/json\r\n';

const breaks: [string, Break][] = [
  ['a reset after the request was read', (socket) => socket.resetAndDestroy()],
  ['a connection closed without a byte', (socket) => socket.end()],
  ['a reset amid the head', (socket) => socket.write(HEAD, () => socket.resetAndDestroy())],
  [
    'a reset amid the body',
    (socket) =>
      socket.write(`${HEAD}content-length: 20\r\n\r\n{"id":`, () =>
        setTimeout(() => socket.resetAndDestroy(), 20),
      ),
  ],
  ['a body shorter than announced', (socket) => socket.end(`${HEAD}content-length: 64\r\n\r\n{"id":1}`)],
  [
    'a chunked body without its end',
    (socket) => socket.end(`${HEAD}transfer-encoding: chunked\r\n\r\n8\r\n{"id":1}\r\n`),
  ],
  ['a garbage status line', (socket) => socket.end('HTP/1.1 wat\r\n\r\n{"id":1}')],
  ['a status line that is no number', (socket) => socket.end('HTTP/1.1 2OO OK\r\n\r\n{"id":1}')],
  [
    'an encoding that was not asked for',
    (socket) => reply(socket, { status: 201, headers: { 'content-encoding': 'gzip' } }),
  ],
];

test.each(breaks)('%s leaves a create unknown, sent once', async (_, answer) => {
  const there = await peer(answer);
  const outcome = await transportTo(there.url).send(CREATE, FRESH);
  expect(outcome).toMatchObject({ kind: 'unknown' });
  await sleep(30);
  expect(there.arrived).toHaveLength(1);
});

test('no answer within the time leaves a create unknown, and the connection is dropped', async () => {
  let dropped: () => void;
  const closed = new Promise<void>((resolve) => {
    dropped = resolve;
  });
  const there = await peer((socket) => void socket.on('close', () => dropped()));
  const outcome = await transportTo(there.url, { timeoutMs: 200 }).send(CREATE, FRESH);
  expect(outcome).toMatchObject({ kind: 'unknown', message: expect.stringContaining('200 ms') });
  await closed;
  expect(there.arrived).toHaveLength(1);
});

test('a head in time and a body that drips leaves a create unknown when the whole time is up', async () => {
  const there = await peer((socket) => {
    socket.write(`${HEAD}content-length: 1000\r\n\r\n`);
    const drip = setInterval(() => socket.write(' '), 20);
    socket.on('close', () => clearInterval(drip));
  });
  const outcome = await transportTo(there.url, { timeoutMs: 300 }).send(CREATE, FRESH);
  expect(outcome).toMatchObject({ kind: 'unknown', message: expect.stringContaining('300 ms') });
});

test('a reply beyond the largest is not read to its end', async () => {
  let written = 0;
  const there = await peer((socket) => {
    socket.write(`${HEAD}transfer-encoding: chunked\r\n\r\n`);
    const chunk = 'x'.repeat(1024 * 1024);
    const more = () => {
      if (socket.destroyed || written >= 4 * LARGEST_REPLY) return;
      written += chunk.length;
      socket.write(`100000\r\n${chunk}\r\n`, more);
    };
    more();
  });
  const outcome = await transportTo(there.url).send(CREATE, FRESH);
  expect(outcome).toMatchObject({ kind: 'unknown', message: expect.stringContaining('larger than') });
  await sleep(50);
  expect(written).toBeLessThan(3 * LARGEST_REPLY);
});

test('a cancelled create that is in flight is unknown; one cancelled before is unsent and unseen', async () => {
  const there = await peer((_socket, { number }) => {
    if (number === 1) cancelling.abort();
  });
  const cancelling = new AbortController();
  const transport = transportTo(there.url);
  const options = { ...FRESH, signal: cancelling.signal };
  expect(await transport.send(CREATE, options)).toMatchObject({ kind: 'unknown' });
  const { bytes } = there.seen;
  expect(await transport.send(CREATE, options)).toMatchObject({ kind: 'unsent' });
  expect(there.seen.bytes).toBe(bytes);
});

describe('a connection kept open and closed by the server', () => {
  test('at the moment of the next request: a POST is unknown and arrives once', async () => {
    const there = await peer((socket, { number }) => (number === 1 ? reply(socket) : socket.destroy()));
    // Without a guard, so that the pool's own connection is used again.
    const transport = transportTo(there.url);
    expect(await transport.send(READ)).toEqual({ kind: 'done', value: 1 });
    await sleep(10);
    expect(await transport.send(CREATE)).toMatchObject({ kind: 'unknown' });
    await sleep(50);
    expect(there.seen.connections).toBe(1);
    expect(there.arrived.map(({ line }) => line)).toEqual(['GET /users', 'POST /users']);
  });

  test('between two requests: the next goes out once, over a new connection', async () => {
    const there = await peer((socket, { number }) => {
      reply(socket);
      if (number === 1) socket.end();
    });
    const transport = transportTo(there.url);
    await transport.send(READ);
    await sleep(30);
    expect(await transport.send(CREATE)).toEqual({ kind: 'done', value: 1 });
    expect(there.seen.connections).toBe(2);
    expect(there.arrived.map(({ line }) => line)).toEqual(['GET /users', 'POST /users']);
  });

  test('a create never rides on a connection that was used before', async () => {
    const there = await peer((socket) => reply(socket));
    const transport = transportTo(there.url);
    await transport.send(READ);
    await transport.send(CREATE, FRESH);
    await transport.send(CREATE, FRESH);
    expect(there.seen.connections).toBe(3);
  });

  test('many at once while the server closes each connection after one reply: each arrives once', async () => {
    const there = await peer((socket, { number }) => (number % 2 ? reply(socket) : socket.destroy()));
    const transport = transportTo(there.url);
    const sends = Array.from({ length: 40 }, () => transport.send(CREATE));
    const kinds = (await Promise.all(sends)).map(({ kind }) => kind);
    expect(there.arrived).toHaveLength(40);
    expect(kinds.filter((kind) => kind === 'done')).toHaveLength(20);
    expect(kinds.filter((kind) => kind === 'unknown')).toHaveLength(20);
  });
});

test('a library that would start one request twice is stopped', async () => {
  const controller = { abort: () => undefined } as unknown as Dispatcher.DispatchController;
  let starts = 0;
  const eager = {
    dispatch(_options: unknown, handler: Dispatcher.DispatchHandler) {
      starts += 1;
      handler.onRequestStart?.(controller, {});
      expect(() => handler.onRequestStart?.(controller, {})).toThrow('a request is never sent twice');
      return true;
    },
  } as unknown as Dispatcher;
  const request = { method: 'POST', path: '/', headers: {} } as const;
  const result = await exchange(eager, 'http://127.0.0.1', request, { timeoutMs: 1_000 });
  expect(result).toMatchObject({ kind: 'broken', sent: true });
  expect(starts).toBe(1);
});

describe('the guard of a create', () => {
  test('that says no is unsent and stale, and the server sees not one byte', async () => {
    const there = await peer((socket) => reply(socket));
    const guard = () => 'held back: its activity is 3001 ms old';
    const outcome = await transportTo(there.url).send(CREATE, { guard });
    expect(outcome).toEqual({
      kind: 'unsent',
      stale: 'age',
      message: 'Test: create: held back: its activity is 3001 ms old',
    });
    await sleep(30);
    expect(there.seen.bytes).toBe(0);
  });

  test('is asked when the connection stands: the handshake it took counts', async () => {
    const there = await peer((socket) => reply(socket), { tls: true });
    let handshakes = -1;
    const outcome = await transportTo(there.url, { caFile: CERTIFICATE }).send(CREATE, {
      guard() {
        handshakes = there.seen.connections;
        return 'too old by now';
      },
    });
    expect(outcome).toMatchObject({ kind: 'unsent', stale: 'age' });
    expect({ handshakes, arrived: there.arrived }).toEqual({ handshakes: 1, arrived: [] });
  });
});
