// What a look needs of whoever makes it: a run, which goes on to send, or a plan, which only tells what a run would do. What
// both share is written against this, so that a plan comes to its verdicts by a run's own code.
import type { AccountPlan, Inheritance, Look } from '../../src/account/plan';
import type { OpenQuestion } from './desk';

export interface Looking<Account = unknown> {
  readonly plan: AccountPlan<Account>;
  /** What earlier runs of the account left. */
  readonly inheritance: Promise<Inheritance>;
  /** Makes a call that may be repeated. */
  safe<T>(step: string, call: () => Promise<T>, skippable?: boolean): Promise<T>;
  /** Cannot go on without an operator; a plan never comes back from it. */
  park<Ruling>(question: OpenQuestion<Ruling>): Promise<Ruling>;
  note(text: string): void;
  /** Records one look. */
  witness(step: string, asked: string, found: string): void;
}

/**
 * The stamp of several looks that count as one. A reset between two of them leaves those of two runs: then it is neither's, so
 * that no send relies on it, and what was read of earlier runs is read anew.
 */
export function stampOf(first: Look, ...others: readonly (Look | undefined)[]): Look {
  const together = others.every((look) => look === undefined || look.runId === first.runId);
  return together ? first : { ...first, runId: 'of several runs' };
}
