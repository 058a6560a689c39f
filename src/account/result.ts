// The result document (interface.md, "A result") and how a whole is made of its accounts. Plain data: workflows, client
// and command line share it.

export type Status = 'running' | 'parked' | 'failed' | 'compensated' | 'done';
/** Also the stage that a compensated run ends with, so that lists can tell it from one that is done. */
export const COMPENSATED = 'compensated' satisfies Status;
export type Provenance = 'created' | 'confirmed' | 'adopted' | 'declared';
export type StepState = 'done' | 'skipped' | 'parked' | 'undone' | 'pending';

export type ProblemCode =
  | 'invalid-request'
  | 'refused'
  | 'outcome-unknown'
  | 'conflict'
  | 'several-matches'
  | 'form-changed'
  | 'roles-contended'
  | 'credentials-rejected'
  | 'vendor-unavailable'
  | 'misconfigured'
  | 'undo-blocked'
  | 'cancelled';

export type Decision = 'retry' | 'amend' | 'resolve' | 'skip' | 'undo' | 'settle';

/** How an operator says what is true at the vendor. */
export type Resolving = 'userId' | 'exists' | 'notCreated';

/** Why a run stands still, or waits for the vendor (then its status is `running`), and what an operator may decide. */
export interface Problem {
  step: string;
  code: ProblemCode;
  message: string;
  vendorStatus: number | null;
  /** ISO 8601 UTC. */
  since: string;
  /** Empty where nobody has to decide. */
  decisions: Decision[];
  /** What `resolve` may say here, where it is among the decisions. */
  resolveBy?: Resolving[];
}

/** Something that undo could not remove, and what a person has to do about it. */
export interface Debt {
  what: string;
  instruction: string;
  since: string;
}

/**
 * What a run made or may have made in one step, put down before it is sent: undo removes this and nothing else.
 * `sent`: its end is not known (yet). `adopted` stands in a removal for an account that was there before us.
 */
export interface Made {
  how: 'sent' | 'created' | 'confirmed' | 'changed' | 'adopted';
  id?: string;
  /** For changes: what was added, to be taken away again. */
  added?: string[];
}

/** One look or one send, as the audit trail of a result. */
export interface Evidence {
  at: string;
  step: string;
  /** What was asked or sent, in plain words without personal data. */
  asked: string;
  /** What came of it. */
  found: string;
}

export interface AccountResult {
  status: Status;
  userId: string | null;
  provenance: Provenance | null;
  steps: Record<string, StepState>;
  ids: Record<string, string>;
  /** By step, oldest first. */
  made: Record<string, Made>;
  secret: string | null;
  debts: Debt[];
  problem: Problem | null;
  notes: string[];
  evidence: Evidence[];
}

export interface ResultDocument {
  key: string;
  status: Status;
  accounts: Record<string, AccountResult>;
}

const BY_URGENCY: readonly Status[] = ['running', 'parked', 'failed', 'compensated', 'done'];

/** The whole is what its most urgent account is. */
export function overallStatus(accounts: Record<string, AccountResult>): Status {
  const statuses = Object.values(accounts).map(({ status }) => status);
  return BY_URGENCY.find((status) => statuses.includes(status)) ?? 'done';
}

export function resultDocument(key: string, accounts: Record<string, AccountResult>): ResultDocument {
  return { key, status: overallStatus(accounts), accounts };
}

/** An account about which nothing is known yet. */
export function emptyAccount(status: Status): AccountResult {
  return {
    status,
    userId: null,
    provenance: null,
    steps: {},
    ids: {},
    made: {},
    secret: null,
    debts: [],
    problem: null,
    notes: [],
    evidence: [],
  };
}
