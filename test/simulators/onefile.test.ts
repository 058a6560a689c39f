import { setTimeout as sleep } from 'node:timers/promises';
import { type Simulator, startSimulator } from '../../src/simulators';
import { type Answer, caller } from './client';

let onefile: Simulator;
let session = '';
beforeAll(async () => {
  onefile = await startSimulator('onefile');
});
beforeEach(async () => {
  onefile.reset();
  session = (await logIn()).text;
});
afterAll(() => onefile.close());

const bare = caller(() => onefile.url);
const logIn = () =>
  bare('POST', '/api/v2.1/Authentication', undefined, {
    'x-customertoken': onefile.credentials.customerToken ?? '',
  });
const api = (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) =>
  bare(method, `/api/v2.1/${path}`, body, { 'x-tokenid': session, ...headers });
const STAFF = {
  OrganisationID: 5740,
  FirstName: 'Ada',
  LastName: 'Lovelace',
  Email: 'ada@example.org',
  Role: 5,
};
const LEARNER = { ...STAFF, Role: 1, DefaultAssessorID: 7, ClassroomID: 3, PlacementID: 9 };
const createdId = (reply: Answer): number => (reply.json as { ID: number }).ID;
const message = (reply: Answer): string => (reply.json as { message: string }).message;

describe('session', () => {
  test('the token is the body of the reply, as text or in quotes', async () => {
    expect(session).toMatch(/^[\w-]{24}$/);
    onefile.set('quotedSession', true);
    expect((await logIn()).json).toMatch(/^[\w-]{24}$/);
  });

  test('a wrong customer token, a missing and a wrong session are 401', async () => {
    expect(
      (await bare('POST', '/api/v2.1/Authentication', undefined, { 'x-customertoken': 'x' })).status,
    ).toBe(401);
    expect((await bare('GET', '/api/v2.1/Customer')).status).toBe(401);
    expect((await api('GET', 'Customer', undefined, { 'x-tokenid': 'x' })).status).toBe(401);
  });

  test('it ends a fixed time after its issue, however much it is used', async () => {
    onefile.set('sessionLifeMs', 150);
    expect((await api('GET', 'Customer')).json).toEqual({ ID: 2070, Name: 'Example Customer' });
    await sleep(160);
    expect((await api('GET', 'Customer')).status).toBe(401);
    session = (await logIn()).text;
    expect((await api('GET', 'Customer')).status).toBe(200);
  });

  test('the fault "expired-token" ends it for good', async () => {
    onefile.inject({ kind: 'expired-token', call: 'create user' });
    expect((await api('POST', 'User', LEARNER)).status).toBe(401);
    expect((await api('POST', 'User', LEARNER)).status).toBe(401);
    session = (await logIn()).text;
    expect((await api('POST', 'User', LEARNER)).status).toBe(200);
  });

  test('tokens are masked in the recording', async () => {
    await api('GET', 'Customer');
    const [login, read] = onefile.requests();
    expect([login?.headers['x-customertoken'], read?.headers['x-tokenid']]).toEqual(['***', '***']);
    expect([login?.call, read?.call]).toEqual(['authenticate', 'read customer']);
  });

  test('above the limit of calls a minute comes 429', async () => {
    onefile.set('callsPerMinute', 2);
    onefile.set('retryAfter', '60');
    const statuses = [];
    for (let i = 0; i < 3; i += 1) statuses.push(await api('GET', 'Customer'));
    expect(statuses.map(({ status }) => status)).toEqual([200, 200, 429]);
    expect(statuses[2]?.headers['retry-after']).toBe('60');
  });
});

describe('create', () => {
  test('keychain off: id, username and password', async () => {
    const reply = await api('POST', 'User', {
      ...LEARNER,
      MISID: 'L-77',
      StartOn: '2026-12-01T00:00:00.000Z',
    });
    expect(reply.status).toBe(200);
    expect(reply.json).toEqual({ ID: 137945, Username: 'user137945', Password: expect.any(String) });
    expect(onefile.people()).toMatchObject([
      { id: '137945', marker: 'L-77', roles: [1], email: 'ada@example.org', status: 'active' },
    ]);
    onefile.set('idMember', 'UserID');
    expect((await api('POST', 'User', STAFF)).json).toMatchObject({ UserID: 137946 });
  });

  test('keychain on: 200 and nothing else, and a mail unless suppressed', async () => {
    onefile.set('keychain', true);
    const reply = await api('POST', 'User', LEARNER);
    expect([reply.status, reply.text]).toEqual([200, '']);
    expect(onefile.mails()).toMatchObject([{ to: 'ada@example.org' }]);
    onefile.set('keychainEmailSuppression', true);
    await api('POST', 'User', LEARNER);
    expect(onefile.mails()).toHaveLength(1);
    expect(onefile.people()).toHaveLength(2);
  });

  test.each([
    ['OrganisationID', LEARNER],
    ['FirstName', LEARNER],
    ['LastName', LEARNER],
    ['Email', LEARNER],
    ['Role', LEARNER],
    ['DefaultAssessorID', LEARNER],
    ['ClassroomID', LEARNER],
    ['PlacementID', LEARNER],
    ['PlacementID', { ...STAFF, Role: 40, PlacementID: 9 }],
    ['PlacementID', { ...STAFF, Role: 45, PlacementID: 9 }],
  ])('without %s it is 400', async (field, whole) => {
    expect((await api('POST', 'User', whole)).status).toBe(200);
    const reply = await api('POST', 'User', { ...whole, [field]: undefined });
    expect([reply.status, message(reply)]).toEqual([400, `${field} is required.`]);
    expect(onefile.people()).toHaveLength(1);
  });

  test.each<[string, object, string]>([
    ['an organisation that is not the customer’s', { OrganisationID: 1 }, 'Organisation not found.'],
    ['an id as text', { ClassroomID: '3' }, 'ClassroomID is not valid.'],
    ['an unknown role', { Role: 2 }, 'Role is not supported.'],
    ['a wrong e-mail', { Email: 'ada' }, 'Email is not valid.'],
    ['a bare date', { StartOn: '2026-12-01' }, 'StartOn is not valid.'],
    [
      'a classroom of the other organisation',
      { ClassroomID: 4 },
      'ClassroomID was not found in the organisation.',
    ],
    [
      'a placement of the other organisation',
      { PlacementID: 10 },
      'PlacementID was not found in the organisation.',
    ],
    [
      'an assessor of the other organisation',
      { DefaultAssessorID: 107 },
      'DefaultAssessorID was not found in the organisation.',
    ],
    [
      'an assessor who is none',
      { DefaultAssessorID: 8 },
      'DefaultAssessorID was not found in the organisation.',
    ],
    [
      'an employer who is none',
      { DefaultEmployerID: 7 },
      'DefaultEmployerID was not found in the organisation.',
    ],
    ['an unknown field', { Colour: 'red' }, 'Colour is not a field of a user with role 1.'],
    ['SupportFunding as text', { SupportFunding: 'yes' }, 'SupportFunding is not valid.'],
  ])('%s is 400', async (_, change, sentence) => {
    const reply = await api('POST', 'User', { ...LEARNER, ...change });
    expect([reply.status, message(reply)]).toEqual([400, sentence]);
    expect(onefile.people()).toEqual([]);
  });

  test('a learner’s field at another role is 400, unless the setting lets it pass', async () => {
    expect((await api('POST', 'User', { ...STAFF, ULN: '1' })).status).toBe(400);
    onefile.set('strictFields', false);
    expect((await api('POST', 'User', { ...STAFF, ULN: '1' })).status).toBe(200);
  });

  test('duplicates are legal, unless settings refuse them', async () => {
    const again = { ...LEARNER, MISID: 'L-77' };
    await api('POST', 'User', again);
    expect((await api('POST', 'User', again)).status).toBe(200);
    onefile.set('refuseDuplicateMisId', true);
    expect(message(await api('POST', 'User', again))).toBe('MISID is already in use.');
    onefile.set('refuseDuplicateEmail', true);
    expect(message(await api('POST', 'User', LEARNER))).toBe('Email is already in use.');
    expect(onefile.people()).toHaveLength(2);
  });

  test('a form is understood, another type is 415, broken JSON 400', async () => {
    const form = new URLSearchParams(
      Object.entries(LEARNER).map(([name, value]): [string, string] => [name, String(value)]),
    );
    const type = { 'content-type': 'application/x-www-form-urlencoded' };
    expect((await api('POST', 'User', form.toString(), type)).status).toBe(200);
    expect(
      (await api('POST', 'User', JSON.stringify(LEARNER), { 'content-type': 'text/plain' })).status,
    ).toBe(415);
    expect((await api('POST', 'User', '{"a":', { 'content-type': 'application/json' })).status).toBe(400);
  });
});

describe('update and read', () => {
  let id = 0;
  beforeEach(async () => {
    id = createdId(await api('POST', 'User', { ...LEARNER, ULN: '1234567890' }));
  });

  test('as in the document: only what is given changes, 204', async () => {
    const reply = await api('POST', `User/${id}`, { MISID: 'NewMISID' });
    expect([reply.status, reply.text]).toEqual([204, '']);
    expect((await api('GET', `User/${id}`)).json).toMatchObject({
      ID: id,
      Username: `user${id}`,
      Email: 'ada@example.org',
      MISID: 'NewMISID',
      ULN: '1234567890',
    });
  });

  test('unknown users are 404, wrong fields 400, organisation and role stay', async () => {
    expect((await api('POST', 'User/1', { MISID: 'x' })).status).toBe(404);
    expect((await api('GET', 'User/1')).status).toBe(404);
    expect((await api('POST', `User/${id}`, { ClassroomID: 4 })).status).toBe(400);
    expect((await api('POST', `User/${id}`, { Role: 5 })).status).toBe(400);
    expect(onefile.people()[0]?.details).toMatchObject({ ClassroomID: 3 });
  });

  test('archive and unarchive; delete only where it is allowed', async () => {
    expect((await api('POST', `User/${id}/Archive`, { organisationID: 5740, role: 1 })).status).toBe(204);
    expect(onefile.people()[0]?.status).toBe('archived');
    expect((await api('POST', `User/${id}/Unarchive`)).status).toBe(204);
    expect(onefile.people()[0]?.status).toBe('active');
    expect((await api('POST', `User/${id}/Archive`, { organisationID: 5741 })).status).toBe(400);
    expect((await api('POST', 'User/1/Archive')).status).toBe(404);
    expect((await api('DELETE', `User/${id}`)).status).toBe(403);
    onefile.set('allowDelete', true);
    expect((await api('DELETE', `User/${id}`)).status).toBe(204);
    expect(onefile.people()).toEqual([]);
  });
});

describe('search', () => {
  beforeEach(() => {
    onefile.seed({ email: 'ada@example.org', firstName: 'Ada', lastName: 'Lovelace', marker: 'L-77' });
    onefile.seed({ email: 'grace@example.org', firstName: 'Grace', lastName: 'Hopper', status: 'archived' });
  });
  const search = (filters: object, page = '') =>
    api('POST', `User/Search${page}`, { OrganisationID: 5740, ...filters });

  test('a bare list of short rows, by MISID, e-mail and role', async () => {
    const ada = { ID: 137945, FirstName: 'Ada', LastName: 'Lovelace', MISID: 'L-77' };
    expect((await search({ MISID: 'L-77' })).json).toEqual([ada]);
    expect((await search({ Email: 'ADA@example.org', Role: 1 })).json).toEqual([ada]);
    expect((await search({ Role: 5 })).json).toMatchObject([{ ID: 7 }]);
    expect((await api('POST', 'User/search', { OrganisationID: 5740, MISID: 'L-77' })).json).toEqual([ada]);
  });

  test('no hit is 204, or an empty list', async () => {
    const none = await search({ MISID: 'x' });
    expect([none.status, none.text]).toEqual([204, '']);
    onefile.set('emptySearch', '[]');
    expect((await search({ MISID: 'x' })).json).toEqual([]);
  });

  test('paged, with more of each user', async () => {
    expect((await search({ Role: 1 }, '/1/1')).json).toMatchObject([
      { FirstName: 'Ada', Email: 'ada@example.org' },
    ]);
    expect((await search({ Role: 1 }, '/2/1')).json).toMatchObject([{ FirstName: 'Grace' }]);
    expect((await search({ Role: 1 }, '/3/1')).status).toBe(204);
  });

  test('filters can be passed over, archived users left out, new ones come late', async () => {
    onefile.set('ignoredFilters', ['MISID']);
    expect((await search({ Role: 1, MISID: 'nobody' })).json).toHaveLength(2);
    onefile.set('searchShowsArchived', false);
    expect((await search({ Role: 1 })).json).toHaveLength(1);
    onefile.set('lateVisibilityMs', 60_000);
    await api('POST', 'User', LEARNER);
    expect((await search({ Role: 1 })).json).toHaveLength(1);
  });

  test('needs an organisation of the customer, and known filters', async () => {
    expect((await api('POST', 'User/Search', { MISID: 'L-77' })).status).toBe(400);
    expect((await search({ OrganisationID: 1 })).status).toBe(400);
    expect((await search({ Colour: 'red' })).status).toBe(400);
  });

  test('organisations show the keychain setting', async () => {
    onefile.set('keychain', true);
    const { json } = await api('POST', 'Organisation/Search', { CustomerID: 2070 });
    expect(json).toMatchObject([
      {
        ID: 5740,
        Name: 'Example Organisation - Business',
        KeychainCreationForNewUserActive: true,
        KeychainEmailSuppression: false,
      },
      { ID: 5741 },
    ]);
    expect((await api('POST', 'Organisation/search', { CustomerID: 1 })).status).toBe(400);
  });

  test.each([
    ['Classroom', 3],
    ['Placement', 9],
    ['FrameworkTemplate', 21],
    ['Standard', 31],
  ])('%s/Search shows those of the organisation', async (what, id) => {
    const { json } = await api('POST', `${what}/Search`, { OrganisationID: 5740 });
    expect(json).toMatchObject([{ ID: id, Name: expect.any(String) }]);
    expect((await api('POST', `${what}/Search`, { OrganisationID: 5740, Name: 'x' })).status).toBe(204);
    expect((await api('POST', `${what}/Search`, {})).status).toBe(400);
  });
});

describe('assign', () => {
  let learner = 0;
  beforeEach(async () => {
    learner = createdId(await api('POST', 'User', LEARNER));
  });
  const profiles = () => onefile.people()[0]?.profiles;

  test('users, placement, template, standard and unit', async () => {
    expect((await api('POST', 'User/7/Assign', { LearnerID: learner, Level: 1 })).status).toBe(204);
    expect((await api('POST', `User/${learner}/AssignPlacement/9/true`)).status).toBe(204);
    expect((await api('POST', `FrameworkTemplate/21/Assign/${learner}/true`)).status).toBe(204);
    const aim = await api('POST', `Standard/31/Assign/${learner}`);
    expect([aim.status, aim.json]).toEqual([200, expect.any(Number)]);
    expect((await api('POST', 'Unit/Search', { StandardID: 31 })).json).toMatchObject([{ ID: 41 }]);
    expect((await api('POST', `Unit/41/Assign/${learner}/31`)).status).toBe(204);
    expect(profiles()?.map(({ what }) => what)).toEqual([
      'user',
      'placement',
      'template',
      'learning aim',
      'unit summary',
    ]);
    const aims = await api('POST', 'LearningAim/Search/1/10', { UserID: learner });
    expect(aims.json).toEqual([{ ID: aim.json, UserID: learner, StandardID: 31 }]);
    expect((await api('POST', 'UnitSummary/Search/1/10', { UserID: learner })).json).toHaveLength(1);
    expect((await api('POST', 'UnitSummary/Search/2/10', { UserID: learner })).status).toBe(204);
  });

  test.each<[string, () => Promise<Answer>, number]>([
    [
      'a learner in the assessor’s place',
      () => api('POST', `User/${learner}/Assign`, { LearnerID: learner, Level: 1 }),
      400,
    ],
    [
      'an assessor in the learner’s place',
      () => api('POST', 'User/7/Assign', { LearnerID: 7, Level: 1 }),
      400,
    ],
    [
      'an assessor of the other organisation',
      () => api('POST', 'User/107/Assign', { LearnerID: learner, Level: 1 }),
      400,
    ],
    ['no level', () => api('POST', 'User/7/Assign', { LearnerID: learner }), 400],
    ['a level without its unit', () => api('POST', 'User/7/Assign', { LearnerID: learner, Level: 2 }), 404],
    [
      'a placement of the other organisation',
      () => api('POST', `User/${learner}/AssignPlacement/10/true`),
      404,
    ],
    [
      'a template of the other organisation',
      () => api('POST', `FrameworkTemplate/22/Assign/${learner}/true`),
      404,
    ],
    ['a unit of another standard', () => api('POST', `Unit/41/Assign/${learner}/32`), 400],
  ])('%s is refused', async (_, attempt, status) => {
    expect((await attempt()).status).toBe(status);
    expect(profiles()).toEqual([]);
  });
});

test('a placement can be created; unknown paths are 404 JSON', async () => {
  const made = await api('POST', 'Placement', { OrganisationID: 5740, Name: 'New Surgery' });
  expect((await api('POST', 'User', { ...LEARNER, PlacementID: createdId(made) })).status).toBe(200);
  expect(message(await api('GET', 'Nowhere'))).toContain('/api/v2.1/Nowhere');
});
