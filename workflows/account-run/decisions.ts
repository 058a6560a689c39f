// The operator's side of a run: the decisions as updates that refuse, with a sentence, what makes no sense now. Validators look at state only; what was typed is checked by an activity.
import { ApplicationFailure, CancellationScope, condition, log, setHandler } from '@temporalio/workflow';
import type { Decision } from '../../src/account/result';
import { call, causeOf, local } from './calls';
import {
  amend,
  type DecisionInput,
  resolve,
  retry,
  retrySignal,
  settle,
  skip,
  undo,
  undoSignal,
} from './messages';
import type { AccountRun } from './run';

/**
 * Called at the run's very first moment: an update that finds no handler is refused without a sentence.
 * @param current the run, once its request has been checked
 */
export function decisionHandlers(current: () => AccountRun | undefined): void {
  const refusalOf = (name: Decision): string | undefined => {
    const run = current();
    return run ? run.desk.refuses(name) : 'Nothing is parked here: the run is running.';
  };
  // A run that was asked to be cancelled and stands still must still take decisions.
  const decision = (name: Decision) => (input: DecisionInput) =>
    CancellationScope.nonCancellable(async () => {
      const run = current();
      const refusal = refusalOf(name);
      if (!run || refusal) throw ApplicationFailure.nonRetryable(refusal ?? '', 'invalid-decision');
      return run.desk.decide(name, await checked(name, input));
    });
  const validator = (name: Decision) => (_input: DecisionInput) => {
    const refusal = refusalOf(name);
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
  setHandler(amend, decision('amend'), {
    validator: validator('amend'),
    description: 'Correct the request and try again. {"reason": "…", "set": {"account.classroomId": 12}}',
  });
  setHandler(undo, decision('undo'), {
    validator: validator('undo'),
    description: 'Undo what this run made, newest first. {"reason": "…"}',
  });
  setHandler(settle, decision('settle'), {
    validator: validator('settle'),
    description: 'Say that the debts of an undo are settled. {"reason": "…"}',
  });
  for (const [signal, name] of [
    [retrySignal, 'retry'],
    [undoSignal, 'undo'],
  ] as const)
    setHandler(
      signal,
      async (input) => {
        // A signal has no answer: what makes no sense now is left in the log, not thrown into the run.
        try {
          await condition(() => current() !== undefined);
          await decision(name)(input);
        } catch (error) {
          if (!(error instanceof ApplicationFailure)) throw error;
          log.warn('signal ignored', { signal: name, type: error.type });
        }
      },
      { description: `As the update ${name}, for batch operations. {"reason": "…"}` },
    );
}

async function checked(name: Decision, input: DecisionInput): Promise<DecisionInput> {
  try {
    return await call('check what was typed with the decision', local.checkDecision, {
      decision: name,
      input,
    });
  } catch (error) {
    const cause = causeOf(error);
    throw ApplicationFailure.nonRetryable(
      cause instanceof Error ? cause.message : String(cause),
      'invalid-decision',
    );
  }
}
