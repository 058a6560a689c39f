// Regpack's sequence against a real Temporal server and the simulator, in a project without a field for our key: users are
// known by their log-in and e-mail address, and by what the account's ledger holds.
import type { ResultDocument } from '../../src/client';
import type { RequestDocument } from '../../src/request/schema';
import { Harness, person } from '../support/harness';

let harness: Harness;

beforeAll(async () => {
  harness = await Harness.start({ vendors: ['regpack'], connections: { regpack: { waitFor: '1m' } } });
});
afterAll(() => harness?.stop());
afterEach(() => {
  regpack().clearFaults();
  regpack().set('forgetsCloginIds', false);
});

const regpack = () => harness.simulator('regpack');
const run = async (request: RequestDocument): Promise<ResultDocument> =>
  (await harness.muster.onboard(request)).result();
const accountOf = async (request: RequestDocument) => (await run(request)).accounts.regpack;
const people = ({ person: { email } }: RequestDocument) =>
  regpack()
    .people()
    .filter((found) => found.email === email);
const fieldsOf = (request: RequestDocument) => people(request).map(({ profiles }) => profiles[0]?.fields);
/** Calls made while the work went on. */
async function callsOf<T>(work: () => Promise<T>) {
  const before = regpack().requests().length;
  const value = await work();
  const made = regpack().requests().slice(before);
  return { value, made, names: made.map(({ call }) => call) };
}
const creates = (request: RequestDocument, call = 'create user') =>
  regpack()
    .requests()
    .filter((sent) => sent.call === call && JSON.stringify(sent.body).includes(request.person.email));
const seed = ({ person: { email } }: RequestDocument, more: object = {}) =>
  regpack().seed({ email, ...more });

describe('a new person', () => {
  test('costs one quiet create', async () => {
    const request = person({ regpack: { fields: { favorite_color: 'green' } } });
    const mails = regpack().mails().length;
    const { value: account, made } = await callsOf(() => accountOf(request));
    const [there] = people(request);
    expect(account).toMatchObject({
      status: 'done',
      userId: there?.id,
      provenance: 'created',
      steps: { verify: 'done', create: 'done', profile: 'skipped' },
      notes: [],
    });
    expect(made.map(({ body }) => body)).toEqual([
      {
        action: 'create',
        clogin_id: false,
        group_id: 100100,
        doc: {
          username: request.person.email,
          first_name: request.person.firstName,
          last_name: request.person.lastName,
          main_email: request.person.email,
          favorite_color: 'green',
        },
        submit_forms: false,
        disable_email_sending: true,
      },
    ]);
    expect(there).toMatchObject({ marker: request.person.email, details: { password: 'generated' } });
    expect(regpack().mails()).toHaveLength(mails);
  });

  test('who is asked for again with other fields is updated, not created: the ledger knows the id', async () => {
    const request = person({ regpack: { fields: { favorite_color: 'green', phone: '1' } } });
    const first = await accountOf(request);
    const changed = { ...request, accounts: { regpack: { fields: { favorite_color: 'red', phone: '1' } } } };
    const { value: again, made } = await callsOf(() => accountOf(changed));
    expect(again).toMatchObject({ userId: first?.userId, provenance: 'created', steps: { profile: 'done' } });
    expect(made.map(({ body }) => body)).toMatchObject([
      { action: 'get_info', doc: { favorite_color: true, phone: true } },
      { action: 'update', doc: { favorite_color: 'red' }, submit_forms: false, disable_email_sending: true },
    ]);
    expect(made[1]?.body).not.toHaveProperty('doc.phone');
  });
});

describe('a taken log-in', () => {
  test('of the same e-mail address is adopted, and its fields are updated where they differ', async () => {
    const request = person({ regpack: { fields: { favorite_color: 'green', phone: '1' } } });
    const id = seed(request, { fields: { favorite_color: 'blue', phone: '1' } });
    const { value: account, names } = await callsOf(() => accountOf(request));
    expect(account).toMatchObject({ status: 'done', userId: id, provenance: 'adopted' });
    expect(names.filter((name) => name !== 'list users')).toEqual(['create user', 'get info', 'update user']);
    expect(fieldsOf(request)).toEqual([{ favorite_color: 'green', phone: '1' }]);
  });

  test('of another e-mail address is a conflict', async () => {
    const request = person({ regpack: {} });
    regpack().seed({ email: 'somebody.else@example.org', marker: request.person.email });
    const account = await accountOf(request);
    expect(account?.problem).toMatchObject({ step: 'create', code: 'conflict' });
    expect(people(request)).toEqual([]);
  });

  test('a refusal for another reason, with nobody found, parks in its own words', async () => {
    const account = await accountOf(person({ regpack: { fields: { no_such_field: 'x' } } }));
    expect(account?.problem).toMatchObject({
      code: 'refused',
      message: expect.stringContaining('no_such_field'),
    });
  });
});

describe('a lost answer', () => {
  test('after the create is settled by the list: confirmed, exactly one', async () => {
    const request = person({ regpack: { fields: { phone: '1' } } });
    regpack().inject({ kind: 'drop-after', call: 'create user' });
    const account = await accountOf(request);
    expect(account).toMatchObject({
      status: 'done',
      provenance: 'confirmed',
      steps: { profile: 'skipped' },
      notes: [expect.stringContaining('markerField')],
    });
    expect(people(request)).toMatchObject([{ id: account?.userId }]);
    expect(creates(request)).toHaveLength(1);
  });

  test('whose effect shows late is waited for', async () => {
    const request = person({ regpack: {} });
    regpack().inject({ kind: 'drop-after', call: 'create user' });
    regpack().inject({ kind: 'late-visibility', call: 'create user', delayMs: 1_500 });
    const { value: account, names } = await callsOf(() => accountOf(request));
    expect(account).toMatchObject({ status: 'done', provenance: 'confirmed' });
    expect(names.filter((name) => name === 'list users').length).toBeGreaterThan(1);
    expect(creates(request)).toHaveLength(1);
  });

  test('before the create took effect parks, and an operator’s word sends it again', async () => {
    const request = person({ regpack: {} });
    regpack().inject({ kind: 'drop-before', call: 'create user' });
    const handle = await harness.muster.onboard(request);
    expect((await handle.result()).accounts.regpack?.problem).toMatchObject({
      step: 'create',
      code: 'outcome-unknown',
      decisions: expect.arrayContaining(['retry', 'resolve']),
    });
    expect(creates(request)).toHaveLength(1);
    await handle.resolve({ notCreated: true, reason: 'looked in the Users tab' });
    const account = (await handle.result()).accounts.regpack;
    expect(account).toMatchObject({ status: 'done', provenance: 'created' });
    expect(people(request)).toHaveLength(1);
  });

  test('an operator names the user, who is read back', async () => {
    const request = person({ regpack: {} });
    regpack().inject({ kind: 'drop-before', call: 'create user' });
    const handle = await harness.muster.onboard(request);
    await handle.result();
    const stranger = regpack().seed({ email: 'a.stranger@example.org' });
    const reason = 'seen in the Users tab';
    await expect(handle.resolve({ userId: stranger, reason })).rejects.toThrow('another e-mail address');
    await expect(handle.resolve({ userId: '5', reason })).rejects.toThrow('no user 5');
    const id = seed(request);
    await handle.resolve({ userId: id, reason });
    expect((await handle.result()).accounts.regpack).toMatchObject({ userId: id, provenance: 'confirmed' });
  });

  test('and a terminated run: the next one settles before it sends', async () => {
    const request = person({ regpack: {} });
    regpack().inject({ kind: 'drop-before', call: 'create user' });
    const handle = await harness.muster.onboard(request);
    await handle.result();
    await harness.muster.client.workflow.getHandle(handle.id).terminate('an impatient operator');
    const again = await accountOf(request);
    expect(again?.problem).toMatchObject({ code: 'outcome-unknown' });
    expect(creates(request)).toHaveLength(1);
  });

  test('in a project of more than a page is settled by reading all of its list', async () => {
    for (let i = 0; i < 60; i += 1) regpack().seed({ email: `crowd-${i}@example.org` });
    const request = person({ regpack: {} });
    regpack().inject({ kind: 'drop-after', call: 'create user' });
    const { value: account, made } = await callsOf(() => accountOf(request));
    expect(account).toMatchObject({ status: 'done', provenance: 'confirmed' });
    const positions = made.flatMap(({ call, body }) =>
      call === 'list users' ? [(body as { doc: { starting_position?: number } }).doc.starting_position] : [],
    );
    expect(positions).toEqual([undefined, 50]);
    // Nobody else's data leaves the activity that read the page.
    expect(JSON.stringify(account)).not.toContain('crowd-');
  });
});

describe('a given clogin_id', () => {
  test('that this project knows is adopted by get_info alone', async () => {
    const known = person({ regpack: {} });
    const id = seed(known, { fields: { favorite_color: 'blue' } });
    const regpackAccount = { cloginId: Number(id), fields: { favorite_color: 'green' } };
    const request = { ...known, accounts: { regpack: regpackAccount } };
    const { value: account, names } = await callsOf(() => accountOf(request));
    expect(account).toMatchObject({ status: 'done', userId: id, provenance: 'adopted' });
    expect(names).toEqual(['get info', 'get info', 'update user']);
    expect(fieldsOf(request)).toEqual([{ favorite_color: 'green' }]);
  });

  test('that Regpack does not know is said before anything is created, and can be amended', async () => {
    const request = person({ regpack: { cloginId: 5 } });
    const handle = await harness.muster.onboard(request);
    expect((await handle.result()).accounts.regpack?.problem).toMatchObject({
      step: 'verify',
      code: 'refused',
      message: expect.stringMatching(/knows no user with the clogin_id 5 .* Nothing was created/),
    });
    expect(creates(request)).toEqual([]);
    await handle.amend({ set: { 'account.cloginId': null }, reason: 'a typing error' });
    expect((await handle.result()).accounts.regpack).toMatchObject({ status: 'done', provenance: 'created' });
  });

  test('of another person is a conflict before anything is created', async () => {
    const id = regpack().seed({ email: 'another.person@example.org' });
    const request = person({ regpack: { cloginId: Number(id) } });
    expect((await accountOf(request))?.problem).toMatchObject({ code: 'conflict' });
    expect(creates(request)).toEqual([]);
  });
});
