// PHA's sequence against a real Temporal server and the simulator: a vendor that cannot be asked.
import type { ResultDocument } from '../../src/client';
import { Harness, person } from '../support/harness';

let harness: Harness;

beforeAll(async () => {
  harness = await Harness.start({ vendors: ['pha'] });
});
afterAll(() => harness?.stop());

const run = async (request: ReturnType<typeof person>): Promise<ResultDocument> =>
  (await harness.muster.onboard(request)).result();
const creates = (email: string) =>
  harness
    .simulator('pha')
    .requests()
    .filter(({ call, body }) => call === 'create user' && JSON.stringify(body).includes(email));

test('a new person gets a log-in and the User Profile assessment', async () => {
  const request = person({ pha: { reference: 'A-1234', rank: 'Captain' } });
  const result = await run(request);
  expect(result).toMatchObject({
    status: 'done',
    accounts: {
      pha: { provenance: 'created', steps: { verify: 'done', create: 'done', assessment: 'done' } },
    },
  });
  expect(harness.simulator('pha').people()).toMatchObject([{ email: request.person.email }]);
});

test('an answer lost after the create parks the run, and nothing is sent again', async () => {
  const request = person({ pha: {} });
  harness.simulator('pha').inject({ kind: 'drop-after', call: 'create user' });
  const handle = await harness.muster.onboard(request);
  const parked = await handle.result();
  expect(parked.accounts.pha?.problem).toMatchObject({
    step: 'create',
    code: 'outcome-unknown',
    decisions: ['resolve', 'undo'],
  });
  await expect(handle.resolve({ notCreated: true, reason: 'not seen' })).rejects.toThrow(
    'may still take effect',
  );
  const [made] = harness
    .simulator('pha')
    .people()
    .filter(({ email }) => email === request.person.email);
  await handle.resolve({ userId: made?.id ?? '', reason: 'seen in Manage Users' });
  const result = await handle.result();
  expect(result.accounts.pha).toMatchObject({ status: 'done', userId: made?.id, provenance: 'declared' });
  expect(creates(request.person.email)).toHaveLength(1);
});

test('the same request after a lost answer and a termination is not sent again', async () => {
  const request = person({ pha: {} });
  harness.simulator('pha').inject({ kind: 'drop-after', call: 'create user' });
  const handle = await harness.muster.onboard(request);
  await handle.result();
  await harness.muster.client.workflow.getHandle(handle.id).terminate('an impatient operator');
  const again = await run(request);
  expect(again.accounts.pha?.problem).toMatchObject({ code: 'outcome-unknown' });
  expect(creates(request.person.email)).toHaveLength(1);
});
