// Regpack in projects that make more certain: with a field that holds our key, with earlier projects, with the list read
// before each create.
import type { RequestDocument } from '../../src/request/schema';
import { Harness, person } from '../support/harness';

let harness: Harness;
const regpack = () => harness.simulator('regpack');
const accountOf = async (request: RequestDocument) =>
  (await (await harness.muster.onboard(request)).result()).accounts.regpack;
const people = ({ person: { email } }: RequestDocument) =>
  regpack()
    .people()
    .filter((found) => found.email === email);
const sent = (request: RequestDocument, call: string) =>
  regpack()
    .requests()
    .filter((each) => each.call === call && JSON.stringify(each.body).includes(request.person.email));

afterAll(() => harness?.stop());

describe('with a field for our key, an earlier project, and leave to send again', () => {
  beforeAll(async () => {
    harness = await Harness.start({
      vendors: ['regpack'],
      connections: {
        regpack: {
          markerField: 'external_ref',
          earlierGroupIds: [100101],
          // biome-ignore lint/suspicious/noThenProperty: the file's own word, never awaited
          settle: { for: '9s', then: 'resend' },
        },
      },
    });
  });
  afterAll(() => harness.stop());
  afterEach(() => {
    regpack().clearFaults();
    regpack().set('forgetsCloginIds', false);
  });

  test('the key goes with user and children, and settles lost answers without a doubt', async () => {
    const request = person({});
    const child = { key: `${request.key}-a`, firstName: 'Rosa', lastName: 'Tern' };
    request.accounts = { regpack: { children: [child] } };
    regpack().inject({ kind: 'drop-after', call: 'create user' });
    regpack().inject({ kind: 'drop-after', call: 'create child' });
    const account = await accountOf(request);
    expect(account).toMatchObject({ status: 'done', provenance: 'confirmed', notes: [] });
    expect(people(request)).toMatchObject([{ profiles: [{ fields: { external_ref: request.key } }] }]);
    const children = regpack()
      .people()
      .filter(({ profiles }) => profiles[0]?.connected_to === Number(account?.userId));
    expect(children).toMatchObject([{ profiles: [{ fields: { external_ref: child.key } }] }]);
  });

  test('a create that never took effect is sent again by the connection’s leave', async () => {
    const request = person({ regpack: {} });
    regpack().inject({ kind: 'drop-before', call: 'create user' });
    expect(await accountOf(request)).toMatchObject({ status: 'done', provenance: 'created' });
    expect(sent(request, 'create user').map(({ committed }) => committed)).toEqual([false, true]);
    expect(people(request)).toHaveLength(1);
  });

  test('a user who was there before is adopted and given our key', async () => {
    const request = person({ regpack: {} });
    const id = regpack().seed({ email: request.person.email });
    expect(await accountOf(request)).toMatchObject({ status: 'done', userId: id, provenance: 'adopted' });
    expect(people(request)).toMatchObject([{ profiles: [{ fields: { external_ref: request.key } }] }]);
  });

  test('a user with another key is somebody else', async () => {
    const request = person({ regpack: {} });
    regpack().seed({ email: request.person.email, fields: { external_ref: 'hr-9' } });
    expect((await accountOf(request))?.problem).toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('another key'),
    });
  });

  test('after a lost answer, a user under our log-in without our key is not taken for ours', async () => {
    const request = person({ regpack: {} });
    regpack().inject({ kind: 'drop-before', call: 'create user' });
    regpack().seed({ email: request.person.email });
    expect((await accountOf(request))?.problem).toMatchObject({ step: 'create', code: 'conflict' });
    expect(sent(request, 'create user')).toHaveLength(1);
  });

  test('a clogin_id of an earlier project brings the same person into this one', async () => {
    const request = person({});
    const id = regpack().seed({ email: request.person.email, groupId: 100101 });
    request.accounts = { regpack: { cloginId: Number(id) } };
    expect(await accountOf(request)).toMatchObject({ status: 'done', userId: id, provenance: 'created' });
    expect(sent(request, 'create user').map(({ body }) => body)).toMatchObject([{ clogin_id: Number(id) }]);
    expect(people(request)).toMatchObject([{ profiles: [{ group_id: 100101 }, { group_id: 100100 }] }]);
  });

  test('its lost answer is settled by get_info', async () => {
    const request = person({});
    const id = regpack().seed({ email: request.person.email, groupId: 100101 });
    request.accounts = { regpack: { cloginId: Number(id) } };
    regpack().inject({ kind: 'drop-after', call: 'create user' });
    expect(await accountOf(request)).toMatchObject({ status: 'done', userId: id, provenance: 'confirmed' });
    expect(sent(request, 'create user')).toHaveLength(1);
  });

  test('another clogin_id in the reply is a new user, and nothing is silent about it', async () => {
    const request = person({});
    const id = regpack().seed({
      email: request.person.email,
      marker: 'long.known@example.org',
      groupId: 100101,
    });
    request.accounts = { regpack: { cloginId: Number(id) } };
    regpack().set('forgetsCloginIds', true);
    const handle = await harness.muster.onboard(request);
    const parked = (await handle.result()).accounts.regpack;
    const made = people(request).find((each) => each.id !== id)?.id ?? '';
    expect(parked).toMatchObject({
      status: 'parked',
      userId: made,
      provenance: 'created',
      problem: { step: 'create', code: 'conflict', message: expect.stringContaining(`clogin_id ${id}`) },
      ids: { givenCloginId: id, cloginId: made },
      notes: [expect.stringContaining(`new user, ${made}`)],
    });
    await expect(handle.resolve({ userId: id, reason: 'the known one' })).rejects.toThrow(made);
    await handle.resolve({ userId: made, reason: 'the new one will do' });
    expect((await handle.result()).accounts.regpack).toMatchObject({ status: 'done', userId: made });
  });
});

describe('with the list read before each create, and nobody adopted', () => {
  beforeAll(async () => {
    harness = await Harness.start({
      vendors: ['regpack'],
      connections: { regpack: { verifyByList: true, existing: 'refuse', excludedStatusId: undefined } },
    });
  });

  test('a person who is there is refused before anything is sent', async () => {
    const request = person({ regpack: {} });
    regpack().seed({ email: request.person.email.toUpperCase(), marker: 'a.log-in@example.org' });
    expect(await accountOf(request)).toMatchObject({ status: 'failed', problem: { code: 'conflict' } });
    expect(sent(request, 'create user')).toEqual([]);
  });

  test('two of that address are several', async () => {
    const request = person({ regpack: {} });
    for (const marker of ['one@example.org', 'two@example.org'])
      regpack().seed({ email: request.person.email, marker });
    expect((await accountOf(request))?.problem).toMatchObject({ code: 'several-matches' });
    expect(sent(request, 'create user')).toEqual([]);
  });

  test('a new person is created, and without a status that excludes, undo leaves a debt', async () => {
    const request = person({ regpack: {} });
    expect(await accountOf(request)).toMatchObject({ status: 'done', provenance: 'created' });
    expect(
      regpack()
        .requests()
        .map(({ call }) => call)
        .slice(-2),
    ).toEqual(['list users', 'create user']);
    const removal = await harness.muster.remove({ key: request.key });
    const documents = [];
    for await (const document of removal.follow()) documents.push(document);
    expect(documents.at(-1)?.accounts.regpack).toMatchObject({
      status: 'parked',
      debts: [{ instruction: expect.stringContaining('status that excludes') }],
    });
  });
});
