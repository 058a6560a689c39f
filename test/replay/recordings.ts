// What is recorded for the replay test: one line a run. A further vendor's is one line more; then run
// `npx jest --testMatch '**/test/replay/record.ts'`.
import { setTimeout as sleep } from 'node:timers/promises';
import type { RequestDocument, ResultDocument } from '../../src/client';
import type { FaultPlan, SimulatedVendor } from '../../src/simulators';
import { type Harness, person } from '../support/harness';

/** Opens the payloads of the recorded histories, which hold made-up people only. */
export const REPLAY_KEY = Buffer.alloc(32, 'replay ').toString('base64');

/** Carries something out, and names the runs whose histories are kept. */
export type Recording = (harness: Harness) => Promise<string[]>;

const REVIEWER = 175031666;

/** Recordings by the name of their file. */
export const RECORDINGS: Record<string, Recording> = {
  'ethosce-created': onboarded({ ethosce: { roles: [REVIEWER], ssoId: 'TU06503' } }),
  'ethosce-settled': onboarded({ ethosce: {} }, ['ethosce', { kind: 'drop-after', call: 'create user' }]),
  'ethosce-resent': onboarded({ ethosce: {} }, ['ethosce', { kind: 'drop-before', call: 'create user' }]),
  'ethosce-refused-skipped': parked({ ethosce: { profile: { field_credentials: 'x'.repeat(65) } } }, 'skip'),
  'ethosce-contended-retried': parked({ ethosce: { roles: [REVIEWER, 42] } }, 'retry'),
  'pha-created': onboarded({ pha: { rank: 'Captain' } }),
  'pha-parked-resolved': parked({ pha: {} }, 'resolve', ['pha', { kind: 'drop-after', call: 'create user' }]),
  'onefile-created': onboarded({ onefile: { role: 'iqa' } }),
  'onefile-revealed': revealed({ onefile: { role: 'iqa' } }),
  'person-both': onboarded({ ethosce: {}, pha: {} }),
  'person-one-parked': parked({ ethosce: {}, pha: {} }, 'resolve', [
    'pha',
    { kind: 'drop-after', call: 'create user' },
  ]),
};

type Fault = [SimulatedVendor, FaultPlan];

/** A request that ends by itself. Kept: its run, those of its accounts, and their ledgers. */
function onboarded(accounts: RequestDocument['accounts'], fault?: Fault): Recording {
  return async (harness) => {
    const request = plan(harness, accounts, fault);
    const document = await (await harness.muster.onboard(request)).result();
    if (document.status !== 'done') throw new Error(`it ended as ${document.status}`);
    return [...runsOf(request), ...passwordsIn(document).map((handle) => `secret/${handle}`)];
  };
}

/** A request whose vendor makes a password, which is then revealed. Kept: the escrow's run without the password. */
function revealed(accounts: RequestDocument['accounts']): Recording {
  return async (harness) => {
    const whole = await harness.muster.onboard(person(accounts));
    const document = await whole.result();
    const [handle] = passwordsIn(document);
    if (!handle) throw new Error('the vendor made no password');
    const escrow = harness.muster.client.workflow.getHandle(`secret/${handle}`);
    const { runId } = await escrow.describe();
    const secret = await harness.muster.revealSecret(handle, {
      reason: 'for the record',
      by: 'the recorder',
    });
    await secret.received();
    // Until it has asked for the deletion, and waits for it; a history without a task of its own can't be replayed.
    const buries = async () => {
      const now = await escrow.describe();
      return now.runId !== runId && now.historyLength >= 15;
    };
    while (!(await buries())) await sleep(50);
    return [`secret/${handle}`];
  };
}

function passwordsIn({ accounts }: ResultDocument): string[] {
  return Object.values(accounts).flatMap(({ secret }) => (secret === null ? [] : [secret]));
}

/** A request that parks, with the decision that is then taken. */
function parked(
  accounts: RequestDocument['accounts'],
  decision: 'retry' | 'skip' | 'resolve',
  fault?: Fault,
): Recording {
  return async (harness) => {
    const request = plan(harness, accounts, fault);
    const whole = await harness.muster.onboard(request);
    const document = await whole.result();
    const [connection] =
      Object.entries(document.accounts).find(([, { status }]) => status === 'parked') ?? [];
    if (!connection) throw new Error(`it did not park, but is ${document.status}`);
    const handle = await harness.muster.handle(`${connection}/${request.key}`);
    const reason = 'for the record';
    if (decision === 'resolve')
      await handle.resolve({ userId: madeAt(harness, connection, request), reason });
    else await handle[decision]({ reason });
    await whole.result();
    return runsOf(request);
  };
}

function plan(harness: Harness, accounts: RequestDocument['accounts'], fault?: Fault): RequestDocument {
  const request = person(accounts);
  if (fault) harness.simulator(fault[0]).inject({ ...fault[1], contains: request.key });
  return request;
}

function madeAt(harness: Harness, connection: string, { person: { email } }: RequestDocument): string {
  const there = harness.simulator(connection as SimulatedVendor).people();
  return there.find((someone) => someone.email === email)?.id ?? '';
}

function runsOf({ key, accounts }: RequestDocument): string[] {
  const connections = Object.keys(accounts);
  return [
    ...(connections.length > 1 ? [`person/${key}`] : []),
    ...connections.flatMap((connection) => [`${connection}/${key}`, `ledger/${connection}/${key}`]),
  ];
}
