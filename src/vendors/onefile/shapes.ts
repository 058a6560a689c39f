// OneFile's users as the rest of Muster sees them, and the bodies that make and change them (vendor-docs/onefile.txt).
// Pure, without schemas: workflow code uses it too.
import type { Person } from '../definition';
import type { OnefileAccount } from './request';

export interface OnefileUser {
  id: string;
  username?: string;
  email: string;
  /** Empty where there is none. */
  misId: string;
  /** Of the fields that a request can set, those that OneFile shows. */
  fields: Record<string, unknown>;
}

/** What a create's answer tells. The password goes into escrow, and never leaves the activity. */
export interface OnefileCreated {
  id: string;
  username?: string;
  password?: string;
}

/** The organisation of a connection. */
export interface OnefileOrganisation {
  id: number;
  /** A create puts the account into a keychain, and its answer holds no id. */
  keychain: boolean;
  /** The keychain mails the person to verify the account. */
  mails: boolean;
}

type Value = string | number | boolean;

/** Body of `POST User`: the document's mandatory fields for the role, our marker, and what the request adds. */
export function userBody(
  organisationId: number,
  person: Person,
  account: OnefileAccount,
): Record<string, Value> {
  return {
    OrganisationID: organisationId,
    FirstName: person.firstName,
    LastName: person.lastName,
    Email: person.email,
    Role: account.role,
    ...belongings(account),
    MISID: account.misId,
    ...account.fields,
  };
}

function belongings(account: OnefileAccount): Record<string, number> {
  const { defaultAssessorId, classroomId, placementId } = account;
  return {
    ...(defaultAssessorId !== undefined && { DefaultAssessorID: defaultAssessorId }),
    ...(classroomId !== undefined && { ClassroomID: classroomId }),
    ...(placementId !== undefined && { PlacementID: placementId }),
  };
}

/**
 * The fields to send so that a user who was there before is as wanted; empty when nothing differs. A field that OneFile
 * does not show may differ, and is sent. E-mail and MISID are what the user was found by; CreatedOn tells of the past.
 */
export function userChanges(
  there: Record<string, unknown>,
  person: Person,
  account: OnefileAccount,
): Record<string, Value> {
  const { CreatedOn: _, ...fields } = account.fields;
  const wanted = {
    FirstName: person.firstName,
    LastName: person.lastName,
    ...belongings(account),
    ...fields,
  };
  return Object.fromEntries(Object.entries(wanted).filter(([name, value]) => !sameValue(there[name], value)));
}

/** Equal as OneFile gives values back: numbers as texts, times with and without zone and fraction (they are UTC). */
function sameValue(there: unknown, wanted: Value): boolean {
  if (there === null || there === undefined) return false;
  const [a, b] = [String(there).trim(), String(wanted).trim()];
  return a === b || (TIME.test(a) && TIME.test(b) && instant(a) === instant(b));
}

const TIME = /^\d{4}-\d{2}-\d{2}T[\d:]{8}/;

function instant(time: string): number {
  return Date.parse(/(Z|[+-]\d{2}:\d{2})$/.test(time) ? time : `${time}Z`);
}

/** Compared as its database is taken to: case and spaces around do not count. */
export function sameText(a: string, b: string): boolean {
  return fold(a) === fold(b);
}

/** Whether a text has the other in it: what a filter that looks for parts would find too. */
export function holdsText(text: string, part: string): boolean {
  return fold(text).includes(fold(part));
}

function fold(text: string): string {
  return text.trim().toLowerCase();
}
