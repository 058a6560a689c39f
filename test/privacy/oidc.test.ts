// Tokens of an issuer that this test is: a discovery document, its keys, and every way to forge or to lack a token.
import { createHmac } from 'node:crypto';
import { startCodecServer } from '../../src/privacy/decode-endpoint';
import { newKey, parseKeyRing } from '../../src/privacy/keys';
import { type OidcOptions, oidcAccess } from '../../src/privacy/oidc';
import { AUDIENCE, type Forged, Issuer, loadJose } from './support/issuer';

let issuer: Issuer;
const access = (more: Partial<OidcOptions> = {}) =>
  oidcAccess({ issuer: issuer.url, audience: AUDIENCE, cooldown: 0, ...more });
const ask = (token: string, more: Partial<OidcOptions> = {}) => access(more).authorize(`Bearer ${token}`);
const seconds = (offset: number) => Math.floor(Date.now() / 1000) + offset;

beforeEach(async () => {
  issuer = await new Issuer().start();
  await issuer.addKey('one');
});
afterEach(() => issuer.stop());

describe('lets in', () => {
  it.each(['ES256', 'RS256', 'PS384', 'EdDSA'])('a token signed with %s, under its subject', async (alg) => {
    await issuer.addKey('other', alg);
    expect(await ask(await issuer.token({ alg, kid: 'other' }))).toEqual({ caller: 'u-17' });
  });

  it('one of several audiences, and clocks that are a little apart', async () => {
    const token = await issuer.token({ aud: ['x', AUDIENCE], exp: seconds(-20), nbf: seconds(20) });
    expect(await ask(token)).toEqual({ caller: 'u-17' });
  });

  it('whatever slash the issuer has at its end', async () => {
    issuer.metadata = { issuer: `${issuer.url}/` };
    expect(await ask(await issuer.token({ iss: `${issuer.url}/` }))).toEqual({ caller: 'u-17' });
    expect(await ask(await issuer.token())).toMatchObject({ status: 401 });
  });

  it('a subject that is a mail address, without writing it down', async () => {
    const admission = await ask(await issuer.token({ sub: 'Ops@example.org' }));
    expect(admission).toEqual({ caller: expect.stringMatching(/^sha256:[0-9a-f]{16}$/) });
    expect(await ask(await issuer.token({ sub: 'ops@example.org' }))).toEqual(admission);
  });

  it('keys that came later, and no longer those that are gone', async () => {
    const { authorize } = access();
    const old = await issuer.token();
    expect(await authorize(`Bearer ${old}`)).toEqual({ caller: 'u-17' });
    issuer.keys.clear();
    await issuer.addKey('two');
    expect(await authorize(`Bearer ${await issuer.token({ kid: 'two' })}`)).toEqual({ caller: 'u-17' });
    expect(await authorize(`Bearer ${old}`)).toEqual({
      status: 401,
      message: 'the token is signed with a key that the issuer does not publish',
    });
  });

  it('without asking the issuer each time, nor for each forged key', async () => {
    const { authorize } = access({ cooldown: 30_000 });
    const [good, forged] = [
      await issuer.token(),
      await issuer.token({ kid: 'none', by: issuer.keys.get('one') }),
    ];
    await Promise.all(Array.from({ length: 5 }, () => authorize(`Bearer ${good}`)));
    for (let i = 0; i < 5; i++) expect(await authorize(`Bearer ${forged}`)).toMatchObject({ status: 401 });
    expect(issuer.asked).toEqual(['/.well-known/openid-configuration', '/keys']);
  });
});

describe('turns away', () => {
  it.each<[string, Forged, RegExp]>([
    ['another audience', { aud: 'wiki' }, /its claim aud is missing or another one/],
    ['no audience', { aud: undefined }, /its claim aud/],
    ['another issuer', { iss: 'https://login.evil.example' }, /its claim iss/],
    ['an expired one', { exp: seconds(-120) }, /has expired/],
    ['one without an end', { exp: undefined }, /its claim exp/],
    ['one that is not valid yet', { nbf: seconds(120) }, /its claim nbf/],
    ['one of nobody', { sub: undefined }, /its claim sub/],
  ])('%s', async (_what, claims, message) => {
    expect(await ask(await issuer.token(claims))).toEqual({
      status: 401,
      message: expect.stringMatching(message),
    });
  });

  it('one signed by another key under a published name', async () => {
    const { generateKeyPair } = await loadJose();
    const by = await generateKeyPair('ES256');
    expect(await ask(await issuer.token({ by }))).toEqual({
      status: 401,
      message: 'the token is not signed by the issuer',
    });
  });

  const unsigned = (header: object, payload: object) =>
    [header, payload].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
  const claims = () => ({ iss: issuer.url, aud: AUDIENCE, sub: 'u-17', exp: seconds(300) });

  it.each(['none', 'None', ''])('alg "%s"', async (alg) => {
    const token = `${unsigned({ alg, kid: 'one' }, claims())}.`;
    expect(await ask(token)).toMatchObject({ status: 401 });
  });

  it('HS256 with the public key as its secret', async () => {
    const { exportJWK, exportSPKI } = await loadJose();
    const { publicKey } = await issuer.addKey('one', 'RS256');
    const pem = await exportSPKI(publicKey);
    for (const secret of [pem, pem.trim(), JSON.stringify(await exportJWK(publicKey))]) {
      const text = unsigned({ alg: 'HS256', kid: 'one' }, claims());
      const token = `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`;
      expect(await ask(token)).toEqual({
        status: 401,
        message: 'the token is signed in a way that is not accepted',
      });
    }
  });

  it('a key that the token itself brings along', async () => {
    const { exportJWK, generateKeyPair, SignJWT } = await loadJose();
    const by = await generateKeyPair('ES256', { extractable: true });
    const token = await new SignJWT(claims())
      .setProtectedHeader({ alg: 'ES256', jwk: await exportJWK(by.publicKey), jku: 'http://evil.example' })
      .sign(by.privateKey);
    expect(await ask(token)).toMatchObject({ status: 401 });
  });

  it.each([
    undefined,
    '',
    'Bearer',
    'Bearer ',
    'Basic b3BzOnBhc3M=',
    'Bearer opaque',
    'Bearer a.b.c',
    'Bearer a b',
  ])('the header %s', async (header) => {
    expect(await access().authorize(header)).toMatchObject({ status: 401 });
  });

  it('who lacks a claim that is required', async () => {
    const require = { groups: 'operators', scope: 'decode' };
    const enough = { groups: ['staff', 'operators'], scope: 'openid decode' };
    expect(await ask(await issuer.token(enough), { require })).toEqual({ caller: 'u-17' });
    for (const lacking of [{}, { ...enough, groups: 'staff' }, { ...enough, scope: 'decoder' }])
      expect(await ask(await issuer.token(lacking), { require })).toMatchObject({
        status: 403,
        message: expect.stringMatching(/its claim (groups|scope)$/),
      });
  });
});

describe('where the issuer cannot be asked', () => {
  const closed = (message: RegExp) => ({ status: 503, message: expect.stringMatching(message) });

  it('nobody is let in, until it can again', async () => {
    const { authorize, trouble } = access();
    const [token, port] = [await issuer.token(), Number(new URL(issuer.url).port)];
    await issuer.stop();
    expect(await authorize(`Bearer ${token}`)).toEqual(closed(/cannot be asked \(ECONNREFUSED\); try again/));
    expect(await trouble()).toBe('ECONNREFUSED');
    await issuer.start(port);
    expect(await trouble()).toBeUndefined();
    expect(await authorize(`Bearer ${token}`)).toEqual({ caller: 'u-17' });
  });

  it('its keys alone are missing', async () => {
    issuer.metadata = { jwks_uri: `${issuer.url}/elsewhere` };
    expect(await ask(await issuer.token())).toEqual(closed(/cannot be asked/));
  });

  it('it fails', async () => {
    issuer.status = 500;
    expect(await ask(await issuer.token())).toEqual(closed(/status 500/));
  });

  it.each([
    ['another issuer', { issuer: 'https://login.evil.example' }, /another issuer/],
    ['keys in the open', { jwks_uri: 'http://login.example.org/keys' }, /jwks_uri is not as expected/],
    ['no keys', { jwks_uri: undefined }, /jwks_uri is not as expected/],
  ])('it describes %s', async (_what, metadata, message) => {
    issuer.metadata = metadata;
    expect(await ask(await issuer.token())).toEqual(closed(message));
  });
});

it('the codec server says who, and asks to try again where that cannot be told', async () => {
  const ring = parseKeyRing({ keys: { test: newKey() }, activeKey: 'test' });
  const server = await startCodecServer({ ring, origins: [], ...access() });
  const post = async (authorization: string) => {
    const { status, headers } = await fetch(`${server.url}/decode`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization },
      body: '{"payloads":[]}',
    });
    return { status, retryAfter: headers.get('retry-after'), asks: headers.get('www-authenticate') };
  };
  try {
    const token = `Bearer ${await issuer.token()}`;
    issuer.status = 502;
    expect(await post(token)).toEqual({ status: 503, retryAfter: '5', asks: null });
    issuer.status = 200;
    expect(await post(token)).toMatchObject({ status: 200 });
    expect(await post('Bearer x')).toEqual({ status: 401, retryAfter: null, asks: 'Bearer' });
  } finally {
    await server.close();
  }
});
