// The outside of a request, the person, and which account goes where: every fault in its own sentence, all together.
import { checkedRequest, checkRequest, RequestError } from '../../src/request/check';
import { config, faultsOf, person, requestWith, sound } from './support';

const KNOWN = 'known are pha-demo, pha-bare, ethosce, onefile, hotdocs, regpack, regpack-loud';

describe('the outside', () => {
  const keyWords = '1 to 60 letters, digits, ".", "_" or "-", beginning with a letter or digit';

  test.each([
    [
      'a key that is an e-mail address',
      { key: 'ada@example.org' },
      [
        'key: looks like an e-mail address; give your own lasting id of the person, such as a staff number: addresses change, and the key is shown in ids and searches',
      ],
    ],
    ['a key with a space', { key: 'hr 1' }, [`key: has another form; expected ${keyWords}`]],
    ['a key with a slash', { key: 'a/b' }, [`key: has another form; expected ${keyWords}`]],
    ['a key that begins with a dot', { key: '.a' }, [`key: has another form; expected ${keyWords}`]],
    ['a long key', { key: 'a'.repeat(61) }, [`key: has another form; expected ${keyWords}`]],
    ['an empty key', { key: '' }, [`key: is empty; expected ${keyWords}`]],
    ['a number as the key', { key: 123 }, [`key: is a number; expected ${keyWords}`]],
    ['no key', { key: undefined }, [`key: is missing; expected ${keyWords}`]],
    ['an unknown rule', { onFailure: 'undo' }, ['onFailure: is undo; expected one of park, compensate']],
    [
      'no person',
      { person: undefined },
      ['person: is missing; expected an object with firstName, lastName and email'],
    ],
    [
      'a person that is a list',
      { person: [] },
      ['person: is a list; expected an object with firstName, lastName and email'],
    ],
    [
      'no accounts',
      { accounts: undefined },
      ['accounts: is missing; expected an object of accounts by connection name'],
    ],
    [
      'none in them',
      { accounts: {} },
      [
        'accounts: names no account; give one or more by connection name, of pha-demo, pha-bare, ethosce, onefile, hotdocs, regpack, regpack-loud',
      ],
    ],
    ['an unknown key', { acounts: {} }, ['acounts: is not a known key; did you mean accounts?']],
    [
      'an unknown key like no other',
      { $schema: 'x' },
      ['["…"]: is not a known key; known here are key, person, accounts, onFailure'],
    ],
  ])('%s', (_, change, faults) => {
    expect(faultsOf(requestWith({ hotdocs: {} }, change))).toEqual(faults);
  });

  test.each([
    ['nothing', undefined],
    ['null', null],
    ['a text', '{}'],
    ['a list', [{}]],
    ['what is no JSON', { key: 1n }],
    [
      'what would change the object',
      JSON.parse('{"key":"a","accounts":{"hotdocs":{"__proto__":{"roles":[]}}}}'),
    ],
  ])('%s is no request', (_, input) => {
    expect(checkRequest(config, input)).toEqual({
      ok: false,
      faults: [{ path: '', message: 'the request is not a JSON object' }],
    });
  });

  test.each(['a', '0', 'hr-000123', 'A._-', 'a'.repeat(60)])('%s is a key', (key) => {
    expect(faultsOf(requestWith({ hotdocs: {} }, { key }))).toEqual([]);
  });
});

describe('the person', () => {
  const dateWords = 'is not a date of the calendar; expected a date as YYYY-MM-DD, such as 1990-01-31';
  const emailWords = 'is not an e-mail address; expected an e-mail address such as ada@example.org';

  test.each([
    ['no first name', { firstName: undefined }, 'firstName: is missing; expected the first name'],
    ['an empty last name', { lastName: ' ' }, 'lastName: is empty; expected the last name'],
    [
      'a name with a space at its end',
      { lastName: 'Lovelace ' },
      'lastName: begins or ends with white space; take it away',
    ],
    [
      'a name on two lines',
      { lastName: 'Love\nlace' },
      'lastName: has a control character in it; take it away',
    ],
    ['an empty middle name', { middleName: '' }, 'middleName: is empty; expected the middle name'],
    ['a misspelt field', { emial: 'x' }, 'emial: is not a known key; did you mean email?'],
    [
      'a field in another spelling',
      { date_of_birth: 'x' },
      'date_of_birth: is not a known key; did you mean dateOfBirth?',
    ],
    ['a date the other way round', { dateOfBirth: '31-01-1990' }, `dateOfBirth: ${dateWords}`],
    ['a date with a time', { dateOfBirth: '1990-01-31T00:00:00Z' }, `dateOfBirth: ${dateWords}`],
    ['a day that never was', { dateOfBirth: '2023-02-29' }, `dateOfBirth: ${dateWords}`],
    ['a month that never is', { dateOfBirth: '1990-13-01' }, `dateOfBirth: ${dateWords}`],
    [
      'an empty date',
      { dateOfBirth: '' },
      'dateOfBirth: is empty; expected a date as YYYY-MM-DD, such as 1990-01-31',
    ],
    ['a phone as a number', { phone: 44 }, 'phone: is a number; expected a telephone number'],
    ['an address as a text', { address: 'London' }, 'address: is text; expected an object'],
    [
      'a misspelt part of it',
      { address: { postcode: 'W1' } },
      'address.postcode: is not a known key; did you mean postalCode?',
    ],
    [
      'a number in it',
      { address: { postalCode: 19109 } },
      'address.postalCode: is a number; expected a text',
    ],
  ])('%s', (_, change, fault) => {
    expect(faultsOf(requestWith({ hotdocs: {} }, { person: { ...person, ...change } }))).toEqual([
      `person.${fault}`,
    ]);
  });

  test.each([
    'ada',
    'ada@',
    '@example.org',
    'ada@example',
    'a b@example.org',
    'ada@exa mple.org',
    'a@b@example.org',
    'ada@-x.org',
    '.a@example.org',
    'a..b@example.org',
    'Ada <ada@example.org>',
    'ada@example.org,',
    `${'a'.repeat(65)}@example.org`,
    'ada@example..org',
  ])('%s is no e-mail address', (email) => {
    expect(faultsOf(requestWith({ hotdocs: {} }, { person: { ...person, email } }))).toEqual([
      `person.email: ${emailWords}`,
    ]);
  });

  test.each([
    "o'neil+x@mail.example.org",
    'a_b-c.d@example.co.uk',
    '1@2.de',
    'josé@exämple.org',
    `${'a'.repeat(64)}@example.org`,
  ])('%s is an e-mail address', (email) => {
    expect(faultsOf(requestWith({ hotdocs: {} }, { person: { ...person, email } }))).toEqual([]);
  });

  test.each(['2024-02-29', '2000-02-29', '1900-12-31'])('%s is a day', (dateOfBirth) => {
    expect(faultsOf(requestWith({ hotdocs: {} }, { person: { ...person, dateOfBirth } }))).toEqual([]);
  });

  test('parts of the address may be empty texts', () => {
    const address = { street: '', additional: '', city: '', province: '', postalCode: '', country: 'us' };
    expect(faultsOf(requestWith({ hotdocs: {} }, { person: { ...person, address } }))).toEqual([]);
  });
});

describe('which account goes where', () => {
  test.each([
    [
      'an unknown connection',
      { ethosec: {} },
      [`accounts.ethosec: is not a connection of the configuration; did you mean ethosce? ${KNOWN}`],
    ],
    [
      'one like no other',
      { sharepoint: {} },
      [`accounts.sharepoint: is not a connection of the configuration; ${KNOWN}`],
    ],
    [
      'one that every object has',
      { constructor: {} },
      [`accounts.constructor: is not a connection of the configuration; ${KNOWN}`],
    ],
    [
      'an address as a name is not repeated',
      { 'ada@example.org': {} },
      [`accounts["…"]: is not a connection of the configuration; ${KNOWN}`],
    ],
    ['no object', { hotdocs: true }, ['accounts.hotdocs: is true or false; expected an object']],
    ['nothing', { hotdocs: null }, ['accounts.hotdocs: is empty; expected an object']],
    [
      'another environment',
      { 'pha-demo': { environment: 'live' } },
      [
        'accounts.pha-demo.environment: is live, but the connection pha-demo is demo; name a connection that is live, or correct it',
      ],
    ],
    [
      'an environment where the connection has none',
      { hotdocs: { environment: 'live' } },
      [
        'accounts.hotdocs.environment: is live, but the connection hotdocs states none; name a connection that is live, or correct it',
      ],
    ],
    [
      'no environment',
      { 'pha-demo': { environment: 'Demo' } },
      ['accounts.pha-demo.environment: is Demo; did you mean demo? expected one of demo, live'],
    ],
    ['the right environment', { 'pha-demo': { environment: 'demo' } }, []],
  ])('%s', (_, accounts, faults) => {
    expect(faultsOf(requestWith(accounts))).toEqual(faults);
  });
});

test('all faults of a request come together, and none repeats a personal value', () => {
  const input = {
    key: 'ada@example.org',
    person: { firstName: 'Adalbert', lastName: 77, email: 'adalbert.example.org', dateOfBirth: '31/01/1990' },
    accounts: {
      'pha-demo': { environment: 'live', assessmentDate: '2026-02-30', rank: '' },
      ethosce: { username: 'x'.repeat(61), roles: ['editor'], profile: { user: 1 } },
      onefile: { role: 'learner', placementId: 9, fields: { ULM: '1234567890' } },
      hotdocs: { userId: 'not-a-guid-at-all' },
      regpack: { password: 'abc12', applicationDate: '22.11.2026' },
      nowhere: {},
    },
    onFailure: 'retry',
  };
  const faults = faultsOf(input);
  expect(faults.map((fault) => fault.slice(0, fault.indexOf(':'))).sort()).toEqual(
    [
      'key',
      'person.lastName',
      'person.email',
      'person.dateOfBirth',
      'accounts.pha-demo.environment',
      'accounts.pha-demo.assessmentDate',
      'accounts.pha-demo.rank',
      'accounts.ethosce.username',
      'accounts.ethosce.roles[0]',
      'accounts.ethosce.profile.user',
      'accounts.onefile.defaultAssessorId',
      'accounts.onefile.classroomId',
      'accounts.onefile.fields.ULM',
      'accounts.hotdocs.userId',
      'accounts.regpack.password',
      'accounts.regpack.applicationDate',
      'accounts.nowhere',
      'onFailure',
    ].sort(),
  );
  for (const value of [
    'Adalbert',
    'adalbert',
    '77',
    '31/01',
    'editor',
    '1234567890',
    'not-a-guid',
    'abc12',
    '22.11',
  ]) {
    expect(faults.join()).not.toContain(value);
  }
});

test('a fault of the person that two accounts find is told once', () => {
  const input = requestWith(
    { ethosce: {}, 'ethosce-2': {} },
    { person: { ...person, email: 'josé@example.org' } },
  );
  const second = {
    ...config,
    connections: { ...config.connections, 'ethosce-2': config.connections.ethosce },
  };
  expect(checkRequest(second as typeof config, input)).toEqual({
    ok: false,
    faults: [
      {
        path: 'person.email',
        message: 'has characters that EthosCE refuses in an address; expected plain ASCII',
      },
    ],
  });
});

test('a sound request stays as it was given', () => {
  const input = requestWith(
    { hotdocs: { sendEmail: undefined }, 'pha-demo': { answers: { user_smoker: 'No' } } },
    { onFailure: 'compensate' },
  );
  const request = sound(input);
  expect(request).toStrictEqual(JSON.parse(JSON.stringify(input)));
  expect(request).not.toBe(input);
  expect(request.accounts.hotdocs).toStrictEqual({});
});

test('RequestError has a line for each fault', () => {
  const act = () =>
    checkedRequest(config, requestWith({ hotdocs: { userId: 'x' }, onefile: { role: 'iqq' } }));
  expect(act).toThrow(RequestError);
  expect(act).toThrow(
    new RequestError([
      {
        path: 'accounts.hotdocs.userId',
        message:
          'is not a GUID; expected one like 4a404239-527c-4470-b53f-7cc7f46445bd; without any, one is made of the connection and the key',
      },
      {
        path: 'accounts.onefile.role',
        message:
          'is iqq; did you mean iqa? expected one of learner, trainee-assessor, assessor, iqa, employer, observer, or a role id',
      },
    ]),
  );
  expect(
    new RequestError([
      { path: 'a', message: 'b' },
      { path: '', message: 'c' },
    ]).message,
  ).toBe('a: b\nc');
  expect(checkedRequest(config, requestWith({ hotdocs: {} })).key).toBe('hr-000123');
});
