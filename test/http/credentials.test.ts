// Who we say we are: sessions and their renewal, a 401 cured once, rejected credentials that are not tried again, and the
// two meanings of EthosCE's 403.

import { z } from 'zod';
import { sessionAuth } from '../../src/http/auth';
import { type Call, json } from '../../src/http/call';
import { plainRefusal } from '../../src/http/refusals';
import type { TransportOptions } from '../../src/http/transport';
import { ethosceAuth, findUsers } from '../../src/vendors/ethosce/calls';
import {
  type Arrived,
  CREATE,
  closePeers,
  FRESH,
  peer,
  READ,
  reply,
  type Sent,
  sleep,
  transportTo,
} from './support';

afterEach(closePeers);

const LOGIN: Call<string> = {
  name: 'Test: log in',
  method: 'POST',
  path: '/login',
  json: { user: 'muster' },
  answers: [{ status: [200], read: json(z.object({ token: z.string() }), ({ token }) => token) }],
  refusal: plainRefusal,
};
const session = (lifetimeMs = 60_000) => sessionAuth(lifetimeMs, LOGIN, (token) => ({ 'x-token': token }));

/** A vendor with sessions: log-ins give t1, t2, …; `valid` says which tokens it takes. */
async function vendor(valid: (token: string) => boolean, login?: (number: number) => Sent | 'hang up') {
  let logins = 0;
  const there = await peer((socket, request) => {
    if (request.line !== 'POST /login') {
      const ok = valid(request.headers['x-token'] ?? '');
      return reply(socket, ok ? {} : { status: 401, body: '{"message":"expired"}' });
    }
    logins += 1;
    const answer = login?.(logins) ?? { body: `{"token":"t${logins}"}` };
    if (answer === 'hang up') socket.destroy();
    else reply(socket, answer);
  });
  const calls = () => there.arrived.map(({ line, headers }) => `${line} ${headers['x-token'] ?? ''}`.trim());
  return { there, calls };
}

describe('a session', () => {
  test('is begun once for many calls at once, and kept', async () => {
    const { there, calls } = await vendor(() => true);
    const transport = transportTo(there.url, { auth: session() });
    const outcomes = await Promise.all(Array.from({ length: 5 }, () => transport.send(READ)));
    expect(outcomes.every(({ kind }) => kind === 'done')).toBe(true);
    await transport.send(CREATE, FRESH);
    expect(calls().sort()).toEqual(
      ['GET /users t1', 'POST /login', 'POST /users t1'].flatMap((call) =>
        call.startsWith('GET') ? Array.from({ length: 5 }, () => call) : [call],
      ),
    );
    // The log-in itself carries no credentials header of a session.
    expect(there.arrived[0]?.headers).not.toHaveProperty('x-token');
  });

  test('is renewed before it ends', async () => {
    const { there, calls } = await vendor(() => true);
    const transport = transportTo(there.url, { auth: session(200) });
    await transport.send(READ);
    await sleep(190);
    await transport.send(READ);
    expect(calls()).toEqual(['POST /login', 'GET /users t1', 'POST /login', 'GET /users t2']);
  });

  test('that the vendor ended early is renewed, and the create sent again: once', async () => {
    const { there, calls } = await vendor((token) => token !== 't1');
    const transport = transportTo(there.url, { auth: session() });
    expect(await transport.send(CREATE, FRESH)).toEqual({ kind: 'done', value: 1 });
    expect(calls()).toEqual(['POST /login', 'POST /users t1', 'POST /login', 'POST /users t2']);
  });

  test('that many calls find ended at once is renewed once', async () => {
    const { there, calls } = await vendor((token) => token !== 't1');
    const transport = transportTo(there.url, { auth: session() });
    const outcomes = await Promise.all(Array.from({ length: 6 }, () => transport.send(READ)));
    expect(outcomes.every(({ kind }) => kind === 'done')).toBe(true);
    expect(calls().filter((call) => call === 'POST /login')).toHaveLength(2);
  });

  test('whose renewal does not cure the 401 is barred, and nothing more is sent', async () => {
    const { there, calls } = await vendor(() => false);
    const transport = transportTo(there.url, { auth: session() });
    const outcome = await transport.send(CREATE, FRESH);
    expect(outcome).toMatchObject({ kind: 'barred', vendorStatus: 401 });
    expect(await transport.send(READ)).toEqual(outcome);
    expect(calls()).toEqual(['POST /login', 'POST /users t1', 'POST /login', 'POST /users t2']);
  });

  test.each<[string, Sent]>([
    ['401', { status: 401, body: '{}' }],
    ['403', { status: 403, body: '{}' }],
    ['a refusal', { status: 400, body: '{"error":"unknown client"}' }],
  ])('whose log-in is answered with %s is barred after one log-in', async (_, answer) => {
    const { there, calls } = await vendor(
      () => true,
      () => answer,
    );
    const transport = transportTo(there.url, { auth: session() });
    const outcomes = await Promise.all([transport.send(CREATE, FRESH), transport.send(READ)]);
    expect(outcomes.map(({ kind }) => kind)).toEqual(['barred', 'barred']);
    await transport.send(READ);
    expect(calls()).toEqual(['POST /login']);
  });

  test.each<[string, Sent | 'hang up', Record<string, unknown>]>([
    ['hung up on', 'hang up', {}],
    ['answered with 503', { status: 503, headers: { 'retry-after': '9' } }, { retryAfterMs: 9_000 }],
    ['answered with 429', { status: 429 }, { vendorStatus: 429 }],
    ['answered with a web page', { type: 'text/html', body: '<html></html>' }, {}],
  ])('whose log-in is %s leaves the create unsent, and is tried again', async (_, answer, more) => {
    const { there, calls } = await vendor(
      () => true,
      (number) => (number === 1 ? answer : { body: '{"token":"t2"}' }),
    );
    const transport = transportTo(there.url, { auth: session() });
    expect(await transport.send(CREATE, FRESH)).toMatchObject({ kind: 'unsent', ...more });
    expect(await transport.send(CREATE, FRESH)).toEqual({ kind: 'done', value: 1 });
    expect(calls()).toEqual(['POST /login', 'POST /login', 'POST /users t2']);
  });

  test('renewed for one call is not thrown away by another that was slow to hear 401', async () => {
    let slow: (() => void) | undefined;
    const there = await peer((socket, { line, headers, number }) => {
      if (line === 'POST /login') return reply(socket, { body: `{"token":"t${number}"}` });
      if (headers['x-token'] !== 't1' || number === 2) return reply(socket);
      const expired = () => reply(socket, { status: 401, body: '{}' });
      if (slow) expired();
      else slow = expired;
    });
    const transport = transportTo(there.url, { auth: session() });
    await transport.send(READ);
    const first = transport.send(READ);
    while (!slow) await sleep(5);
    await transport.send(READ);
    slow();
    expect(await first).toEqual({ kind: 'done', value: 1 });
    expect(there.arrived.filter(({ line }) => line === 'POST /login')).toHaveLength(2);
  });
});

describe('credentials without a session', () => {
  test('a 401 is barred: sent once, and never again by this process', async () => {
    const there = await peer((socket) => reply(socket, { status: 401, body: '{}' }));
    const transport = transportTo(there.url);
    expect(await transport.send(CREATE, FRESH)).toMatchObject({ kind: 'barred', vendorStatus: 401 });
    expect(await transport.send(READ)).toMatchObject({ kind: 'barred' });
    expect(there.arrived).toHaveLength(1);
  });

  test('many calls at once try credentials that nobody has proven only once', async () => {
    const there = await peer((socket) => reply(socket, { status: 401, body: '{}' }));
    const transport = transportTo(there.url);
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => transport.send(READ)));
    expect(outcomes.every(({ kind }) => kind === 'barred')).toBe(true);
    expect(there.arrived).toHaveLength(1);
  });

  test('a first call that proves nothing lets the next one try, one at a time', async () => {
    let atOnce = 0;
    let most = 0;
    const there = await peer((socket, { number }) => {
      atOnce += 1;
      most = Math.max(most, atOnce);
      setTimeout(() => {
        atOnce -= 1;
        reply(socket, number < 3 ? { status: 503 } : {});
      }, 20);
    });
    const transport = transportTo(there.url);
    const outcomes = await Promise.all(Array.from({ length: 4 }, () => transport.send(READ)));
    expect(outcomes.map(({ kind }) => kind)).toEqual(['unknown', 'unknown', 'done', 'done']);
    expect(most).toBe(1);
  });

  test('once proven, calls go side by side', async () => {
    let atOnce = 0;
    let most = 0;
    const there = await peer((socket, { number }) => {
      if (number === 1) return reply(socket);
      atOnce += 1;
      most = Math.max(most, atOnce);
      setTimeout(() => {
        atOnce -= 1;
        reply(socket);
      }, 50);
    });
    const transport = transportTo(there.url);
    await transport.send(READ);
    await Promise.all(Array.from({ length: 4 }, () => transport.send(READ)));
    expect(most).toBe(4);
  });

  test('a call that is cancelled while it waits for the first one’s proof is never sent', async () => {
    const there = await peer((socket) => setTimeout(() => reply(socket), 100));
    const transport = transportTo(there.url);
    const cancelling = new AbortController();
    const first = transport.send(READ);
    const second = transport.send(CREATE, { ...FRESH, signal: cancelling.signal });
    cancelling.abort();
    expect(await second).toMatchObject({ kind: 'unsent' });
    expect(await first).toEqual({ kind: 'done', value: 1 });
    expect(there.arrived.map(({ line }) => line)).toEqual(['GET /users']);
  });
});

describe('EthosCE’s 403', () => {
  const FIND = findUsers({ mail: 'orla@example.org' });
  const FORBIDDEN = { status: 403, type: 'text/html; charset=UTF-8', body: '403 Forbidden' };

  async function site(probe: (request: Arrived) => Sent, onCall?: TransportOptions['onCall']) {
    const there = await peer((socket, request) =>
      reply(socket, request.line === 'GET /restws/session/token' ? probe(request) : FORBIDDEN),
    );
    const auth = ethosceAuth({ username: 'restws_muster', password: 'made-up' });
    return { there, transport: transportTo(there.url, { auth, ...(onCall && { onCall }) }) };
  }

  test('is a missing right where the session token is given', async () => {
    const reports: string[] = [];
    const { there, transport } = await site(
      () => ({ type: 'text/plain', body: 'q8yDfa-3jZ_0example' }),
      ({ call, outcome }) => void reports.push(`${call}: ${outcome}`),
    );
    expect(await transport.send(FIND)).toEqual({
      kind: 'refused',
      code: 'misconfigured',
      vendorStatus: 403,
      message:
        "EthosCE: find user by mail: the connection's account lacks a right at the vendor (403 Forbidden)",
    });
    // The probe goes with the same credentials and no cookie.
    expect(there.arrived[1]?.headers.authorization).toBe(there.arrived[0]?.headers.authorization);
    expect(there.arrived[1]?.headers).not.toHaveProperty('cookie');
    expect(reports).toEqual(['EthosCE: session token: done', 'EthosCE: find user by mail: refused']);
    // A missing right bars nothing else.
    await transport.send(FIND);
    expect(there.arrived).toHaveLength(4);
  });

  test.each([401, 403])('is rejected credentials where the token is answered with %i', async (status) => {
    const { there, transport } = await site(() => ({ status, type: 'text/html', body: '<html></html>' }));
    const outcomes = await Promise.all(Array.from({ length: 8 }, () => transport.send(FIND)));
    expect(outcomes.every(({ kind }) => kind === 'barred')).toBe(true);
    // One call and one probe: a site locks an account after five failures.
    expect(there.arrived).toHaveLength(2);
  });

  test('is one probe only when a password is changed under many calls at once', async () => {
    let changed = false;
    let probes = 0;
    const there = await peer((socket, { line }) => {
      if (line.startsWith('GET /restws')) {
        probes += 1;
        return setTimeout(() => reply(socket, FORBIDDEN), 20);
      }
      return reply(socket, changed ? FORBIDDEN : { body: '{"list":[]}' });
    });
    const auth = ethosceAuth({ username: 'restws_muster', password: 'made-up' });
    const transport = transportTo(there.url, { auth });
    expect(await transport.send(FIND)).toEqual({ kind: 'done', value: [] });
    changed = true;
    const outcomes = await Promise.all(Array.from({ length: 3 }, () => transport.send(FIND)));
    expect(outcomes.every(({ kind }) => kind === 'barred')).toBe(true);
    expect(probes).toBe(1);
  });

  test.each<[string, Sent]>([
    ['503', { status: 503, type: 'text/html', body: '<html></html>' }],
    ['a web page', { type: 'text/html', body: '<html>Please log in</html>' }],
    ['a redirect', { status: 302, body: '', headers: { location: '/' } }],
  ])('says nothing where the token is answered with %s', async (_, probe) => {
    const { transport } = await site(() => probe);
    expect(await transport.send(FIND)).toMatchObject({ kind: 'unknown', vendorStatus: 403 });
  });
});

test('every exchange is reported, log-ins too, without anything personal', async () => {
  const reports: unknown[] = [];
  const { there } = await vendor(() => true);
  const transport = transportTo(there.url, {
    auth: session(),
    onCall: ({ durationMs, ...report }) => {
      expect(durationMs).toBeGreaterThan(0);
      reports.push(report);
    },
  });
  await transport.send(CREATE, FRESH);
  expect(reports).toEqual([
    { call: 'Test: log in', outcome: 'done' },
    { call: 'Test: create', outcome: 'done' },
  ]);
});
