// EthosCE's users, profiles and SSO links as the rest of Muster sees them, and the bodies that make them
// (vendor-docs/ethosce.txt). Pure, without schemas: workflow code uses it too.
import type { Address, Person } from '../definition';
import type { EthosceAccount } from './request';

export interface EthosceUser {
  uid: string;
  name: string;
  mail: string;
  active: boolean;
  roles: number[];
  /** Somebody has logged in to it or used it. */
  used: boolean;
}

export interface SsoLink {
  aid: string;
  uid: string;
}

export interface EthosceProfile {
  pid: string;
  fields: Record<string, unknown>;
}

export interface UserBody {
  name: string;
  mail: string;
  status: 1;
  roles?: { id: number }[];
}

export interface ProfileBody extends Record<string, unknown> {
  user: number;
  label: 'Profile';
  type: 'profile';
}

/** Body of `POST user.json`: the document's, with roles only where there are any. */
export function userBody(person: Person, account: EthosceAccount): UserBody {
  return {
    name: account.username,
    mail: person.email,
    status: 1,
    ...(account.roles.length > 0 && { roles: account.roles.map((id) => ({ id })) }),
  };
}

/** Body of `POST profile2.json`. */
export function profileBody(uid: string, person: Person, account: EthosceAccount): ProfileBody {
  return { user: Number(uid), label: 'Profile', type: 'profile', ...profileFields(person, account) };
}

/** The profile's own fields that person and account give. */
export function profileFields(person: Person, account: EthosceAccount): Record<string, unknown> {
  const location = person.address && locationOf(person.address);
  return {
    field_first_name: person.firstName,
    ...(person.middleName && { field_middle_name: person.middleName }),
    field_last_name: person.lastName,
    ...(location && Object.keys(location).length > 0 && { field_profile_location: location }),
    ...account.profile,
  };
}

const LOCATION_PARTS = {
  street: 'street',
  additional: 'additional',
  city: 'city',
  province: 'province',
  postalCode: 'postal_code',
  country: 'country',
} as const satisfies Record<keyof Address, string>;

function locationOf(address: Address): Record<string, string> {
  const location: Record<string, string> = {};
  for (const [part, name] of Object.entries(LOCATION_PARTS)) {
    const value = address[part as keyof Address];
    if (value) location[name] = value;
  }
  return location;
}

/**
 * The fields to PUT so that the profile says what is wanted; empty when it does. A location is replaced whole by EthosCE,
 * so the parts that are there and not named are sent along.
 */
export function profileChanges(
  there: Record<string, unknown>,
  wanted: Record<string, unknown>,
): Record<string, unknown> {
  const changes: Record<string, unknown> = {};
  for (const [field, value] of Object.entries(wanted)) {
    if (field === 'field_profile_location') {
      const now = keptLocation(there[field]);
      const then = { ...now, ...(value as Record<string, unknown>) };
      if (!sameJson(now, then)) changes[field] = then;
    } else if (!sameJson(there[field] ?? null, value ?? null)) changes[field] = value;
  }
  return changes;
}

/** Of the many parts that a GET shows, those that a location is written with. */
function keptLocation(location: unknown): Record<string, unknown> {
  if (typeof location !== 'object' || location === null || Array.isArray(location)) return {};
  const parts = location as Record<string, unknown>;
  return Object.fromEntries(
    Object.values(LOCATION_PARTS)
      .filter((name) => parts[name] !== null && parts[name] !== undefined && parts[name] !== '')
      .map((name) => [name, parts[name]]),
  );
}

/** Equal as EthosCE gives values back: numbers as strings, key order of no account. */
function sameJson(a: unknown, b: unknown): boolean {
  if (typeof a === 'object' && typeof b === 'object' && a !== null && b !== null) {
    const left = a as Record<string, unknown>;
    const right = b as Record<string, unknown>;
    const names = new Set([...Object.keys(left), ...Object.keys(right)]);
    return [...names].every((name) => sameJson(left[name], right[name]));
  }
  return a === b || (isScalar(a) && isScalar(b) && String(a) === String(b));
}

function isScalar(value: unknown): value is string | number {
  return typeof value === 'string' || typeof value === 'number';
}

/** The role of everyone with an account; a GET lists it, a PUT need not. */
const AUTHENTICATED = 2;

/** The set to PUT, and what differs: roles only grow, but for those that are to be removed. */
export function mergeRoles(
  there: number[],
  account: Pick<EthosceAccount, 'roles' | 'removeRoles'>,
): { roles: number[]; add: number[]; remove: number[] } {
  const have = there.filter((role) => role !== AUTHENTICATED);
  const add = account.roles.filter((role) => !have.includes(role) && role !== AUTHENTICATED);
  const remove = have.filter((role) => account.removeRoles.includes(role));
  return { roles: [...have.filter((role) => !remove.includes(role)), ...add], add, remove };
}
