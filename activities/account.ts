import type { AccountPlan, Inheritance } from '../src/account/plan';
import { personOf, singleAccount } from '../src/request/accounts';
import { resolveAccount } from '../src/request/defaults';
import { accountId, activityQueue } from '../src/temporal/names';
import { vendorOf } from '../src/vendors/registry';
import { workerContext } from '../src/worker/context';
import { readRunsBefore } from '../src/worker/earlier-runs';
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
  const { key, onFailure = 'park' } = request;
  if (accountId(connection, key) !== input.workflowId)
    throw invalid(
      `The run of this account must have the workflow id ${accountId(connection, key)}: it is the account's lock.`,
    );
  const settings = config.connections[connection];
  if (!settings) throw invalid(`accounts.${connection}: is not a connection of this worker`);
  const { existing, settle, waitForMs, timeoutMs, sendMail, undo, requestsPerSecond, environment } = settings;
  const { vendor, title } = vendorOf(settings.vendor);
  return {
    connection,
    vendor,
    title,
    environment: environment ?? null,
    key,
    person: personOf(request),
    account: resolveAccount(config, request, connection),
    onFailure,
    policy: {
      existing,
      settleMs: settle.forMs,
      whenAbsent: settle.then,
      waitForMs,
      timeoutMs,
      sendMail,
      undo,
    },
    taskQueue: activityQueue(connection, requestsPerSecond),
  };
}

/** Reads how far the account's earlier runs had come (design.md, "A run was terminated with a create in the air"). */
export async function readEarlierRuns(input: { workflowId: string; runId: string }): Promise<Inheritance> {
  return readRunsBefore(workerContext().temporal, input);
}
