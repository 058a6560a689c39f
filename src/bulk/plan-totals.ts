// What a plan comes to: its rows, and what is counted over them. Pure.
import { ACTIONS, type Action, type Forecast, UNDOABLE, type Undoable } from '../account/forecast';

/** What onboarding would do with one person now. */
export interface PlannedRow {
  /** From 1. */
  row: number;
  /** Where the row begins in its roster, from 1; null for a request of its own. */
  line: number | null;
  key: string;
  /** By connection, in the request's order. */
  accounts: Record<string, Forecast>;
}

export interface PlanTotals {
  /** People. */
  rows: number;
  accounts: number;
  /** Accounts by what would be done. */
  actions: Record<Action, number>;
  rolesAdded: number;
  rolesRemoved: number;
  /** Fields that would change. */
  fields: number;
  /** Mails that vendors would send. */
  mails: number;
  /** Accounts by how much could be taken back. */
  undo: Record<Undoable, number>;
}

function zeros<Name extends string>(names: readonly Name[]): Record<Name, number> {
  return Object.fromEntries(names.map((name) => [name, 0])) as Record<Name, number>;
}

export function noTotals(): PlanTotals {
  return {
    rows: 0,
    accounts: 0,
    actions: zeros(ACTIONS),
    rolesAdded: 0,
    rolesRemoved: 0,
    fields: 0,
    mails: 0,
    undo: zeros(UNDOABLE),
  };
}

/** Adds a row, in place: a roster may have very many. */
export function countRow(totals: PlanTotals, { accounts }: Pick<PlannedRow, 'accounts'>): void {
  totals.rows += 1;
  for (const { action, roles, fields, mails, undo } of Object.values(accounts)) {
    totals.accounts += 1;
    totals.actions[action] += 1;
    totals.rolesAdded += roles.add.length;
    totals.rolesRemoved += roles.remove.length;
    totals.fields += fields.length;
    totals.mails += mails.length;
    totals.undo[undo] += 1;
  }
}

/** Something that a person should look at before it is carried out. */
export function wantsAttention({ action, problem, roles }: Forecast): boolean {
  return action === 'blocked' || problem !== null || roles.remove.length > 0;
}
