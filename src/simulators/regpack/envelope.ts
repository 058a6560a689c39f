// The envelope of every Regpack call, checked by the types of the document's tables.
import type { VendorRequest } from '../contract';
import { asObject, isCalendarDate, isEmail, type JsonObject } from '../replies';
import { Refused } from './replies';
import { type Membership, membershipKey, type RegpackStore, SPECIAL } from './store';

/** The common members of a call. */
export interface Envelope {
  readonly group: number;
  /** False for a person who is new to the organisation. */
  readonly clogin: number | false;
  readonly doc: JsonObject;
  /** Default true. */
  readonly submitForms: boolean;
  /** Default false: mails go out. */
  readonly disableEmail: boolean;
  readonly body: JsonObject;
}

/** Reads and checks the envelope. */
export function envelopeOf(store: RegpackStore, request: VendorRequest): Envelope {
  const body = asObject(request.json);
  if (body === undefined) throw new Refused('The request is not valid JSON.');
  const { group_id, clogin_id = false, doc = {}, submit_forms = true, disable_email_sending = false } = body;
  if (!Number.isInteger(group_id)) throw new Refused('group_id must be an integer.');
  if (!store.settings.groups.includes(Number(group_id))) {
    throw new Refused('group_id does not belong to your organization.');
  }
  if (clogin_id !== false && !Number.isInteger(clogin_id))
    throw new Refused('clogin_id must be an integer or false.');
  // "array" in the vendor's tables, an object in its samples; PHP writes an empty one as [].
  const values = Array.isArray(doc) && doc.length === 0 ? {} : asObject(doc);
  if (values === undefined) throw new Refused('doc must be an object.');
  if (typeof submit_forms !== 'boolean') throw new Refused('submit_forms must be a boolean.');
  if (typeof disable_email_sending !== 'boolean')
    throw new Refused('disable_email_sending must be a boolean.');
  return {
    group: Number(group_id),
    clogin: clogin_id === false ? false : Number(clogin_id),
    doc: values,
    submitForms: submit_forms,
    disableEmail: disable_email_sending,
    body,
  };
}

/** The person a call is about, in the project it names; `now` leaves out those whom reads do not see yet. */
export function memberOf(store: RegpackStore, { group, clogin }: Envelope, now?: number): Membership {
  if (clogin === false) throw new Refused('clogin_id is required.');
  const key = membershipKey(group, clogin);
  const member = now === undefined ? store.memberships.get(key) : store.memberships.shown(key, now);
  if (member === undefined) throw new Refused('User not found.');
  return member;
}

const TEXTS = ['username', 'password', '_application_date', ...SPECIAL];

/** Checks the documented fields of a `doc`, and that the project has the others. */
export function checkDoc(store: RegpackStore, doc: JsonObject): void {
  for (const [name, value] of Object.entries(doc)) {
    if (TEXTS.includes(name)) {
      if (typeof value !== 'string') throw new Refused(`${name} must be a string.`);
    } else if (store.settings.strictFields && !store.settings.projectFields.includes(name)) {
      throw new Refused(`The field ${name} does not exist in this project.`);
    }
  }
  const { password = '', main_email = '', _application_date: applied = '' } = doc as Record<string, string>;
  if (password !== '' && [...password].length < 6)
    throw new Refused('Password must be at least 6 characters.');
  if (main_email !== '') checkEmail(store, 'main_email', main_email);
  if (applied !== '' && !isMysqlDate(applied)) {
    throw new Refused('_application_date must be YYYY-MM-DD or YYYY-MM-DD hh:mm:ss.');
  }
}

/** Syntax, and (a project setting) whether the host exists. */
export function checkEmail(store: RegpackStore, name: string, value: string): void {
  if (!isEmail(value)) throw new Refused(`${name} is not a valid email address.`);
  if (store.settings.dnsCheck && value.toLowerCase().endsWith('.invalid')) {
    throw new Refused(`${name} has a domain that does not exist.`);
  }
}

function isMysqlDate(value: string): boolean {
  const parts = /^(\d{4}-\d{2}-\d{2})(?: ([01]\d|2[0-3]):[0-5]\d:[0-5]\d)?$/.exec(value);
  return parts !== null && isCalendarDate(parts[1]);
}

/** The values that may be written: an empty string never overwrites. */
export function filled(doc: JsonObject, names: (name: string) => boolean): JsonObject {
  return Object.fromEntries(Object.entries(doc).filter(([name, value]) => names(name) && value !== ''));
}
