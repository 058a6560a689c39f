// Who is let in at EthosCE, and how it says that it does not: never by a 401.
import { type Simulator, startSimulator } from '../../src/simulators';
import { type Answer, caller } from './client';

let ethosce: Simulator;
beforeAll(async () => {
  ethosce = await startSimulator('ethosce', { settings: { otherAccounts: { restws_other: 'pw' } } });
});
beforeEach(() => ethosce.reset());
afterAll(() => ethosce.close());

const basic = (name: string, password: string) => ({
  authorization: `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`,
});
const right = () => basic(ethosce.credentials.username ?? '', ethosce.credentials.password ?? '');
const wrong = () => basic(ethosce.credentials.username ?? '', 'wrong');
const call = caller(() => ethosce.url);
const LIST = '/user.json?name=ada&full=0';
const ADA = { name: 'ada', mail: 'ada@example.org', status: 1 };

function kind(reply: Answer): string {
  return `${reply.status} ${reply.text.startsWith('<!DOCTYPE') ? 'HTML' : reply.text}`;
}

describe('without a valid log-in', () => {
  test.each<[string, () => Record<string, string>]>([
    ['no credentials', () => ({})],
    ['a wrong password', wrong],
    ['a name that does not start with restws', () => basic('admin', ethosce.credentials.password ?? '')],
    ['an unknown account', () => basic('restws_nobody', 'x')],
  ])('%s: text on lists and POST, a page on user/ID', async (_, headers) => {
    const uid = ethosce.seed({ marker: 'ada' });
    expect(kind(await call('GET', LIST, undefined, headers()))).toBe('403 403 Forbidden');
    expect(kind(await call('POST', '/user.json', ADA, headers()))).toBe('403 403 Forbidden');
    expect(kind(await call('GET', '/profile2.json?user=1', undefined, headers()))).toBe('403 403 Forbidden');
    expect(kind(await call('GET', `/user/${uid}.json`, undefined, headers()))).toBe('403 HTML');
    expect(kind(await call('PUT', `/user/${uid}`, { status: 0 }, headers()))).toBe('403 HTML');
    expect(kind(await call('GET', '/restws/session/token', undefined, headers()))).toBe('403 HTML');
    expect(ethosce.people()).toMatchObject([{ status: 'active' }]);
  });

  test('a blocked service account is refused like a wrong password', async () => {
    ethosce.set('blocked', true);
    expect(kind(await call('GET', LIST, undefined, right()))).toBe('403 403 Forbidden');
  });

  test('the fault "expired-token" makes one request anonymous', async () => {
    ethosce.inject({ kind: 'expired-token' });
    expect((await call('GET', LIST, undefined, right())).status).toBe(403);
    expect((await call('GET', LIST, undefined, right())).status).toBe(200);
  });
});

describe('lock-out', () => {
  const statusOf = async (headers: Record<string, string>) =>
    (await call('GET', LIST, undefined, headers)).status;

  test('after five wrong passwords the right one is refused too, other accounts are not', async () => {
    for (let i = 0; i < 5; i += 1) await statusOf(wrong());
    expect(await statusOf(right())).toBe(403);
    expect(await statusOf(basic('restws_other', 'pw'))).toBe(200);
  });

  test('a success before that clears the count', async () => {
    for (let i = 0; i < 4; i += 1) await statusOf(wrong());
    expect(await statusOf(right())).toBe(200);
    for (let i = 0; i < 4; i += 1) await statusOf(wrong());
    expect(await statusOf(right())).toBe(200);
  });

  test('all failures of an address count together, and success does not clear them', async () => {
    ethosce.set('addressLimit', 4);
    await statusOf(basic('restws_nobody', 'x'));
    await statusOf(wrong());
    expect(await statusOf(right())).toBe(200);
    await statusOf(basic('restws_nobody', 'x'));
    await statusOf(wrong());
    expect(await statusOf(basic('restws_other', 'pw'))).toBe(403);
  });
});

describe('cookies', () => {
  const cookieOf = (reply: Answer) => String(reply.headers['set-cookie']).split(';')[0] ?? '';

  test('each Basic request sets one; sent back with a write it needs the token', async () => {
    const cookie = cookieOf(await call('GET', LIST, undefined, right()));
    expect(cookie).toMatch(/^SESS[0-9a-f]{32}=/);
    expect(ethosce.state()).toMatchObject({ access: { sessions: 1 } });
    const refused = '403 403 Access Denied: CSRF validation failed';
    expect(kind(await call('POST', '/user.json', ADA, { ...right(), cookie }))).toBe(refused);
    expect(kind(await call('POST', '/user.json', ADA, { cookie }))).toBe(refused);
    expect((await call('GET', LIST, undefined, { ...wrong(), cookie })).status).toBe(200);
    expect(ethosce.people()).toEqual([]);
  });

  test('cookie and token of the same reply write without Basic', async () => {
    const reply = await call('GET', '/restws/session/token', undefined, right());
    expect([reply.status, reply.type]).toEqual([200, 'text/plain']);
    const headers = { cookie: cookieOf(reply), 'x-csrf-token': reply.text };
    expect((await call('POST', '/user.json', ADA, headers)).status).toBe(201);
    const other = { ...headers, 'x-csrf-token': 'another' };
    expect((await call('POST', '/user.json', { name: 'b' }, other)).status).toBe(403);
    expect(ethosce.requests().at(-1)?.headers['x-csrf-token']).toBe('***');
  });
});

describe('rights', () => {
  const without = (...missing: string[]) => {
    const { settings } = ethosce.state() as { settings: { rights: string[] } };
    ethosce.set(
      'rights',
      settings.rights.filter((held) => !missing.includes(held)),
    );
  };

  test('a reader sees less, may not ask by mail, and may not write', async () => {
    const uid = ethosce.seed({ marker: 'ada', email: 'ada@example.org' });
    without('administer users', 'administer profiles');
    const reader = right();
    expect(kind(await call('GET', '/user.json?mail=a%40example.org', undefined, reader))).toBe(
      '403 403 Forbidden: Not authorized to query property mail',
    );
    const { json } = await call('GET', `/user/${uid}.json`, undefined, reader);
    expect(Object.keys(json as object).sort()).toEqual(['created', 'edit_url', 'name', 'uid', 'url']);
    expect((await call('GET', LIST, undefined, reader)).status).toBe(200);
    expect(kind(await call('POST', '/user.json', ADA, reader))).toBe('403 403 Forbidden');
    expect(kind(await call('PUT', `/user/${uid}`, { status: 0 }, reader))).toBe('403 403 Forbidden');
    expect(kind(await call('DELETE', `/user/${uid}`, undefined, reader))).toBe('403 403 Forbidden');
    expect(kind(await call('GET', '/profile2.json?user=1', undefined, reader))).toBe('403 403 Forbidden');
    expect(kind(await call('POST', '/profile2.json', { type: 'profile' }, reader))).toBe('403 403 Forbidden');
    expect((await call('GET', '/restws/session/token', undefined, reader)).status).toBe(200);
  });

  test('without the right to set roles the property is named', async () => {
    without('set roles');
    expect(kind(await call('POST', '/user.json', { ...ADA, roles: [] }, right()))).toBe(
      '403 403 Forbidden: Not authorized to set property roles',
    );
  });

  test('without access to a resource every verb is refused', async () => {
    without('access resource authmap');
    expect(kind(await call('GET', '/authmap.json?authname=x', undefined, right()))).toBe('403 403 Forbidden');
  });
});

describe('page cache', () => {
  beforeEach(() => ethosce.set('pageCache', true));

  test('one anonymous read of user/ID.json is what the next correct one gets', async () => {
    const uid = ethosce.seed({ marker: 'ada' });
    const path = `/user/${uid}.json`;
    const first = await call('GET', path, undefined, wrong());
    expect([first.status, first.headers['cache-control']]).toEqual([403, expect.stringContaining('public')]);
    const second = await call('GET', path, undefined, right());
    expect([second.status, second.headers['x-drupal-cache']]).toEqual([403, 'HIT']);
    expect((await call('GET', `${path}?x=1`, undefined, right())).status).toBe(200);
    ethosce.set('pageCache', false);
    expect((await call('GET', path, undefined, right())).status).toBe(200);
  });

  test('lists are not cached, unknown paths are', async () => {
    await call('GET', LIST);
    expect((await call('GET', LIST, undefined, right())).status).toBe(200);
    await call('GET', '/nosuch.json');
    expect((await call('GET', '/nosuch.json', undefined, right())).headers['x-drupal-cache']).toBe('HIT');
  });

  test('without a suffix Accept leads to the suffix', async () => {
    const reply = await call('GET', '/user?name=ada', undefined, { ...right(), accept: 'application/json' });
    expect([reply.status, reply.headers.location]).toEqual([301, `${ethosce.url}/user.json?name=ada`]);
  });
});

test('maintenance sends service accounts to the front page', async () => {
  ethosce.set('maintenance', true);
  for (const method of ['GET', 'POST']) {
    const reply = await call(method, '/user.json', method === 'POST' ? ADA : undefined, right());
    expect([reply.status, reply.headers.location]).toEqual([302, `${ethosce.url}/`]);
  }
  expect((await call('GET', LIST)).status).toBe(503);
  expect(ethosce.people()).toEqual([]);
});
