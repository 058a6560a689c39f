import type { AccountPlan, Inheritance } from '../src/account/plan';
import { singleAccount } from '../src/request/accounts';
import { accountId } from '../src/temporal/names';
import { workerContext } from '../src/worker/context';
import { readRunsBefore } from '../src/worker/earlier-runs';
import { accountPlan } from './support/account-plan';
import { checked, invalid } from './support/request';

/** Checks an account run's request and fills in defaults and the connection's rules. @throws `invalid-request` */
export async function prepareAccountRun(input: {
  request: unknown;
  workflowId: string;
}): Promise<AccountPlan> {
  const { config } = workerContext();
  const request = await checked(config, input.request);
  const single = singleAccount(request);
  if (!single) throw invalid('accounts: an account run takes one account; start onboardPerson for several');
  const { connection } = single;
  if (accountId(connection, request.key) !== input.workflowId)
    throw invalid(
      `The run of this account must have the workflow id ${accountId(connection, request.key)}: it is the account's lock.`,
    );
  return accountPlan(config, request, connection);
}

/** What a run begins with: its plan, and what earlier runs of its account left. @throws `invalid-request` */
export async function beginAccountRun(input: {
  request: unknown;
  workflowId: string;
  runId: string;
}): Promise<{ plan: AccountPlan; inheritance: Inheritance }> {
  const [plan, inheritance] = await Promise.all([prepareAccountRun(input), readEarlierRuns(input)]);
  return { plan, inheritance };
}

/** Reads how far the account's earlier runs had come (design.md, "A run was terminated with a create in the air"). */
export async function readEarlierRuns(input: { workflowId: string; runId: string }): Promise<Inheritance> {
  return readRunsBefore(workerContext().temporal, input);
}
