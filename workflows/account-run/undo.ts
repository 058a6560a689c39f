// Undo: takes back what this run made, newest first, and nothing else (design.md, "When compensate undoes"). Each step is
// undone by its vendor, which looks before it removes. What no call can remove becomes a debt that somebody must settle.
import { sleep } from '@temporalio/workflow';
import type { Debt, Made } from '../../src/account/result';
import { Skipped } from './interruptions';
import type { Trouble } from './protocol';
import type { AccountRun } from './run';

/**
 * What became of one thing that was to be undone. `missing`: it was made, and the vendor does not show it. `kept`: it is not ours
 * to destroy any more, e.g. somebody used it.
 */
export type Undone =
  | { is: 'removed'; how: string }
  | { is: 'missing' }
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
  const settle = once(() =>
    sleep(run.plan.policy.settleMs, { summary: 'until all that was sent has landed and shows' }),
  );
  if (Object.values(run.result.made).some(({ how }) => how === 'sent')) await settle();
  for (const [step, made] of Object.entries(run.result.made).reverse()) {
    let undone = await undoOne(run, undo, step, made);
    // A vendor may show late what it has made: what is to be undone soon after is not there for ever only because it is not yet.
    if (undone.is === 'missing' && (await settle())) undone = await undoOne(run, undo, step, made);
    run.witness(step, 'undo', sayUndone(undone));
    if (undone.is === 'owed') run.owe(undone.debt);
    if (undone.is === 'kept') run.note(`Step ${step} was not undone: ${undone.why}`);
    if (undone.is !== 'kept') run.result.steps[step] = 'undone';
    delete run.result.made[step];
    run.show();
  }
  await run.untilDebtsSettled();
}

/** @returns a function that does it once, and tells whether it did */
function once(act: () => Promise<void>): () => Promise<boolean> {
  let done = false;
  return async () => {
    if (done) return false;
    done = true;
    await act();
    return true;
  };
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
  if (undone.is === 'missing') return 'it is not there';
  return undone.is === 'kept' ? `kept: ${undone.why}` : `owed: ${undone.debt.what}`;
}
