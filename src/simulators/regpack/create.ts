// Regpack's `create` and `create_child` (vendor-docs/regpack.txt): who is made, under which username, what is ported
// from an earlier project, and which triggers and mails that sets off.
import { randomUUID } from 'node:crypto';
import type { VendorReply, VendorRequest } from '../contract';
import { isEmail, type JsonObject, wrote } from '../replies';
import { checkDoc, checkEmail, type Envelope, envelopeOf, filled } from './envelope';
import { aboutUser, Refused } from './replies';
import { isExcluded, type Login, type Membership, membershipKey, type RegpackStore, SPECIAL } from './store';

const isSpecial = (name: string): boolean => (SPECIAL as readonly string[]).includes(name);
const isOwnField = (name: string): boolean =>
  !isSpecial(name) && !['username', 'password', '_application_date'].includes(name);

/** `create`: a new person, or one whom the organisation knows, comes into the project. */
export function createUser(store: RegpackStore, request: VendorRequest): VendorReply {
  const envelope = envelopeOf(store, request);
  checkDoc(store, envelope.doc);
  // A clogin_id that the organisation does not have, or that is a child's, gives a new user without a word.
  const forgotten = envelope.clogin === false || store.settings.forgetsCloginIds;
  const known = forgotten ? undefined : store.logins.get(String(envelope.clogin));
  const login = known === undefined || known.child ? newLogin(store, envelope) : renewed(known, envelope.doc);
  const member = join(store, envelope, login, 0, request.visibleFrom);
  return wrote(aboutUser(store, member, { msg: 'User created successfully.', msg_type: 'success' }));
}

/** `create_child`: always a new clogin_id, connected to a parent of the same project. */
export function createChild(store: RegpackStore, request: VendorRequest): VendorReply {
  const envelope = envelopeOf(store, request);
  if (envelope.body.doc === undefined) throw new Refused('doc is required.');
  checkDoc(store, envelope.doc);
  const parentId = Number(envelope.body.connected_to);
  const parent = store.memberships.get(membershipKey(envelope.group, parentId));
  if (parent === undefined || parent.connected_to !== 0)
    throw new Refused('connected_to is not a parent in this project.');
  const clogin_id = store.nextCloginId();
  const special = filled(envelope.doc, isSpecial) as Record<string, string>;
  const login: Login = { clogin_id, username: '', password: 'none', child: true, special };
  store.logins.put(String(clogin_id), login);
  const member = join(store, envelope, login, parentId, request.visibleFrom);
  return wrote(aboutUser(store, member, { msg: 'Child created successfully.', msg_type: 'success' }));
}

function newLogin(store: RegpackStore, { doc, group }: Envelope): Login {
  const username = usernameFor(store, doc, group);
  const clogin_id = store.nextCloginId();
  const special = filled(doc, isSpecial) as Record<string, string>;
  const password = (doc.password ?? '') === '' ? 'generated' : 'given';
  return store.logins.put(String(clogin_id), { clogin_id, username, password, child: false, special });
}

// Username and password of a person who is known already are not looked at; other values overwrite.
function renewed(login: Login, doc: JsonObject): Login {
  login.special = { ...login.special, ...(filled(doc, isSpecial) as Record<string, string>) };
  return login;
}

/** The username given, else main_email, else any other free e-mail address, else a generated one. */
function usernameFor(store: RegpackStore, doc: JsonObject, group: number): string {
  const wanted = String(doc.username ?? '').trim();
  if (wanted !== '') {
    if (store.settings.usernameMustBeEmail) checkEmail(store, 'username', wanted);
    if (!isTaken(store, wanted)) return wanted;
    if (store.settings.takenUsername === 'refuse') throw new Refused('This username is already taken.');
  }
  const others = Object.entries(doc)
    .filter(([name]) => isOwnField(name))
    .map(([, value]) => value);
  const candidates = [doc.main_email, ...others].filter((value): value is string => isEmail(value));
  const free = candidates.find((candidate) => !isTaken(store, candidate));
  return free ?? `${randomUUID()}${group}@regpacks.com`;
}

function isTaken(store: RegpackStore, username: string): boolean {
  return store.logins.all().some((login) => login.username.toLowerCase() === username.toLowerCase());
}

function join(
  store: RegpackStore,
  { group, doc, submitForms, disableEmail }: Envelope,
  login: Login,
  connectedTo: number,
  visibleFrom: number,
): Membership {
  const key = membershipKey(group, login.clogin_id);
  const before = store.memberships.get(key);
  const now = new Date().toISOString();
  const applied = String(doc._application_date ?? '');
  const member: Membership = {
    clogin_id: login.clogin_id,
    group_id: group,
    connected_to: connectedTo,
    application_date:
      before?.application_date ?? (applied === '' ? `${now.slice(0, 10)} ${now.slice(11, 19)}` : applied),
    fields: { ...(before?.fields ?? ported(store, group, login)), ...filled(doc, isOwnField) },
    status_id: before?.status_id ?? 0,
  };
  store.memberships.put(key, member, before === undefined ? visibleFrom : 0);
  fire(store, member, 'User Account Created', disableEmail);
  if (submitForms) fire(store, member, 'Forms Submitted', disableEmail);
  return member;
}

// Present and not archived in the project that this one was copied from: all data comes along.
function ported(store: RegpackStore, group: number, login: Login): Record<string, unknown> {
  const earlier = store.settings.copiedFrom[String(group)];
  const old =
    earlier === undefined ? undefined : store.memberships.get(membershipKey(earlier, login.clogin_id));
  return old === undefined || isExcluded(store, old) ? {} : { ...old.fields };
}

/** Records a trigger; it mails unless mails are disabled. */
export function fire(store: RegpackStore, member: Membership, trigger: string, disableEmail: boolean): void {
  const { clogin_id, group_id } = member;
  store.triggers.push({ trigger, clogin_id, group_id });
  const login = store.logins.get(String(clogin_id));
  const to = login?.special.main_email ?? login?.username ?? '';
  if (!disableEmail) store.mail(to, trigger);
}
