import { WorkflowNotFoundError } from '@temporalio/client';
import type { Ledger, LedgerEntry, Seen, SendInput } from '../src/account/plan';
import type { Outcome } from '../src/http/outcome';
import { ACCOUNT_LEDGER, accountId, ledgerId, WORKFLOW_QUEUE } from '../src/temporal/names';
import { workerContext } from '../src/worker/context';
import { ledgerQuery, recordSignal } from '../workflows/account-run/messages';
import { staleGround, stampLook } from './support/vendor-call';

interface LedgerOf {
  connection: string;
  key: string;
}

export async function readLedger({ connection, key }: LedgerOf): Promise<Seen<Ledger>> {
  const look = stampLook();
  try {
    const handle = workerContext().temporal.workflow.getHandle(ledgerId(connection, key));
    return { look, value: await handle.query(ledgerQuery) };
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return { look, value: {} };
    throw error;
  }
}

export async function writeLedger(
  input: LedgerOf & { step: string; entry: Omit<LedgerEntry, 'at' | 'runId'> },
): Promise<void> {
  const { connection, key, step, entry } = input;
  const { runId, at } = stampLook();
  await workerContext().temporal.workflow.signalWithStart(ACCOUNT_LEDGER, {
    workflowId: ledgerId(connection, key),
    taskQueue: WORKFLOW_QUEUE,
    signal: recordSignal,
    signalArgs: [step, { ...entry, runId, at }],
    staticSummary: `ledger of ${accountId(connection, key)}`,
  });
}

/** Writes down that a send is about to leave, unless the run was reset since it looked. */
export async function intendInLedger(
  input: LedgerOf & Pick<SendInput, 'step' | 'ground'>,
): Promise<Outcome<'written'>> {
  const stale = staleGround(input);
  if (stale) return stale;
  await writeLedger({ ...input, entry: { state: 'sending' } });
  return { kind: 'done', value: 'written' };
}
