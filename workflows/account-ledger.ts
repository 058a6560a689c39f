// The ledger of one account at a vendor that cannot be asked by our marker: what was about to be sent, and what exists.
// Stays open for ever, so that it outlives the retention of closed runs (design.md, "Ways to be fooled").
import {
  allHandlersFinished,
  condition,
  continueAsNew,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { Ledger, LedgerEntry } from '../src/account/plan';
import { ledgerQuery, recordSignal } from './account-run/messages';

export async function accountLedger(ledger: Ledger = {}): Promise<void> {
  setHandler(ledgerQuery, () => ledger, { description: 'What is on record about this account, by step.' });
  setHandler(
    recordSignal,
    (step, entry) => {
      if (!forgets(ledger[step], entry)) ledger[step] = entry;
    },
    { description: 'Written by account runs; not for operators.' },
  );
  await condition(() => workflowInfo().continueAsNewSuggested && allHandlersFinished());
  await continueAsNew<typeof accountLedger>(ledger);
}

/** An intent never wipes out what is known to exist. */
function forgets(there: LedgerEntry | undefined, entry: LedgerEntry): boolean {
  return there?.state === 'made' && entry.state === 'sending';
}
