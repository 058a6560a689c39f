// The `user` entity: what can be written, what is checked, what reads show. Numbers in comments are the list of
// "What a client must take care of" in the measurement of EthosCE's software.
import type { VendorRequest } from '../contract';
import { asObject } from '../replies';
import type { Viewer } from './access';
import type { Column } from './lists';
import { Refusal, restws } from './replies';
import { collated, epoch, type Store, type UserRow } from './store';
import { crashed, integerValue, invalidValue, readOnlyProperty, textValue, unknownProperty } from './values';

const READ_ONLY = ['url', 'edit_url', 'last_access', 'last_login', 'created', 'profile_profile'];
const HIDDEN_WITHOUT_ADMINISTER = ['mail', 'roles', 'status', 'theme', 'last_access', 'last_login'];

/** Properties a list can be filtered by. */
export const userColumns: Readonly<Record<string, Column<UserRow>>> = {
  uid: { kind: 'number', of: (row) => row.uid },
  name: { kind: 'text', of: (row) => row.name },
  mail: { kind: 'text', of: (row) => row.mail },
  status: { kind: 'number', of: (row) => row.status },
  created: { kind: 'number', of: (row) => row.created },
  theme: { kind: 'text', of: (row) => row.theme },
};

/** Refuses filters that may not be read, and crashes on those without a column (22). */
export function checkUserFilter(property: string, viewer: Viewer): void {
  if (['roles', 'url', 'edit_url'].includes(property)) throw crashed();
  if (HIDDEN_WITHOUT_ADMINISTER.includes(property) && !viewer.may('administer users')) {
    throw new Refusal(restws(403, `Not authorized to query property ${property}`));
  }
}

/** What a GET shows of a user to this viewer. */
export function showUser(store: Store, row: UserRow, viewer: Viewer, request: VendorRequest): unknown {
  const base = `${request.origin}/user/${row.uid}`;
  const everyone = {
    uid: row.uid === '0' ? null : row.uid,
    name: row.name,
    url: base,
    edit_url: `${base}/edit`,
    created: row.created,
  };
  if (!viewer.may('administer users')) return everyone;
  const used = store.settings.usedAccounts.includes(row.uid) ? epoch(request.now) : null;
  const profile = latestProfile(store, row.uid, request.now);
  return {
    ...everyone,
    mail: row.mail,
    last_access: used,
    last_login: used,
    roles: row.uid === '0' ? [1] : [2, ...row.roles],
    status: row.status,
    theme: row.theme,
    ...(profile === undefined
      ? {}
      : {
          profile_profile: {
            uri: `${request.origin}/profile2/${profile}`,
            id: profile,
            resource: 'profile2',
          },
        }),
  };
}

// With several profiles of the type, the newest is shown; one of an unknown type never is.
function latestProfile(store: Store, uid: string, now: number): string | undefined {
  return store.profiles
    .listed(now)
    .filter((row) => row.user === uid && row.type === 'profile')
    .at(-1)?.pid;
}

/** POST: makes a user, or throws the refusal. */
export function createUser(
  store: Store,
  values: Record<string, unknown>,
  request: VendorRequest,
  viewer: Viewer,
): UserRow {
  const draft: Partial<UserRow> = {};
  for (const [property, value] of Object.entries(values)) {
    if (value === null && isIgnoredNull(property)) continue;
    if (property !== 'uid') setProperty(store, draft, 'user()', property, value, viewer);
  }
  const uid = store.nextId('user');
  const { name, mail = '', status = '0', roles = [], theme = '' } = draft;
  checkName(store, name, undefined);
  const row = {
    uid,
    name: name ?? '',
    mail,
    status,
    roles,
    theme,
    created: epoch(request.now),
    builtIn: false,
  };
  return store.users.put(uid, row, request.visibleFrom);
}

// 13: null in a POST is passed over, except where a value is required; `roles: null` crashes.
function isIgnoredNull(property: string): boolean {
  return property === 'status' || property === 'theme' || property === 'uid';
}

/** PUT: changes only what is given, all or nothing. */
export function updateUser(
  store: Store,
  row: UserRow,
  values: Record<string, unknown>,
  viewer: Viewer,
): void {
  const draft: Partial<UserRow> = {};
  for (const [property, value] of Object.entries(values)) {
    if (property === 'uid') throw new Refusal(restws(422, 'Unable to change uid'));
    if (property === 'theme' && value === null) draft.theme = '';
    else setProperty(store, draft, `user(${row.uid})`, property, value, viewer);
  }
  if (draft.name !== undefined) checkName(store, draft.name, row.uid);
  const enabled = row.status === '0' && draft.status === '1';
  Object.assign(row, draft);
  // 20: only the way from blocked to active sends a mail.
  if (enabled) store.mail(row.mail, 'Account details (approved): a one-time log-in link');
}

function setProperty(
  store: Store,
  draft: Partial<UserRow>,
  where: string,
  property: string,
  value: unknown,
  viewer: Viewer,
): void {
  switch (property) {
    case 'name':
    case 'theme':
      draft[property] = textValue(where, property, value);
      return;
    case 'mail':
      if (!isDrupalMail(value)) throw invalidValue(where, property, value);
      draft.mail = value;
      return;
    case 'status':
      draft.status = integerValue(where, property, value);
      return;
    case 'roles':
      if (!viewer.may('set roles')) throw new Refusal(restws(403, 'Not authorized to set property roles'));
      draft.roles = rolesOf(store, value);
      return;
    default:
      throw READ_ONLY.includes(property) ? readOnlyProperty(property) : unknownProperty(property);
  }
}

// 3 and 4: only [{"id": n}] is understood, and a role that does not exist is dropped without a word.
function rolesOf(store: Store, value: unknown): number[] {
  if (!Array.isArray(value)) throw crashed();
  const ids = value.map((entry: unknown) => {
    const id = asObject(entry)?.id;
    if (!Number.isInteger(id) && !(typeof id === 'string' && /^\d+$/.test(id))) throw crashed();
    return Number(id);
  });
  const known = ids.filter((id) => store.settings.roles[String(id)] !== undefined);
  return [...new Set(known)].sort((a, b) => a - b);
}

// PHP's FILTER_VALIDATE_EMAIL as Drupal uses it: ASCII, a dotted host, a local part of up to 64.
function isDrupalMail(value: unknown): value is string {
  return (
    typeof value === 'string' &&
    /^[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z0-9-]+$/.test(
      value,
    ) &&
    value.indexOf('@') <= 64 &&
    value.length <= 254
  );
}

// 6: the database's own limits end as an exception, and the id is used up.
function checkName(store: Store, name: string | undefined, own: string | undefined): void {
  if (name === undefined || name.length > 60) throw crashed();
  const taken = store.users.all().some((row) => row.uid !== own && collated(row.name) === collated(name));
  if (taken) throw crashed();
}

/** DELETE: takes profiles and authmaps along; two profiles of one type crash it (21). */
export function deleteUser(store: Store, row: UserRow): void {
  const profiles = store.profiles.all().filter(({ user }) => user === row.uid);
  if (new Set(profiles.map(({ type }) => type)).size < profiles.length) throw crashed();
  for (const { pid } of profiles) store.profiles.remove(pid);
  for (const { aid, uid } of store.authmaps.all()) if (uid === row.uid) store.authmaps.remove(aid);
  store.users.remove(row.uid);
}
