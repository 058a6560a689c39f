// Regpack's tables and switches: logins belong to the organisation, memberships to one project (group) each.
import type { CommonSettings } from '../contract';
import { createTable, type Table } from '../table';

/** Switches of the simulated Regpack. */
export interface RegpackSettings {
  apiId: number;
  apiUser: string;
  apiToken: string;
  /** Projects of the organisation; the first is the one a connection names. */
  groups: number[];
  /** The project (value) that a project (key) was copied from: its users' data is ported. */
  copiedFrom: Record<string, number>;
  /** Names of the projects' own fields, beside the documented ones of `create`. */
  projectFields: string[];
  /** Refuse fields that the project does not have. */
  strictFields: boolean;
  /** Status that exists from the start and excludes ("archives") whoever has it. */
  excludedStatusId: number;
  /** Whether a username must look like an e-mail address (the project's default). */
  usernameMustBeEmail: boolean;
  /** What an explicit username that is taken does; not documented: refusal, or the documented fallbacks. */
  takenUsername: 'refuse' | 'fallback';
  /** Whether `create` finds no clogin_id, as if it had gone since get_info: it then makes a new user. */
  forgetsCloginIds: boolean;
  /** Whether hosts of e-mail addresses are looked up: `.invalid` ones are then refused. */
  dnsCheck: boolean;
  /** How old or new a Timestamp header may be. */
  timestampToleranceSeconds: number;
  /** HTTP status of `success: false`; not documented. */
  errorStatus: number;
  /** HTTP status of rejected credentials; not documented. */
  authErrorStatus: number;
  /** Whether the first position of a list is 0 or 1; not documented. */
  startingPositionBase: number;
}

export const DEFAULTS: RegpackSettings = {
  apiId: 12,
  apiUser: 'admin@example.org',
  apiToken: 'regpack-simulator-token',
  groups: [100100, 100101],
  copiedFrom: {},
  projectFields: ['favorite_color', 'external_ref', 'phone', 'date_of_birth', 'backup_email'],
  strictFields: true,
  excludedStatusId: 76867,
  usernameMustBeEmail: true,
  takenUsername: 'refuse',
  forgetsCloginIds: false,
  dnsCheck: true,
  timestampToleranceSeconds: 300,
  errorStatus: 200,
  authErrorStatus: 401,
  startingPositionBase: 0,
};

/** The user fields that the document lists, and which do not belong to one project. */
export const SPECIAL = ['first_name', 'last_name', 'org_name', 'main_email'] as const;

export interface Login {
  readonly clogin_id: number;
  /** Empty for children, who do not log in. */
  readonly username: string;
  readonly password: 'given' | 'generated' | 'none';
  readonly child: boolean;
  /** Values of SPECIAL. */
  special: Record<string, string>;
}

export interface Membership {
  readonly clogin_id: number;
  readonly group_id: number;
  /** The parent's clogin_id; 0 for parents and individuals. */
  readonly connected_to: number;
  readonly application_date: string;
  fields: Record<string, unknown>;
  status_id: number;
}

export interface Status {
  readonly status_id: number;
  readonly status_name: string;
  readonly is_excluded: boolean;
}

export interface RegpackStore {
  readonly settings: Readonly<RegpackSettings & CommonSettings>;
  readonly logins: Table<Login>;
  readonly memberships: Table<Membership>;
  readonly statuses: Table<Status>;
  /** Triggers that fired, in order. */
  readonly triggers: { trigger: string; clogin_id: number; group_id: number }[];
  mail(to: string, what: string): void;
  nextCloginId(): number;
}

/** An organisation with its projects and the excluding status, and nobody in it. */
export function createRegpackStore(
  settings: RegpackStore['settings'],
  mail: RegpackStore['mail'],
): RegpackStore {
  let lastId = 900_000;
  const statuses = createTable<Status>();
  const status_id = settings.excludedStatusId;
  statuses.put(String(status_id), { status_id, status_name: 'API rollback', is_excluded: true });
  return {
    settings,
    logins: createTable<Login>(),
    memberships: createTable<Membership>(),
    statuses,
    triggers: [],
    mail,
    nextCloginId() {
      lastId += 1;
      return lastId;
    },
  };
}

/** Key of a membership. */
export function membershipKey(group: number, clogin: number): string {
  return `${group}/${clogin}`;
}

/** Whether the person's status in that project excludes them: they are archived there. */
export function isExcluded(store: RegpackStore, membership: Membership): boolean {
  return store.statuses.get(String(membership.status_id))?.is_excluded === true;
}

/** A value of a person in a project, whichever kind of field it is. */
export function fieldValue(store: RegpackStore, membership: Membership, field: string): unknown {
  const login = store.logins.get(String(membership.clogin_id));
  if (field === 'username') return login?.username;
  return login?.special[field] ?? membership.fields[field];
}
