// What onboarding would do with an account now, as `muster plan` tells it. Plain data, without personal values: workflows,
// client and command line share it.
import type { ProblemCode, Provenance } from './result';

/**
 * `create`: nobody is there. `adopt`: somebody is, who was there before us. `update`: an account that is on record already is
 * brought to what the request says. `unchanged`: nothing would be sent. `running`: the same request is under way.
 * `blocked`: a run would park, end, or not be started. `cannot-tell`: the vendor cannot be asked, or does not answer.
 */
export const ACTIONS = [
  'create',
  'adopt',
  'update',
  'unchanged',
  'running',
  'blocked',
  'cannot-tell',
] as const;
export type Action = (typeof ACTIONS)[number];

/**
 * How much of what would be made an undo could take back: all of it; the account is disabled; a person has to do something
 * (a debt). `none`: nothing would be made. Changed fields keep their new values in any case.
 */
export const UNDOABLE = ['none', 'full', 'disabled', 'debt'] as const;
export type Undoable = (typeof UNDOABLE)[number];

/** Why a run would not go through; `step` as a result names it. */
export interface Obstacle {
  step: string;
  code: ProblemCode;
  message: string;
}

export interface Forecast {
  connection: string;
  vendor: string;
  environment: string | null;
  action: Action;
  /** The account that a run would go on with; null where none is known. */
  userId: string | null;
  provenance: Provenance | null;
  /** By what the account was found: `e-mail address`, `MISID`, `ledger`, … */
  foundBy: string | null;
  /** What would be made, beside the user: `profile`, `assessment`, `child-hr-000124`, … */
  makes: string[];
  roles: { add: string[]; remove: string[] };
  /** Names of fields that would change. */
  fields: string[];
  /** Mails that the vendor would send to the person, a sentence each. */
  mails: string[];
  undo: Undoable;
  problem: Obstacle | null;
  notes: string[];
  /** Keyed hash of what was seen: another one means that the account moved. */
  fingerprint: string;
}

/** An account about which nothing is known yet. */
export function emptyForecast(
  account: Pick<Forecast, 'connection' | 'vendor' | 'environment'>,
  action: Action,
): Forecast {
  const { connection, vendor, environment } = account;
  return {
    connection,
    vendor,
    environment,
    action,
    userId: null,
    provenance: null,
    foundBy: null,
    makes: [],
    roles: { add: [], remove: [] },
    fields: [],
    mails: [],
    undo: 'none',
    problem: null,
    notes: [],
    fingerprint: '',
  };
}

/** Whether anything would be sent, as far as is known. */
export function changesAnything({ makes, roles, fields }: Forecast): boolean {
  return makes.length + roles.add.length + roles.remove.length + fields.length > 0;
}
