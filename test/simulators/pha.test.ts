import { type Simulator, startSimulator } from '../../src/simulators';
import { caller } from './client';

let pha: Simulator;
beforeAll(async () => {
  pha = await startSimulator('pha');
});
beforeEach(() => pha.reset());
afterAll(() => pha.close());

const call = caller(
  () => pha.url,
  () => ({ authorization: `Bearer ${pha.credentials.token}` }),
);
const PERSON = { email: 'ada@example.org', first_name: 'Ada', last_name: 'Lovelace' };
const USERS = '/api/v2/admin_users';
const PROFILE = '/api/v2/user_profile';

/** The document's own POST body, with the ids of the form as it is. */
function submission(userId: unknown, more: Record<string, unknown> = {}) {
  return {
    user_id: userId,
    assessment_date: '2024-04-12',
    current_step_code: 'user_block',
    draft: false,
    form_id: 42,
    answers: [{ block_id: 188, attribute_id: 311, attribute_code: 'user_dob', answer: '1990-01-31' }],
    ...more,
  };
}

async function createdId(): Promise<number> {
  const { json } = await call('POST', USERS, PERSON);
  return (json as { data: { user_id: number } }).data.user_id;
}

test('a create answers 200 with an integer user_id in data', async () => {
  const reply = await call('POST', USERS, { ...PERSON, title: 'Countess' });
  expect(reply.status).toBe(200);
  expect(reply.json).toEqual({ status: 'OK', data: { user_id: 1001 } });
  expect(pha.people()).toMatchObject([
    { id: '1001', email: 'ada@example.org', firstName: 'Ada', marker: null, details: { title: 'Countess' } },
  ]);
});

test('the same e-mail makes a second user, unless the setting says otherwise', async () => {
  await call('POST', USERS, PERSON);
  expect((await call('POST', USERS, PERSON)).status).toBe(200);
  expect(pha.people()).toHaveLength(2);
  pha.set('acceptDuplicateEmails', false);
  const refused = await call('POST', USERS, { ...PERSON, email: 'ADA@example.org' });
  expect(refused.status).toBe(422);
  expect(refused.json).toMatchObject({
    status: 'ERROR',
    errors: { email: [expect.stringContaining('taken')] },
  });
  expect(pha.people()).toHaveLength(2);
});

test.each([
  ['no e-mail', { email: undefined }, 'email'],
  ['a wrong e-mail', { email: 'ada' }, 'email'],
  ['a number as name', { first_name: 7 }, 'first_name'],
  ['an empty name', { last_name: ' ' }, 'last_name'],
])('a create with %s is 422', async (_, change, field) => {
  const reply = await call('POST', USERS, { ...PERSON, ...change });
  expect(reply.status).toBe(422);
  expect(Object.keys((reply.json as { errors: object }).errors)).toEqual([field]);
  expect(pha.people()).toEqual([]);
});

test('a refusal can come as 200 with status ERROR', async () => {
  pha.set('refuseWith200', true);
  const reply = await call('POST', USERS, {});
  expect([reply.status, (reply.json as { status: string }).status]).toEqual([200, 'ERROR']);
});

test.each([
  ['a wrong token', { authorization: 'Bearer other' }, 401],
  ['a token without Bearer', { authorization: 'pha-simulator-token' }, 401],
  ['another content type', { 'content-type': 'text/plain' }, 415],
])('%s is refused', async (_, headers, status) => {
  const reply = await call('POST', USERS, PERSON, headers);
  expect(reply.status).toBe(status);
  expect(reply.json).toMatchObject({ status: 'ERROR' });
  expect(pha.people()).toEqual([]);
});

test('broken JSON, another method and another path have their own answers', async () => {
  const broken = await call('POST', USERS, '{"email":', { 'content-type': 'application/json' });
  expect(broken.status).toBe(400);
  expect((await call('PUT', USERS, PERSON)).status).toBe(405);
  expect((await call('POST', '/api/v2/users', PERSON)).status).toBe(404);
});

test('the form shows what the document shows, and its id', async () => {
  const { json } = await call('GET', PROFILE);
  expect(json).toMatchObject({
    status: 'OK',
    data: { form_id: 42, nextStep: { block_id: 188, code: 'user_block' } },
  });
  const { form_attributes } = (json as { data: { nextStep: { block: { form_attributes: unknown[] } } } }).data
    .nextStep.block;
  expect(form_attributes[0]).toEqual({ id: 311, label: 'Date of birth', code: 'user_dob' });
});

test.each([['nextStep'], ['block']])('the form id can stand in %s', async (place) => {
  pha.set('formIdAt', place);
  const { json } = await call('GET', PROFILE);
  const { data } = json as {
    data: { form_id?: number; nextStep: { form_id?: number; block: { form_id?: number } } };
  };
  expect(data.form_id).toBeUndefined();
  expect(place === 'block' ? data.nextStep.block.form_id : data.nextStep.form_id).toBe(42);
});

test('an answered form is accepted, and a repeat adds a second assessment', async () => {
  const userId = await createdId();
  const reply = await call('POST', PROFILE, submission(userId));
  expect(reply.json).toEqual({
    status: 'OK',
    data: { assessment_id: 5001, user_id: userId, nextStep: null },
  });
  await call('POST', PROFILE, submission(userId));
  expect(pha.people()[0]?.profiles).toMatchObject([
    { assessment_date: '2024-04-12', draft: false, answers: { user_dob: '1990-01-31' } },
    { assessment_id: 5002 },
  ]);
});

const answer = (change: Record<string, unknown>) => ({
  answers: [
    { block_id: 188, attribute_id: 311, attribute_code: 'user_dob', answer: '1990-01-31', ...change },
  ],
});

test.each<[string, Record<string, unknown>, string]>([
  ['a user that does not exist', { user_id: 9 }, 'user_id'],
  ['a user id as text', { user_id: '1001' }, 'user_id'],
  ['another date format', { assessment_date: '12/04/2024' }, 'assessment_date'],
  ['a day that does not exist', { assessment_date: '2024-02-30' }, 'assessment_date'],
  ['a time behind the date', { assessment_date: '2024-04-12T00:00:00Z' }, 'assessment_date'],
  ['no draft', { draft: undefined }, 'draft'],
  ['draft as text', { draft: 'false' }, 'draft'],
  ['the form id of another environment', { form_id: 43 }, 'form_id'],
  ['another step', { current_step_code: 'other_block' }, 'current_step_code'],
  ['no answers', { answers: [] }, 'answers'],
  ['another block', answer({ block_id: 189 }), 'answers.0.block_id'],
  ['another attribute', answer({ attribute_id: 999 }), 'answers.0.attribute_id'],
  ['a code that is not the attribute’s', answer({ attribute_code: 'user_sex' }), 'answers.0.attribute_code'],
  ['a birthday in another format', answer({ answer: '31.01.1990' }), 'answers.0.answer'],
  ['an empty answer', answer({ answer: '' }), 'answers.0.answer'],
])('a submission with %s is 422', async (_, change, field) => {
  const userId = await createdId();
  const reply = await call('POST', PROFILE, submission(userId, change));
  expect(reply.status).toBe(422);
  expect(Object.keys((reply.json as { errors: object }).errors)).toEqual([field]);
  expect(pha.people()[0]?.profiles).toEqual([]);
});

test('ids and codes change at run time: what was right is refused then', async () => {
  const userId = await createdId();
  pha.set('idShift', 1000);
  expect((await call('POST', PROFILE, submission(userId))).status).toBe(422);
  pha.set('idShift', 0);
  pha.set('removedCodes', ['user_dob']);
  const { text } = await call('GET', PROFILE);
  expect(text).not.toContain('user_dob');
  expect((await call('POST', PROFILE, submission(userId))).status).toBe(422);
});

test('a form of two steps is answered in order, and a user is shown their own next step', async () => {
  pha.set('twoStepForm', true);
  const userId = await createdId();
  const stepOf = (json: unknown) =>
    (json as { data: { nextStep: { code: string } | null } }).data.nextStep?.code;
  const second = submission(userId, {
    current_step_code: 'work_block',
    answers: [{ block_id: 189, attribute_id: 315, attribute_code: 'user_rank', answer: 'Captain' }],
  });
  expect((await call('POST', PROFILE, second)).status).toBe(422);

  expect(stepOf((await call('POST', PROFILE, submission(userId, { draft: true }))).json)).toBe('user_block');
  expect(stepOf((await call('POST', PROFILE, submission(userId))).json)).toBe('work_block');
  expect(stepOf((await call('GET', PROFILE)).json)).toBe('user_block');
  expect(stepOf((await call('GET', `${PROFILE}?user_id=${userId}`)).json)).toBe('work_block');
  expect(stepOf((await call('POST', PROFILE, second)).json)).toBeUndefined();
  expect((await call('GET', `${PROFILE}?user_id=77`)).status).toBe(404);
});

test('a seeded user is there without a request', async () => {
  const id = pha.seed({ email: 'grace@example.org', firstName: 'Grace', lastName: 'Hopper' });
  expect(pha.requests()).toEqual([]);
  expect((await call('POST', PROFILE, submission(Number(id)))).status).toBe(200);
});

test('the connection block is all that a configuration needs', () => {
  expect(pha.connection()).toEqual({ vendor: 'pha', baseUrl: pha.url, token: 'pha-simulator-token' });
});
