// The `profile2` entity, which checks almost nothing, and its location, which every write replaces whole. Numbers in
// comments are the list of "What a client must take care of" in the measurement of EthosCE's software.
import type { VendorRequest } from '../contract';
import { asObject } from '../replies';
import type { Viewer } from './access';
import type { Column } from './lists';
import { Refusal, restws } from './replies';
import { epoch, type ProfileRow, type Store } from './store';
import {
  crashed,
  invalidValue,
  readOnlyProperty,
  referenceValue,
  textValue,
  unknownProperty,
} from './values';

const LOCATION = 'field_profile_location';
const PARTS = [
  'name',
  'street',
  'additional',
  'city',
  'province',
  'postal_code',
  'country',
  'phone',
  'fax',
  'email',
];
const US_STATES = new Set(
  (
    'AL AK AZ AR CA CO CT DE DC FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH ' +
    'OK OR PA RI SC SD TN TX UT VT VA WA WV WI WY'
  ).split(' '),
);

/** Properties a list can be filtered by; text fields of the profile type are added. */
export function profileColumns(store: Store): Readonly<Record<string, Column<ProfileRow>>> {
  const columns: Record<string, Column<ProfileRow>> = {
    pid: { kind: 'number', of: (row) => row.pid },
    user: { kind: 'number', of: (row) => row.user },
    type: { kind: 'text', of: (row) => row.type },
    label: { kind: 'text', of: (row) => row.label },
    created: { kind: 'number', of: (row) => row.created },
    changed: { kind: 'number', of: (row) => row.changed },
  };
  for (const field of Object.keys(store.settings.profileFields)) {
    columns[field] = { kind: 'text', of: (row) => row.fields[field] ?? null };
  }
  return columns;
}

/** Filters without a column crash. */
export function checkProfileFilter(property: string): void {
  if (property === 'url' || property === LOCATION) throw crashed();
}

/** What a GET shows of a profile: no `type` (11), no `user` when that account does not exist. */
export function showProfile(store: Store, row: ProfileRow, viewer: Viewer, request: VendorRequest): unknown {
  const { user } = row;
  const owner = user === null ? undefined : store.users.get(user);
  const fields = row.type === 'profile' ? { ...row.fields, [LOCATION]: showLocation(row) } : {};
  return {
    pid: row.pid,
    ...(viewer.may('administer profile types') ? { type: row.type } : {}),
    label: row.label,
    ...(owner === undefined
      ? {}
      : { user: { uri: `${request.origin}/user/${owner.uid}`, id: owner.uid, resource: 'user' } }),
    created: row.created,
    changed: row.changed,
    url: `${request.origin}/user${user === null ? '' : `/${user}`}#profile-${row.type}`,
    ...fields,
  };
}

function showLocation(row: ProfileRow): unknown {
  if (row.location === null) return [];
  const { country = null, province = null } = row.location;
  const parts = Object.fromEntries(PARTS.map((part) => [part, row.location?.[part] ?? null]));
  return {
    lid: row.pid,
    ...parts,
    latitude: '0.000000',
    longitude: '0.000000',
    source: '0',
    is_primary: '0',
    province_name: province,
    country_name: country?.toLowerCase() === 'us' ? 'United States' : country,
  };
}

/** POST: makes a profile. No look at whether the user or the type exists, or has a profile already (8). */
export function createProfile(
  store: Store,
  values: Record<string, unknown>,
  request: VendorRequest,
): ProfileRow {
  const { type } = values;
  if (type === undefined || type === null) throw new Refusal(restws(406, 'Missing bundle: type'));
  const draft = emptyDraft(textValue('profile2()', 'type', type));
  for (const [property, value] of Object.entries(values)) {
    if (property === 'type' || property === 'pid') continue;
    if (value === null && !store.settings.profileFields[property]?.required)
      checkKnown(store, draft.type, property);
    else setProperty(store, draft, 'profile2()', property, value);
  }
  checkLengths(store, draft);
  const now = epoch(request.now);
  const row = { ...draft, pid: store.nextId('profile2'), created: now, changed: now };
  return store.profiles.put(row.pid, row, request.visibleFrom);
}

type Draft = Pick<ProfileRow, 'type' | 'user' | 'label' | 'fields' | 'location'>;

function emptyDraft(type: string): Draft {
  return { type, user: null, label: '', fields: {}, location: null };
}

/** PUT: changes only what is given, all or nothing. */
export function updateProfile(
  store: Store,
  row: ProfileRow,
  values: Record<string, unknown>,
  now: number,
): void {
  const { type, user, label, fields, location } = row;
  const draft: Draft = { type, user, label, fields: { ...fields }, location };
  for (const [property, value] of Object.entries(values)) {
    if (property === 'type' || property === 'pid')
      throw new Refusal(restws(422, `Unable to change ${property}`));
    const field = store.settings.profileFields[property];
    if (value === null && field !== undefined && !field.required) draft.fields[property] = null;
    else if (value === null && property === LOCATION) draft.location = null;
    else setProperty(store, draft, `profile2(${row.pid})`, property, value);
  }
  checkLengths(store, draft);
  Object.assign(row, draft, { changed: epoch(now) });
}

function checkKnown(store: Store, type: string, property: string): void {
  if (property === 'user' || property === 'label') return;
  if (['url', 'created', 'changed'].includes(property)) throw readOnlyProperty(property);
  const isField = property === LOCATION || store.settings.profileFields[property] !== undefined;
  // Fields hang on the profile type: one that does not exist has none.
  if (!isField || type !== 'profile') throw unknownProperty(property);
}

function setProperty(store: Store, draft: Draft, where: string, property: string, value: unknown): void {
  checkKnown(store, draft.type, property);
  if (property === 'user') draft.user = referenceValue(where, property, value);
  else if (property === 'label') draft.label = textValue(where, property, value);
  else if (property === LOCATION) draft.location = locationOf(where, value);
  else draft.fields[property] = textValue(where, property, value);
}

// 12: what is left out becomes null, the country becomes the site's own, unknown parts pass silently.
function locationOf(where: string, value: unknown): Record<string, string | null> {
  if (Array.isArray(value)) throw crashed();
  const given = asObject(value);
  if (given === undefined) throw invalidValue(where, LOCATION, value);
  const location: Record<string, string | null> = {};
  for (const part of PARTS) {
    const text = given[part];
    location[part] = typeof text === 'string' || typeof text === 'number' ? String(text) : null;
  }
  location.country ??= 'us';
  if (location.country.toLowerCase() === 'us' && !US_STATES.has((location.province ?? '').toUpperCase())) {
    location.province = null;
  }
  return location;
}

function checkLengths(store: Store, draft: Draft): void {
  for (const [field, { maxLength }] of Object.entries(store.settings.profileFields)) {
    if ([...(draft.fields[field] ?? '')].length > maxLength) {
      throw new Refusal(restws(422, 'Field validation errors'));
    }
  }
}
