// Every kind of fault over real sockets, on two calls of PHA: what the client meets, and what PHA then holds.
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { type FaultPlan, faultKinds, type Simulator, startSimulator } from '../../src/simulators';
import { type Answer, caller } from './client';

let pha: Simulator;
beforeAll(async () => {
  pha = await startSimulator('pha');
});
beforeEach(() => pha.reset());
afterAll(() => pha.close());

const call = caller(
  () => pha.url,
  () => ({ authorization: `Bearer ${pha.credentials.token}` }),
);
const create = () =>
  call('POST', '/api/v2/admin_users', { email: 'ada@example.org', first_name: 'Ada', last_name: 'Lovelace' });

async function attempt(): Promise<Answer | { error: string }> {
  return create().catch((error: { code?: string; message: string }) => ({
    error: error.code ?? error.message,
  }));
}

const OK_BODY = '{"status":"OK","data":{"user_id":1001}}';

interface Case {
  plan: FaultPlan;
  committed: boolean;
  /** What the recording says was sent. */
  sent: number | null;
  meets: (answer: Partial<Answer> & { error?: string }) => void;
}

const cases: Case[] = [
  {
    plan: { kind: 'drop-before' },
    committed: false,
    sent: null,
    meets: ({ error }) => expect(error).toMatch(/UND_ERR_SOCKET|ECONNRESET/),
  },
  {
    plan: { kind: 'drop-after' },
    committed: true,
    sent: null,
    meets: ({ error }) => expect(error).toMatch(/UND_ERR_SOCKET|ECONNRESET/),
  },
  {
    plan: { kind: 'reset-mid-body' },
    committed: true,
    sent: 200,
    meets: ({ error }) => expect(error).toMatch(/UND_ERR_SOCKET|ECONNRESET/),
  },
  {
    plan: { kind: 'truncated' },
    committed: true,
    sent: 200,
    meets: ({ error }) => expect(error).toMatch(/UND_ERR_SOCKET|UND_ERR_RES_CONTENT_LENGTH_MISMATCH/),
  },
  {
    plan: { kind: 'rate-limited', retryAfter: 7 },
    committed: false,
    sent: 429,
    meets: ({ headers }) => expect(headers?.['retry-after']).toBe('7'),
  },
  {
    plan: { kind: 'rate-limited', retryAfter: 'Fri, 31 Dec 1999 23:59:59 GMT' },
    committed: false,
    sent: 429,
    meets: ({ headers }) => expect(headers?.['retry-after']).toBe('Fri, 31 Dec 1999 23:59:59 GMT'),
  },
  {
    plan: { kind: 'rate-limited', retryAfter: null },
    committed: false,
    sent: 429,
    meets: ({ headers }) => expect(headers).not.toHaveProperty('retry-after'),
  },
  {
    plan: { kind: 'error-before', status: 503 },
    committed: false,
    sent: 503,
    meets: ({ type }) => expect(type).toContain('text/html'),
  },
  {
    plan: { kind: 'error-after' },
    committed: true,
    sent: 500,
    meets: ({ json }) => expect(json).toEqual({ status: 'ERROR', message: 'Server Error' }),
  },
  {
    plan: { kind: 'malformed' },
    committed: true,
    sent: 200,
    meets: ({ status, json, text }) => expect([status, json, text === '']).toEqual([200, undefined, false]),
  },
  { plan: { kind: 'empty' }, committed: true, sent: 200, meets: ({ text }) => expect(text).toBe('') },
  {
    plan: { kind: 'html' },
    committed: true,
    sent: 200,
    meets: ({ text }) => expect(text).toMatch(/^<!DOCTYPE html>/),
  },
  {
    plan: { kind: 'html', committed: false },
    committed: false,
    sent: 200,
    meets: ({ type }) => expect(type).toContain('text/html'),
  },
  {
    plan: { kind: 'wrong-content-type', contentType: 'text/csv' },
    committed: true,
    sent: 200,
    meets: ({ type, text }) => expect([type, text]).toEqual(['text/csv', OK_BODY]),
  },
  {
    plan: { kind: 'redirect', location: 'https://login.example.org/' },
    committed: false,
    sent: 302,
    meets: ({ headers }) => expect(headers?.location).toBe('https://login.example.org/'),
  },
  { plan: { kind: 'redirect', committed: true }, committed: true, sent: 302, meets: () => undefined },
  {
    plan: { kind: 'huge' },
    committed: true,
    sent: 200,
    meets: ({ text }) => expect(text).toHaveLength(20_000_000),
  },
  {
    plan: { kind: 'garbage-status' },
    committed: true,
    sent: 999,
    meets: ({ status, text }) => expect([status, text]).toEqual([999, OK_BODY]),
  },
  {
    plan: { kind: 'expired-token' },
    committed: false,
    sent: 401,
    meets: ({ json }) => expect(json).toEqual({ status: 'ERROR', message: 'Unauthenticated.' }),
  },
  {
    plan: { kind: 'slow', delayMs: 30 },
    committed: true,
    sent: 200,
    meets: ({ text }) => expect(text).toBe(OK_BODY),
  },
  {
    plan: { kind: 'late-visibility', delayMs: 60_000 },
    committed: true,
    sent: 200,
    meets: ({ text }) => expect(text).toBe(OK_BODY),
  },
];

test('every kind of fault has a case here', () => {
  expect(new Set(cases.map(({ plan }) => plan.kind))).toEqual(new Set(faultKinds));
});

test.each(cases.map((each) => [JSON.stringify(each.plan), each] as const))('%s', async (_, fault) => {
  pha.inject(fault.plan);
  fault.meets(await attempt());
  await sleep(30);
  expect(pha.people()).toHaveLength(fault.committed ? 1 : 0);
  expect(pha.requests()).toMatchObject([
    { call: 'create user', fault: fault.plan.kind, committed: fault.committed, status: fault.sent },
  ]);
  // The fault is used up: the next call is answered as usual.
  expect(((await attempt()) as Answer).status).toBe(200);
});

test('a reset cuts the body in the middle, after the head and the first half arrived', async () => {
  pha.inject({ kind: 'reset-mid-body' });
  const { port } = new URL(pha.url);
  const seen = await new Promise<{ received: string; error: string }>((resolve) => {
    let received = '';
    const socket = connect(Number(port), '127.0.0.1');
    socket.on('data', (chunk) => {
      received += chunk.toString();
    });
    socket.on('error', (error: NodeJS.ErrnoException) => resolve({ received, error: error.code ?? '' }));
    socket.write(
      `GET /api/v2/user_profile HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${pha.credentials.token}\r\n\r\n`,
    );
  });
  expect(seen.error).toBe('ECONNRESET');
  expect(seen.received).toContain('HTTP/1.1 200');
  expect(seen.received).toContain('"nextStep"');
  expect(seen.received).not.toContain('user_surname');
});

test('a slow call commits at once or after the wait, and also when the client has gone away', async () => {
  const impatient = async () => {
    const { port } = new URL(pha.url);
    const body = '{"email":"ada@example.org","first_name":"Ada","last_name":"Lovelace"}';
    const socket = connect(Number(port), '127.0.0.1');
    socket.write(
      `POST /api/v2/admin_users HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${pha.credentials.token}\r\n` +
        `Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    );
    await sleep(60);
    socket.destroy();
  };
  pha.inject({ kind: 'slow', delayMs: 150, commit: 'before' });
  await impatient();
  expect(pha.people()).toHaveLength(1);
  pha.inject({ kind: 'slow', delayMs: 150, commit: 'after' });
  await impatient();
  expect(pha.people()).toHaveLength(1);
  await sleep(200);
  expect(pha.people()).toHaveLength(2);
  expect(pha.requests()[1]).toMatchObject({ fault: 'slow', committed: true });
});

test('a slow call takes its time, and combines with how the reply goes out', async () => {
  pha.inject({ kind: 'slow', delayMs: 120 });
  pha.inject({ kind: 'drop-after' });
  const before = Date.now();
  expect(await attempt()).toHaveProperty('error');
  expect(Date.now() - before).toBeGreaterThanOrEqual(110);
  expect(pha.people()).toHaveLength(1);
  expect(pha.requests()[0]?.fault).toBe('slow+drop-after');
});

test('slow does no work early where the other fault forbids work', async () => {
  pha.inject({ kind: 'slow', delayMs: 10 });
  pha.inject({ kind: 'error-before' });
  expect(((await attempt()) as Answer).status).toBe(500);
  expect(pha.people()).toEqual([]);
});

describe('aim', () => {
  const statuses = async (count: number) => {
    const seen: unknown[] = [];
    for (let i = 0; i < count; i += 1) seen.push(((await attempt()) as Answer).status);
    return seen;
  };
  const form = () => call('GET', '/api/v2/user_profile');

  test('by call name', async () => {
    pha.inject({ kind: 'error-before', call: 'get form' });
    expect(await statuses(1)).toEqual([200]);
    expect((await form()).status).toBe(500);
  });

  test('the nth call, several times, always', async () => {
    pha.inject({ kind: 'error-before', nth: 2, times: 2 });
    expect(await statuses(4)).toEqual([200, 500, 500, 200]);
    pha.inject({ kind: 'error-before', times: 'always' });
    expect(await statuses(3)).toEqual([500, 500, 500]);
    pha.clearFaults();
    expect(await statuses(1)).toEqual([200]);
  });

  test('by a predicate, and by a text', async () => {
    pha.inject({ kind: 'error-before', match: ({ query }) => query.user_id === '5' });
    pha.inject({ kind: 'error-before', status: 502, contains: 'ada@example' });
    expect((await form()).status).toBe(200);
    expect((await call('GET', '/api/v2/user_profile?user_id=5')).status).toBe(500);
    expect(await statuses(2)).toEqual([502, 200]);
  });

  test('plans for the same call are taken one after the other', async () => {
    pha.inject({ kind: 'error-before', status: 503 });
    pha.inject({ kind: 'rate-limited' });
    expect(await statuses(3)).toEqual([503, 429, 200]);
  });

  test('a plan that makes no sense is refused', () => {
    expect(() => pha.inject({ kind: 'explode' } as unknown as FaultPlan)).toThrow(
      /unknown kind of fault "explode"/,
    );
    expect(() => pha.inject({ kind: 'slow' } as unknown as FaultPlan)).toThrow(/delayMs/);
    expect(() => pha.inject({ kind: 'empty', nth: 0 })).toThrow(/counted from 1/);
  });
});
