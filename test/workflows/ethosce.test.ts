// EthosCE's sequence against a real Temporal server and the simulator.
import { Harness, person } from '../support/harness';

let harness: Harness;

beforeAll(async () => {
  harness = await Harness.start({ vendors: ['ethosce'] });
});
afterAll(() => harness?.stop());

test('a new person gets user, profile and roles', async () => {
  const request = person({ ethosce: { roles: [105847459, 175031666], ssoId: 'TU06503' } });
  const handle = await harness.muster.onboard(request);
  const result = await handle.result();
  expect(result).toMatchObject({
    status: 'done',
    accounts: {
      ethosce: {
        status: 'done',
        provenance: 'created',
        steps: { verify: 'done', create: 'done', sso: 'done', profile: 'done', roles: 'done' },
      },
    },
  });
  expect(harness.simulator('ethosce').people()).toMatchObject([{ email: request.person.email }]);
});

test('an answer lost after the create is settled, not repeated', async () => {
  const ethosce = harness.simulator('ethosce');
  const request = person({ ethosce: { roles: [175031666] } });
  ethosce.inject({ kind: 'drop-after', call: 'create user' });
  const result = await (await harness.muster.onboard(request)).result();

  expect(result.accounts.ethosce).toMatchObject({ status: 'done', provenance: 'confirmed' });
  expect(ethosce.people().filter(({ email }) => email === request.person.email)).toHaveLength(1);
});
