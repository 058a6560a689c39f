// What passes between an account run and its activities: the plan that a run begins with, the evidence of its looks,
// the input of a send. Plain data, shared by workflow code and activities.
import type { Person } from '../vendors/definition';
import type { VendorName } from '../vendors/registry';
import type { Made, Provenance } from './result';

/** How sure a vendor's own look-up by our marker is. */
export type Sureness = 'certain' | 'strong' | 'weak' | 'none';

/** What a vendor can do about one step that must not be repeated; declared beside its calls. */
export interface Ability {
  /** How sure a look for what the step makes is; `none` where the vendor cannot be asked. */
  lookup: Sureness;
  /** Whether the vendor itself refuses a second one. */
  refusesDuplicates: boolean;
  /** Calls that the sending activity makes before the write. */
  readsBeforeWrite: number;
}

/** A connection's rules, as a run obeys them. All times in milliseconds. */
export interface Policy {
  existing: 'adopt' | 'park' | 'refuse';
  settleMs: number;
  whenAbsent: 'park' | 'resend';
  waitForMs: number;
  timeoutMs: number;
  sendMail: boolean;
  /** Whether calls that may be repeated are made within the workflow task at first. */
  quickReads: boolean;
  /** How much may be undone by calls. */
  undo: 'full' | 'disable' | 'never';
}

/** Made by the activity `prepareAccountRun`: the checked request with its defaults, and the connection's rules. */
export interface AccountPlan<Account = unknown> {
  connection: string;
  vendor: VendorName;
  /** The vendor as people call it. */
  title: string;
  environment: string | null;
  key: string;
  person: Person;
  account: Account;
  onFailure: 'park' | 'compensate';
  policy: Policy;
  /** Task queue of the connection's activities. */
  taskQueue: string;
}

/** The stamp of a look. A send compares its run id with its own: after a reset they differ, and the look is worthless. */
export interface Look {
  runId: string;
  /** ISO 8601 UTC. */
  at: string;
}

/** That on which a send relies: the look, and the reading of earlier runs, which a reset can make stale just as well. */
export interface Ground extends Look {
  earlierReadBy: string;
}

/** What a look brought back, stamped. */
export interface Seen<T> {
  look: Look;
  value: T;
}

/** Input of an activity that sends what must not be sent twice. */
export interface SendInput {
  connection: string;
  /** The step, as results and ledgers name it. */
  step: string;
  ground: Ground;
}

/** How far an earlier run of the same account had come with one step. */
export interface EarlierSend {
  /** `open`: a send without a trustworthy end. `done`: answered. `none`: nothing can have been made. */
  sent: 'open' | 'done' | 'none';
  /** The id that the vendor answered with. */
  id?: string;
}

/** What the runs before this one leave to it. */
export interface Inheritance {
  /** The run that read them. */
  runId: string;
  /** Run id of the latest earlier run, if there was one. */
  from: string | null;
  /** False when an earlier run's history could not be read: every step is then settled in full. */
  readable: boolean;
  steps: Record<string, EarlierSend>;
  userId: string | null;
  provenance: Provenance | null;
  ids: Record<string, string>;
  /** What they made, by step. */
  made: Record<string, Made>;
}

/** What the ledger of an account holds about one step (vendors that cannot be asked by our marker). */
export interface LedgerEntry {
  /** `sending`: a send was about to leave; its end is not recorded. `made`: it exists. `clear`: it does not. */
  state: 'sending' | 'made' | 'clear';
  runId: string;
  at: string;
  id?: string;
  provenance?: Provenance;
}

export type Ledger = Record<string, LedgerEntry>;
