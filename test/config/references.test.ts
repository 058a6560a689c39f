// `${NAME}` and `${file:…}`, and who reads which secret.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the file's own references, not JavaScript's
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ParseOptions, parseConfig } from '../../src/config/load';
import type { ClientConfig } from '../../src/config/schema';
import { connection, faultsOf, PHA, parse, phaWith } from './support';

describe('references', () => {
  const token = (text: string, options: Partial<ParseOptions> = {}) =>
    parse(
      `connections:\n  x:\n    vendor: pha\n    baseUrl: https://v.example\n    token: ${text}\n`,
      options,
    ).connections.x;

  test.each([
    ['a name', '${TOKEN}', 'secret'],
    ['inside a text', 'a-${TOKEN}-b-${TOKEN}', 'a-secret-b-secret'],
    ['in quotes', '"${TOKEN}"', 'secret'],
    ['escaped', '"$${TOKEN}"', '${TOKEN}'],
    ['a lone dollar', '$5', '$5'],
    ['no second round', '${NESTED}', '${TOKEN}'],
    ['a file, without the line feed at its end', '${file:/run/secrets/token}', 'from /run/secrets/token'],
  ])('%s', (_, written, value) => {
    const env = { TOKEN: 'secret', NESTED: '${TOKEN}' };
    expect(token(written, { env, readFile: (path) => `from ${path}\r\n\n` })).toMatchObject({ token: value });
  });

  test('without quotes inside braces, as the documentation writes them', () => {
    const config = parse(
      `{ connections: { x: { vendor: pha, baseUrl: "https://v.example", token: \${T} } } }`,
      {
        env: { T: 'secret' },
      },
    );
    expect(config.connections.x).toMatchObject({ token: 'secret' });
  });

  test('a number from the environment', () => {
    const text = connection(`${PHA}`).concat('\nworker: { healthPort: ${PORT} }');
    expect(parse(text, { env: { PORT: '8080' } }).worker.healthPort).toBe(8080);
  });

  test('relative files start from the folder of the file', () => {
    const folder = mkdtempSync(join(tmpdir(), 'muster-'));
    try {
      writeFileSync(join(folder, 'token'), 'secret\n');
      expect(token('${file:token}', { file: join(folder, 'muster.yaml') })).toMatchObject({
        token: 'secret',
      });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test.each([
    ['${TOKEN}', 'the environment variable TOKEN is not set; expected a value in it'],
    ['${constructor}', 'the environment variable constructor is not set; expected a value in it'],
    [
      '${file:/nowhere/at/all}',
      'the file /nowhere/at/all cannot be read (ENOENT); expected a file with the value in it',
    ],
    [
      '"${not a name}"',
      'has a "${" that is no reference; expected ${NAME} or ${file:/path}, or $${ for the two characters',
    ],
    [
      '"${OPEN"',
      'has a "${" that is no reference; expected ${NAME} or ${file:/path}, or $${ for the two characters',
    ],
  ])(
    '%s that can not be read: said once, and what it would have held is not checked',
    (written, sentence) => {
      expect(faultsOf(() => token(written))).toEqual([`connections.x.token: ${sentence}`]);
    },
  );

  test('a variable that is set to nothing', () => {
    expect(faultsOf(() => token('${TOKEN}', { env: { TOKEN: '' } }))).toEqual([
      'connections.x.token: is empty; expected the API token',
    ]);
  });
});

describe('secrets', () => {
  const text = `
connections:
  a: { vendor: pha, baseUrl: "https://v.example", token: "\${A}", proxy: "\${P}", environment: "\${ENVIRONMENT}" }
  b: { vendor: onefile, baseUrl: "https://v.example", customerToken: "\${B}", organisationId: 1, customerId: 2 }
  c: { vendor: ethosce, baseUrl: "https://v.example", username: restws, password: "\${C}" }
  d: { vendor: hotdocs, baseUrl: "https://v.example", token: "\${D}" }
  e: { vendor: hotdocs, baseUrl: "https://v.example", clientName: c, principalName: n, principalPassword: "\${E}" }
  f: { vendor: regpack, baseUrl: "https://v.example", apiId: 1, apiUser: u, apiToken: "\${F}", groupId: 3 }
`;
  const secret = ['token', 'proxy', 'customerToken', 'password', 'principalPassword', 'apiToken'];

  test('a client neither needs nor keeps them; all else is read', () => {
    const config: ClientConfig = parseConfig(text, { secrets: 'leave', env: { ENVIRONMENT: 'demo' } });
    expect(Object.keys(config.connections)).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
    expect(config.connections.a).toMatchObject({ environment: 'demo' });
    for (const connection of Object.values(config.connections)) {
      for (const key of secret) expect(connection).not.toHaveProperty(key);
    }
    expect(JSON.stringify(config)).not.toContain('${');
  });

  test('the worker needs each of them', () => {
    expect(faultsOf(() => parse(text, { env: { ENVIRONMENT: 'demo' }, source: 'muster.yaml' }))).toEqual([
      'muster.yaml:3: connections.a.token: the environment variable A is not set; expected a value in it',
      'muster.yaml:3: connections.a.proxy: the environment variable P is not set; expected a value in it',
      'muster.yaml:4: connections.b.customerToken: the environment variable B is not set; expected a value in it',
      'muster.yaml:5: connections.c.password: the environment variable C is not set; expected a value in it',
      'muster.yaml:6: connections.d.token: the environment variable D is not set; expected a value in it',
      'muster.yaml:7: connections.e.principalPassword: the environment variable E is not set; expected a value in it',
      'muster.yaml:8: connections.f.apiToken: the environment variable F is not set; expected a value in it',
    ]);
  });

  test('a client still hears of a misspelt secret, of an unknown vendor without its secrets, and of a second way to log in', () => {
    const wrong = `
connections:
  a: { vendor: pha, baseUrl: "https://v.example", tokn: "\${A}" }
  b: { vendor: ethose, password: "\${B}" }
  d: { vendor: hotdocs, baseUrl: "https://v.example", token: "\${D}", clientName: c }
  e: { vendor: hotdocs, baseUrl: "https://v.example", clientName: c, principalPassword: "\${E}" }
`;
    const env = { A: 'x' };
    expect(faultsOf(() => parseConfig(wrong, { secrets: 'leave', env }))).toEqual([
      'connections.a.tokn: is not a known key; did you mean token?',
      'connections.b.vendor: is ethose; did you mean ethosce? expected one of pha, ethosce, onefile, hotdocs, regpack',
      'connections.d.token: stands beside clientName; give the one or the other',
      'connections.e.principalName: is missing; give clientName, principalName, principalPassword, or a token in their place',
    ]);
  });

  test('no message holds a value', () => {
    const value = 'hunter-2-hunter-2';
    const texts = [
      phaWith(`timeout: ${value}, undo: "${value} x", timeZone: ${value}`),
      connection(`vendor: pha, token: t, baseUrl: "https://u:${value}@v.example"`),
      connection(`vendor: pha, token: t, baseUrl: "${value}"`),
      `${connection(PHA)}\nencryption: { keys: { k: ${value} }, activeKey: k }`,
      `connections:\n  x:\n    token: "${value}\n`,
      `connections:\n  x:\n    token: *${value}\n`,
      `connections:\n  x:\n    token: @${value}\n`,
      `connections:\n  x:\n    token: !!int ${value}\n`,
      `connections: ${value}`,
      value,
    ];
    for (const text of texts) {
      const faults = faultsOf(() => parse(text));
      expect(faults.length).toBeGreaterThan(0);
      expect(faults.join()).not.toContain(value);
    }
  });
});
