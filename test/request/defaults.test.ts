// What an account becomes with its defaults: plain JSON, member for member.
import { resolveAccount } from '../../src/request/defaults';
import { config, requestWith, sound } from './support';

const NO_ASSIGNMENTS = { assessorIds: [], frameworkTemplateIds: [], standardIds: [], unitIds: [] };
const LEARNER = { role: 'learner', defaultAssessorId: 7, classroomId: 3, placementId: 9 };

test.each([
  ['pha-demo', {}, { answers: {} }],
  [
    'pha-demo',
    { environment: 'demo', rank: 'Captain', assessmentDate: '2026-11-22', answers: { a: 1 } },
    { rank: 'Captain', assessmentDate: '2026-11-22', answers: { a: 1 } },
  ],
  ['ethosce', {}, { username: 'hr-000123', roles: [], removeRoles: [], profile: {} }],
  [
    'ethosce',
    { username: 'ada', ssoId: 'TU06503', roles: [1], removeRoles: [3], profile: { field_x: 'y' } },
    { username: 'ada', ssoId: 'TU06503', roles: [1], removeRoles: [3], profile: { field_x: 'y' } },
  ],
  ['onefile', { role: 'iqa' }, { role: 10, misId: 'hr-000123', fields: {}, assign: NO_ASSIGNMENTS }],
  [
    'onefile',
    {
      ...LEARNER,
      misId: 'L-77',
      fields: {
        ULN: '2026-12-01',
        StartOn: '2026-12-01',
        DOB: '1990-01-31T09:00:00Z',
        SupportFunding: false,
      },
      assign: { unitIds: [5] },
    },
    {
      ...LEARNER,
      role: 1,
      misId: 'L-77',
      fields: {
        ULN: '2026-12-01',
        StartOn: '2026-12-01T00:00:00.000Z',
        DOB: '1990-01-31T09:00:00Z',
        SupportFunding: false,
      },
      assign: { ...NO_ASSIGNMENTS, unitIds: [5] },
    },
  ],
  ['onefile', { role: 99 }, { role: 99, misId: 'hr-000123', fields: {}, assign: NO_ASSIGNMENTS }],
  ['hotdocs', {}, { userId: '4bfd7eaa-f52f-52d9-ac4d-a11709f69e84', roles: [], sendEmail: false }],
  [
    'hotdocs',
    { userId: '4A404239-527C-4470-B53F-7CC7F46445BD', roles: ['SiteAdministrator'], sendEmail: true },
    { userId: '4a404239-527c-4470-b53f-7cc7f46445bd', roles: ['SiteAdministrator'], sendEmail: true },
  ],
  [
    'regpack',
    {},
    {
      username: 'ada@example.org',
      fields: {},
      submitForms: false,
      sendMail: false,
      children: [],
      markerField: 'external_ref',
      verifyByList: false,
      earlierGroupIds: [],
    },
  ],
  [
    'regpack-loud',
    {
      cloginId: 5,
      username: 'ada',
      password: '123456',
      children: [{ key: 'c', firstName: 'P', lastName: 'L' }],
    },
    {
      cloginId: 5,
      username: 'ada',
      password: '123456',
      fields: {},
      submitForms: false,
      sendMail: true,
      children: [{ key: 'c', firstName: 'P', lastName: 'L', fields: {} }],
      verifyByList: false,
      earlierGroupIds: [],
    },
  ],
  [
    'regpack-loud',
    { sendMail: false, submitForms: true },
    {
      username: 'ada@example.org',
      fields: {},
      submitForms: true,
      sendMail: false,
      children: [],
      verifyByList: false,
      earlierGroupIds: [],
    },
  ],
])('%s %j', (connection, account, resolved) => {
  const request = sound(requestWith({ [connection]: account }));
  const result = resolveAccount(config, request, connection);
  expect(result).toStrictEqual(resolved);
  expect(JSON.parse(JSON.stringify(result))).toStrictEqual(result);
});

test("the GUID is the connection's and the key's: another of either has another", () => {
  const request = sound(requestWith({ hotdocs: {} }));
  const other = { ...request, key: 'hr-000124' };
  const renamed = { ...request, accounts: { 'hotdocs-2': {} } };
  const { hotdocs } = config.connections;
  if (hotdocs === undefined) throw new Error('no connection');
  const second = { connections: { 'hotdocs-2': hotdocs } };
  const ids = [
    resolveAccount(config, request, 'hotdocs', 'hotdocs').userId,
    resolveAccount(config, other, 'hotdocs', 'hotdocs').userId,
    resolveAccount(second, renamed, 'hotdocs-2', 'hotdocs').userId,
  ];
  expect(new Set(ids).size).toBe(3);
});

test.each([
  ['nowhere', undefined, 'there is no connection nowhere'],
  ['constructor', undefined, 'there is no connection constructor'],
  ['ethosce', undefined, 'the request has no account at ethosce'],
  ['hotdocs', 'pha', 'the connection hotdocs is of hotdocs, not of pha'],
] as const)('%s, asked for %s: %s', (connection, vendor, message) => {
  const request = sound(requestWith({ hotdocs: {} }));
  expect(() => resolveAccount(config, request, connection, vendor)).toThrow(new RangeError(message));
});
