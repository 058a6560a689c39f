// A person with several accounts: one child run for each, by the rule of "same or different" each for itself. What fails or
// parks at one vendor does not hold up the others; the children outlive this run.

import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import {
  ApplicationFailure,
  ChildWorkflowFailure,
  ParentClosePolicy,
  setCurrentDetails,
  setHandler,
  startChild,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import type { Followed, PlannedAccount } from '../activities/people';
import {
  type AccountResult,
  emptyAccount,
  overallStatus,
  type ResultDocument,
  resultDocument,
} from '../src/account/result';
import type { RunPlan } from '../src/client/start';
import type { RequestDocument } from '../src/request/schema';
import { musterWaitingOn, searchAttributesOf } from '../src/temporal/search-attributes';
import { follow, local } from './account-run/calls';
import { personCard } from './account-run/card';
import type { Purpose } from './account-run/lifecycle';
import { accountChanged, progress } from './account-run/messages';

export async function onboardPerson(request: RequestDocument): Promise<ResultDocument> {
  const { workflowId } = workflowInfo();
  const plans = await local.preparePerson({ request, workflowId });
  const accounts: Record<string, AccountResult> = {};
  let parked = false;
  const set = (connection: string, result: AccountResult) => {
    accounts[connection] = result;
    setCurrentDetails(personCard(request.key, accounts));
    // Parked as a whole, once nothing of the person is under way any more: then somebody has to decide.
    const now = overallStatus(accounts) === 'parked';
    if (now !== parked)
      upsertSearchAttributes([{ key: musterWaitingOn, value: now ? 'operator' : 'nobody' }]);
    parked = now;
  };
  for (const { connection } of plans) set(connection, emptyAccount('running'));
  setHandler(progress, () => resultDocument(request.key, accounts), {
    description: 'The result document as it stands.',
  });
  setHandler(accountChanged, set, {
    description: 'Sent by account runs when they park and go on; not for operators.',
  });

  const compensates = request.onFailure === 'compensate';
  await Promise.all(
    plans.map(({ connection, plan }) => provision(connection, plan, (result) => set(connection, result))),
  );

  const fallen = Object.values(accounts).some(
    ({ status }) => status === 'compensated' || status === 'failed',
  );
  if (compensates && fallen) await undoOthers(plans, accounts, set);

  const document = resultDocument(request.key, accounts);
  if (document.status !== 'failed') return document;
  throw ApplicationFailure.create({
    message: `${request.key}: not all accounts could be provisioned`,
    type: 'failed',
    nonRetryable: true,
    details: [document],
  });
}

/** One vendor ended in compensation: what this request made at the others is taken back too, what it adopted stays. */
async function undoOthers(
  plans: PlannedAccount[],
  accounts: Record<string, AccountResult>,
  set: (connection: string, result: AccountResult) => void,
): Promise<void> {
  const others = plans.filter(({ connection }) => {
    const { status, made } = accounts[connection] ?? emptyAccount('running');
    return status === 'done' && Object.keys(made).length > 0;
  });
  await Promise.all(
    others.map(async ({ connection, plan }) => {
      const undone = await runChild(connection, plan, 'undo');
      if (undone !== 'already started') return set(connection, undone);
      const result = accounts[connection] ?? emptyAccount('done');
      result.notes.push('Not undone with the others: another run of this account was under way.');
      set(connection, result);
    }),
  );
}

/** Starts the account's run, or attaches to the one there is, and sees it to its end. */
async function provision(
  connection: string,
  plan: RunPlan,
  report: (result: AccountResult) => void,
): Promise<void> {
  for (;;) {
    const met = await local.meetRun({ plan });
    switch (met.is) {
      case 'same-done':
        return report(met.document.accounts[connection] ?? emptyAccount('done'));
      case 'different-running':
        return report(refusal(connection, plan));
      case 'same-running':
        return attach(connection, plan, met.runId, report);
      case 'free': {
        const ended = await runChild(connection, plan);
        if (ended !== 'already started') return report(ended);
      }
    }
  }
}

async function runChild(
  connection: string,
  plan: RunPlan,
  purpose: Purpose = 'provision',
): Promise<AccountResult | 'already started'> {
  try {
    const child = await startChild(plan.workflowType, {
      workflowId: plan.workflowId,
      args: purpose === 'provision' ? [plan.request] : [plan.request, purpose],
      // An undo's fingerprint must not count as the request's: what was undone can be asked for again.
      memo: purpose === 'provision' ? plan.memo : {},
      typedSearchAttributes: searchAttributesOf(plan.attributes),
      staticSummary: plan.staticSummary,
      parentClosePolicy: ParentClosePolicy.ABANDON,
    });
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

/** Another start of the same request is under way: its run is followed, parked or not, to its end. */
async function attach(
  connection: string,
  plan: RunPlan,
  runId: string,
  report: (result: AccountResult) => void,
): Promise<void> {
  let known: 'running' | 'parked' = 'running';
  for (;;) {
    const now: Followed = await follow.followRun({ workflowId: plan.workflowId, runId, known });
    const { ended, document } = now;
    report(accountIn(connection, document));
    if (ended) return;
    known = document.status === 'parked' ? 'parked' : 'running';
  }
}

function accountIn(connection: string, document: ResultDocument): AccountResult {
  return document.accounts[connection] ?? emptyAccount(document.status);
}

function refusal(connection: string, plan: RunPlan): AccountResult {
  const result = emptyAccount('failed');
  result.problem = {
    step: 'verify',
    code: 'conflict',
    message: `A different request for this account is under way: ${plan.workflowId}. Let it end, or decide it, then start this one again.`,
    vendorStatus: null,
    since: new Date().toISOString(),
    decisions: [],
  };
  result.notes.push(`Nothing was sent to ${connection}.`);
  return result;
}
