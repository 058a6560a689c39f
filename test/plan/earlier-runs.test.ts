// Plans where something is in the way or left over: a vendor that is away, rejected credentials, sends in the air, other runs of the
// same person; and whoever stops early.
import { setTimeout as sleep } from 'node:timers/promises';
import { Planning, type RequestDocument } from '../../src/client';
import { Harness, person } from '../support/harness';
import { cutOff, Rehearsal, sentFor, stopped } from './support';

let harness: Harness;
let rehearsal: Rehearsal;
beforeAll(async () => {
  harness = await Harness.start({
    vendors: ['ethosce'],
    further: {
      'ethosce-parks': { vendor: 'ethosce', existing: 'park' },
      'ethosce-barred': { vendor: 'ethosce', password: 'not the password' },
    },
  });
  rehearsal = new Rehearsal(harness, 'ethosce');
});
afterAll(() => harness?.stop());

const site = () => harness.simulator('ethosce');
const asked = (account: object = {}, connection = 'ethosce') => person({ [connection]: account });

test('a vendor that does not answer: it cannot be told', async () => {
  site().inject({ kind: 'error-before', status: 503, times: 'always' });
  try {
    expect(await rehearsal.plan(asked())).toMatchObject({
      action: 'cannot-tell',
      problem: { step: 'verify', code: 'vendor-unavailable' },
    });
  } finally {
    site().clearFaults();
  }
});

test('credentials that the vendor rejects: a run would park', async () => {
  const forecast = await rehearsal.plan(asked({}, 'ethosce-barred'));
  expect(forecast).toMatchObject({ action: 'blocked', problem: stopped('verify', 'credentials-rejected') });
});

describe('what earlier runs left', () => {
  test('a create in the air: looked for first, then sent, since EthosCE takes no second one', async () => {
    site().inject({ kind: 'drop-before', call: 'create user' });
    const request = asked();
    await cutOff(harness, request, () =>
      site()
        .requests()
        .some(({ body }) => sentFor(request, body)),
    );
    const forecast = await rehearsal.plan(request);
    expect(forecast).toMatchObject({
      action: 'create',
      notes: [expect.stringContaining('A send of an earlier run may still take effect')],
    });
    await rehearsal.carryOut(request, forecast);
  });

  test('an account that was adopted under another name, and a new address', async () => {
    const request = asked();
    site().seed({ email: request.person.email, marker: `old-name-${request.key}` });
    await rehearsal.carryOut(request, await rehearsal.plan(request));
    const moved = { ...request, person: { ...request.person, email: `new-${request.person.email}` } };
    const forecast = await rehearsal.plan(moved);
    expect(forecast).toMatchObject({
      action: 'blocked',
      problem: { code: 'conflict', message: expect.stringContaining('An earlier run went on with account') },
    });
    await rehearsal.carryOut(moved, forecast);
  });
});

describe('several accounts', () => {
  const planned = async (request: RequestDocument) => {
    for await (const { accounts } of await harness.muster.plan(request)) return accounts;
    throw new Error('nothing was planned');
  };

  test('are planned each; what is done, what stands still and what goes on are told apart', async () => {
    const request = person({ ethosce: {}, 'ethosce-parks': { username: 'orla.parks' } });
    expect(await planned(request)).toMatchObject({
      ethosce: { action: 'create' },
      'ethosce-parks': { action: 'create' },
    });
    site().seed({ email: `elsewhere-${request.key}@example.org`, marker: 'orla.parks' });
    const handle = await harness.muster.onboard(request);
    expect(await handle.result()).toMatchObject({ status: 'parked' });
    expect(await planned(request)).toMatchObject({
      ethosce: { action: 'unchanged', userId: expect.any(String) },
      'ethosce-parks': { action: 'running' },
    });
    const other = { ...request, onFailure: 'compensate' } as const;
    const taken = {
      action: 'blocked',
      problem: { code: 'conflict', message: expect.stringContaining(handle.id) },
    };
    expect(await planned(other)).toMatchObject({ ethosce: taken, 'ethosce-parks': taken });
  });

  test('whoever stops early leaves no page under way', async () => {
    function* endless() {
      for (let row = 1; ; row += 1) yield { row, line: null, request: asked() };
    }
    const { client } = harness.muster;
    const planning = new Planning(client, endless(), null);
    for await (const { accounts } of planning) {
      expect(accounts).toMatchObject({ ethosce: { action: 'create' } });
      break;
    }
    expect(planning.totals).toMatchObject({ rows: 1, actions: { create: 1 } });
    const query = `WorkflowType = 'planAccounts' AND ExecutionStatus = 'Running'`;
    while ((await client.workflow.count(query)).count > 0) await sleep(50);
  });
});
