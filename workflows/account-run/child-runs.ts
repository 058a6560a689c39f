// Runs of single accounts, as the run that has several in its care starts and follows them. They outlive it.
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import {
  ApplicationFailure,
  ChildWorkflowFailure,
  ParentClosePolicy,
  startChild,
} from '@temporalio/workflow';
import type { Followed } from '../../activities/people';
import { type AccountResult, emptyAccount, type ResultDocument } from '../../src/account/result';
import type { RunPlan } from '../../src/client/start';
import { type Before, memoOfBefore, reusePolicy, WORKFLOW_TASK_TIMEOUT } from '../../src/temporal/names';
import { searchAttributesOf } from '../../src/temporal/search-attributes';
import { call, follow, local } from './calls';
import type { Purpose } from './lifecycle';

export interface Child {
  purpose: Purpose;
  before: Before;
  /** Told its run id. */
  begun?(runId: string): void;
}

/**
 * Starts the account's run and waits for its end. An undo's or removal's bears no fingerprint: what is gone can be asked for again.
 */
export async function runChild(
  connection: string,
  plan: RunPlan,
  { purpose, before, begun }: Child,
): Promise<AccountResult | 'already started'> {
  try {
    const child = await startChild(plan.workflowType, {
      workflowId: plan.workflowId,
      args: purpose === 'provision' ? [plan.request] : [plan.request, purpose],
      memo: { ...(purpose === 'provision' && plan.memo), ...memoOfBefore(before) },
      workflowIdReusePolicy: reusePolicy(before),
      typedSearchAttributes: searchAttributesOf(plan.attributes),
      staticSummary: plan.staticSummary,
      workflowTaskTimeout: WORKFLOW_TASK_TIMEOUT,
      parentClosePolicy: ParentClosePolicy.ABANDON,
    });
    begun?.(child.firstExecutionRunId);
    return accountIn(connection, (await child.result()) as ResultDocument);
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return 'already started';
    if (!(error instanceof ChildWorkflowFailure)) throw error;
    return accountIn(
      connection,
      await local.readFailure({ workflowId: plan.workflowId, failure: failureIn(error) }),
    );
  }
}

function failureIn({ cause, message }: ChildWorkflowFailure): {
  document?: ResultDocument;
  type?: string;
  message: string;
} {
  if (!(cause instanceof ApplicationFailure)) return { message: cause?.message ?? message };
  const document = cause.details?.[0] as ResultDocument | undefined;
  return { message: cause.message, ...(cause.type && { type: cause.type }), ...(document && { document }) };
}

/** Follows a run that somebody else started, parked or not, to its end. */
export async function attach(
  connection: string,
  plan: RunPlan,
  runId: string,
  report: (result: AccountResult) => void,
): Promise<void> {
  let known: 'running' | 'parked' = 'running';
  for (;;) {
    const now: Followed = await call('follow the run that was there already', follow.followRun, {
      workflowId: plan.workflowId,
      runId,
      known,
    });
    const { ended, document } = now;
    report(accountIn(connection, document));
    if (ended) return;
    known = document.status === 'parked' ? 'parked' : 'running';
  }
}

function accountIn(connection: string, document: ResultDocument): AccountResult {
  return document.accounts[connection] ?? emptyAccount(document.status);
}
