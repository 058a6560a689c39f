// Offboarding: undoes what Muster made for a person and disables what it adopted, each account in a run under the account's
// own id, which is its lock. An account whose run is still open is told to undo.
import {
  ApplicationFailure,
  ChildWorkflowFailure,
  getExternalWorkflowHandle,
  ParentClosePolicy,
  setCurrentDetails,
  setHandler,
  startChild,
  workflowInfo,
} from '@temporalio/workflow';
import type { PlannedRemoval } from '../activities/people';
import { type AccountResult, emptyAccount, type ResultDocument, resultDocument } from '../src/account/result';
import { searchAttributesOf } from '../src/temporal/search-attributes';
import { follow, local } from './account-run/calls';
import { personCard } from './account-run/card';
import type { Purpose } from './account-run/lifecycle';
import { accountChanged, progress, undoSignal } from './account-run/messages';

export interface Removal {
  key: string;
  /** Connections to remove the person from; all that are known if left out. */
  connections?: string[];
  /** Leaves alone what was there before us; by default it is disabled. */
  keepAdopted?: boolean;
  /** Why; recorded in the runs that are told to undo. */
  reason?: string;
}

export async function removeAccounts({
  key,
  connections,
  keepAdopted = false,
  reason = 'removal was asked for',
}: Removal): Promise<ResultDocument> {
  const accounts: Record<string, AccountResult> = {};
  const set = (connection: string, result: AccountResult) => {
    accounts[connection] = result;
    setCurrentDetails(personCard(key, accounts));
  };
  setHandler(progress, () => resultDocument(key, accounts), {
    description: 'The result document as it stands.',
  });
  setHandler(accountChanged, set, {
    description: 'Sent by account runs when they park and go on; not for operators.',
  });
  const { workflowId } = workflowInfo();
  const removals = await local.planRemovals({ key, workflowId, ...(connections && { connections }) });
  for (const { connection } of removals) set(connection, emptyAccount('running'));
  await Promise.all(
    removals.map((removal) =>
      remove(removal, keepAdopted ? 'undo' : 'remove', reason, (result) => set(removal.connection, result)),
    ),
  );
  return resultDocument(key, accounts);
}

async function remove(
  removal: PlannedRemoval,
  purpose: Purpose,
  reason: string,
  report: (result: AccountResult) => void,
): Promise<void> {
  const { connection, plan } = removal;
  if (removal.openRun) {
    await getExternalWorkflowHandle(plan.workflowId, removal.openRun).signal(undoSignal, { reason });
    const { document } = await follow.followRun({
      workflowId: plan.workflowId,
      runId: removal.openRun,
      known: 'parked',
    });
    return report(document.accounts[connection] ?? emptyAccount(document.status));
  }
  try {
    const child = await startChild(plan.workflowType, {
      workflowId: plan.workflowId,
      args: [plan.request, purpose],
      memo: plan.memo,
      typedSearchAttributes: searchAttributesOf(plan.attributes),
      staticSummary: `${plan.staticSummary}: removal`,
      parentClosePolicy: ParentClosePolicy.ABANDON,
    });
    const document = (await child.result()) as ResultDocument;
    report(document.accounts[connection] ?? emptyAccount(document.status));
  } catch (error) {
    if (!(error instanceof ChildWorkflowFailure)) throw error;
    const cause = error.cause;
    const document =
      cause instanceof ApplicationFailure ? (cause.details?.[0] as ResultDocument | undefined) : undefined;
    report(document?.accounts[connection] ?? emptyAccount('failed'));
  }
}
