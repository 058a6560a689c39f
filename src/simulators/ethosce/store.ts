// EthosCE's tables, settings and the way its database compares text (measured: utf8mb4_general_ci).
import type { CommonSettings } from '../contract';
import { createTable, type Table } from '../table';

/** A text field of the profile type `profile`. */
export interface ProfileField {
  required: boolean;
  maxLength: number;
}

/** Switches of the simulated EthosCE. */
export interface EthosceSettings {
  /** The service account. Its name must start with `restws`, else Basic is not looked at. */
  username: string;
  password: string;
  /** Further service accounts with the same rights: name and password. */
  otherAccounts: Record<string, string>;
  /** Whether the service account is blocked: its log-in then fails like a wrong password. */
  blocked: boolean;
  /** What service accounts may do; leave one out to see its 403. */
  rights: string[];
  /** Role ids that exist, with their names (the document's three). */
  roles: Record<string, string>;
  /** Text fields of the profile type, beside `field_profile_location`. */
  profileFields: Record<string, ProfileField>;
  /** Whether `authmap` exists. EthosCE documents it; stock Drupal has none. */
  authmap: boolean;
  authmapModule: string;
  /** Wrong passwords after which an account is locked for six hours. */
  lockAfter: number;
  /** Failures of one address after which every account is refused for an hour. */
  addressLimit: number;
  /** Whether anonymous pages are cached, as on any production site. */
  pageCache: boolean;
  maintenance: boolean;
  /** Uids that have been logged in to: their `last_access` and `last_login` are set. */
  usedAccounts: string[];
}

export const DEFAULTS: EthosceSettings = {
  username: 'restws_muster',
  password: 'ethosce-simulator-password',
  otherAccounts: {},
  blocked: false,
  rights: [
    'access resource user',
    'access resource profile2',
    'access resource authmap',
    'administer users',
    'set roles',
    'access user profiles',
    'administer profiles',
  ],
  roles: { 105847459: 'course author', 175031666: 'reviewer', 92961712: 'report viewer' },
  profileFields: {
    field_first_name: { required: true, maxLength: 64 },
    field_middle_name: { required: false, maxLength: 64 },
    field_last_name: { required: true, maxLength: 64 },
    field_credentials: { required: false, maxLength: 64 },
  },
  authmap: true,
  authmapModule: 'simplesamlphp_auth',
  lockAfter: 5,
  addressLimit: 50,
  pageCache: false,
  maintenance: false,
  usedAccounts: [],
};

export interface UserRow {
  readonly uid: string;
  name: string;
  mail: string;
  status: string;
  /** Without 2 ("authenticated user"), which every reply adds. */
  roles: number[];
  theme: string;
  readonly created: string;
  /** Made by the site itself: anonymous, the administrator. */
  readonly builtIn: boolean;
}

export interface ProfileRow {
  readonly pid: string;
  readonly type: string;
  user: string | null;
  label: string;
  readonly created: string;
  changed: string;
  fields: Record<string, string | null>;
  location: Record<string, string | null> | null;
}

export interface AuthmapRow {
  readonly aid: string;
  uid: string;
  authname: string;
  module: string;
}

export type LiveEthosceSettings = Readonly<EthosceSettings & CommonSettings>;

/** All tables of one site. */
export interface Store {
  readonly settings: LiveEthosceSettings;
  readonly users: Table<UserRow>;
  readonly profiles: Table<ProfileRow>;
  readonly authmaps: Table<AuthmapRow>;
  mail(to: string, what: string): void;
  /** Ids are used up by failed inserts too. */
  nextId(table: 'user' | 'profile2' | 'authmap'): string;
}

/** A site as installed: only the anonymous user and the administrator. */
export function createStore(settings: LiveEthosceSettings, mail: Store['mail']): Store {
  const last = { user: 100, profile2: 70, authmap: 10 };
  const users = createTable<UserRow>();
  const site = { roles: [], theme: '', created: '1700000000', builtIn: true };
  users.put('0', { ...site, uid: '0', name: '', mail: '', status: '0' });
  users.put('1', { ...site, uid: '1', name: 'admin', mail: 'admin@example.org', status: '1' });
  return {
    settings,
    users,
    profiles: createTable<ProfileRow>(),
    authmaps: createTable<AuthmapRow>(),
    mail,
    nextId(table) {
      last[table] += 1;
      return String(last[table]);
    },
  };
}

const collations = new Map<string, string>();

/** Text as the database compares it: case, accents and trailing spaces do not count. */
export function collated(text: string): string {
  const known = collations.get(text);
  if (known !== undefined) return known;
  const folded = text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase().replace(/ +$/, '');
  // Every look through a table compares the same texts again; a bulk job would spend its time here.
  if (collations.size > 200_000) collations.clear();
  collations.set(text, folded);
  return folded;
}

/** Seconds since 1970 as Drupal gives them: a string. */
export function epoch(now: number): string {
  return String(Math.floor(now / 1000));
}
