// What `muster codec-server` reads of muster.yaml, and what it refuses.
import { parseCodecServerConfig } from '../../src/config/codec-server';
import { faultsOf, KEY, PHA, parse } from './support';

const encryption = `encryption: { keys: { a: "${KEY}" }, activeKey: a }`;
const TOKEN = 'a-token-of-some-length';
const load = (codecServer: string, env: NodeJS.ProcessEnv = {}) =>
  parseCodecServerConfig(`${encryption}\ncodecServer: ${codecServer}`, { env });
const withAuth = (auth: string, env: NodeJS.ProcessEnv = {}) => load(`{ auth: ${auth} }`, env);

test('connections and what they refer to are not looked at', () => {
  const text = `connections: { x: { ${PHA}, caFile: \${NOT_SET}, timeot: 3 } }\n${encryption}\ncodecServer: { auth: { bearer: ${TOKEN} } }`;
  expect(parseCodecServerConfig(text, { env: {} }).codecServer.auth).toEqual({ bearer: TOKEN });
});

test('its token is needed by nobody else', () => {
  const text = `connections: { x: { ${PHA} } }\ncodecServer: { auth: { bearer: \${NOT_SET} } }`;
  expect(parse(text)).not.toHaveProperty('codecServer');
  expect(faultsOf(() => parseCodecServerConfig(`${text}\n${encryption}`, { env: {} }))).toEqual([
    'codecServer.auth.bearer: the environment variable NOT_SET is not set; expected a value in it',
  ]);
});

test('both its sections are missed at once', () => {
  expect(faultsOf(() => parseCodecServerConfig('bulk: {}', { env: {} }))).toEqual([
    'encryption: is missing; expected the keys that the workers have',
    'codecServer: is missing; expected { origins, auth: { bearer } or { issuer, audience } }: who may decode',
  ]);
});

test.each([
  ['{ bearer: short }', /^codecServer.auth.bearer: is shorter than 20 characters and could be guessed/],
  [
    '{ issuer: "http://login.example.org", audience: a }',
    /^codecServer.auth: issuer would send .* use https/,
  ],
  ['{ issuer: "https://login.example.org" }', /^codecServer.auth: is an object; expected/],
  ['open', /^codecServer.auth: .*expected \{ bearer \}/],
])('auth: %s is refused', (auth, fault) => {
  const [first, ...more] = faultsOf(() => withAuth(auth));
  expect(first).toMatch(/^codecServer\.auth/);
  expect({ first, more }).toEqual({ first: expect.stringMatching(fault), more: [] });
});

test('an issuer, with claims that it must state', () => {
  const auth = {
    issuer: 'https://login.example.org',
    audience: 'temporal-ui',
    require: { groups: 'operators' },
  };
  expect(withAuth(JSON.stringify(auth)).codecServer.auth).toEqual(auth);
});

test('nobody is asked only where nobody else gets to the port', () => {
  expect(withAuth('none').codecServer).toMatchObject({ auth: 'none', host: '127.0.0.1' });
  const open = () => load('{ auth: none, host: 0.0.0.0 }');
  expect(faultsOf(open)).toEqual([
    'codecServer.auth: none would let everybody decode who reaches it; give { bearer } or { issuer, audience }',
  ]);
  const published = load('{ auth: none, host: 0.0.0.0 }', { MUSTER_CODEC_OPEN: 'to-this-machine' });
  expect(published.codecServer.auth).toBe('none');
});

test.each(['http://localhost:8233/', 'https://Temporal.example.org'])(
  'the origin %s is kept as browsers send it',
  (origin) => {
    expect(load(`{ origins: ["${origin}"], auth: none }`).codecServer.origins).toEqual([
      new URL(origin).origin,
    ]);
  },
);

test.each(['https://temporal.example.org/ui', 'http://temporal.example.org', '*'])(
  'the origin %s is refused',
  (origin) => {
    expect(faultsOf(() => load(`{ origins: ["${origin}"], auth: none }`))).toEqual([
      expect.stringMatching(/^codecServer.origins\[0\]: /),
    ]);
  },
);
