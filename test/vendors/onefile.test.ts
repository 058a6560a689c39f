// OneFile's requests, member for member as the document gives them (vendor-docs/onefile.txt), and what its replies prove.
import { classify } from '../../src/http/classify';
import type { Reply } from '../../src/http/exchange';
import * as assignments from '../../src/vendors/onefile/assignments';
import * as onefile from '../../src/vendors/onefile/calls';
import { resolveOnefileAccount } from '../../src/vendors/onefile/request';
import { userBody } from '../../src/vendors/onefile/shapes';

const person = { firstName: 'Ada', lastName: 'Lovelace', email: 'ada@example.org' };
const account = (given: Parameters<typeof resolveOnefileAccount>[0]['account']) =>
  resolveOnefileAccount({
    key: 'hr-000123',
    person,
    account: given,
    connection: undefined,
    connectionName: 'onefile',
  });
const LEARNER = { role: 'learner', defaultAssessorId: 7, classroomId: 3, placementId: 9 } as const;
const MANDATORY = { OrganisationID: 5740, FirstName: 'Ada', LastName: 'Lovelace', Email: 'ada@example.org' };

const reply = (status: number, body?: unknown): Reply => ({
  kind: 'reply',
  status,
  headers: {},
  contentType: body === undefined ? '' : 'application/json',
  text: body === undefined ? '' : JSON.stringify(body),
});
const text = (status: number, body: string, contentType = 'text/plain'): Reply => ({
  ...reply(status),
  contentType,
  text: body,
});

describe('golden requests', () => {
  test('session: the customer token in a header, no body', () => {
    expect(onefile.authenticate('secret')).toMatchObject({
      method: 'POST',
      path: '/api/v2.1/Authentication',
      headers: { 'x-customertoken': 'secret' },
    });
    expect(onefile.authenticate('secret').json).toBeUndefined();
  });

  test('create a learner: the mandatory members in their order, and our marker', () => {
    const call = onefile.createUser(userBody(5740, person, account(LEARNER)), { keychain: false });
    expect([call.method, call.path]).toEqual(['POST', '/api/v2.1/User']);
    expect(JSON.stringify(call.json)).toBe(
      JSON.stringify({
        ...MANDATORY,
        Role: 1,
        DefaultAssessorID: 7,
        ClassroomID: 3,
        PlacementID: 9,
        MISID: 'hr-000123',
      }),
    );
  });

  test("create a learner with all the document's optional members", () => {
    const optional = {
      CreatedOn: '2022-02-23T12:49:33.150Z',
      CompanyName: 'string',
      MobileNumber: 'string',
      Telephone: 'string',
      Website: 'string',
      WorkAddress: 'string',
      ProviderID: 1,
      DefaultEmployerID: 11,
      ULN: 'string',
      NINO: 'string',
      EpisodeName: 'string',
      HomeAddress: 'string',
      CentreRegister: '2022-02-23T12:49:33.150Z',
      DOB: '2022-02-23T12:49:33.150Z',
      StartOn: '2022-02-23T12:49:33.150Z',
      PlannedEndDate: '2022-02-23T12:49:33.150Z',
      L12: 'string',
      L13: 'string',
      L14: 'string',
      L15: 'string',
      L16: 'string',
      SupportFunding: true,
      LearnerStatusID: 0,
    };
    expect(userBody(5740, person, account({ ...LEARNER, misId: 'L-77', fields: optional }))).toEqual({
      ...MANDATORY,
      Role: 1,
      DefaultAssessorID: 7,
      ClassroomID: 3,
      PlacementID: 9,
      MISID: 'L-77',
      ...optional,
    });
  });

  test('a bare date is sent as its first moment', () => {
    const body = userBody(5740, person, account({ ...LEARNER, fields: { StartOn: '2026-12-01' } }));
    expect(body.StartOn).toBe('2026-12-01T00:00:00.000Z');
  });

  test.each([
    ['trainee-assessor', 4],
    ['assessor', 5],
    ['iqa', 10],
  ] as const)('create a user of the role %s', (role, id) => {
    expect(userBody(5740, person, account({ role }))).toEqual({
      ...MANDATORY,
      Role: id,
      MISID: 'hr-000123',
    });
  });

  test.each([
    ['employer', 40],
    ['observer', 45],
  ] as const)('create an %s with the additional mandatory placement', (role, id) => {
    expect(userBody(5740, person, account({ role, placementId: 9 }))).toEqual({
      ...MANDATORY,
      Role: id,
      PlacementID: 9,
      MISID: 'hr-000123',
    });
  });

  test("update: the document's example", () => {
    expect(onefile.updateUser('137945', { MISID: 'NewMISID' })).toMatchObject({
      method: 'POST',
      path: '/api/v2.1/User/137945',
      json: { MISID: 'NewMISID' },
    });
  });

  test('searches and reads', () => {
    const scope = { organisationId: 5740, role: 1 };
    const seen = [
      onefile.findOrganisation({ customerId: 2070, organisationId: 5740 }),
      onefile.searchUsersByMisId(scope, 'L-77'),
      onefile.searchUsersByEmail(scope, 'ada@example.org'),
      onefile.readUser('137945'),
      ...assignments.findReferences({ kind: 'assessor', ids: [7] }, 5740),
      ...assignments.findReferences({ kind: 'classroom', ids: [3] }, 5740),
      ...assignments.findReferences({ kind: 'placement', ids: [9] }, 5740),
      ...assignments.findReferences({ kind: 'framework template', ids: [21] }, 5740),
      ...assignments.findReferences({ kind: 'standard', ids: [31] }, 5740),
      ...assignments.findReferences({ kind: 'unit', ids: [41], standardId: 31 }, 5740),
      assignments.findAssigned('standard', '137945', 1),
      assignments.findAssigned('unit', '137945', 2),
    ].map(({ method, path, json }) => [method, path.replace('/api/v2.1/', ''), json]);
    expect(seen).toEqual([
      ['POST', 'Organisation/Search', { CustomerID: 2070 }],
      ['POST', 'User/Search', { OrganisationID: 5740, Role: 1, MISID: 'L-77' }],
      ['POST', 'User/Search', { OrganisationID: 5740, Role: 1, Email: 'ada@example.org' }],
      ['GET', 'User/137945', undefined],
      ['POST', 'User/Search', { OrganisationID: 5740, Role: 5 }],
      ['POST', 'User/Search', { OrganisationID: 5740, Role: 4 }],
      ['POST', 'Classroom/Search', { OrganisationID: 5740 }],
      ['POST', 'Placement/Search', { OrganisationID: 5740 }],
      ['POST', 'FrameworkTemplate/Search', { OrganisationID: 5740 }],
      ['POST', 'Standard/Search', { OrganisationID: 5740 }],
      ['POST', 'Unit/Search', { StandardID: 31 }],
      ['POST', 'LearningAim/Search/1/100', { UserID: 137945 }],
      ['POST', 'UnitSummary/Search/2/100', { UserID: 137945 }],
    ]);
  });

  test('archive', () => {
    expect(onefile.archiveUser('137945', 5740)).toMatchObject({
      method: 'POST',
      path: '/api/v2.1/User/137945/Archive',
      json: { OrganisationID: 5740 },
    });
  });

  test('assignments', () => {
    const seen = [
      assignments.assignAssessor(7, '137945'),
      assignments.assignTemplate(21, '137945'),
      assignments.assignStandard(31, '137945'),
      assignments.assignUnit(41, '137945', 31),
    ].map(({ method, path, json }) => [method, path.replace('/api/v2.1/', ''), json]);
    expect(seen).toEqual([
      ['POST', 'User/7/Assign', { LearnerID: 137945, Level: 1 }],
      ['POST', 'FrameworkTemplate/21/Assign/137945/true', undefined],
      ['POST', 'Standard/31/Assign/137945', undefined],
      ['POST', 'Unit/41/Assign/137945/31', undefined],
    ]);
  });
});

describe('session', () => {
  const read = (answer: Reply) => classify(onefile.authenticate('secret'), answer, 0);

  test.each(['abc-123', '"abc-123"', ' abc-123\r\n', '" abc-123 "'])('body %j', (body) => {
    expect(read(text(200, body))).toEqual({ kind: 'done', value: 'abc-123' });
  });

  test.each(['', '""', '{"message":"no"}', 'two words', '<html><body>Sign in</body></html>'])(
    'no session in %j',
    (body) => expect(read(text(200, body)).kind).toBe('unknown'),
  );
});

describe('what a create proves', () => {
  const create = (answer: Reply, keychain = false) =>
    classify(onefile.createUser({}, { keychain }), answer, 0);

  test.each([
    [{ ID: 137945, Username: 'ada1', Password: 'hunter2' }],
    [{ UserID: '137945', Username: 'ada1', Password: 'hunter2' }],
    [{ ID: 137945, UserID: 137945, Username: 'ada1', Password: 'hunter2' }],
  ])('the id and the password from %j', (body) => {
    const value = { id: '137945', username: 'ada1', password: 'hunter2' };
    expect(create(reply(200, body))).toEqual({ kind: 'done', value });
  });

  test.each([[undefined], [null], [''], [{ hidden: true }]])(
    'an account whose password is %j is there all the same',
    (Password) => {
      const outcome = create(reply(200, { ID: 5, Username: 'ada1', Password }));
      expect(outcome).toEqual({ kind: 'done', value: { id: '5', username: 'ada1' } });
    },
  );

  test('a reply whose id cannot be read leaves nothing of its password in the outcome', () => {
    const outcome = create(reply(200, { ID: 'none', Password: 'hunter2' }));
    expect(outcome.kind).toBe('unknown');
    expect(JSON.stringify(outcome)).not.toContain('hunter2');
  });

  test('two ids prove neither', () => expect(create(reply(200, { ID: 1, UserID: 2 })).kind).toBe('unknown'));

  test('keychain on: 200 alone is the whole answer; an id counts if there is one', () => {
    expect(create(reply(200), true)).toEqual({ kind: 'done', value: null });
    expect(create(reply(200, { ID: 5 }), true)).toEqual({ kind: 'done', value: { id: '5' } });
    expect(create(text(200, '<html><body>wait</body></html>', 'text/html'), true).kind).toBe('unknown');
  });

  test('keychain off: 200 alone owes the id', () => expect(create(reply(200)).kind).toBe('unknown'));

  test('400 with a message is a refusal, 500 is not', () => {
    expect(create(reply(400, { message: 'ClassroomID is required.' }))).toMatchObject({
      kind: 'refused',
      message: 'ClassroomID is required.',
    });
    expect(create(reply(500, { message: 'An error has occurred.' })).kind).toBe('unknown');
  });

  test('429 without Retry-After waits a minute, with it as long as it says', () => {
    expect(create(reply(429))).toMatchObject({ kind: 'unsent', retryAfterMs: 60_000 });
    expect(create({ ...reply(429), headers: { 'retry-after': '7' } })).toMatchObject({ retryAfterMs: 7000 });
  });
});

describe('what a search proves', () => {
  const scope = { organisationId: 5740, role: 1 };
  const byMisId = (answer: Reply) => classify(onefile.searchUsersByMisId(scope, 'hr-1'), answer, 0);
  const byEmail = (answer: Reply) =>
    classify(onefile.searchUsersByEmail(scope, 'ada@example.org'), answer, 0);
  const row = (ID: number, MISID: string | null, more = {}) => ({
    ID,
    FirstName: 'A',
    LastName: 'B',
    MISID,
    ...more,
  });

  test.each([reply(204), reply(200, [])])('nobody', (answer) => {
    expect(byMisId(answer)).toEqual({ kind: 'done', value: [] });
    expect(byEmail(answer)).toEqual({ kind: 'done', value: [] });
  });

  test('an empty 200 is not "nobody": a cut reply looks the same', () =>
    expect(byMisId(reply(200)).kind).toBe('unknown'));

  test('hits with our MISID, or with ours as a part, are looked at', () =>
    expect(byMisId(reply(200, [row(1, 'hr-1'), row(2, 'hr-10')]))).toEqual({
      kind: 'done',
      value: ['1', '2'],
    }));

  test.each([
    ['another MISID', [row(1, 'hr-1'), row(2, 'hr-2')]],
    ['no MISID', [row(1, null)]],
    ['another role', [row(1, 'hr-1', { Role: 5 })]],
    ['another organisation', [row(1, 'hr-1', { OrganisationID: 5741 })]],
    ['more people than one', Array.from({ length: 6 }, (_, n) => row(n + 1, 'hr-1'))],
  ])('a hit with %s shows that the filter was passed over', (_, rows) => {
    expect(byMisId(reply(200, rows))).toMatchObject({
      kind: 'unknown',
      message: expect.stringContaining('passes over'),
    });
  });

  test('a hit by e-mail must have it when it is read', () => {
    const user = { ID: 5, Username: 'u', Email: 'other@example.org', MISID: null, DOB: null, Password: 'x' };
    const read = (having?: { email: string }) => classify(onefile.readUser('5', having), reply(200, user), 0);
    expect(read({ email: 'ada@example.org' }).kind).toBe('unknown');
    expect(read({ email: 'Other@example.org' })).toEqual({
      kind: 'done',
      value: { id: '5', username: 'u', email: 'other@example.org', misId: '', fields: { DOB: null } },
    });
    expect(classify(onefile.readUser('6'), reply(200, user), 0).kind).toBe('unknown');
  });

  test('an id that an operator typed and OneFile does not know', () => {
    const find = (answer: Reply) => classify(onefile.findUser('5'), answer, 0);
    expect(find(reply(404, { message: 'User not found.' }))).toEqual({ kind: 'done', value: null });
    expect(find(text(404, '<html><body>Not Found</body></html>', 'text/html')).kind).toBe('unknown');
  });

  test('the keychain setting of our organisation among others', () => {
    const find = (rows: unknown[]) =>
      classify(onefile.findOrganisation({ customerId: 2070, organisationId: 5740 }), reply(200, rows), 0);
    const ours = {
      ID: 5740,
      Name: 'Example Organisation - Business',
      KeychainCreationForNewUserActive: true,
      KeychainEmailSuppression: false,
    };
    const other = { ...ours, ID: 5741, KeychainCreationForNewUserActive: false };
    expect(find([other, ours])).toEqual({ kind: 'done', value: { id: 5740, keychain: true, mails: true } });
    expect(find([{ ...ours, KeychainEmailSuppression: true }])).toMatchObject({ value: { mails: false } });
    expect(find([other])).toEqual({ kind: 'done', value: null });
  });

  test('ids of the organisation only, where the rows show it', () => {
    const [call] = assignments.findReferences({ kind: 'classroom', ids: [3, 4, 5] }, 5740);
    const rows = [{ ID: 3 }, { ID: 4, OrganisationID: 5741 }, { ID: 5, OrganisationID: 5740 }, { ID: 6 }];
    expect(call && classify(call, reply(200, rows), 0)).toEqual({ kind: 'done', value: [3, 5] });
  });

  test("a learner's standards; rows of another learner prove nothing", () => {
    const find = (rows: unknown[]) =>
      classify(assignments.findAssigned('standard', '9', 1), reply(200, rows), 0);
    const aim = (ID: number, more = {}) => ({ ID, UserID: 9, StandardID: 31, ...more });
    expect(find([aim(1)])).toEqual({ kind: 'done', value: { ids: [31], last: true } });
    expect(find(Array.from({ length: 100 }, (_, n) => aim(n + 1)))).toMatchObject({ value: { last: false } });
    expect(find([aim(1), aim(2, { UserID: 8 })]).kind).toBe('unknown');
    expect(find([aim(1, { StandardID: undefined })]).kind).toBe('unknown');
  });

  test('a standard is assigned when the new learning aim is named', () => {
    const assign = (answer: Reply) => classify(assignments.assignStandard(31, '9'), answer, 0);
    expect(assign(reply(200, 137946))).toEqual({ kind: 'done', value: '137946' });
    expect(assign(reply(200)).kind).toBe('unknown');
  });
});
