// OneFile's tables and switches: one customer with two organisations, so that ids of the wrong one can be refused.
import type { CommonSettings, VendorRequest } from '../contract';
import { createTable, type Table } from '../table';

/** Switches of the simulated OneFile. */
export interface OnefileSettings {
  customerToken: string;
  customerId: number;
  organisationId: number;
  /** How long an X-TokenID is good for, from its issue. */
  sessionLifeMs: number;
  /** Whether the session string comes as JSON, in quotes. */
  quotedSession: boolean;
  /** The centre setting "automatically create a new Keychain": a create then answers without an id. */
  keychain: boolean;
  /** Whether the keychain's verification e-mail is held back. */
  keychainEmailSuppression: boolean;
  /** Name of the id in a create's reply: clients read `ID`, the document speaks of `UserID`. */
  idMember: 'ID' | 'UserID';
  /** What a search without a hit answers: 204 (as clients met it) or 200 `[]`. */
  emptySearch: '204' | '[]';
  /** Filters of a user search that the server passes over. */
  ignoredFilters: string[];
  /** Whether archived users are found. */
  searchShowsArchived: boolean;
  refuseDuplicateMisId: boolean;
  refuseDuplicateEmail: boolean;
  /** Refuse fields that the document does not list for the role. */
  strictFields: boolean;
  /** Calls a minute above which 429 comes; 0 is no limit, the vendor's is 300. */
  callsPerMinute: number;
  /** Value of Retry-After with that 429; empty sends none. */
  retryAfter: string;
  /** Whether `DELETE User/{id}` is allowed; the vendor restricts it. */
  allowDelete: boolean;
}

export const DEFAULTS: OnefileSettings = {
  customerToken: 'onefile-simulator-customer-token',
  customerId: 2070,
  organisationId: 5740,
  sessionLifeMs: 24 * 3600_000,
  quotedSession: false,
  keychain: false,
  keychainEmailSuppression: false,
  idMember: 'ID',
  emptySearch: '204',
  ignoredFilters: [],
  searchShowsArchived: true,
  refuseDuplicateMisId: false,
  refuseDuplicateEmail: false,
  strictFields: true,
  callsPerMinute: 0,
  retryAfter: '',
  allowDelete: false,
};

export interface OnefileUser {
  readonly ID: number;
  readonly Username: string;
  readonly OrganisationID: number;
  readonly Role: number;
  archived: boolean;
  modified: number;
  /** Present from the start, beside the users that clients make. */
  readonly builtIn: boolean;
  /** The other documented fields, under their documented names. */
  fields: Record<string, unknown>;
}

/** A classroom, placement, framework template, standard or unit. */
export interface OnefileThing {
  readonly ID: number;
  readonly Name: string;
  readonly OrganisationID: number;
  readonly MISID?: string;
  readonly StandardID?: number;
  readonly [member: string]: unknown;
}

export type ThingKind = 'classroom' | 'placement' | 'template' | 'standard' | 'unit';

/** One use of an Assign call. */
export interface Assignment {
  readonly what: 'user' | 'placement' | 'template' | 'learning aim' | 'unit summary';
  readonly ID: number;
  readonly UserID: number;
  readonly [member: string]: unknown;
}

export interface OnefileStore {
  readonly settings: Readonly<OnefileSettings & CommonSettings>;
  readonly users: Table<OnefileUser>;
  readonly things: Readonly<Record<ThingKind, Table<OnefileThing>>>;
  readonly assignments: Assignment[];
  mail(to: string, what: string): void;
  nextId(): number;
}

/** The customer's organisations: the configured one, and another (id one higher) whose ids must be refused. */
export function organisationsOf(settings: Readonly<OnefileSettings>): { ID: number; Name: string }[] {
  return [
    { ID: settings.organisationId, Name: 'Example Organisation - Business' },
    { ID: settings.organisationId + 1, Name: 'Example Organisation - Care' },
  ];
}

/** OneFile with staff, classrooms and placements in both organisations, and no learner yet. */
export function createOnefileStore(
  settings: OnefileStore['settings'],
  mail: OnefileStore['mail'],
): OnefileStore {
  let lastId = 137944;
  const things = {
    classroom: createTable<OnefileThing>(),
    placement: createTable<OnefileThing>(),
    template: createTable<OnefileThing>(),
    standard: createTable<OnefileThing>(),
    unit: createTable<OnefileThing>(),
  };
  const store: OnefileStore = {
    settings,
    users: createTable<OnefileUser>(),
    things,
    assignments: [],
    mail,
    nextId() {
      lastId += 1;
      return lastId;
    },
  };
  for (const [index, { ID: org }] of organisationsOf(settings).entries()) {
    addThing(store, 'classroom', { ID: 3 + index, Name: 'Evening class', OrganisationID: org });
    addThing(store, 'placement', { ID: 9 + index, Name: 'Mill Lane Surgery', OrganisationID: org });
    addThing(store, 'template', { ID: 21 + index, Name: 'Business L3', OrganisationID: org });
    addThing(store, 'standard', { ID: 31 + index, Name: 'Customer Service', OrganisationID: org });
    addThing(store, 'unit', { ID: 41 + index, Name: 'Unit 1', OrganisationID: org, StandardID: 31 + index });
    addStaff(store, 7 + index * 100, 5, org);
    addStaff(store, 8 + index * 100, 10, org);
    addStaff(store, 11 + index * 100, 40, org);
  }
  return store;
}

/** Puts a classroom, placement, template, standard or unit there. */
export function addThing(store: OnefileStore, kind: ThingKind, thing: OnefileThing): OnefileThing {
  return store.things[kind].put(String(thing.ID), thing);
}

function addStaff(store: OnefileStore, id: number, role: number, organisation: number): void {
  store.users.put(String(id), {
    ID: id,
    Username: `staff${id}`,
    OrganisationID: organisation,
    Role: role,
    archived: false,
    modified: 0,
    builtIn: true,
    fields: { FirstName: 'Sample', LastName: `Staff ${id}`, Email: `staff${id}@example.org` },
  });
}

/** Adds a user under the next id. */
export function addUser(
  store: OnefileStore,
  values: Record<string, unknown>,
  request: Pick<VendorRequest, 'now' | 'visibleFrom'>,
): OnefileUser {
  const { OrganisationID, Role, ...fields } = values;
  const ID = store.nextId();
  const user: OnefileUser = {
    ID,
    Username: `user${ID}`,
    OrganisationID: Number(OrganisationID),
    Role: Number(Role),
    archived: false,
    modified: request.now,
    builtIn: false,
    fields,
  };
  return store.users.put(String(ID), user, request.visibleFrom);
}
