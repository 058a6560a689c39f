// OneFile's User calls (vendor-docs/onefile.txt): mandatory fields by role, ids that must belong to the organisation,
// the keychain, updates with changed fields only, search, archive.
import type { VendorReply, VendorRequest } from '../contract';
import { isEmail, type JsonObject, json, noBody, wrote } from '../replies';
import { changed, membersOf, Refused } from './replies';
import { addUser, type OnefileStore, type OnefileUser, organisationsOf, type ThingKind } from './store';

type Check = 'text' | 'id' | 'time' | 'boolean';

const LEARNER = 1;
const ROLES = [1, 4, 5, 10, 40, 45];
const ASSESSORS = [4, 5];
const NEED_PLACEMENT = [40, 45];

/** Fields of every role. */
const COMMON: Readonly<Record<string, Check>> = {
  OrganisationID: 'id',
  FirstName: 'text',
  LastName: 'text',
  Email: 'text',
  Role: 'id',
  PlacementID: 'id',
  MISID: 'text',
  CreatedOn: 'time',
  MobileNumber: 'text',
  Telephone: 'text',
  Website: 'text',
  WorkAddress: 'text',
  HomeAddress: 'text',
  DOB: 'time',
};

/** Fields that only a learner has. */
const LEARNER_ONLY: Readonly<Record<string, Check>> = {
  DefaultAssessorID: 'id',
  ClassroomID: 'id',
  CompanyName: 'text',
  ProviderID: 'id',
  DefaultEmployerID: 'id',
  ULN: 'text',
  NINO: 'text',
  EpisodeName: 'text',
  CentreRegister: 'time',
  StartOn: 'time',
  PlannedEndDate: 'time',
  L12: 'text',
  L13: 'text',
  L14: 'text',
  L15: 'text',
  L16: 'text',
  SupportFunding: 'boolean',
  LearnerStatusID: 'id',
};

const FILTERS = ['OrganisationID', 'Role', 'FirstName', 'LastName', 'MISID', 'Email', 'LastModified'];

/** Fields that clients have seen in `GET User/{id}`; others are not shown. */
const DETAILS = [
  'FirstName',
  'LastName',
  'Email',
  'MISID',
  'PlacementID',
  'HomeAddress',
  'WorkAddress',
  'Telephone',
].concat(['MobileNumber', 'DOB', 'ULN', 'NINO', 'L12', 'L13', 'StartOn', 'PlannedEndDate', 'EpisodeName']);

/** `POST User`. */
export function createUser(store: OnefileStore, request: VendorRequest): VendorReply {
  const values = membersOf(request);
  const mandatory = ['OrganisationID', 'FirstName', 'LastName', 'Email', 'Role'];
  if (values.Role === LEARNER) mandatory.push('DefaultAssessorID', 'ClassroomID', 'PlacementID');
  if (NEED_PLACEMENT.includes(Number(values.Role))) mandatory.push('PlacementID');
  for (const name of mandatory) {
    const value = values[name];
    if (value === undefined || value === null || value === '') throw new Refused(400, `${name} is required.`);
  }
  if (!ROLES.includes(Number(values.Role))) throw new Refused(400, 'Role is not supported.');
  checkFields(store, values, Number(values.Role));
  checkOrganisation(store, values.OrganisationID);
  checkReferences(store, values, Number(values.OrganisationID));
  checkUnique(store, values, undefined);
  const user = addUser(store, values, request);
  return wrote(store.settings.keychain ? keychainReply(store, user) : accountReply(store, user));
}

// The document: "the API will only return a 200 OK status".
function keychainReply(store: OnefileStore, user: OnefileUser): VendorReply {
  if (!store.settings.keychainEmailSuppression)
    store.mail(String(user.fields.Email), 'Verify your account (keychain)');
  return noBody(200);
}

function accountReply(store: OnefileStore, user: OnefileUser): VendorReply {
  return json(200, {
    [store.settings.idMember]: user.ID,
    Username: user.Username,
    Password: `Pw-${user.ID}-simulated`,
  });
}

/** `POST User/{id}`: only the fields given are changed. */
export function updateUser(store: OnefileStore, request: VendorRequest, id: string): VendorReply {
  const user = userOf(store, id);
  const values = membersOf(request);
  for (const fixed of ['OrganisationID', 'Role'] as const) {
    if (values[fixed] !== undefined && values[fixed] !== user[fixed])
      throw new Refused(400, `${fixed} cannot be changed.`);
  }
  checkFields(store, values, user.Role);
  checkReferences(store, values, user.OrganisationID);
  checkUnique(store, values, user.ID);
  const { OrganisationID: _, Role: __, ...fields } = values;
  user.fields = { ...user.fields, ...fields };
  user.modified = request.now;
  return changed();
}

/** `GET User/{id}`. */
export function readUser(store: OnefileStore, request: VendorRequest, id: string): VendorReply {
  const user = store.users.shown(id, request.now);
  if (user === undefined) throw new Refused(404, 'User not found.');
  return json(200, detailsOf(user));
}

/** `POST User/Search` and, with page (from 1) and size, `POST User/Search/{page}/{pageSize}`. */
export function searchUsers(
  store: OnefileStore,
  request: VendorRequest,
  page: string,
  size: string,
): VendorReply {
  const filters = membersOf(request);
  for (const name of Object.keys(filters)) {
    if (!FILTERS.includes(name)) throw new Refused(400, `${name} is not a search field.`);
  }
  checkOrganisation(store, filters.OrganisationID);
  const { ignoredFilters, searchShowsArchived } = store.settings;
  const wanted = Object.entries(filters).filter(([name]) => !ignoredFilters.includes(name));
  const hits = store.users
    .listed(request.now)
    .filter((user) => searchShowsArchived || !user.archived)
    .filter((user) => wanted.every(([name, value]) => fits(user, name, value)));
  if (page === '') return found(store, hits.map(summaryOf));
  const start = (Math.max(1, Number(page)) - 1) * Number(size);
  // A paged search gives more of each user.
  return found(store, hits.slice(start, start + Number(size)).map(detailsOf));
}

/** A search's rows; none at all is told in either of two ways. */
export function found(store: OnefileStore, rows: readonly unknown[]): VendorReply {
  return rows.length === 0 && store.settings.emptySearch === '204' ? noBody(204) : json(200, rows);
}

function fits(user: OnefileUser, name: string, value: unknown): boolean {
  if (name === 'OrganisationID' || name === 'Role') return user[name] === value;
  if (name === 'LastModified') return user.modified >= Date.parse(String(value));
  return String(user.fields[name] ?? '').toLowerCase() === String(value).toLowerCase();
}

function summaryOf(user: OnefileUser): JsonObject {
  const { FirstName, LastName, MISID = null } = user.fields;
  return { ID: user.ID, FirstName, LastName, MISID };
}

function detailsOf(user: OnefileUser): JsonObject {
  const shown = DETAILS.map((name) => [name, user.fields[name] ?? null]);
  return { ID: user.ID, Username: user.Username, ...Object.fromEntries(shown) };
}

/** `POST User/{id}/Archive` and `/Unarchive`; organisation and role in the body must be the user's if given. */
export function archiveUser(
  store: OnefileStore,
  request: VendorRequest,
  id: string,
  archived: boolean,
): VendorReply {
  const user = userOf(store, id);
  for (const [name, value] of Object.entries(membersOf(request))) {
    const own = name.toLowerCase() === 'role' ? user.Role : user.OrganisationID;
    if (Number(value) !== own) throw new Refused(400, `${name} is not the user's.`);
  }
  user.archived = archived;
  user.modified = request.now;
  return changed();
}

/** `DELETE User/{id}`, which the vendor restricts. */
export function deleteUser(store: OnefileStore, id: string): VendorReply {
  if (!store.settings.allowDelete) throw new Refused(403, 'You do not have permission to delete users.');
  store.users.remove(String(userOf(store, id).ID));
  return changed();
}

/** The user of a path, whether searches show them yet or not. */
export function userOf(store: OnefileStore, id: string): OnefileUser {
  const user = store.users.get(id);
  if (user === undefined) throw new Refused(404, 'User not found.');
  return user;
}

function checkFields(store: OnefileStore, values: JsonObject, role: number): void {
  const known = role === LEARNER ? { ...COMMON, ...LEARNER_ONLY } : COMMON;
  for (const [name, value] of Object.entries(values)) {
    const check = known[name];
    if (check === undefined) {
      if (store.settings.strictFields)
        throw new Refused(400, `${name} is not a field of a user with role ${role}.`);
      continue;
    }
    if (value !== null && !passes(check, value)) throw new Refused(400, `${name} is not valid.`);
  }
  if (values.Email !== undefined && !isEmail(values.Email)) throw new Refused(400, 'Email is not valid.');
}

function passes(check: Check, value: unknown): boolean {
  switch (check) {
    case 'text':
      return typeof value === 'string' || typeof value === 'number';
    case 'id':
      return Number.isInteger(value);
    case 'boolean':
      return typeof value === 'boolean';
    case 'time':
      return (
        typeof value === 'string' &&
        /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,7})?Z$/.test(value) &&
        !Number.isNaN(Date.parse(value))
      );
  }
}

/** Refuses an organisation that is not the customer's. */
export function checkOrganisation(store: OnefileStore, id: unknown): void {
  if (!Number.isInteger(id)) throw new Refused(400, 'OrganisationID is required.');
  if (!organisationsOf(store.settings).some(({ ID }) => ID === id)) {
    throw new Refused(400, 'Organisation not found.');
  }
}

function checkReferences(store: OnefileStore, values: JsonObject, organisation: number): void {
  const things: [string, ThingKind][] = [
    ['ClassroomID', 'classroom'],
    ['PlacementID', 'placement'],
  ];
  for (const [name, kind] of things) {
    const id = values[name];
    if (id === undefined || id === null) continue;
    const thing = store.things[kind].get(String(id));
    if (thing?.OrganisationID !== organisation)
      throw new Refused(400, `${name} was not found in the organisation.`);
  }
  checkStaff(store, values, 'DefaultAssessorID', ASSESSORS, organisation);
  checkStaff(store, values, 'DefaultEmployerID', [40], organisation);
}

function checkStaff(
  store: OnefileStore,
  values: JsonObject,
  name: string,
  roles: readonly number[],
  organisation: number,
): void {
  const id = values[name];
  if (id === undefined || id === null) return;
  const staff = store.users.get(String(id));
  if (staff?.OrganisationID !== organisation || !roles.includes(staff.Role) || staff.archived) {
    throw new Refused(400, `${name} was not found in the organisation.`);
  }
}

function checkUnique(store: OnefileStore, values: JsonObject, own: number | undefined): void {
  const { refuseDuplicateEmail, refuseDuplicateMisId } = store.settings;
  const others = store.users.all().filter(({ ID }) => ID !== own);
  for (const [name, refuses] of [
    ['Email', refuseDuplicateEmail],
    ['MISID', refuseDuplicateMisId],
  ] as const) {
    const value = values[name];
    if (!refuses || value === undefined || value === null || value === '') continue;
    if (others.some((user) => fits(user, name, value))) throw new Refused(400, `${name} is already in use.`);
  }
}
