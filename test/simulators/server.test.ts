import { type Simulator, simulatedVendors, startSimulator, startSimulators } from '../../src/simulators';
import type { VendorRules } from '../../src/simulators/contract';
import { json, wrote } from '../../src/simulators/replies';
import { serve } from '../../src/simulators/server';
import { caller } from './client';

let pha: Simulator;
beforeAll(async () => {
  pha = await startSimulator('pha', { settings: { idShift: 5 } });
});
beforeEach(() => pha.reset());
afterAll(() => pha.close());

const admin = caller(() => pha.url);
const call = caller(
  () => pha.url,
  () => ({ authorization: `Bearer ${pha.credentials.token}` }),
);
const PERSON = { email: 'ada@example.org', first_name: 'Ada', last_name: 'Lovelace' };

test('a request is recorded whole, with its secrets masked', async () => {
  await call('POST', '/api/v2/admin_users?trace=1', PERSON, { cookie: 'session=secret' });
  const [seen] = pha.requests();
  expect(seen).toMatchObject({
    number: 1,
    method: 'POST',
    path: '/api/v2/admin_users',
    query: { trace: '1' },
    headers: { authorization: 'Bearer ***', cookie: '***', 'content-type': 'application/json' },
    body: PERSON,
    call: 'create user',
    status: 200,
    fault: null,
    committed: true,
  });
  expect(Date.parse(seen?.at ?? '')).toBeGreaterThan(Date.now() - 10_000);
});

test('a refused request is recorded as not committed, an unknown one by that name', async () => {
  await call('POST', '/api/v2/admin_users', {});
  await call('GET', '/nowhere');
  expect(pha.requests()).toMatchObject([
    { status: 422, committed: false },
    { call: 'unknown call', status: 404, body: null },
  ]);
});

test('an unknown setting and a value of another kind are refused by name', () => {
  expect(() => pha.set('noSuch', 1)).toThrow(/unknown setting "noSuch"; known: .*idShift/);
  expect(() => pha.set('idShift', '1')).toThrow('setting "idShift" must be of kind number, not string');
});

test('reset goes back to the settings of the start, and empties everything', async () => {
  pha.set('idShift', 9);
  pha.inject({ kind: 'empty' });
  await call('POST', '/api/v2/admin_users', PERSON);
  pha.inject({ kind: 'empty' });
  pha.reset();
  expect([pha.people(), pha.requests(), pha.mails()]).toEqual([[], [], []]);
  const { json } = await call('GET', '/api/v2/user_profile');
  expect(json).toMatchObject({ data: { form_id: 47 } });
});

describe('over HTTP', () => {
  test('state, people, requests and mails can be read, and are not recorded', async () => {
    await call('POST', '/api/v2/admin_users', PERSON);
    expect((await admin('GET', '/__admin/people')).json).toMatchObject([{ email: 'ada@example.org' }]);
    expect((await admin('GET', '/__admin/state')).json).toMatchObject({
      users: [{ user_id: 1001 }],
      settings: { idShift: 5 },
    });
    expect((await admin('GET', '/__admin/mails')).json).toEqual([]);
    expect((await admin('GET', '/__admin/requests')).json).toHaveLength(1);
    expect((await admin('GET', '/__admin/connection')).json).toEqual(pha.connection());
  });

  test('faults can be planned, listed and cleared', async () => {
    await admin('POST', '/__admin/faults', { kind: 'error-before', call: 'get form', times: 2 });
    expect((await admin('GET', '/__admin/faults')).json).toEqual([
      { kind: 'error-before', call: 'get form', times: 2 },
    ]);
    expect((await call('GET', '/api/v2/user_profile')).status).toBe(500);
    await admin('DELETE', '/__admin/faults');
    expect((await call('GET', '/api/v2/user_profile')).status).toBe(200);
    const wrong = await admin('POST', '/__admin/faults', [{ kind: 'boom' }]);
    expect([wrong.status, wrong.text]).toEqual([400, expect.stringContaining('boom')]);
  });

  test('settings, seeds and reset', async () => {
    expect((await admin('POST', '/__admin/settings', { idShift: 1, twoStepForm: true })).status).toBe(200);
    expect((await admin('POST', '/__admin/settings', { nope: 1 })).status).toBe(400);
    expect((await admin('POST', '/__admin/settings', [])).status).toBe(400);
    expect((await admin('POST', '/__admin/seed', { email: 'a@example.org' })).json).toEqual({ id: '1001' });
    await admin('POST', '/__admin/reset');
    expect(pha.people()).toEqual([]);
  });
});

test('all vendors start together, each at its own address, with settings of their own', async () => {
  const all = await startSimulators({ settings: { pha: { idShift: 3 } } });
  try {
    expect(new Set(simulatedVendors.map((vendor) => all[vendor].url)).size).toBe(simulatedVendors.length);
    for (const vendor of simulatedVendors) {
      const connection = all[vendor].connection();
      expect(connection).toMatchObject({ vendor, baseUrl: all[vendor].url });
      for (const [key, value] of Object.entries(all[vendor].credentials)) {
        expect(String(connection[key])).toBe(value);
      }
    }
    expect(all.pha.state()).toMatchObject({ settings: { idShift: 3 } });
  } finally {
    await all.close();
  }
  // Closing them does not close the one that was started before.
  expect((await admin('GET', '/__admin/people')).status).toBe(200);
});

test('a wrong setting at the start stops the start', async () => {
  await expect(startSimulator('pha', { settings: { colour: 'red' } })).rejects.toThrow(
    /unknown setting "colour"/,
  );
});

test.each([
  ['pha', 500, 'application/json'],
  ['pha', 503, 'text/html'],
  ['ethosce', 500, 'text/html'],
  ['ethosce', 503, 'text/html'],
  ['onefile', 500, 'application/json'],
  ['onefile', 502, 'text/html'],
  ['hotdocs', 500, 'application/json'],
  ['hotdocs', 503, 'text/html'],
  ['regpack', 500, 'text/html'],
] as const)('%s has its own page for %i', async (vendor, status, type) => {
  const simulator = await startSimulator(vendor);
  try {
    simulator.inject({ kind: 'error-before', status });
    simulator.inject({ kind: 'rate-limited', retryAfter: 3 });
    const anything = caller(() => simulator.url);
    const failed = await anything('GET', '/');
    expect([failed.status, failed.type.split(';')[0]]).toEqual([status, type]);
    const limited = await anything('GET', '/');
    expect([limited.status, limited.headers['retry-after']]).toEqual([429, '3']);
  } finally {
    await simulator.close();
  }
});

test('a further vendor is only its own rules; a mistake in them is told as one', async () => {
  const rules: VendorRules<{ greeting: string }> = {
    vendor: 'greeter',
    defaults: { greeting: 'hello' },
    secretHeaders: ['x-key'],
    credentials: () => ({ key: 'k' }),
    open: ({ settings, mail }) => ({
      routes: [
        {
          call: 'greet',
          method: 'POST',
          path: /^\/greet\/([^/]+)$/,
          answer(_, name = '') {
            mail(name, settings.greeting);
            return wrote(json(201, { said: `${settings.greeting} ${name}` }));
          },
        },
        {
          call: 'break',
          method: 'GET',
          path: /^\/break$/,
          answer: () => {
            throw new Error('a bug');
          },
        },
      ],
      unknown: () => json(404, null),
      failure: (status) => json(status, null),
      people: () => [],
      state: () => ({}),
      seed: () => '',
    }),
  };
  const greeter = await serve(rules, { settings: { greeting: 'good day' } });
  try {
    const greet = caller(() => greeter.url);
    expect((await greet('POST', '/greet/Ada%20L', undefined, { 'x-key': 'k' })).json).toEqual({
      said: 'good day Ada L',
    });
    expect(greeter.mails()).toMatchObject([{ to: 'Ada L', what: 'good day' }]);
    expect(greeter.requests()).toMatchObject([
      { call: 'greet', committed: true, headers: { 'x-key': '***' } },
    ]);
    const broken = await greet('GET', '/break');
    expect([broken.status, broken.text]).toEqual([500, 'simulator error: Error: a bug']);
  } finally {
    await greeter.close();
  }
});

test('close does not wait for slow calls', async () => {
  const simulator = await startSimulator('pha');
  simulator.inject({ kind: 'slow', delayMs: 60_000 });
  const pending = caller(() => simulator.url)('GET', '/api/v2/user_profile').catch(() => 'cut off');
  while (simulator.requests().length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  const before = Date.now();
  await simulator.close();
  expect(await pending).toBe('cut off');
  expect(Date.now() - before).toBeLessThan(2_000);
});
