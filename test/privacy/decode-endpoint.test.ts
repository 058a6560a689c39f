// Over a socket, as the Temporal UI and the `temporal` CLI ask.
import { randomBytes } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { defaultPayloadConverter, type Payload } from '@temporalio/common';
import { EncryptionCodec } from '../../src/privacy/codec';
import {
  type CodecAudit,
  type CodecServer,
  type CodecServerOptions,
  startCodecServer,
} from '../../src/privacy/decode-endpoint';
import { newKey, parseKeyRing } from '../../src/privacy/keys';

const UI = 'http://localhost:8233';
const ring = parseKeyRing({ keys: { test: newKey() }, activeKey: 'test' });
const codec = new EncryptionCodec(ring);

const servers: CodecServer[] = [];
const start = async (options: Partial<CodecServerOptions> = {}) => {
  const server = await startCodecServer({ ring, origins: [UI], ...options });
  servers.push(server);
  return server.url;
};
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

const json = (payloads: Payload[]) => ({
  payloads: payloads.map(({ metadata, data }) => ({
    metadata: Object.fromEntries(
      Object.entries(metadata ?? {}).map(([key, value]) => [key, Buffer.from(value).toString('base64')]),
    ),
    data: Buffer.from(data ?? []).toString('base64'),
  })),
});
const encrypted = async (...values: unknown[]) =>
  json(await codec.encode(values.flatMap((value) => defaultPayloadConverter.toPayload(value) ?? [])));
const post = (url: string, body: unknown, headers: Record<string, string> = {}) =>
  fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-namespace': 'default', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
const plain = (value: unknown) => ({
  metadata: { encoding: Buffer.from('json/plain').toString('base64') },
  data: Buffer.from(JSON.stringify(value)).toString('base64'),
});

it('decodes, and leaves what is not encrypted as it is', async () => {
  const url = await start();
  const { payloads } = await encrypted({ name: 'Ada' }, undefined);
  const response = await post(`${url}/decode`, { payloads: [...payloads, plain('x')] });
  expect(response.status).toBe(200);
  expect(await response.json()).toEqual({
    payloads: [
      plain({ name: 'Ada' }),
      { metadata: { encoding: Buffer.from('binary/null').toString('base64') } },
      plain('x'),
    ],
  });
  expect(await (await post(`${url}/decode`, {})).json()).toEqual({ payloads: [] });
});

it('only decodes, unless told to encode as well', async () => {
  const body = { payloads: [plain({ reason: 'seen' })] };
  const response = await post(`${await start()}/encode`, body);
  expect(response.status).toBe(405);
  expect(await response.json()).toEqual({ message: 'this codec server only decodes' });

  const url = await start({ allowEncode: true });
  const encoded = (await (await post(`${url}/encode`, body)).json()) as ReturnType<typeof json>;
  expect(encoded.payloads[0]?.metadata.encoding).toBe(Buffer.from('binary/encrypted').toString('base64'));
  expect(await (await post(`${url}/decode`, encoded)).json()).toEqual(body);
});

describe('origins', () => {
  it('answers the preflight of a listed one', async () => {
    const response = await fetch(`${await start()}/decode`, {
      method: 'OPTIONS',
      headers: {
        origin: UI,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'content-type,x-namespace',
      },
    });
    expect(response.status).toBe(204);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'access-control-allow-origin': UI,
      'access-control-allow-methods': 'POST',
      'access-control-allow-headers': 'x-namespace, content-type, authorization',
      vary: 'Origin',
    });
  });

  it('lets its page read answers, refusals too', async () => {
    const url = await start({ bearer: 'b' });
    for (const authorization of ['Bearer b', 'Bearer a']) {
      const response = await post(`${url}/decode`, {}, { origin: UI, authorization });
      expect(response.headers.get('access-control-allow-origin')).toBe(UI);
    }
  });

  it.each(['http://localhost:8234', 'https://localhost:8233', 'http://evil.example', 'null'])(
    'turns %s away',
    async (origin) => {
      const url = await start();
      for (const method of ['POST', 'OPTIONS']) {
        const response = await fetch(`${url}/decode`, { method, headers: { origin } });
        expect(response.status).toBe(403);
        expect(response.headers.has('access-control-allow-origin')).toBe(false);
      }
    },
  );

  it('takes callers that are no browser, without CORS headers', async () => {
    const response = await post(`${await start()}/decode`, {});
    expect(response.status).toBe(200);
    expect(response.headers.has('access-control-allow-origin')).toBe(false);
  });
});

describe('access', () => {
  it.each([undefined, 'Bearer wrong', 'bearer right', 'right', 'Bearer right '.trim().slice(0, -1)])(
    'is refused to %s',
    async (authorization) => {
      const response = await post(
        `${await start({ bearer: 'right' })}/decode`,
        await encrypted('x'),
        authorization === undefined ? {} : { authorization },
      );
      expect(response.status).toBe(401);
      expect(response.headers.get('www-authenticate')).toBe('Bearer');
    },
  );

  it('is given to the bearer', async () => {
    const url = await start({ bearer: 'right' });
    const response = await post(`${url}/decode`, await encrypted('x'), { authorization: 'Bearer right' });
    expect(await response.json()).toEqual({ payloads: [plain('x')] });
  });

  it('can be decided elsewhere, and is told to the audit log without contents', async () => {
    const entries: CodecAudit[] = [];
    const url = await start({
      authorize: async (authorization) =>
        authorization ? { caller: authorization.replace('Token ', '') } : { status: 401, message: 'who?' },
      audit: (entry) => entries.push(entry),
    });
    await post(`${url}/decode`, await encrypted('secret', 2), {
      authorization: 'Token ops-7',
      origin: UI,
    });
    await post(`${url}/decode`, await encrypted('secret'));
    expect(entries).toEqual([
      {
        action: 'decode',
        namespace: 'default',
        origin: UI,
        caller: 'ops-7',
        payloads: 2,
        status: 200,
        refusal: undefined,
        milliseconds: expect.any(Number),
      },
      {
        action: 'decode',
        namespace: 'default',
        origin: undefined,
        caller: undefined,
        payloads: 0,
        status: 401,
        refusal: 'who?',
        milliseconds: expect.any(Number),
      },
    ]);
  });
});

it('audits who is turned away by origin, and what is no JSON, without repeating it', async () => {
  const entries: CodecAudit[] = [];
  const url = await start({ audit: (entry) => entries.push(entry) });
  await post(`${url}/decode`, {}, { origin: 'http://evil.example' });
  await post(`${url}/decode`, '{"Ada Lovelace"');
  expect(entries.map(({ status, refusal }) => [status, refusal])).toEqual([
    [403, 'this origin is not among the configured origins'],
    [400, expect.stringMatching(/^FST_ERR_\w+$/)],
  ]);
  expect(JSON.stringify(entries)).not.toContain('Lovelace');
});

describe('the rate limit', () => {
  it('is for each caller', async () => {
    const url = await start({
      requestsPerMinute: 2,
      authorize: async (authorization) => ({ caller: authorization ?? 'nobody' }),
    });
    const ask = async (authorization: string) =>
      (await post(`${url}/decode`, {}, { authorization, origin: UI })).status;
    expect([await ask('a'), await ask('a'), await ask('a'), await ask('b')]).toEqual([200, 200, 429, 200]);
    const last = await post(`${url}/decode`, {}, { authorization: 'a', origin: UI });
    expect(Number(last.headers.get('retry-after'))).toBeGreaterThan(0);
    // So that the UI's page can tell its user.
    expect(last.headers.get('access-control-allow-origin')).toBe(UI);
  });

  it('is for each address where callers have no names, and spares the health', async () => {
    const url = await start({ requestsPerMinute: 1 });
    expect((await post(`${url}/decode`, {})).status).toBe(200);
    expect((await post(`${url}/decode`, {})).status).toBe(429);
    const health = await fetch(`${url}/healthz`);
    expect([health.status, await health.json()]).toEqual([200, { status: 'alive' }]);
  });
});

describe('what can not be decoded', () => {
  it('names the key that is missing', async () => {
    const other = parseKeyRing({ keys: { other: newKey() }, activeKey: 'other' });
    const response = await post(`${await start({ ring: other })}/decode`, await encrypted('x'));
    expect(response.status).toBe(400);
    expect(await response.json()).toEqual({
      code: 'unknown-key',
      message: expect.stringContaining('encrypted with key "test", which is not configured here'),
    });
  });

  it.each(['{"payloads":[', '[]', '{"payloads":{}}', '{"payloads":[{"data":"ö"}]}', '"Ada Lovelace"'])(
    '%s is refused without being repeated',
    async (body) => {
      const response = await post(`${await start()}/decode`, body);
      expect(response.status).toBe(400);
      expect(await response.text()).not.toContain('Ada');
    },
  );

  it('is refused when too big, or no JSON', async () => {
    const url = await start({ bodyLimit: 1_000 });
    expect((await post(`${url}/decode`, await encrypted(randomBytes(2_000)))).status).toBe(413);
    expect((await post(`${url}/decode`, 'x', { 'content-type': 'application/xml' })).status).toBe(415);
    expect((await fetch(`${url}/decode`)).status).toBe(404);
  });
});

it('closes with a caller still connected', async () => {
  const url = await start();
  const closed = new Promise((resolve) => {
    const pending = httpRequest(`${url}/decode`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'content-length': 100 },
    });
    pending.on('error', resolve);
    pending.flushHeaders();
  });
  await post(`${url}/decode`, {});
  await servers.splice(0)[0]?.close();
  await closed;
  await expect(post(`${url}/decode`, {})).rejects.toThrow();
});
