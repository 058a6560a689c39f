// Calls that never left: DNS, a closed port, TLS, a connection that does not come about, a proxy that refuses. Each is
// `unsent`, and the other side has not seen a byte of the request.
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import type { Peer } from './support';
import {
  CERTIFICATE,
  CREATE,
  closedPort,
  closePeers,
  FRESH,
  peer,
  READ,
  reply,
  transportTo,
} from './support';

afterEach(closePeers);

test.each([
  ['a create', CREATE, FRESH],
  ['a read', READ, {}],
])('%s to a name that does not resolve is unsent', async (_, call, options) => {
  const transport = transportTo(`http://${'a'.repeat(64)}.invalid`);
  expect(await transport.send(call, options)).toMatchObject({
    kind: 'unsent',
    message: expect.stringContaining('ENOTFOUND'),
  });
});

test('a refused connection is unsent', async () => {
  const outcome = await transportTo(`http://127.0.0.1:${await closedPort()}`).send(CREATE, FRESH);
  expect(outcome).toMatchObject({ kind: 'unsent', message: expect.stringContaining('ECONNREFUSED') });
});

test('a certificate that nobody trusts is unsent, and no byte of the request is seen', async () => {
  const there = await peer((socket) => reply(socket), { tls: true });
  const outcome = await transportTo(there.url).send(CREATE, FRESH);
  expect(outcome).toMatchObject({ kind: 'unsent', message: expect.stringMatching(/self.signed/i) });
  expect(there.arrived).toEqual([]);
});

test('the same certificate is accepted with caFile', async () => {
  const there = await peer((socket) => reply(socket), { tls: true });
  const transport = transportTo(there.url, { caFile: CERTIFICATE });
  expect(await transport.send(CREATE, FRESH)).toEqual({ kind: 'done', value: 1 });
});

test('a trusted certificate of another host is unsent', async () => {
  const there = await peer((socket) => reply(socket), { tls: true });
  const transport = transportTo(there.url.replace('127.0.0.1', 'localhost'), { caFile: CERTIFICATE });
  expect(await transport.send(CREATE, FRESH)).toMatchObject({
    kind: 'unsent',
    message: expect.stringContaining('ERR_TLS_CERT_ALTNAME_INVALID'),
  });
  expect(there.arrived).toEqual([]);
});

test('a server that speaks no TLS where it should is unsent', async () => {
  const there = await peer((socket) => reply(socket), {
    onConnection: (socket) => socket.write('HTTP/1.1 400 Bad Request\r\n\r\n'),
  });
  const outcome = await transportTo(there.url.replace('http:', 'https:')).send(CREATE, FRESH);
  expect(outcome.kind).toBe('unsent');
});

test('a handshake that never ends is unsent once the time is up', async () => {
  const there = await peer(() => undefined);
  const transport = transportTo(there.url.replace('http:', 'https:'), { timeoutMs: 200 });
  expect(await transport.send(CREATE, FRESH)).toMatchObject({ kind: 'unsent' });
  expect(there.seen.connections).toBe(1);
});

describe('through a proxy', () => {
  let server: Server;
  let asked: { target: string; authorization: string | undefined }[];
  let refuseWith: number | undefined;

  beforeEach(async () => {
    asked = [];
    refuseWith = undefined;
    server = createServer();
    server.on('connect', (request, socket) => {
      const target = request.url ?? '';
      asked.push({ target, authorization: request.headers['proxy-authorization'] });
      if (refuseWith !== undefined) return void socket.end(`HTTP/1.1 ${refuseWith} No\r\n\r\n`);
      const [host, port] = target.split(':');
      const tunnel = connect(Number(port), host, () => {
        socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
        tunnel.pipe(socket).pipe(tunnel);
      });
      tunnel.on('error', () => socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n'));
      socket.on('error', () => tunnel.destroy());
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  });
  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
  });

  const through = (there: Peer, login = '') => {
    const { port } = server.address() as AddressInfo;
    return transportTo(there.url, { proxy: `http://${login}127.0.0.1:${port}`, caFile: CERTIFICATE });
  };

  test.each([
    ['TLS', true],
    ['plain HTTP', false],
  ])('the request arrives, by %s', async (_, tls) => {
    const there = await peer((socket) => reply(socket), { tls });
    expect(await through(there, 'me:secret@').send(CREATE, FRESH)).toEqual({ kind: 'done', value: 1 });
    expect(asked).toEqual([
      {
        target: `127.0.0.1:${there.port}`,
        authorization: `Basic ${Buffer.from('me:secret').toString('base64')}`,
      },
    ]);
    // The proxy's log-in is not the vendor's to see.
    expect(there.arrived).toMatchObject([{ line: 'POST /users' }]);
    expect(there.arrived[0]?.headers).not.toHaveProperty('proxy-authorization');
  });

  test.each([403, 407, 502])('a proxy that refuses with %i is unsent', async (status) => {
    refuseWith = status;
    const there = await peer((socket) => reply(socket), { tls: true });
    expect(await through(there).send(CREATE, FRESH)).toMatchObject({ kind: 'unsent' });
    expect(asked).toHaveLength(1);
    expect(there.seen).toEqual({ connections: 0, bytes: 0 });
  });

  test('a proxy that cannot reach the vendor, or is not there itself, is unsent', async () => {
    const nobody = `http://127.0.0.1:${await closedPort()}`;
    const { port } = server.address() as AddressInfo;
    const behind = transportTo(nobody, { proxy: `http://127.0.0.1:${port}` });
    const missing = transportTo(nobody, { proxy: nobody });
    expect(await behind.send(CREATE, FRESH)).toMatchObject({ kind: 'unsent' });
    expect(await missing.send(CREATE, FRESH)).toMatchObject({ kind: 'unsent' });
  });
});
