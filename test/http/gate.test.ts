// The bar of a transport: what is asked before unproven credentials are sent, who hears of a rejection, and the probe that
// goes past it.
import type { Gate } from '../../src/http/transport';
import { ethosceAuth, findUsers, sessionToken } from '../../src/vendors/ethosce/calls';
import { CREATE, closePeers, FRESH, peer, READ, reply, sleep, transportTo } from './support';

afterEach(closePeers);

const free = (log: string[] = []): Gate => ({
  async enter() {
    log.push('enter');
    return {
      leave: async () => {
        log.push('leave');
      },
    };
  },
  async rejected({ kind }) {
    log.push(kind);
  },
});

test('unproven credentials ask for their turn, proven ones do not', async () => {
  const there = await peer((socket) => reply(socket));
  const log: string[] = [];
  const transport = transportTo(there.url, { gate: free(log) });
  await Promise.all([transport.send(READ), transport.send(READ)]);
  await transport.send(CREATE, FRESH);
  expect(log).toEqual(['enter', 'leave']);
});

test('a turn that proves nothing is given back, and asked for again', async () => {
  const there = await peer((socket, { number }) => reply(socket, number === 1 ? { status: 503 } : {}));
  const log: string[] = [];
  const transport = transportTo(there.url, { gate: free(log) });
  await transport.send(READ);
  await transport.send(READ);
  expect(log).toEqual(['enter', 'leave', 'enter', 'leave']);
});

test.each(['barred', 'unsent'] as const)(
  'a turn that is not given ends the call as %s: nothing is sent',
  async (kind) => {
    const there = await peer((socket) => reply(socket));
    const gate: Gate = { ...free(), enter: async () => ({ kind, message: 'not now' }) };
    const transport = transportTo(there.url, { gate });
    expect(await transport.send(CREATE, FRESH)).toEqual({ kind, message: 'not now' });
    expect(there.arrived).toHaveLength(0);
  },
);

test('a rejection is told once, before the turn is given back', async () => {
  const there = await peer((socket) => reply(socket, { status: 401, body: '{}' }));
  const log: string[] = [];
  const transport = transportTo(there.url, { gate: free(log) });
  await Promise.all([transport.send(READ), transport.send(READ), transport.send(READ)]);
  expect(log).toEqual(['enter', 'barred', 'leave']);
  expect(there.arrived).toHaveLength(1);
});

test('a barred transport sends only probes; an accepted one lifts the bar, a rejected one sets it', async () => {
  let accepts = false;
  const there = await peer((socket) => reply(socket, accepts ? {} : { status: 401, body: '{}' }));
  const log: string[] = [];
  const transport = transportTo(there.url, { gate: free(log) });
  transport.bar({ kind: 'barred', message: 'held' });
  expect(await transport.send(READ)).toEqual({ kind: 'barred', message: 'held' });
  expect(there.arrived).toHaveLength(0);
  expect(await transport.probe(READ)).toMatchObject({ kind: 'barred', vendorStatus: 401 });
  expect(await transport.send(READ)).toMatchObject({ kind: 'barred' });
  accepts = true;
  expect(await transport.probe(READ)).toMatchObject({ kind: 'done' });
  expect(await transport.send(CREATE, FRESH)).toMatchObject({ kind: 'done' });
  expect(there.arrived).toHaveLength(3);
  // A probe is the hold's own: it neither asks for a turn nor tells.
  expect(log).toEqual([]);
});

test('a probe that the vendor does not answer leaves the bar', async () => {
  const there = await peer((socket) => reply(socket, { status: 503 }));
  const transport = transportTo(there.url);
  transport.bar({ kind: 'barred', message: 'held' });
  await transport.probe(READ);
  expect(await transport.send(READ)).toEqual({ kind: 'barred', message: 'held' });
  expect(there.arrived).toHaveLength(1);
});

test('EthosCE’s own probe costs one request', async () => {
  const there = await peer((socket) =>
    reply(socket, { status: 403, type: 'text/html', body: '403 Forbidden' }),
  );
  const auth = ethosceAuth({ username: 'restws_muster', password: 'made-up' });
  const transport = transportTo(there.url, { auth });
  expect(await transport.probe(sessionToken)).toMatchObject({ kind: 'barred', vendorStatus: 403 });
  expect(there.arrived).toHaveLength(1);
});

test('while it is being asked what a 403 means, nothing more is sent', async () => {
  let changed = false;
  const forbidden = { status: 403, type: 'text/html', body: '403 Forbidden' };
  const there = await peer((socket, { line }) => {
    if (!changed) return reply(socket, { body: '{"list":[]}' });
    setTimeout(() => reply(socket, forbidden), line.includes('token') ? 100 : 0);
  });
  const auth = ethosceAuth({ username: 'restws_muster', password: 'made-up' });
  const transport = transportTo(there.url, { auth });
  const find = findUsers({ mail: 'orla@example.org' });
  await transport.send(find);
  changed = true;
  const first = transport.send(find);
  while (there.arrived.length < 3) await sleep(5);
  const late = await Promise.all([transport.send(find), transport.send(find)]);
  expect([await first, ...late].map(({ kind }) => kind)).toEqual(['barred', 'barred', 'barred']);
  expect(there.arrived).toHaveLength(3);
});
