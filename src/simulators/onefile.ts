// OneFile's Eportfolio API v2.1 (vendor-docs/onefile.txt, vendors.md 2): a session by customer token, users by role,
// the keychain, searches, assignments. This file holds session, limit and paths; the calls are in onefile/.
import { randomBytes } from 'node:crypto';
import type {
  Route,
  SeedEntity,
  SimulatedPerson,
  VendorReply,
  VendorRequest,
  VendorRules,
  VendorSite,
  World,
} from './contract';
import * as assign from './onefile/assign';
import { failure, Refused, refused } from './onefile/replies';
import {
  addThing,
  addUser,
  createOnefileStore,
  DEFAULTS,
  type OnefileSettings,
  type OnefileStore,
  type OnefileThing,
  type ThingKind,
} from './onefile/store';
import * as users from './onefile/users';
import { json, text } from './replies';

export type { OnefileSettings } from './onefile/store';

/**
 * The rules of OneFile (vendor-docs/onefile.txt). Calls: `authenticate`, `create user`, `update user`, `read user`,
 * `search users`, `archive user`, `unarchive user`, `delete user`, `assign user`, `assign placement`, `read customer`,
 * `search organisations`, `search classrooms`, `search placements`, `create placement`, `search templates`,
 * `assign template`, `search standards`, `assign standard`, `search units`, `assign unit`, `search learning aims`,
 * `search unit summaries`.
 */
export const onefileRules: VendorRules<OnefileSettings> = {
  vendor: 'onefile',
  defaults: DEFAULTS,
  secretHeaders: ['x-customertoken', 'x-tokenid'],
  credentials: ({ customerToken }) => ({ customerToken }),
  connection: ({ organisationId, customerId }) => ({ organisationId, customerId }),
  open: openOnefile,
};

const MINUTE = 60_000;

function openOnefile(world: World<OnefileSettings>): VendorSite {
  const { settings } = world;
  const store = createOnefileStore(settings, world.mail);
  const sessions = new Map<string, number>();
  let calls: number[] = [];

  function authenticate(request: VendorRequest): VendorReply {
    if (request.headers['x-customertoken'] !== settings.customerToken) {
      return refused(401, 'The customer token is not valid.');
    }
    const session = randomBytes(18).toString('base64url');
    sessions.set(session, request.now);
    return settings.quotedSession ? json(200, session) : text(200, session);
  }

  function hasSession(request: VendorRequest): boolean {
    const session = request.headers['x-tokenid'] ?? '';
    if (request.expired) sessions.delete(session);
    const issued = sessions.get(session);
    // Fixed from its issue: use does not lengthen it.
    return issued !== undefined && request.now - issued < settings.sessionLifeMs;
  }

  function overLimit(request: VendorRequest): VendorReply | undefined {
    if (settings.callsPerMinute === 0) return undefined;
    calls = calls.filter((at) => at > request.now - MINUTE);
    if (calls.length < settings.callsPerMinute) {
      calls.push(request.now);
      return undefined;
    }
    const reply = failure(429);
    if (settings.retryAfter === '') return reply;
    return { ...reply, headers: { ...reply.headers, 'retry-after': settings.retryAfter } };
  }

  return {
    routes: routesOf(store, authenticate),
    admit(request, call) {
      const limited = overLimit(request);
      if (limited !== undefined || call === 'authenticate') return limited;
      return hasSession(request)
        ? undefined
        : refused(401, 'X-TokenID is missing, not valid or has expired.');
    },
    unknown: (request) =>
      refused(404, `No resource was found that matches ${request.method} ${request.path}.`),
    failure,
    people: () => peopleOf(store),
    state: () => ({
      users: store.users.all(),
      classrooms: store.things.classroom.all(),
      placements: store.things.placement.all(),
      templates: store.things.template.all(),
      standards: store.things.standard.all(),
      units: store.things.unit.all(),
      assignments: [...store.assignments],
      sessions: sessions.size,
    }),
    seed: (entity) => seed(store, entity),
  };
}

function routesOf(store: OnefileStore, authenticate: Route['answer']): Route[] {
  // The vendor's framework does not look at the case of a path.
  const on = (method: string, call: string, path: string, answer: Route['answer']): Route => ({
    call,
    method,
    path: new RegExp(`^/api/v2\\.1/${path}$`, 'i'),
    answer(request, ...groups) {
      try {
        return answer(request, ...groups);
      } catch (error) {
        if (error instanceof Refused) return error.reply;
        throw error;
      }
    },
  });
  const id = '(\\d+)';

  const searches: [string, string, ThingKind][] = [
    ['search classrooms', 'Classroom', 'classroom'],
    ['search placements', 'Placement', 'placement'],
    ['search templates', 'FrameworkTemplate', 'template'],
    ['search standards', 'Standard', 'standard'],
    ['search units', 'Unit', 'unit'],
  ];
  return [
    on('POST', 'authenticate', 'Authentication', authenticate),
    on('POST', 'create user', 'User', (request) => users.createUser(store, request)),
    on('POST', 'search users', 'User/Search', (request) => users.searchUsers(store, request, '', '')),
    on('POST', 'search users', `User/Search/${id}/${id}`, (request, page = '', size = '') =>
      users.searchUsers(store, request, page, size),
    ),
    on('POST', 'update user', `User/${id}`, (request, user = '') => users.updateUser(store, request, user)),
    on('GET', 'read user', `User/${id}`, (request, user = '') => users.readUser(store, request, user)),
    on('DELETE', 'delete user', `User/${id}`, (_, user = '') => users.deleteUser(store, user)),
    on('POST', 'archive user', `User/${id}/Archive`, (request, user = '') =>
      users.archiveUser(store, request, user, true),
    ),
    on('POST', 'unarchive user', `User/${id}/Unarchive`, (request, user = '') =>
      users.archiveUser(store, request, user, false),
    ),
    on('POST', 'assign user', `User/${id}/Assign`, (request, user = '') =>
      assign.assignUser(store, request, user),
    ),
    on(
      'POST',
      'assign placement',
      `User/${id}/AssignPlacement/${id}/(true|false)`,
      (_, user = '', place = '', access = '') => assign.assignPlacement(store, user, place, access),
    ),
    on('GET', 'read customer', 'Customer', () =>
      json(200, { ID: store.settings.customerId, Name: 'Example Customer' }),
    ),
    on('POST', 'search organisations', 'Organisation/Search', (request) =>
      assign.searchOrganisations(store, request),
    ),
    on('POST', 'create placement', 'Placement', (request) => assign.createPlacement(store, request)),
    ...searches.map(([call, path, kind]) =>
      on('POST', call, `${path}/Search`, (request) => assign.searchThings(store, request, kind)),
    ),
    on(
      'POST',
      'assign template',
      `FrameworkTemplate/${id}/Assign/${id}/(?:true|false)`,
      (_, template = '', user = '') => assign.assignTemplate(store, template, user),
    ),
    on('POST', 'assign standard', `Standard/${id}/Assign/${id}`, (_, standard = '', learner = '') =>
      assign.assignStandard(store, standard, learner),
    ),
    on('POST', 'assign unit', `Unit/${id}/Assign/${id}/${id}`, (_, unit = '', learner = '', standard = '') =>
      assign.assignUnit(store, unit, learner, standard),
    ),
    on('POST', 'search learning aims', `LearningAim/Search/${id}/${id}`, (request, page = '', size = '') =>
      assign.searchAssignments(store, request, 'learning aim', page, size),
    ),
    on('POST', 'search unit summaries', `UnitSummary/Search/${id}/${id}`, (request, page = '', size = '') =>
      assign.searchAssignments(store, request, 'unit summary', page, size),
    ),
  ];
}

function peopleOf(store: OnefileStore): SimulatedPerson[] {
  return store.users
    .all()
    .filter(({ builtIn }) => !builtIn)
    .map((user) => ({
      id: String(user.ID),
      email: String(user.fields.Email ?? ''),
      firstName: String(user.fields.FirstName ?? ''),
      lastName: String(user.fields.LastName ?? ''),
      marker: typeof user.fields.MISID === 'string' && user.fields.MISID !== '' ? user.fields.MISID : null,
      status: user.archived ? 'archived' : 'active',
      roles: [user.Role],
      profiles: store.assignments.filter(({ UserID }) => UserID === user.ID),
      details: { OrganisationID: user.OrganisationID, Username: user.Username, ...user.fields },
    }));
}

/**
 * Puts a user there: `marker` is its MISID, `roles` its one role (default learner), `status` `archived` or not; other
 * members are the documented fields (`OrganisationID`, `ULN`, …). Kinds `classroom`, `placement`, `template`,
 * `standard` and `unit` take `Name`, `OrganisationID` and, if wanted, `ID`.
 */
function seed(store: OnefileStore, entity: SeedEntity): string {
  const {
    kind = 'user',
    email,
    firstName = 'Sample',
    lastName = 'Person',
    marker,
    status,
    roles,
    ...more
  } = entity;
  const OrganisationID = Number(more.OrganisationID ?? store.settings.organisationId);
  if (kind !== 'user') {
    const ID = Number(more.ID ?? store.nextId());
    const thing: OnefileThing = { ...more, ID, Name: String(more.Name ?? kind), OrganisationID };
    return String(addThing(store, kind as ThingKind, thing).ID);
  }
  const names = { FirstName: firstName, LastName: lastName, Email: email ?? '' };
  const marked = marker === undefined ? {} : { MISID: marker };
  const values = { ...more, ...names, ...marked, OrganisationID, Role: Number(roles?.[0] ?? 1) };
  const user = addUser(store, values, { now: Date.now(), visibleFrom: 0 });
  user.archived = status === 'archived';
  return String(user.ID);
}
