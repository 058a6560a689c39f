// The EthosCE account of a request, and what it becomes with its defaults (vendor-docs/ethosce.txt; what the software
// checks, and what it swallows without a word, was measured on a stock site).
import { z } from 'zod';
import { expected, text } from '../../config/words';
import { idNumber } from '../../request/fields';
import type { AccountCheck, AccountContext, PartFault } from '../definition';

/** Longer names are answered with an HTML 500, which reads as an unknown outcome. */
const NAME_MAX = 60;
/** Column `authname` of Drupal's authmap. */
const SSO_ID_MAX = 128;
/** Drupal's "authenticated": every user has it, nobody can lose it. */
const AUTHENTICATED_ROLE = 2;
/** Set by Muster in every profile. */
const RESERVED_PROFILE_FIELDS = ['user', 'type', 'label'];

const roleIds = () => z.array(idNumber('a role id, a whole number')).optional();

export const ethosceAccount = z.strictObject({
  /** Log-in name, and the marker by which our own create is found again; the key if left out. */
  username: text('the log-in name').optional(),
  /** Id at the identity provider, for single sign-on. */
  ssoId: text('the id at the identity provider').optional(),
  /** Role ids to have, beside those that are there. */
  roles: roleIds(),
  /** Role ids to take away; no other role is ever taken away. */
  removeRoles: roleIds(),
  /** Further fields of the profile, as profile2 names and shapes them. */
  profile: z.record(z.string(), z.json(), { error: expected('an object') }).optional(),
});

type Json = z.core.util.JSONType;

/** An EthosCE account with its defaults. */
export interface EthosceAccount {
  username: string;
  ssoId?: string;
  roles: number[];
  removeRoles: number[];
  profile: Record<string, Json>;
}

type Given = z.output<typeof ethosceAccount>;

export function checkEthosceAccount({ account, person }: AccountCheck<Given, unknown>): PartFault[] {
  return [
    ...lengthFaults('username', account.username, NAME_MAX),
    ...lengthFaults('ssoId', account.ssoId, SSO_ID_MAX),
    ...roleFaults(account.roles ?? [], account.removeRoles ?? []),
    ...profileFaults(account.profile ?? {}),
    ...mailFaults(person.email),
  ];
}

function lengthFaults(field: 'username' | 'ssoId', value: string | undefined, max: number): PartFault[] {
  const length = [...(value ?? '')].length;
  if (length <= max) return [];
  return [{ at: [field], message: `has ${length} characters; EthosCE takes ${max} at most` }];
}

function roleFaults(roles: number[], removeRoles: number[]): PartFault[] {
  return removeRoles.flatMap((role, index) => {
    const at = ['removeRoles', index];
    if (role === AUTHENTICATED_ROLE) {
      return [{ at, message: 'is 2, the role of every user, which cannot be taken away; leave it out' }];
    }
    if (!roles.includes(role)) return [];
    return [{ at, message: `is ${role}, which roles names too; keep it in one of the two` }];
  });
}

function profileFaults(profile: Record<string, Json>): PartFault[] {
  const faults: PartFault[] = [];
  for (const [field, value] of Object.entries(profile)) {
    const at = ['profile', field];
    if (RESERVED_PROFILE_FIELDS.includes(field)) {
      faults.push({ at, message: 'is set by Muster itself; leave it out' });
    } else if (!/^[a-z][a-z0-9_]*$/.test(field)) {
      faults.push({ at, message: 'is not a field name; expected a name such as field_credentials' });
    } else if (field === 'field_profile_location' && !isObject(value)) {
      faults.push({ at, message: 'is not an object; expected { street, city, … }' });
    }
  }
  return faults;
}

function isObject(value: Json): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function mailFaults(email: string | undefined): PartFault[] {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the whole of ASCII is meant
  if (email === undefined || /^[\x00-\x7f]*$/.test(email)) return [];
  return [
    {
      in: 'person',
      at: ['email'],
      message: 'has characters that EthosCE refuses in an address; expected plain ASCII',
    },
  ];
}

export function resolveEthosceAccount({ key, account }: AccountContext<Given, unknown>): EthosceAccount {
  return {
    ...account,
    username: account.username ?? key,
    roles: [...new Set(account.roles)],
    removeRoles: [...new Set(account.removeRoles)],
    profile: account.profile ?? {},
  };
}
