// The operator's side of a run: the progress query, and the decisions as updates that refuse, with a sentence, what makes
// no sense now. Validators look at state only; what was typed is checked by an activity.
import { ActivityFailure, ApplicationFailure, log, setHandler } from '@temporalio/workflow';
import type { Decision } from '../../src/account/result';
import { local } from './calls';
import { type DecisionInput, progress, resolve, retry, retrySignal, skip } from './messages';
import type { AccountRun } from './run';

export type { DecisionInput } from './messages';

export function decisionHandlers(run: AccountRun): void {
  setHandler(progress, () => run.document(), { description: 'The result document as it stands.' });
  const decision = (name: Decision) => async (input: DecisionInput) =>
    run.decide(name, await checked(name, input));
  const validator = (name: Decision) => (_input: DecisionInput) => {
    const refusal = run.refuses(name);
    if (refusal) throw ApplicationFailure.nonRetryable(refusal, 'invalid-decision');
  };
  setHandler(retry, decision('retry'), {
    validator: validator('retry'),
    description: 'Try the parked step again. {"reason": "…"}',
  });
  setHandler(resolve, decision('resolve'), {
    validator: validator('resolve'),
    description:
      'Say what is true at the vendor. {"reason": "…", "userId": "123"} or "exists": true or "notCreated": true',
  });
  setHandler(skip, decision('skip'), {
    validator: validator('skip'),
    description: 'Go on without the parked step. {"reason": "…"}',
  });
  setHandler(
    retrySignal,
    async (input) => {
      // A signal has no answer: what makes no sense now is left in the log, not thrown into the run.
      const refusal = run.refuses('retry');
      if (refusal) return log.warn('retry signal ignored', { refusal });
      await run.decide('retry', await checked('retry', input));
    },
    { description: 'As the update retry, for batch operations. {"reason": "…"}' },
  );
}

async function checked(name: Decision, input: DecisionInput): Promise<DecisionInput> {
  try {
    return await local.checkDecision({ decision: name, input });
  } catch (error) {
    const cause = error instanceof ActivityFailure ? error.cause : undefined;
    throw ApplicationFailure.nonRetryable(cause?.message ?? String(error), 'invalid-decision');
  }
}
