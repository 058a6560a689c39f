// PHA's User Profile form as it changes: other ids, codes that are gone, two steps; and what PHA refuses. The form is read
// right before each answer, and whatever is submitted is submitted once.
import type { AccountResult, RequestDocument, RunHandle } from '../../src/client';
import { Harness, person } from '../support/harness';

let harness: Harness;

beforeAll(async () => {
  harness = await Harness.start({ vendors: ['pha'] });
});
afterAll(() => harness?.stop());

const pha = () => harness.simulator('pha');
const userOf = ({ person: { email } }: RequestDocument) =>
  pha()
    .people()
    .filter((someone) => someone.email === email);

async function run(request: RequestDocument): Promise<{ account: AccountResult; handle: RunHandle }> {
  const handle = await harness.muster.onboard(request);
  return { account: await accountOf(handle), handle };
}
async function accountOf(handle: RunHandle): Promise<AccountResult> {
  const account = (await handle.result()).accounts.pha;
  if (!account) throw new Error('no account');
  return account;
}
/** Calls made while the work went on, by name. */
async function callsOf(work: () => Promise<unknown>): Promise<string[]> {
  const before = pha().requests().length;
  await work();
  return pha()
    .requests()
    .slice(before)
    .map(({ call }) => call);
}

test('ids that change between two people are those of the moment, and the form is asked for each', async () => {
  const [first, second] = [person({ pha: { rank: 'Captain' } }), person({ pha: { rank: 'Cadet' } })];
  const calls = await callsOf(async () => {
    await run(first);
    pha().set('idShift', 100);
    await run(second);
    pha().set('idShift', 0);
  });
  expect(calls).toEqual([
    'create user',
    'get form',
    'submit profile',
    'create user',
    'get form',
    'submit profile',
  ]);
  expect(userOf(first)).toMatchObject([{ profiles: [{ form_id: 42, answers: { user_rank: 'Captain' } }] }]);
  expect(userOf(second)).toMatchObject([{ profiles: [{ form_id: 142, answers: { user_rank: 'Cadet' } }] }]);
});

test('what is submitted is the person, by the form’s own codes, on the day asked for', async () => {
  const request = person({
    pha: { rank: 'Captain', reference: 'A-1234', assessmentDate: '2026-02-28', answers: { user_sex: 'X' } },
  });
  await run(request);
  expect(userOf(request)).toMatchObject([
    {
      profiles: [
        {
          assessment_date: '2026-02-28',
          draft: false,
          answers: {
            user_dob: '1990-01-31',
            user_sex: 'X',
            user_name: 'Orla',
            user_surname: request.person.lastName,
            user_rank: 'Captain',
            user_reference: 'A-1234',
          },
        },
      ],
    },
  ]);
});

describe('a form that asks for less', () => {
  beforeAll(() => pha().set('removedCodes', ['user_rank', 'user_sex']));
  afterAll(() => pha().set('removedCodes', []));

  test('leaves a person’s field out, and says so', async () => {
    const request = person({ pha: {} });
    const { account } = await run(request);
    expect(account).toMatchObject({ status: 'done', steps: { assessment: 'done' } });
    expect(account.notes).toContain('The form does not ask for user_sex: left out.');
    expect(userOf(request)[0]?.profiles[0]?.answers).not.toHaveProperty('user_sex');
  });

  test('parks for a value that the request states: the rest is submitted, and a person decides', async () => {
    const request = person({ pha: { rank: 'Captain' } });
    const { account, handle } = await run(request);
    expect(account).toMatchObject({
      status: 'parked',
      provenance: 'created',
      problem: { step: 'assessment', code: 'form-changed' },
    });
    expect(account.problem?.message).toContain('does not ask for user_rank');
    await handle.resolve({ exists: true, reason: 'entered in PHA by hand' });
    expect(await accountOf(handle)).toMatchObject({ status: 'done' });
    expect(userOf(request)).toMatchObject([{ profiles: [{ answers: { user_dob: '1990-01-31' } }] }]);
    expect(userOf(request)[0]?.profiles).toHaveLength(1);
  });

  test('that asks for nothing of ours is not answered at all, until it does', async () => {
    pha().set('removedCodes', [
      'user_dob',
      'user_sex',
      'user_name',
      'user_surname',
      'user_rank',
      'user_reference',
    ]);
    const request = person({ pha: {} });
    const { account, handle } = await run(request);
    pha().set('removedCodes', ['user_rank', 'user_sex']);
    expect(account.problem).toMatchObject({ step: 'assessment', code: 'form-changed' });
    expect(userOf(request)[0]?.profiles).toEqual([]);
    await handle.retry({ reason: 'the form is back' });
    expect(await accountOf(handle)).toMatchObject({ status: 'done' });
    expect(userOf(request)[0]?.profiles).toHaveLength(1);
  });
});

describe('a form of two steps', () => {
  beforeAll(() => pha().set('twoStepForm', true));
  afterAll(() => pha().set('twoStepForm', false));

  test('is answered step by step, each once', async () => {
    const request = person({ pha: { rank: 'Captain', answers: { user_smoker: 'No' } } });
    const calls = await callsOf(() => run(request));
    expect(calls).toEqual(['create user', 'get form', 'submit profile', 'get form', 'submit profile']);
    expect(userOf(request)).toMatchObject([
      {
        profiles: [
          { step: 'user_block', answers: { user_dob: '1990-01-31' } },
          { step: 'work_block', answers: { user_rank: 'Captain', user_smoker: 'No' } },
        ],
      },
    ]);
  });

  test('of which the second has nothing to answer parks, and does not answer the first again', async () => {
    const request = person({ pha: {} });
    const { account, handle } = await run(request);
    expect(account.problem).toMatchObject({ code: 'form-changed' });
    expect(account.problem?.message).toContain('step work_block of the form asks for nothing that we have');
    await handle.skip({ reason: 'nothing to say' });
    expect(await accountOf(handle)).toMatchObject({ status: 'done' });
    expect(userOf(request)[0]?.profiles).toMatchObject([{ step: 'user_block' }]);
  });

  test('whose second answer is lost parks, and the first is not sent again', async () => {
    const request = person({ pha: { rank: 'Captain' } });
    pha().inject({ kind: 'drop-after', call: 'submit profile', contains: '"work_block"' });
    const { account, handle } = await run(request);
    expect(account.problem).toMatchObject({ code: 'outcome-unknown' });
    await handle.resolve({ exists: true, reason: 'seen in PHA' });
    expect(await accountOf(handle)).toMatchObject({ status: 'done' });
    expect(userOf(request)[0]?.profiles).toHaveLength(2);
  });
});

test('a form that cannot be had is asked for again; what it is for is submitted once', async () => {
  const request = person({ pha: {} });
  pha().inject({ kind: 'error-before', status: 503, call: 'get form', times: 2 });
  const calls = await callsOf(async () => {
    expect((await run(request)).account).toMatchObject({ status: 'done' });
  });
  expect(calls.filter((call) => call === 'get form')).toHaveLength(3);
  expect(calls.filter((call) => call === 'submit profile')).toHaveLength(1);
});

test('an address that PHA refuses as taken parks; the account that an operator names is taken at their word', async () => {
  pha().set('acceptDuplicateEmails', false);
  const request = person({ pha: {} });
  const id = pha().seed({ email: request.person.email });
  const { account, handle } = await run(request);
  pha().set('acceptDuplicateEmails', true);
  expect(account).toMatchObject({
    status: 'parked',
    problem: { step: 'create', code: 'refused', vendorStatus: 422 },
  });
  await expect(handle.resolve({ userId: 'orla', reason: 'a slip' })).rejects.toThrow(
    'A PHA user id is a whole number.',
  );
  await handle.resolve({ userId: id, reason: 'seen in Manage Users' });
  expect(await accountOf(handle)).toMatchObject({ status: 'done', userId: id, provenance: 'declared' });
  expect(userOf(request)).toMatchObject([{ id, profiles: [{}] }]);
});

test('a PHA that takes one address twice gets it once for one key, also from another request', async () => {
  const request = person({ pha: {} });
  const first = await run(request);
  const calls = await callsOf(async () => {
    const again = await run({ ...request, accounts: { pha: { reference: 'A-77' } } });
    expect(again.account).toMatchObject({
      status: 'done',
      userId: first.account.userId,
      provenance: 'created',
    });
    expect(again.account.notes.join()).toContain('had been submitted before');
  });
  expect(calls).toEqual([]);
  expect(userOf(request)).toHaveLength(1);
});

// The last one: from here on this worker sends nothing more.
test('a wrong token parks as credentials-rejected; nobody who comes after is sent with it', async () => {
  pha().set('token', 'another one');
  const [first, ...later] = [person({ pha: {} }), person({ pha: {} }), person({ pha: {} })];
  const parked = {
    account: { status: 'parked', problem: { step: 'create', code: 'credentials-rejected' } },
  };
  const calls = await callsOf(async () => {
    // One alone: what is in the air together is rejected together, and that is no fault.
    expect(await run(first)).toMatchObject(parked);
    for (const result of await Promise.all(later.map(run))) expect(result).toMatchObject(parked);
  });
  expect(calls).toEqual(['create user']);
  for (const request of [first, ...later]) expect(userOf(request)).toEqual([]);
});
