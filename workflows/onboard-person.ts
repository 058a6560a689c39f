// A person with several accounts: one child run for each, by the rule of "same or different" each for itself. What fails or
// parks at one vendor does not hold up the others; the children outlive this run.

import { ApplicationFailure, workflowInfo } from '@temporalio/workflow';
import type { PlannedAccount, StartedBy } from '../activities/people';
import { type AccountResult, emptyAccount, type ResultDocument } from '../src/account/result';
import { JOB } from '../src/bulk/job';
import type { RunPlan } from '../src/client/start';
import type { RequestDocument } from '../src/request/schema';
import { personId } from '../src/temporal/names';
import { musterJob } from '../src/temporal/search-attributes';
import { Board } from './account-run/board';
import { call, local } from './account-run/calls';
import { attach, runChild } from './account-run/child-runs';

export async function onboardPerson(request: RequestDocument): Promise<ResultDocument> {
  const { workflowId, memo, typedSearchAttributes } = workflowInfo();
  // By the id, which is proven to be the key's: until then the request may be anything.
  const board = new Board(workflowId.slice(personId('').length));
  const plans = await call('check the request, plan a run for each account', local.preparePerson, {
    request,
    workflowId,
    ...jobOf(typedSearchAttributes.get(musterJob), memo?.[JOB]),
  });
  for (const { connection } of plans) board.set(connection, emptyAccount('running'));

  const runs = new Map<string, string>();
  await Promise.all(
    plans.map(({ connection, plan }) =>
      provision(connection, plan, {
        report: (result) => board.set(connection, result),
        begun: (runId) => runs.set(connection, runId),
      }),
    ),
  );
  if (request.onFailure === 'compensate' && hasFallen(board)) await undoOthers(plans, board, runs);

  const document = board.document();
  if (document.status !== 'failed') return document;
  throw ApplicationFailure.create({
    message: `${request.key}: not all accounts could be provisioned`,
    type: 'failed',
    nonRetryable: true,
    details: [document],
  });
}

/** The bulk job that started this run: its accounts' runs count as the job's too. */
function jobOf(id: string | undefined, mark: unknown): { job?: StartedBy } {
  return id !== undefined && typeof mark === 'string' ? { job: { id, mark } } : {};
}

function hasFallen({ accounts }: Board): boolean {
  return Object.values(accounts).some(({ status }) => status === 'compensated' || status === 'failed');
}

/** One vendor ended in compensation: what this request made at the others is taken back too, what it adopted stays. */
async function undoOthers(
  plans: PlannedAccount[],
  board: Board,
  runs: ReadonlyMap<string, string>,
): Promise<void> {
  const others = plans.filter(({ connection }) => {
    const { status, made } = board.accounts[connection] ?? emptyAccount('running');
    return status === 'done' && Object.keys(made).length > 0;
  });
  await Promise.all(
    others.map(async ({ connection, plan }) => {
      const undone = await runChild(connection, plan, { purpose: 'undo', before: runs.get(connection) });
      if (undone !== 'already started') return board.set(connection, undone);
      const result = board.accounts[connection] ?? emptyAccount('done');
      result.notes.push('Not undone with the others: another run of this account was under way.');
      board.set(connection, result);
    }),
  );
}

/** Starts the account's run, or attaches to the one there is, and sees it to its end. */
async function provision(
  connection: string,
  plan: RunPlan,
  { report, begun }: { report(result: AccountResult): void; begun(runId: string): void },
): Promise<void> {
  for (;;) {
    const met = await call('is there a run of this account?', local.meetRun, { plan });
    switch (met.is) {
      case 'same-done':
        begun(met.runId);
        return report(met.document.accounts[connection] ?? emptyAccount('done'));
      case 'different-running':
        return report(refusal(connection, plan));
      case 'same-running':
        begun(met.runId);
        return attach(connection, plan, met.runId, report);
      case 'free': {
        const ended = await runChild(connection, plan, { purpose: 'provision', before: met.before, begun });
        if (ended !== 'already started') return report(ended);
      }
    }
  }
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
