// What is recorded for the replay test: one line a run. A further vendor's is one line more; then run
// `npx jest --testMatch '**/test/replay/record.ts'`.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RequestDocument, ResultDocument } from '../../src/client';
import type { Muster } from '../../src/client/muster';
import type { FaultPlan, SimulatedVendor } from '../../src/simulators';
import { holdId, jobId, trialId, undoJobId } from '../../src/temporal/names';
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
  'hotdocs-created': onboarded({ hotdocs: {} }),
  'regpack-family': onboarded({ regpack: { children: [{ key: 'c1', firstName: 'Kit', lastName: 'Tern' }] } }),
  'ethosce-removed': removed({ ethosce: { roles: [REVIEWER] } }),
  'rejected-held': held,
  inspected: async ({ muster }) => {
    await muster.inspect(['ethosce']);
    return latest(muster, 'inspectConnection');
  },
  planned: async ({ muster }) => {
    for await (const _ of await muster.plan(person({ ethosce: {}, hotdocs: {} })));
    return latest(muster, 'planAccounts');
  },
  'roster-undone': undoneRoster,
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

/** An account that is made and taken back. Kept: the removal, and the run under the account's own id. */
function removed(accounts: RequestDocument['accounts']): Recording {
  return async ({ muster }) => {
    const request = person(accounts);
    await (await muster.onboard(request)).result();
    await (await muster.remove({ key: request.key })).result();
    return [`remove/${request.key}`, ...runsOf(request)];
  };
}

/** The connection whose credentials are wrong, for recordings. */
export const REJECTED = 'rejected';

/** Credentials that the vendor rejects. Kept: the hold, and the turn in which they were tried. */
async function held({ muster }: Harness): Promise<string[]> {
  const request = person({ [REJECTED]: {} });
  await (await muster.onboard(request)).result();
  return [holdId(REJECTED), trialId(REJECTED)];
}

/** A roster, and the undo of what it made. */
async function undoneRoster({ muster, config }: Harness): Promise<string[]> {
  const lines = ['Ada', 'Bo', 'Cy'].map((name) => {
    const { key, person: who } = person({});
    return [key, name, who.lastName, who.email, 'ethosce'].join(',');
  });
  const roster = join(config.bulk.importsDir, 'roster.csv');
  writeFileSync(roster, ['key,firstName,lastName,email,connections', ...lines, ''].join('\n'));
  const job = await muster.bulk(roster, { id: 'recorded', window: 2 });
  await job.result();
  await (await job.undo({ reason: 'for the record' })).result();
  return [jobId('recorded'), jobId(undoJobId('recorded'))];
}

/** The run of that type that was started last. */
async function latest({ client }: Muster, workflowType: string): Promise<string[]> {
  const query = `WorkflowType = '${workflowType}'`;
  for (;;) {
    for await (const { workflowId } of client.workflow.list({ query })) return [workflowId];
    await sleep(50);
  }
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
