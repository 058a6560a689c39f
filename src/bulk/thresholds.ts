// Thresholds that stop a surprising job before it starts: how many accounts may be adopted, or lose roles. And whether a plan was
// made for the environment in which it is to be carried out. Pure.
import type { Forecast } from '../account/forecast';
import type { KnownConnections } from '../request/check';
import type { PlannedRow } from './plan-totals';

/** A number of accounts, or a part of all of them. */
export type Threshold = { accounts: number } | { percent: number };

/** Reads `12` or `2.5%`; undefined where it is neither. */
export function parseThreshold(text: string): Threshold | undefined {
  const [, number = '', percent] = /^(\d{1,9}(?:\.\d+)?)(%?)$/.exec(text.trim()) ?? [];
  if (number === '') return undefined;
  if (percent) return Number(number) <= 100 ? { percent: Number(number) } : undefined;
  return number.includes('.') ? undefined : { accounts: Number(number) };
}

export interface Limits {
  /** Accounts that were there before us and would be gone on with. */
  maxAdopt?: Threshold;
  /** Accounts that would lose a role. */
  maxRoleRemovals?: Threshold;
}

/** An account that counts towards a threshold. */
export interface CountedAccount {
  key: string;
  line: number | null;
  connection: string;
}

export interface Exceeded {
  limit: keyof Limits;
  allowed: Threshold;
  /** How many accounts there are, of how many. */
  found: number;
  of: number;
  /** The first of them, `MOST_LISTED` at most. */
  accounts: CountedAccount[];
}

export const MOST_LISTED = 100;

const COUNTS: Readonly<Record<keyof Limits, (forecast: Forecast) => boolean>> = {
  maxAdopt: ({ action }) => action === 'adopt',
  maxRoleRemovals: ({ roles }) => roles.remove.length > 0,
};

/** Counts row by row, in bounded memory. */
export interface LimitWatch {
  add(row: PlannedRow): void;
  /** What is exceeded, as far as rows were added. */
  exceeded(): Exceeded[];
}

export function watchLimits(limits: Limits): LimitWatch {
  const watched = (Object.keys(COUNTS) as (keyof Limits)[]).flatMap((limit) => {
    const allowed = limits[limit];
    return allowed ? [{ limit, allowed, found: 0, accounts: [] as CountedAccount[] }] : [];
  });
  let of = 0;
  return {
    add({ key, line, accounts }) {
      for (const forecast of Object.values(accounts)) {
        of += 1;
        for (const each of watched) {
          if (!COUNTS[each.limit](forecast)) continue;
          each.found += 1;
          if (each.accounts.length < MOST_LISTED)
            each.accounts.push({ key, line, connection: forecast.connection });
        }
      }
    },
    exceeded: () =>
      watched.filter(({ allowed, found }) => exceeds(allowed, found, of)).map((each) => ({ ...each, of })),
  };
}

function exceeds(allowed: Threshold, found: number, of: number): boolean {
  return 'accounts' in allowed ? found > allowed.accounts : found * 100 > allowed.percent * of;
}

/** `demo`, `live`, or null where a connection states none. */
export type Environments = Readonly<Record<string, string | null>>;

export function environmentsOf({ connections }: KnownConnections): Environments {
  return Object.fromEntries(
    Object.entries(connections).map(([name, { environment }]) => [name, environment ?? null]),
  );
}

/** A connection that is not what it was when the plan was made. */
export interface OtherEnvironment {
  connection: string;
  planned: string | null;
  /** Undefined where there is no such connection any more. */
  now: string | null | undefined;
}

/** Planned for demo, and now it is live: the plan says nothing about what is there. */
export function otherEnvironments(planned: Environments, now: Environments): OtherEnvironment[] {
  return Object.entries(planned)
    .filter(([connection, environment]) => !Object.hasOwn(now, connection) || now[connection] !== environment)
    .map(([connection, environment]) => ({ connection, planned: environment, now: now[connection] }));
}
