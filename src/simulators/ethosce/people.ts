// The site's accounts seen from outside: as vendor-neutral people, and put there before the first request.
import type { SeedEntity, SimulatedPerson } from '../contract';
import { asObject } from '../replies';
import { epoch, type Store } from './store';

/** The accounts that clients made or tests put there. */
export function peopleOf(store: Store): SimulatedPerson[] {
  return store.users
    .all()
    .filter(({ builtIn }) => !builtIn)
    .map((row) => {
      const profiles = store.profiles.all().filter(({ user }) => user === row.uid);
      const named = profiles[0]?.fields ?? {};
      const authnames = store.authmaps
        .all()
        .filter(({ uid }) => uid === row.uid)
        .map(({ authname }) => authname);
      return {
        id: row.uid,
        email: row.mail,
        firstName: named.field_first_name ?? '',
        lastName: named.field_last_name ?? '',
        marker: row.name,
        status: row.status === '0' ? 'blocked' : 'active',
        roles: [...row.roles],
        profiles: profiles.map(({ pid, type, label, fields, location }) => ({
          pid,
          type,
          label,
          ...fields,
          location,
        })),
        details: { authnames, theme: row.theme, created: row.created },
      };
    });
}

/**
 * Puts a user there: `marker` is its name, `status` 1 (default) or 0, `roles` ids. Further members: `profile` (an
 * object of fields, or several in a list), `authname`. Kinds `profile2` and `authmap` take the entity's properties.
 */
export function seedEthosce(store: Store, entity: SeedEntity): string {
  const { kind = 'user', ...given } = entity;
  if (kind === 'profile2')
    return addProfile(store, given.user === undefined ? null : String(given.user), given);
  if (kind === 'authmap') return addAuthmap(store, String(given.uid), String(given.authname));
  const { email = '', marker, status = '1', roles = [], profile = [], authname } = given;
  const uid = store.nextId('user');
  store.users.put(uid, {
    uid,
    name: marker ?? `seeded-${uid}`,
    mail: email,
    status: String(status),
    roles: roles.map(Number),
    theme: '',
    created: epoch(Date.now()),
    builtIn: false,
  });
  for (const each of [profile].flat()) addProfile(store, uid, asObject(each) ?? {});
  if (authname !== undefined) addAuthmap(store, uid, String(authname));
  return uid;
}

function addProfile(store: Store, user: string | null, given: Readonly<Record<string, unknown>>): string {
  const { user: _, type = 'profile', label = 'Profile', field_profile_location: location, ...rest } = given;
  const pid = store.nextId('profile2');
  const now = epoch(Date.now());
  store.profiles.put(pid, {
    pid,
    type: String(type),
    label: String(label),
    user,
    created: now,
    changed: now,
    fields: textsOf(rest),
    location: location === undefined ? null : textsOf(asObject(location) ?? {}),
  });
  return pid;
}

function textsOf(values: Readonly<Record<string, unknown>>): Record<string, string | null> {
  const entries = Object.entries(values).map(([name, value]) => [
    name,
    value === null ? null : String(value),
  ]);
  return Object.fromEntries(entries);
}

function addAuthmap(store: Store, uid: string, authname: string): string {
  const aid = store.nextId('authmap');
  store.authmaps.put(aid, { aid, uid, authname, module: store.settings.authmapModule });
  return aid;
}
