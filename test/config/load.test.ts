// muster.yaml, from text to what the code gets: defaults, where the file is found, and texts that are none.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the file's own references, not JavaScript's
// biome-ignore-all lint/suspicious/noThenProperty: the file's own word, never awaited
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { configFromObject, loadConfig } from '../../src/config/load';
import { connection, faultsOf, PHA, parse, phaWith } from './support';

const COMMON = {
  waitForMs: 604_800_000,
  timeoutMs: 30_000,
  settle: { forMs: 300_000, then: 'park' },
  existing: 'adopt',
  undo: 'full',
  sendMail: false,
  quickReads: true,
};

describe('what a vendor needs, and its defaults', () => {
  test.each([
    [
      'pha',
      'baseUrl: https://v.example/, token: t',
      {
        baseUrl: 'https://v.example',
        token: 't',
        timeZone: 'Europe/London',
        createFields: {},
        createNames: {},
        answers: {
          user_dob: 'person.dateOfBirth',
          user_sex: 'person.sex',
          user_name: 'person.firstName',
          user_surname: 'person.lastName',
          user_rank: 'account.rank',
          user_reference: 'account.reference',
        },
      },
    ],
    [
      'onefile',
      'baseUrl: https://v.example, customerToken: t, organisationId: 5740, customerId: "2070"',
      { baseUrl: 'https://v.example', customerToken: 't', organisationId: 5740, customerId: 2070 },
    ],
    [
      'ethosce',
      'baseUrl: https://v.example/cme, username: restws_m, password: p',
      {
        baseUrl: 'https://v.example/cme',
        username: 'restws_m',
        password: 'p',
        authmapModule: 'simplesamlphp_auth',
      },
    ],
    [
      'hotdocs',
      'baseUrl: https://v.example, clientName: c, principalName: n, principalPassword: p',
      {
        baseUrl: 'https://v.example',
        apiPath: '/HdaApi/rest/v1.1',
        tokenPath: '/HdaAuth/Authorize/ServicePrincipalLogIn',
        clientName: 'c',
        principalName: 'n',
        principalPassword: 'p',
        tokenLifeSpan: 3_600_000,
      },
    ],
    [
      'regpack',
      'baseUrl: https://v.example, apiId: 12, apiUser: u, apiToken: t, groupId: 3',
      {
        baseUrl: 'https://v.example',
        apiId: 12,
        apiUser: 'u',
        apiToken: 't',
        groupId: 3,
        verifyByList: false,
      },
    ],
  ])('%s', (vendor, keys, own) => {
    const config = parse(connection(`vendor: ${vendor}, ${keys}`));
    expect(config.connections).toEqual({ x: { vendor, ...COMMON, ...own } });
  });

  test('the common keys', () => {
    const text = `
connections:
  x:
    vendor: pha
    baseUrl: http://127.0.0.1:8080
    token: t
    environment: live
    requestsPerSecond: 0.5
    waitFor: 2h
    timeout: 500ms
    settle: { for: 10s, then: resend }
    existing: park
    undo: disable
    sendMail: true
    caFile: ca.pem
    proxy: http://user:word@proxy.example:3128
`;
    expect(parse(text, { file: '/etc/muster/muster.yaml' }).connections.x).toMatchObject({
      environment: 'live',
      requestsPerSecond: 0.5,
      waitForMs: 7_200_000,
      timeoutMs: 500,
      settle: { forMs: 10_000, then: 'resend' },
      existing: 'park',
      undo: 'disable',
      sendMail: true,
      caFile: '/etc/muster/ca.pem',
      proxy: 'http://user:word@proxy.example:3128',
    });
  });

  test('the rest of the file: defaults, and paths from the folder of the file', () => {
    const config = parse(connection(PHA), { file: '/etc/muster/muster.yaml' });
    expect({ ...config, connections: {} }).toEqual({
      connections: {},
      secrets: { keepForMs: 604_800_000 },
      bulk: { importsDir: '/etc/muster/imports', resultsDir: '/etc/muster/results', window: 50 },
      worker: { host: '127.0.0.1', healthPort: 9090, metricsPort: 9464 },
      file: '/etc/muster/muster.yaml',
    });
  });

  test('a table of answers replaces the default one', () => {
    const config = parse(phaWith('answers: { user_mail: person.email }'));
    expect(config.connections.x).toMatchObject({ answers: { user_mail: 'person.email' } });
    expect(config.connections.x).not.toHaveProperty('answers.user_dob');
  });
});

describe('finding the file', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'muster-'));
    for (const name of ['muster.yaml', 'named.yaml', 'env.yaml']) {
      writeFileSync(join(folder, name), connection(PHA));
    }
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  test.each([
    ['the one that is named', { file: 'named.yaml' }, { MUSTER_CONFIG: 'env.yaml' }, 'named.yaml'],
    ['else that of the environment', {}, { MUSTER_CONFIG: 'env.yaml' }, 'env.yaml'],
    ['else muster.yaml', {}, {}, 'muster.yaml'],
    ['also when the variable is set to nothing', {}, { MUSTER_CONFIG: '' }, 'muster.yaml'],
  ])('%s', (_, options, env, name) => {
    const config = loadConfig({ ...options, env, cwd: folder, secrets: 'resolve' });
    expect(config.file).toBe(join(folder, name));
    expect(config.bulk.importsDir).toBe(join(folder, 'imports'));
  });

  test('there is none', () => {
    const load = () => loadConfig({ file: 'nowhere.yaml', env: {}, cwd: folder, secrets: 'leave' });
    expect(faultsOf(load)).toEqual([
      'nowhere.yaml: there is no such file; give --config FILE, set MUSTER_CONFIG, or start in the folder of muster.yaml',
    ]);
  });

  test('it is a folder', () => {
    const load = () => loadConfig({ file: '.', env: {}, cwd: folder, secrets: 'leave' });
    expect(faultsOf(load)).toEqual(['.: the configuration cannot be read (EISDIR)']);
  });
});

describe('a configuration made by code', () => {
  test('values are final', () => {
    const config = configFromObject({
      connections: { x: { vendor: 'pha', baseUrl: 'http://127.0.0.1:1', token: '${T}', timeout: '2s' } },
    });
    expect(config.connections.x).toMatchObject({ token: '${T}', timeoutMs: 2_000 });
    expect(config).not.toHaveProperty('file');
  });

  test('faults have no line', () => {
    expect(faultsOf(() => configFromObject({ connections: { x: { vendor: 'hotdocs' } } }))).toEqual([
      'connections.x.baseUrl: is missing; expected an https address such as https://acme.hotdocsadvance.com',
      'connections.x.clientName: is missing; give clientName, principalName, principalPassword, or a token in their place',
      'connections.x.principalName: is missing; give clientName, principalName, principalPassword, or a token in their place',
      'connections.x.principalPassword: is missing; give clientName, principalName, principalPassword, or a token in their place',
    ]);
  });
});

describe('text that is no configuration', () => {
  test.each([
    ['nothing', '', 'is empty; expected connections'],
    ['comments only', '# none\n', 'is empty; expected connections'],
    ['a list', '- a\n', 'is not a map; expected keys such as connections'],
    [
      'a key twice',
      'connections: {}\nconnections: {}\n',
      ':2: this key stands twice in its map; keep one of them',
    ],
    ['a tab', 'connections:\n\tx: 1\n', ':2: is indented by a tab; YAML wants spaces'],
    [
      'an open quote',
      'connections:\n  x: "a\n',
      ':3: something is left open here or before: a quote, a bracket, a brace or a colon',
    ],
    [
      'an alias of nothing',
      'connections: *a\n',
      'has an alias (*name) without its anchor (&name), or too many; write such a text in quotes',
    ],
    ['a second document', 'connections: {}\n---\na: 1\n', ':2: begins a second document; expected one'],
  ])('%s', (_, text, fault) => {
    const [first] = faultsOf(() => parse(text, { source: 'f' }));
    expect(first).toBe(fault.startsWith(':') ? `f${fault}` : `f: ${fault}`);
  });

  test('a member that would change what objects are', () => {
    expect(faultsOf(() => parse(`${connection(PHA)}\n__proto__: { worker: {} }`))).toEqual([
      '__proto__: is not a known key; known here are connections, encryption, secrets, bulk, worker, codecServer',
    ]);
  });
});
