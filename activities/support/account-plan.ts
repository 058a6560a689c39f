import type { AccountPlan } from '../../src/account/plan';
import type { MusterConfig } from '../../src/config/schema';
import { personOf } from '../../src/request/accounts';
import { resolveAccount } from '../../src/request/defaults';
import type { RequestDocument } from '../../src/request/schema';
import { activityQueue } from '../../src/temporal/names';
import { vendorOf } from '../../src/vendors/registry';
import { invalid } from './request';

/** One account of a checked request with its defaults, and the connection's rules. @throws `invalid-request` */
export function accountPlan(config: MusterConfig, request: RequestDocument, connection: string): AccountPlan {
  const { key, onFailure = 'park' } = request;
  const settings = config.connections[connection];
  if (!settings) throw invalid(`accounts.${connection}: is not a connection of this worker`);
  const { existing, settle, waitForMs, timeoutMs, sendMail, undo } = settings;
  const { vendor, environment, requestsPerSecond, quickReads } = settings;
  return {
    connection,
    vendor,
    title: vendorOf(vendor).title,
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
      // Only the server keeps a limit over all workers.
      quickReads: quickReads && requestsPerSecond === undefined,
      undo,
    },
    taskQueue: activityQueue(connection, requestsPerSecond),
  };
}
