// Regpack's families: children below a parent, each created once, found again by name; and how they are undone.
import type { RequestDocument } from '../../src/request/schema';
import { Harness, person } from '../support/harness';

let harness: Harness;

beforeAll(async () => {
  harness = await Harness.start({ vendors: ['regpack'] });
});
afterAll(() => harness?.stop());
afterEach(() => regpack().clearFaults());

const regpack = () => harness.simulator('regpack');
const accountOf = async (request: RequestDocument) =>
  (await (await harness.muster.onboard(request)).result()).accounts.regpack;
const people = ({ person: { email } }: RequestDocument) =>
  regpack()
    .people()
    .filter((found) => found.email === email);
/** Calls made while the work went on. */
async function callsOf<T>(work: () => Promise<T>) {
  const before = regpack().requests().length;
  const value = await work();
  const made = regpack().requests().slice(before);
  return { value, made, names: made.map(({ call }) => call) };
}
const CHILDREN = (key: string) => [
  { key: `${key}-a`, firstName: 'Rosa', lastName: 'Tern', fields: { favorite_color: 'red' } },
  { key: `${key}-b`, firstName: 'Finn', lastName: 'Tern' },
];
const family = (more: object = {}) => {
  const request = person({});
  return { ...request, accounts: { regpack: { children: CHILDREN(request.key), ...more } } };
};
const childrenOf = (parent: string | null | undefined) =>
  regpack()
    .people()
    .filter(({ profiles }) => String(profiles[0]?.connected_to) === parent);

test('has its children, once each, though the answer to one was lost', async () => {
  const request = family();
  regpack().inject({ kind: 'drop-after', call: 'create child', nth: 2 });
  const { value: account, made } = await callsOf(() => accountOf(request));
  const children = childrenOf(account?.userId);
  expect(children).toMatchObject([{ firstName: 'Rosa' }, { firstName: 'Finn' }]);
  expect(account).toMatchObject({
    status: 'done',
    steps: { [`child-${request.key}-a`]: 'done', [`child-${request.key}-b`]: 'done' },
    ids: {
      [`child-${request.key}-a`]: children[0]?.id,
      [`child-${request.key}-b`]: children[1]?.id,
    },
  });
  expect(made.filter(({ call }) => call === 'create child').map(({ body }) => body)).toMatchObject([
    { connected_to: Number(account?.userId), doc: { first_name: 'Rosa', favorite_color: 'red' } },
    { connected_to: Number(account?.userId), doc: { first_name: 'Finn' }, disable_email_sending: true },
  ]);

  const { names } = await callsOf(() => accountOf({ ...request, onFailure: 'compensate' }));
  expect(names).not.toContain('create child');
});

test('whose parent was there with one of them gets the other one only', async () => {
  const request = family();
  const parent = regpack().seed({ email: request.person.email });
  regpack().seed({ connectedTo: Number(parent), firstName: 'ROSA', lastName: 'Tern' });
  const account = await accountOf(request);
  expect(account).toMatchObject({ status: 'done', provenance: 'adopted' });
  expect(childrenOf(parent)).toMatchObject([{ firstName: 'ROSA' }, { firstName: 'Finn' }]);
});

test('a child that never took effect parks in its own step, and can be left out', async () => {
  const request = family();
  regpack().inject({ kind: 'drop-before', call: 'create child' });
  const handle = await harness.muster.onboard(request);
  expect((await handle.result()).accounts.regpack?.problem).toMatchObject({
    step: `child-${request.key}-a`,
    code: 'outcome-unknown',
    decisions: expect.arrayContaining(['skip']),
  });
  await handle.skip({ reason: 'she stays at home' });
  const account = (await handle.result()).accounts.regpack;
  expect(account).toMatchObject({ status: 'done', steps: { [`child-${request.key}-a`]: 'skipped' } });
  expect(childrenOf(account?.userId)).toMatchObject([{ firstName: 'Finn' }]);
});

test('is undone newest first, by the status that excludes', async () => {
  const request = family();
  const { userId } = (await accountOf(request)) ?? {};
  const { value: removed, made } = await callsOf(async () =>
    (await harness.muster.remove({ key: request.key })).result(),
  );
  expect(removed.accounts.regpack).toMatchObject({ status: 'compensated', debts: [] });
  expect(made.filter(({ call }) => call === 'set status').at(-1)?.body).toMatchObject({
    clogin_id: Number(userId),
    status_id: 76867,
  });
  expect(people(request)).toMatchObject([{ status: 'excluded' }]);
  expect(childrenOf(userId).map(({ status }) => status)).toEqual(['excluded', 'excluded']);

  const again = await accountOf(request);
  expect(again).toMatchObject({ userId, provenance: 'adopted' });
  expect(again?.notes).toEqual([expect.stringContaining('status that excludes')]);
});
