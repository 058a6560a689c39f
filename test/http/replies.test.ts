// Whole replies and what each of them means (design.md, "What a vendor call can end as"): proven by its body, refused in
// the vendor's own shape, or unknown.
import { headerAuth } from '../../src/http/auth';
import { type Call, empty, text } from '../../src/http/call';
import type { Outcome } from '../../src/http/outcome';
import { plainRefusal, restwsRefusal, successFalseRefusal } from '../../src/http/refusals';
import { CREATE, closePeers, FRESH, peer, reply, type Sent, transportTo } from './support';

afterEach(closePeers);

/** What a create ends as that is answered so; the server has seen it once. */
async function outcomeOf(sent: Sent, call: Call<unknown> = CREATE): Promise<Outcome<unknown>> {
  const there = await peer((socket) => reply(socket, sent));
  const outcome = await transportTo(there.url).send(call, FRESH);
  expect(there.arrived).toHaveLength(1);
  return outcome;
}

const PAGE = '<!DOCTYPE html>\n<html><head><title>Please wait</title></head><body>…</body></html>';

describe('2xx', () => {
  test.each<[string, Sent]>([
    ['200 with the id', { status: 200 }],
    ['201 with the id', { status: 201 }],
    ['a JSON type with parameters', { type: 'Application/JSON; charset=utf-8' }],
    ['a type that ends in +json', { type: 'application/problem+json' }],
  ])('%s is done', async (_, sent) => {
    expect(await outcomeOf(sent)).toEqual({ kind: 'done', value: 1 });
  });

  test.each<[string, Sent, string]>([
    ['a web page', { body: PAGE, type: 'text/html; charset=UTF-8' }, 'a web page'],
    ['a web page that calls itself JSON', { body: PAGE }, 'a web page'],
    ['JSON that calls itself a web page', { type: 'text/html' }, 'text/html, not JSON'],
    ['JSON that has no type', { headers: { 'content-type': '' } }, 'of no type, not JSON'],
    ['an empty body', { body: '' }, 'an empty body'],
    ['204', { status: 204, body: '' }, 'an empty body'],
    ['half a JSON text', { body: '{"id":' }, 'not readable JSON'],
    ['JSON without the id it owes', { body: '{"ok":true}' }, 'lacks what it owes: id'],
    ['an id of another type', { body: '{"id":"one"}' }, 'lacks what it owes: id'],
    ['a status that this call does not end with', { status: 202 }, 'HTTP 202'],
    ['206', { status: 206 }, 'HTTP 206'],
  ])('%s proves nothing', async (_, sent, why) => {
    expect(await outcomeOf(sent)).toMatchObject({
      kind: 'unknown',
      vendorStatus: sent.status ?? 200,
      message: expect.stringContaining(why),
    });
  });

  test('what is said of an unreadable reply does not repeat it', async () => {
    const outcome = await outcomeOf({ body: '{"name":"Orla Tern","mail":"orla@example.org"' });
    expect(JSON.stringify(outcome)).not.toMatch(/orla/i);
  });

  test('text and nothing are proven as strictly', async () => {
    const token = {
      ...CREATE,
      answers: [{ status: [200], read: text((word) => (word === 'yes' ? 1 : undefined)) }],
    };
    expect(await outcomeOf({ body: ' yes\n', type: 'text/plain' }, token)).toEqual({
      kind: 'done',
      value: 1,
    });
    expect(await outcomeOf({ body: 'no', type: 'text/plain' }, token)).toMatchObject({ kind: 'unknown' });
    expect(await outcomeOf({ body: PAGE, type: 'text/html' }, token)).toMatchObject({ kind: 'unknown' });
    const nothing = { ...CREATE, answers: [{ status: [204], read: empty('gone') }] };
    expect(await outcomeOf({ status: 204, body: '' }, nothing)).toEqual({ kind: 'done', value: 'gone' });
  });
});

describe('redirects', () => {
  test.each([301, 302, 303, 307, 308])(
    '%i is not followed, and nothing goes to where it points',
    async (status) => {
      const elsewhere = await peer((socket) => reply(socket));
      const outcome = await outcomeOf({ status, body: '', headers: { location: `${elsewhere.url}/login` } });
      expect(outcome).toMatchObject({
        kind: 'unknown',
        vendorStatus: status,
        message: expect.stringContaining('a redirect, which is not followed'),
      });
      expect(elsewhere.seen).toEqual({ connections: 0, bytes: 0 });
    },
  );
});

describe('429', () => {
  test.each<[string, Record<string, string>, number | undefined]>([
    ['seconds', { 'retry-after': '7' }, 7_000],
    ['nothing', {}, undefined],
    ['garbage', { 'retry-after': 'soon' }, undefined],
    ['a date gone by', { 'retry-after': 'Sun, 06 Nov 1994 08:49:37 GMT' }, 0],
  ])('with %s in Retry-After is unsent', async (_, headers, retryAfterMs) => {
    const outcome = await outcomeOf({ status: 429, body: PAGE, type: 'text/html', headers });
    expect(outcome).toEqual({
      kind: 'unsent',
      message: 'Test: create: too many requests',
      vendorStatus: 429,
      ...(retryAfterMs !== undefined && { retryAfterMs }),
    });
  });

  test('with a date to come says how long it is until then', async () => {
    const at = new Date(Date.now() + 90_000).toUTCString();
    const outcome = await outcomeOf({ status: 429, headers: { 'retry-after': at } });
    const wait = outcome.kind === 'unsent' ? (outcome.retryAfterMs ?? 0) : 0;
    expect(wait).toBeGreaterThan(80_000);
    expect(wait).toBeLessThanOrEqual(90_000);
  });
});

test.each([500, 501, 502, 503, 504, 507, 520, 529, 599, 999])(
  '%i is unknown, in the vendor’s own words or not',
  async (status) => {
    const body = '{"message":"down for maintenance"}';
    expect(await outcomeOf({ status, body })).toMatchObject({ kind: 'unknown', vendorStatus: status });
    expect(await outcomeOf({ status, body: PAGE, type: 'text/html' })).toMatchObject({ kind: 'unknown' });
  },
);

test('503 tells how long to wait', async () => {
  const outcome = await outcomeOf({ status: 503, headers: { 'retry-after': '120' } });
  expect(outcome).toMatchObject({ kind: 'unknown', retryAfterMs: 120_000 });
});

describe('4xx', () => {
  const refusals = { plain: plainRefusal, restws: restwsRefusal, regpack: successFalseRefusal };
  type Case = [keyof typeof refusals, number, string, string, string | undefined];
  const JSON_TYPE = 'application/json';
  const HTML = 'text/html; charset=UTF-8';

  test.each<Case>([
    // PHA, OneFile, HotDocs: four statuses, JSON or a short plain text.
    ['plain', 400, JSON_TYPE, '{"message":"no such field"}', 'no such field'],
    ['plain', 404, 'text/plain', 'no such user', 'no such user'],
    ['plain', 409, JSON_TYPE, '{"error":{"code":7}}', '{"code":7}'],
    ['plain', 422, JSON_TYPE, '{"errors":{"email":["is taken"]}}', '{"email":["is taken"]}'],
    ['plain', 422, JSON_TYPE, '"is taken"', 'is taken'],
    ['plain', 400, JSON_TYPE, '{"message":', undefined],
    ['plain', 400, 'text/plain', '', undefined],
    ['plain', 400, 'text/plain', 'x'.repeat(4001), undefined],
    ['plain', 404, HTML, PAGE, undefined],
    ['plain', 404, 'text/plain', PAGE, undefined],
    ['plain', 404, 'text/html', '<b>not here</b>', undefined],
    ['plain', 405, JSON_TYPE, '{"message":"not allowed"}', undefined],
    ['plain', 410, JSON_TYPE, '{"message":"gone"}', undefined],
    ['plain', 415, JSON_TYPE, '{"message":"no"}', undefined],
    // RESTWS: one line that begins with its status, as text/html.
    [
      'restws',
      406,
      HTML,
      '406 Not Acceptable: Unknown data property x.',
      '406 Not Acceptable: Unknown data property x.',
    ],
    [
      'restws',
      406,
      HTML,
      '406 Not Acceptable: user()-&gt;mail: &quot;&amp;&quot;.',
      '406 Not Acceptable: user()->mail: "&".',
    ],
    ['restws', 404, HTML, '404 Not Found: Page doesn&#039;t exist.', "404 Not Found: Page doesn't exist."],
    [
      'restws',
      412,
      HTML,
      '412 Precondition Failed: Not a valid filter: x',
      '412 Precondition Failed: Not a valid filter: x',
    ],
    [
      'restws',
      422,
      HTML,
      '422 Unprocessable Entity: Unable to change type',
      '422 Unprocessable Entity: Unable to change type',
    ],
    ['restws', 404, HTML, PAGE, undefined],
    ['restws', 406, HTML, '404 Not Found', undefined],
    ['restws', 404, HTML, '', undefined],
    ['restws', 400, HTML, '400 Bad Request', undefined],
    ['restws', 404, JSON_TYPE, '{"message":"no"}', undefined],
    // Regpack: `success: false`, whatever the status.
    ['regpack', 403, JSON_TYPE, '{"success":false,"msg":"no such group"}', undefined],
    ['regpack', 400, JSON_TYPE, '{"success":false,"msg":"no such group"}', 'no such group'],
    ['regpack', 418, JSON_TYPE, '{"success":false}', 'success: false'],
    ['regpack', 400, JSON_TYPE, '{"msg":"no such group"}', undefined],
  ])('by the shape %s, %i %s %s', async (shape, status, type, body, words) => {
    const call = { ...CREATE, refusal: refusals[shape] };
    const outcome = await outcomeOf({ status, type, body }, call);
    if (status === 403)
      // A 403 is a missing right, whatever else it says; rejected credentials have tests of their own.
      return expect(outcome).toMatchObject({ kind: 'refused', code: 'misconfigured', vendorStatus: 403 });
    if (words === undefined) expect(outcome).toMatchObject({ kind: 'unknown', vendorStatus: status });
    else expect(outcome).toEqual({ kind: 'refused', code: 'refused', vendorStatus: status, message: words });
  });

  test('200 with success: false is refused too, where that is the vendor’s way', async () => {
    const call = { ...CREATE, refusal: successFalseRefusal };
    expect(await outcomeOf({ body: '{"success":false,"msg":"taken"}' }, call)).toMatchObject({
      kind: 'refused',
      message: 'taken',
    });
  });

  test('a long refusal is shortened', async () => {
    const outcome = await outcomeOf({ status: 400, type: 'text/plain', body: 'x'.repeat(3000) });
    expect(outcome.kind === 'refused' && outcome.message).toHaveLength(501);
  });

  test.each([400, 404, 409, 422])('an HTML page with %i is unknown, never "absent"', async (status) => {
    expect(await outcomeOf({ status, type: 'text/html', body: PAGE })).toMatchObject({ kind: 'unknown' });
  });
});

test('what is sent names its type and asks for no encoding, no cookie and nothing to be followed', async () => {
  const there = await peer((socket) => reply(socket, { headers: { 'set-cookie': 'SESSabc=1; path=/' } }));
  const transport = transportTo(`${there.url}/prefix/`);
  await transport.send({ ...CREATE, query: { mail: 'a+b@example.org', 'sort by': 'é&' } }, FRESH);
  await transport.send(CREATE, FRESH);
  const [first, second] = there.arrived;
  expect(first?.line).toBe('POST /prefix/users?mail=a%2Bb%40example.org&sort%20by=%C3%A9%26');
  expect(first?.body).toBe('{"name":"orla"}');
  expect(second?.headers).toEqual({
    host: `127.0.0.1:${there.port}`,
    connection: 'keep-alive',
    accept: 'application/json',
    'accept-encoding': 'identity',
    'user-agent': 'muster',
    'content-type': 'application/json',
    'content-length': '15',
    authorization: 'Bearer made-up',
  });
});

test.each<[string, string]>([
  [
    'as it is',
    'Orla Quillan <orla.q@example.org> is taken; you are Bearer hush-hush-token, key hush-hush-key',
  ],
  ['cut off in the middle of it', `${'.'.repeat(480)} Orla Quillan, Orla Quillan, Orla Quillan`],
])('a refusal that repeats what was sent, or a secret, %s, keeps neither', async (_, said) => {
  const there = await peer((socket) =>
    reply(socket, { status: 422, body: JSON.stringify({ message: said }) }),
  );
  const transport = transportTo(there.url, {
    auth: headerAuth(() => ({ authorization: 'Bearer hush-hush-token' })),
    unsaid: () => ['hush-hush-key'],
  });
  const call = { ...CREATE, json: { name: 'Orla Quillan' }, refusal: plainRefusal };
  const outcome = await transport.send(call, FRESH);
  expect(outcome).toMatchObject({ kind: 'refused', message: expect.stringContaining('[…]') });
  expect(JSON.stringify(outcome)).not.toMatch(/orla|quil|hush|example\.org/i);
});
