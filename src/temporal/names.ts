// Names in Temporal that outsiders rely on (interface.md, "Temporal"): task queues, workflow ids, the person's workflow.
// Free of Node and of schemas: workflow code uses them too.

export const WORKFLOW_QUEUE = 'muster';
/** After so long without a word a run's workflow task is given to another worker: quick calls are made within one. */
export const WORKFLOW_TASK_TIMEOUT = '5s';
export const ONBOARD_PERSON = 'onboardPerson';
export const BULK_ONBOARDING = 'bulkOnboarding';
export const BULK_UNDO = 'bulkUndo';
export const REMOVE_ACCOUNTS = 'removeAccounts';
export const ACCOUNT_LEDGER = 'accountLedger';
export const CONNECTION_HOLD = 'connectionHold';
export const CREDENTIALS_TRIAL = 'credentialsTrial';
export const INSPECT_CONNECTION = 'inspectConnection';
export const SECRET_ESCROW = 'secretEscrow';
export const PLAN_ACCOUNTS = 'planAccounts';

/** A rate-limited connection has a queue of its own, whose limit the server enforces over all workers. */
export function activityQueue(connection: string, requestsPerSecond: number | undefined): string {
  return requestsPerSecond === undefined ? WORKFLOW_QUEUE : `${WORKFLOW_QUEUE}-${connection}`;
}

/** An account's runs, provisioning and removal alike: the id is the account's lock. */
export function accountId(connection: string, key: string): string {
  return `${connection}/${key}`;
}

export function personId(key: string): string {
  return `person/${key}`;
}

export function jobId(id: string): string {
  return `bulk/${id}`;
}

/** The job that takes back what another one made. */
export function undoJobId(id: string): string {
  return `${id}/undo`;
}

export function removalId(key: string): string {
  return `remove/${key}`;
}

export function ledgerId(connection: string, key: string): string {
  return `ledger/${connection}/${key}`;
}

/** The hold of a connection whose credentials were rejected (design.md, "A held connection"). */
export function holdId(connection: string): string {
  return `connection/${connection}`;
}

/** Open while a worker tries credentials that it has not proven yet: a lock, so that no two try them at once. */
export function trialId(connection: string): string {
  return `connection/${connection}/trial`;
}

/** Where a password that a vendor made is kept until somebody reveals it. */
export function secretId(handle: string): string {
  return `secret/${handle}`;
}

/** One inspection of a connection's credentials. */
export function inspectId(connection: string, id: string): string {
  return `inspect/${connection}/${id}`;
}

/** One page of a plan: reads only, like an inspection. */
export function planId(id: string): string {
  return `inspect/plan/${id}`;
}

/** @returns the parts of an account's id, or undefined where it is another kind of run's. */
export function parseAccountId(id: string): { connection: string; key: string } | undefined {
  const [connection, key, ...more] = id.split('/');
  return connection && key && more.length === 0 && !RESERVED.includes(connection)
    ? { connection, key }
    : undefined;
}

/** First parts of ids that are no connection's name; configuration refuses them as one. */
export const RESERVED: readonly string[] = [
  'person',
  'bulk',
  'remove',
  'connection',
  'ledger',
  'secret',
  'inspect',
  // Columns of rosters.
  'result',
  'address',
];

/**
 * Memo field of a run that Temporal took under the rule that there is none before it of its id (`REJECT_DUPLICATE`), so that it
 * need not look for any. No other start may bear it.
 */
export const FIRST_OF_ITS_ID = 'musterFirstOfItsId';

/**
 * Memo field of a run that whoever started it knew to come after another of its id: that one's run id. Temporal's list may
 * not show it yet.
 */
export const RUN_BEFORE = 'musterRunBefore';

/** What whoever starts a run knows of those before it: that there is none (null), the last one's id, or nothing. */
export type Before = string | null | undefined;

/** What a run's memo says of that. */
export function memoOfBefore(before: Before): Record<string, string | true> {
  if (before === undefined) return {};
  return before === null ? { [FIRST_OF_ITS_ID]: true } : { [RUN_BEFORE]: before };
}

export function beforeIn(memo: Readonly<Record<string, unknown>> | undefined): Before {
  const { [FIRST_OF_ITS_ID]: first, [RUN_BEFORE]: before } = memo ?? {};
  if (first === true) return null;
  return typeof before === 'string' ? before : undefined;
}

/** Only where there is none before it may Temporal be told so, and it must be told then. */
export const reusePolicy = (before: Before) => (before === null ? 'REJECT_DUPLICATE' : 'ALLOW_DUPLICATE');
