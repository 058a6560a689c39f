// HotDocs' users as the rest of Muster sees them, and the body that makes one (vendor-docs/hotdocs-advance.txt). Pure,
// without schemas: workflow code uses it too.
import type { Person } from '../definition';
import type { HotdocsAccount } from './request';

/** A user as a reply shows it. The names of its fields are not public, so all but the GUID may stay unread. */
export interface HotdocsUser {
  /** GUID in small letters. */
  userId: string;
  email?: string;
  roles?: string[];
  active?: boolean;
}

/** What the whole user list holds for one e-mail address. */
export interface EmailSearch {
  users: HotdocsUser[];
  /** False when there are users, and none shows both GUID and e-mail by a name that we know. */
  readable: boolean;
}

export interface UserBody {
  firstName: string;
  lastName: string;
  emailAddress: string;
  roles: string[];
  sendEmail: boolean;
}

/** Body of `POST Users/{id}`. `sendEmail` is never left out: what that would mean is not documented. */
export function userBody(person: Person, account: HotdocsAccount): UserBody {
  return {
    firstName: person.firstName,
    lastName: person.lastName,
    emailAddress: person.email,
    roles: account.roles,
    sendEmail: account.sendEmail,
  };
}

/** As src/request/uuid has it, which workflow code cannot import. */
export function isGuid(value: unknown): value is string {
  return typeof value === 'string' && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(value);
}

export function sameEmail(a: string, b: string): boolean {
  return a.trim().toLowerCase() === b.trim().toLowerCase();
}

/** Wanted roles that the user is not shown to have. */
export function missingRoles(there: string[], wanted: string[]): string[] {
  const have = new Set(there.map((role) => role.toLowerCase()));
  return wanted.filter((role) => !have.has(role.toLowerCase()));
}
