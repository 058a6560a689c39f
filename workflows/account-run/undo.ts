// Undo: takes back what this run made, newest first, and nothing else (design.md, "When compensate undoes"). Each step is
// undone by its vendor, which looks before it removes. What no call can remove becomes a debt that somebody must settle.
import { sleep } from '@temporalio/workflow';
import type { Debt, Made } from '../../src/account/result';
import { Skipped } from './interruptions';
import type { Trouble } from './protocol';
import type { AccountRun } from './run';

/** What became of one thing that was to be undone. `kept`: it is not ours to destroy any more, e.g. somebody used it. */
export type Undone =
  | { is: 'removed'; how: string }
  | { is: 'kept'; why: string }
  | { is: 'owed'; debt: Omit<Debt, 'since'> };

/** Undoes what was made in one step. Looks first; may wait and park through `run.safe`. */
export type UndoStep<Account> = (run: AccountRun<Account>, step: string, made: Made) => Promise<Undone>;

export async function compensate<Account>(
  run: AccountRun<Account>,
  undo: UndoStep<Account>,
  because: Trouble,
): Promise<void> {
  run.desk.beginUndo();
  run.note(`Undone because of ${because.code}: ${because.message}`);
  if (Object.values(run.result.made).some(({ how }) => how === 'sent'))
    await sleep(run.plan.policy.settleMs, { summary: 'until all that was sent has landed and shows' });
  for (const [step, made] of Object.entries(run.result.made).reverse()) {
    const undone = await undoOne(run, undo, step, made);
    run.witness(step, 'undo', sayUndone(undone));
    if (undone.is === 'owed') run.owe(undone.debt);
    if (undone.is === 'kept') run.note(`Step ${step} was not undone: ${undone.why}`);
    if (undone.is !== 'kept') run.result.steps[step] = 'undone';
    delete run.result.made[step];
    run.show();
  }
  await run.untilDebtsSettled();
}

async function undoOne<Account>(
  run: AccountRun<Account>,
  undo: UndoStep<Account>,
  step: string,
  made: Made,
): Promise<Undone> {
  try {
    return await undo(run, step, made);
  } catch (error) {
    // An operator gave this one up: then a person has to do it, and it is written down as a debt.
    if (!(error instanceof Skipped)) throw error;
    const what = `what step ${step} made${made.id ? ` (${made.id})` : ''}`;
    return { is: 'owed', debt: { what, instruction: `Remove ${what} by hand; undoing it was given up.` } };
  }
}

function sayUndone(undone: Undone): string {
  if (undone.is === 'removed') return undone.how;
  return undone.is === 'kept' ? `kept: ${undone.why}` : `owed: ${undone.debt.what}`;
}
