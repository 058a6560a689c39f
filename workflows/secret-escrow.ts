// The escrow of a password that a vendor made: holds it, sealed, until somebody reveals it, it expires, or its account is
// undone. Temporal keeps the history of a run long after its end, and a run cannot delete itself: so the escrow is continued as
// new without the password, and that run deletes the one before it, and ends with the record of who saw it and why.
import {
  ApplicationFailure,
  allHandlersFinished,
  CancellationScope,
  condition,
  getExternalWorkflowHandle,
  makeContinueAsNewFunc,
  proxyActivities,
  setCurrentDetails,
  setHandler,
  sleep,
  upsertMemo,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import type * as activities from '../activities/secrets';
import { refusalOf, type SealedSecret, type SecretRecord, sayStanding } from '../src/account/secret';
import { accountId, WORKFLOW_QUEUE } from '../src/temporal/names';
import { musterConnection, musterKey, musterStage } from '../src/temporal/search-attributes';
import {
  dropSignal,
  type EscrowInput,
  type EscrowMemo,
  receivedSignal,
  reveal,
  secretSignal,
} from './secret-escrow/messages';

/** So long a reveal is answered again, to the same asking, where nobody said that the first answer arrived. */
const ANSWERED_AGAIN_MS = 15 * 60_000;
/** Between looks whether the run is deleted. */
const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 5 * 60_000;

export async function secretEscrow(input: EscrowInput): Promise<SecretRecord> {
  const { record } = input;
  handleAsking(record, 'sealed' in input ? input.sealed : undefined);
  CancellationScope.current().cancelRequested.catch(() => drop(record, 'its run was cancelled'));
  // Whatever happens, the history with the password in it is deleted.
  return CancellationScope.nonCancellable(async () => {
    if ('sealed' in input) await keep(record);
    else await bury(record, input.emptied);
    await condition(allHandlersFinished);
    return record;
  });
}

function handleAsking(record: SecretRecord, sealed: SealedSecret | undefined): void {
  const refused = () => ApplicationFailure.nonRetryable(refusalOf(record), 'secret-gone');
  setHandler(
    reveal,
    ({ reason, by }) => {
      if (!sealed || record.state !== 'unclaimed') throw refused();
      finish(record, 'revealed', reason, by);
      return sealed;
    },
    {
      validator(given) {
        if (!sealed || record.state !== 'unclaimed') throw refused();
        for (const field of ['reason', 'by'] as const)
          if (typeof given?.[field] !== 'string' || !given[field].trim())
            throw ApplicationFailure.nonRetryable(`${field}: say it in a few words`, 'invalid-decision');
      },
      description: 'Used by "muster secret reveal"; the answer is sealed, and of no use in the UI.',
    },
  );
  setHandler(
    receivedSignal,
    () => {
      if (record.end) record.end.arrived = true;
    },
    { description: 'The revealed password has arrived; not for operators.' },
  );
  setHandler(dropSignal, ({ reason }) => drop(record, reason), {
    description: 'Deletes the password unseen. {"reason": "…"}',
  });
}

/** One that was revealed goes by itself. */
function drop(record: SecretRecord, reason: string): void {
  if (record.state === 'unclaimed') finish(record, 'dropped', reason, null);
}

function finish(record: SecretRecord, state: SecretRecord['state'], reason: string, by: string | null): void {
  record.state = state;
  record.end = { at: new Date().toISOString(), by, reason, arrived: false };
  publish(record);
}

function publish(record: SecretRecord): void {
  upsertMemo({ secret: record });
  upsertSearchAttributes([{ key: musterStage, value: record.state }]);
  show(record);
}

function show(record: SecretRecord): void {
  const { connection, key, userId } = record;
  setCurrentDetails(
    `Password that the vendor made for account **${userId}** · \`${accountId(connection, key)}\`\n\n${sayStanding(record)}`,
  );
}

/** Waits for the password's end, then goes on without it. */
async function keep(record: SecretRecord): Promise<void> {
  show(record);
  const isClaimed = () => record.state !== 'unclaimed';
  await condition(isClaimed, Math.max(1, Date.parse(record.expires) - Date.now()));
  if (!isClaimed()) finish(record, 'expired', 'nobody revealed it', null);
  if (record.state === 'revealed') await condition(() => record.end?.arrived === true, ANSWERED_AGAIN_MS);
  await condition(allHandlersFinished);
  const { connection, key, state } = record;
  const goOn = makeContinueAsNewFunc<typeof secretEscrow>({
    memo: { secret: record } satisfies EscrowMemo,
    typedSearchAttributes: [
      { key: musterConnection, value: connection },
      { key: musterKey, value: key },
      { key: musterStage, value: state },
    ],
  });
  await goOn({ record, emptied: workflowInfo().runId });
}

/** Tells the account's run, where one is open, and deletes the run that held the password. */
async function bury(record: SecretRecord, emptied: string): Promise<void> {
  show(record);
  const { handle, connection, key } = record;
  // No run of the account is open more often than not: then this record is all there is.
  await getExternalWorkflowHandle(accountId(connection, key))
    .signal(secretSignal, handle, sayStanding(record))
    .catch(() => undefined);
  const { deleteRun } = proxyActivities<typeof activities>({
    taskQueue: WORKFLOW_QUEUE,
    startToCloseTimeout: '30s',
    retry: { initialInterval: '1s', maximumInterval: '5m' },
  });
  const held = { workflowId: workflowInfo().workflowId, runId: emptied };
  const summary = 'delete the run that held the password';
  for (let wait = FIRST_WAIT_MS; !(await deleteRun.executeWithOptions({ summary }, [held])); wait *= 2)
    await sleep(Math.min(wait, LONGEST_WAIT_MS), { summary: 'the server deletes in its own time' });
}
