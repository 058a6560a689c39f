// Every fault of muster.yaml, in its own sentence.
import { connection, faultsOf, KEY, PHA, parse, phaWith } from './support';

describe('faults of one key', () => {
  const durationWords = 'expected a duration: 500ms, 30s, 5m, 2h or 7d';
  const vendorWords = 'expected one of pha, ethosce, onefile, hotdocs, regpack';
  const urlWords = 'expected an https address such as https://vendor.example';
  const pathWords = 'expected a path such as /HdaApi/rest/v1.1';

  test.each([
    ['a duration without a unit', phaWith('timeout: 30'), `x.timeout: is a number; ${durationWords}`],
    ['a wrong duration', phaWith('timeout: 30 s'), `x.timeout: is not a duration; ${durationWords}`],
    ['a duration of nothing', phaWith('waitFor: 0s'), `x.waitFor: is not a duration; ${durationWords}`],
    ['a settle that is no map', phaWith('settle: 5m'), 'x.settle: is text; expected an object'],
    [
      'a settle that is too short',
      phaWith('settle: { for: 10s }'),
      'x.settle.for: is 10s; with a timeout of 30s a lost call can still take effect after that: expected at least 73s',
    ],
    [
      'a time-out that the default settle is too short for; a vendor without a read before its write needs less',
      connection('vendor: ethosce, baseUrl: https://v.example, username: restws, password: p, timeout: 10m'),
      'x.settle.for: is 5m; with a timeout of 10m a lost call can still take effect after that: expected at least 613s',
    ],
    [
      'an enumerated word',
      phaWith('undo: ful'),
      'x.undo: is ful; did you mean full? expected one of full, disable, never',
    ],
    [
      'an enumerated word of another kind',
      phaWith('existing: [a]'),
      'x.existing: expected one of adopt, park, refuse',
    ],
    [
      'a wrong environment',
      phaWith('environment: prod'),
      'x.environment: is prod; expected one of demo, live',
    ],
    [
      'a rate of nothing',
      phaWith('requestsPerSecond: 0'),
      'x.requestsPerSecond: is not above 0; expected a number above 0',
    ],
    ['a text for yes or no', phaWith('sendMail: "no"'), 'x.sendMail: is text; expected true or false'],
    [
      'an unknown key',
      phaWith('colour: red'),
      expect.stringMatching(/^x\.colour: is not a known key; known here are vendor, environment, /),
    ],
    ['a misspelt key', phaWith('base_url: x'), 'x.base_url: is not a known key; did you mean baseUrl?'],
    [
      'a key of another vendor',
      phaWith('groupId: 1'),
      expect.stringMatching(/^x\.groupId: is not a known key; known here are /),
    ],
    [
      'a misspelt key further in',
      phaWith('settle: { fro: 5m }'),
      'x.settle.fro: is not a known key; did you mean for?',
    ],
    [
      'a time zone',
      phaWith('timeZone: Europe/Londen'),
      'x.timeZone: is not a time zone; expected a time zone such as Europe/London',
    ],
    [
      'an answer from nowhere',
      phaWith('answers: { user_dob: person.dob }'),
      expect.stringMatching(/^x\.answers\.user_dob: expected one of person\.firstName, /),
    ],
    [
      'two names alike',
      phaWith('createNames: { email: last_name }'),
      'x.createNames.email: is the name of another field of the body too; give each field its own name',
    ],
    [
      'a field filled already',
      phaWith('createFields: { email: x }'),
      "x.createFields.email: is filled from the person already; take it away, or rename the person's field in createNames",
    ],
    [
      'a proxy',
      phaWith('proxy: proxy.example'),
      'x.proxy: is not a proxy address; expected the address of a proxy such as http://proxy.example:3128',
    ],
    ['no vendor', connection('token: t'), `x.vendor: is missing; ${vendorWords}`],
    [
      'an unknown vendor',
      connection('vendor: ethose'),
      `x.vendor: is ethose; did you mean ethosce? ${vendorWords}`,
    ],
    ['a vendor of another kind', connection('vendor: 5'), `x.vendor: ${vendorWords}`],
    [
      'no map',
      'connections: { x: pha }',
      'x: is not an object; expected a connection with vendor: pha, ethosce, onefile, hotdocs, regpack',
    ],
    [
      'an empty connection',
      'connections: { x: }',
      'x: is not an object; expected a connection with vendor: pha, ethosce, onefile, hotdocs, regpack',
    ],
    [
      'http to elsewhere',
      connection('vendor: pha, token: t, baseUrl: http://v.example'),
      'x.baseUrl: would send credentials and personal data unencrypted; use https (http is for 127.0.0.1, localhost and [::1] only)',
    ],
    [
      'http to a name that only looks local',
      connection('vendor: pha, token: t, baseUrl: http://localhost.example'),
      expect.stringMatching(/^x\.baseUrl: would send /),
    ],
    [
      'no address',
      connection('vendor: pha, token: t, baseUrl: v.example'),
      `x.baseUrl: is not a web address; ${urlWords}`,
    ],
    [
      'another scheme',
      connection('vendor: pha, token: t, baseUrl: ftp://v.example'),
      `x.baseUrl: is not a web address; ${urlWords}`,
    ],
    [
      'an address with a query',
      connection('vendor: pha, token: t, baseUrl: "https://v.example?a=b"'),
      `x.baseUrl: has a query or fragment; ${urlWords}`,
    ],
    [
      'an address with credentials',
      connection('vendor: pha, token: t, baseUrl: "https://a:b@v.example"'),
      'x.baseUrl: has credentials in it; give them under their own keys',
    ],
    [
      'a missing secret',
      connection('vendor: pha, baseUrl: https://v.example'),
      'x.token: is missing; expected the API token',
    ],
    [
      'a key without a value',
      connection('vendor: pha, baseUrl: https://v.example, token: '),
      'x.token: is empty; expected the API token',
    ],
    [
      'a secret with a line feed',
      connection('vendor: pha, baseUrl: https://v.example, token: "a\\nb"'),
      'x.token: has a control character in it; take it away',
    ],
    [
      'a log-in that EthosCE takes for none',
      connection('vendor: ethosce, baseUrl: https://v.example, password: p, username: muster'),
      'x.username: is no web service account: its name has to begin with restws (and can hold no colon); expected a user name that begins with restws',
    ],
    [
      'an organisation by name',
      connection(
        'vendor: onefile, baseUrl: https://v.example, customerToken: t, organisationId: acme, customerId: 1',
      ),
      'x.organisationId: is text; expected the id of the organisation, a whole number',
    ],
    [
      'a path without a slash',
      connection('vendor: hotdocs, baseUrl: https://v.example, token: t, apiPath: api'),
      `x.apiPath: is not a path; ${pathWords}`,
    ],
    [
      'a call that names nobody',
      connection(
        'vendor: hotdocs, baseUrl: https://v.example, token: t, undoCall: { method: PUT, path: /Users }',
      ),
      'x.undoCall.path: is no such path; expected a path with the user in it, such as "/Users/{id}"',
    ],
  ])('%s', (_, text, fault) => {
    const [first = '', ...more] = faultsOf(() => parse(text));
    expect(first.replace('connections.', '')).toEqual(fault);
    expect(more).toEqual([]);
  });

  test.each(['person', 'bulk', 'remove', 'connection', 'ledger', 'secret', 'inspect'])(
    'the name %s is taken',
    (name) => {
      expect(faultsOf(() => parse(`connections: { ${name}: { ${PHA} } }`))).toEqual([
        `connections.${name}: is a name that Muster uses itself; give the connection another one`,
      ]);
    },
  );

  test.each(['X', '1x', '-x', 'a_b', 'a'.repeat(41)])('%s is no name for a connection', (name) => {
    expect(faultsOf(() => parse(`connections: { ${name}: { ${PHA} } }`))).toEqual([
      `connections.${name}: is no name for a connection; expected 1 to 40 small letters, digits or "-", beginning with a letter`,
    ]);
  });

  test.each([['a'], ['a'.repeat(40)], ['pha-2']])('%s is a name for a connection', (name) => {
    expect(Object.keys(parse(`connections: { ${name}: { ${PHA} } }`).connections)).toEqual([name]);
  });

  test.each(['http://127.0.0.1:80', 'http://localhost', 'http://[::1]:9', 'https://v.example:8443/prefix'])(
    '%s is an address',
    (url) => {
      const config = parse(connection(`vendor: pha, token: t, baseUrl: "${url}/"`));
      expect(config.connections.x).toMatchObject({ baseUrl: url });
    },
  );
});

describe('faults of the other parts', () => {
  const encryption = (text: string) => `${connection(PHA)}\nencryption: ${text}`;

  test.each([
    [
      'no connections',
      'bulk: {}',
      'connections: is missing; expected an object of connections by their names',
    ],
    ['none in it', 'connections: {}', 'connections: is empty; expected at least one connection'],
    ['a list', 'connections: []', 'connections: is a list; expected an object of connections by their names'],
    [
      'an unknown part',
      `${connection(PHA)}\nworkers: {}`,
      'workers: is not a known key; did you mean worker?',
    ],
    [
      'a short key',
      encryption('{ keys: { "2026-11": c2hvcnQ= }, activeKey: "2026-11" }'),
      'encryption.keys.2026-11: holds 5 bytes; 32 bytes in base64 are expected ("muster keys new" makes a key)',
    ],
    [
      'another active key',
      encryption(`{ keys: { a: ${KEY} }, activeKey: b }`),
      'encryption.activeKey: "b" is not among the keys; expected one of "a"',
    ],
    [
      'no active key',
      encryption(`{ keys: { a: ${KEY} } }`),
      'encryption.activeKey: is missing; expected the id of a key, in quotes',
    ],
    [
      'an id without quotes',
      encryption(`{ keys: { 2026: ${KEY} }, activeKey: 2026 }`),
      'encryption.activeKey: is a number; expected the id of a key, in quotes',
    ],
    [
      'no keys',
      encryption('{ keys: {}, activeKey: a }'),
      'encryption.keys: has no key ("muster keys new" makes one)',
    ],
    [
      'a wide window',
      `${connection(PHA)}\nbulk: { window: 0 }`,
      'bulk.window: is not one; expected a whole number from 1 to 500',
    ],
    [
      'no time to keep a password',
      `${connection(PHA)}\nsecrets: { keepFor: always }`,
      'secrets.keepFor: is not a duration; expected a duration: 500ms, 30s, 5m, 2h or 7d',
    ],
    [
      'no port',
      `${connection(PHA)}\nworker: { healthPort: 65536 }`,
      'worker.healthPort: is not one; expected a port, 1 to 65535',
    ],
    [
      'an open codec server',
      `${connection(PHA)}\ncodecServer: { port: 8234 }`,
      'codecServer.auth: is missing; expected { bearer } or { issuer, audience }: who may decode',
    ],
    [
      'half an identity',
      `${connection(PHA)}\ncodecServer: { auth: { issuer: https://login.example } }`,
      'codecServer.auth: is an object; expected { bearer } or { issuer, audience }: who may decode',
    ],
  ])('%s', (_, text, fault) => {
    expect(faultsOf(() => parse(text))).toEqual([fault]);
  });

  test('a reference that can not be read does not spoil its neighbours', () => {
    const text = `${connection(PHA)}\nencryption: { keys: { a: \${A} }, activeKey: a }\ncodecServer: { auth: { issuer: https://login.example, audience: \${B} } }`;
    expect(faultsOf(() => parse(text))).toEqual([
      'encryption.keys.a: the environment variable A is not set; expected a value in it',
      'codecServer.auth.audience: the environment variable B is not set; expected a value in it',
    ]);
  });

  test('all faults together, each with its line', () => {
    const text = `connections:
  pha-demo:
    vendor: pha
    baseUrl: http://pha.example
    token: \${PHA_DEMO_TOKEN}
    timeout: soon
  Regpack:
    vendor: regpack
    baseUrl: https://v.example
    apiId: twelve
    groupid: 3
    apiUser: u
    apiToken: t
worker: { port: 1 }
`;
    expect(faultsOf(() => parse(text, { source: 'muster.yaml' }))).toEqual([
      'muster.yaml:4: connections.pha-demo.baseUrl: would send credentials and personal data unencrypted; use https (http is for 127.0.0.1, localhost and [::1] only)',
      'muster.yaml:5: connections.pha-demo.token: the environment variable PHA_DEMO_TOKEN is not set; expected a value in it',
      'muster.yaml:6: connections.pha-demo.timeout: is not a duration; expected a duration: 500ms, 30s, 5m, 2h or 7d',
      'muster.yaml:7: connections.Regpack: is no name for a connection; expected 1 to 40 small letters, digits or "-", beginning with a letter',
      'muster.yaml:7: connections.Regpack.groupId: is missing; expected the id of the project, a whole number',
      'muster.yaml:10: connections.Regpack.apiId: is text; expected the id of the API administrator, a whole number',
      'muster.yaml:11: connections.Regpack.groupid: is not a known key; did you mean groupId?',
      'muster.yaml:14: worker.port: is not a known key; known here are host, healthPort, metricsPort',
    ]);
  });
});
