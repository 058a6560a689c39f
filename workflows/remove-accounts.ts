// Offboarding: undoes what Muster made for a person and disables what it adopted, each account in a run under the account's
// own id, which is its lock. An account whose run is still open is told to undo.
import { getExternalWorkflowHandle, workflowInfo } from '@temporalio/workflow';
import type { PlannedRemoval } from '../activities/people';
import { type AccountResult, emptyAccount, type ResultDocument } from '../src/account/result';
import { removalId } from '../src/temporal/names';
import { Board } from './account-run/board';
import { call, local } from './account-run/calls';
import { attach, runChild } from './account-run/child-runs';
import type { Purpose } from './account-run/lifecycle';
import { undoSignal } from './account-run/messages';

export interface Removal {
  key: string;
  /** Connections to remove the person from; all that are known if left out. */
  connections?: string[];
  /** Leaves alone what was there before us; by default it is disabled. */
  keepAdopted?: boolean;
  /** Why; recorded in the runs that are told to undo. */
  reason?: string;
}

export async function removeAccounts(removal: Removal): Promise<ResultDocument> {
  const { workflowId } = workflowInfo();
  // By the id, which is proven to be the key's: until then the argument may be anything.
  const board = new Board(workflowId.slice(removalId('').length));
  const removals = await call('which accounts are there?', local.planRemovals, { removal, workflowId });
  const { keepAdopted = false, reason = 'removal was asked for' } = removal;
  for (const { connection } of removals) board.set(connection, emptyAccount('running'));
  const purpose = keepAdopted ? 'undo' : 'remove';
  await Promise.all(
    removals.map((planned) =>
      remove(planned, purpose, reason, (result) => board.set(planned.connection, result)),
    ),
  );
  return board.document();
}

async function remove(
  { connection, plan, openRun, latestRun }: PlannedRemoval,
  purpose: Purpose,
  reason: string,
  report: (result: AccountResult) => void,
): Promise<void> {
  if (openRun) {
    await getExternalWorkflowHandle(plan.workflowId, openRun).signal(undoSignal, { reason });
    return attach(connection, plan, openRun, report);
  }
  const ended = await runChild(connection, plan, { purpose, before: latestRun });
  if (ended !== 'already started') return report(ended);
  const result = emptyAccount('failed');
  result.notes.push('Not removed: another run of this account had just been started.');
  report(result);
}
