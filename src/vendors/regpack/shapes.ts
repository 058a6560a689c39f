// What is sent to Regpack and what comes back, as plain data: documents of users and children, and what of a field differs.
// Pure: workflow code uses it.
import type { Person } from '../definition';
import type { RegpackAccount, RegpackChild, RegpackFields } from './request';

/** A user or a child, as get_info or a page of get_user_list shows them. */
export interface RegpackUser {
  /** Their `clogin_id`. */
  cloginId: string;
  /** The parent's `clogin_id`; only children have one. */
  parent?: string;
  /** The id of their status in the project, where the reply shows it. */
  statusId?: string;
  /** The values that were asked for, as far as the reply shows them. */
  values: Record<string, unknown>;
}

/** The field that holds our key, and the key. */
export interface Marker {
  field: string;
  key: string;
}

export function markerOf(
  { markerField }: Pick<RegpackAccount, 'markerField'>,
  key: string,
): Marker | undefined {
  return markerField === undefined ? undefined : { field: markerField, key };
}

/** Values of a user; never an empty text, which Regpack would not write. */
export type RegpackDoc = RegpackFields;

/** The `doc` of a create. Always with a username: without one, Regpack may make up a log-in, and so a second person. */
export function userDoc(person: Person, account: RegpackAccount, key: string): RegpackDoc {
  const { username, password, orgName, applicationDate } = account;
  return filled({
    username,
    password,
    first_name: person.firstName,
    last_name: person.lastName,
    org_name: orgName,
    main_email: person.email,
    _application_date: applicationDate,
    ...projectFields(account.fields, markerOf(account, key)),
  });
}

/** The `doc` of a create_child. Children do not log in. */
export function childDoc(child: RegpackChild, account: Pick<RegpackAccount, 'markerField'>): RegpackDoc {
  return filled({
    first_name: child.firstName,
    last_name: child.lastName,
    ...projectFields(child.fields, markerOf(account, child.key)),
  });
}

/** The project's own fields that a user is to have, our key among them. */
export function projectFields(fields: RegpackFields, marker: Marker | undefined): RegpackDoc {
  return { ...fields, ...(marker && { [marker.field]: marker.key }) };
}

/** Those of the wanted fields that are not there with the same value. */
export function fieldChanges(there: Record<string, unknown>, wanted: RegpackDoc): RegpackDoc {
  return Object.fromEntries(Object.entries(wanted).filter(([name, value]) => !sameValue(there[name], value)));
}

/** Regpack answers numbers as texts, and may answer a list as one. */
function sameValue(there: unknown, wanted: unknown): boolean {
  if (Array.isArray(wanted))
    return Array.isArray(there) && JSON.stringify(there.map(String)) === JSON.stringify(wanted.map(String));
  return typeof there === typeof wanted ? there === wanted : valueText(there) === String(wanted);
}

/** A value as text; undefined where there is none. */
export function valueText(value: unknown): string | undefined {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;
}

/** Whether a value is this text, whatever its case: so Regpack's log-ins and addresses are compared. */
export function sameText(value: unknown, text: string): boolean {
  return valueText(value)?.toLowerCase() === text.trim().toLowerCase();
}

function filled(values: Record<string, RegpackDoc[string] | undefined>): RegpackDoc {
  const entries = Object.entries(values).filter(([, value]) => value !== undefined && value !== '');
  return Object.fromEntries(entries) as RegpackDoc;
}
