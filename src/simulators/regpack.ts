// Regpack (vendor-docs/regpack.txt, vendors.md 5): one address, the action in the body, four headers that log in.
// This file holds headers, actions and people; the actions are in regpack/.
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
import { createChild, createUser } from './regpack/create';
import { createStatus, getInfo, listUsers, setStatus, updateUser } from './regpack/manage';
import { failure, Refused, refused } from './regpack/replies';
import {
  createRegpackStore,
  DEFAULTS,
  isExcluded,
  membershipKey,
  type RegpackSettings,
  type RegpackStore,
} from './regpack/store';
import { asObject, htmlPage, isJsonType } from './replies';

export type { RegpackSettings } from './regpack/store';

/**
 * The rules of Regpack (vendor-docs/regpack.txt). Calls: `create user`, `create child`, `get info`, `list users`,
 * `update user`, `set status`, `create status`; another action is `unknown call`.
 */
export const regpackRules: VendorRules<RegpackSettings> = {
  vendor: 'regpack',
  defaults: DEFAULTS,
  secretHeaders: ['api-token'],
  credentials: ({ apiId, apiUser, apiToken }) => ({ apiId: String(apiId), apiUser, apiToken }),
  connection: ({ apiId, groups, excludedStatusId }) => ({ apiId, groupId: groups[0], excludedStatusId }),
  open: openRegpack,
};

const USERS = '/reg/api2/users/';
const STATUSES = '/reg/api2/statuses/';

type Action = (store: RegpackStore, request: VendorRequest) => VendorReply;

const USER_ACTIONS: readonly [action: string, call: string, answer: Action][] = [
  ['create', 'create user', createUser],
  ['create_child', 'create child', createChild],
  ['get_info', 'get info', getInfo],
  ['get_user_list', 'list users', listUsers],
  ['update', 'update user', updateUser],
  ['set_status', 'set status', setStatus],
];

function openRegpack(world: World<RegpackSettings>): VendorSite {
  const { settings } = world;
  const store = createRegpackStore(settings, world.mail);

  const on = (path: string, action: string, call: string, answer: Action): Route => ({
    call,
    method: 'POST',
    path: new RegExp(`^${path}$`),
    when: (request) => asObject(request.json)?.action === action,
    answer(request) {
      try {
        return answer(store, request);
      } catch (error) {
        if (error instanceof Refused) return refused(settings.errorStatus, error.message);
        throw error;
      }
    },
  });

  function admit(request: VendorRequest): VendorReply | undefined {
    if (`${request.path}/` === USERS || `${request.path}/` === STATUSES) return slashAdded(request);
    if (request.path !== USERS && request.path !== STATUSES) return undefined;
    const problem = request.expired ? 'Api-token is not valid.' : problemOfHeaders(request, settings);
    if (problem !== undefined) return refused(settings.authErrorStatus, problem);
    if (request.method === 'POST' && !isJsonType(request.headers['content-type'])) {
      return refused(settings.errorStatus, 'Content-Type must be application/json.');
    }
    return undefined;
  }

  return {
    routes: [
      ...USER_ACTIONS.map(([action, call, answer]) => on(USERS, action, call, answer)),
      on(STATUSES, 'create', 'create status', createStatus),
    ],
    admit,
    unknown(request) {
      if (request.path !== USERS && request.path !== STATUSES) {
        return htmlPage(404, 'Regpack - 404', 'This page does not exist.');
      }
      if (request.method !== 'POST') return refused(405, 'Only POST is supported.');
      return refused(settings.errorStatus, 'The action is missing or not known.');
    },
    failure,
    people: () => peopleOf(store),
    state: () => ({
      logins: store.logins.all(),
      memberships: store.memberships.all(),
      statuses: store.statuses.all(),
      triggers: [...store.triggers],
    }),
    seed: (entity) => seed(store, entity),
  };
}

function slashAdded(request: VendorRequest): VendorReply {
  const moved = htmlPage(301, 'Moved Permanently', 'nginx');
  return { ...moved, headers: { ...moved.headers, location: `${request.origin}${request.path}/` } };
}

function problemOfHeaders(
  { headers, now }: VendorRequest,
  settings: Readonly<RegpackSettings>,
): string | undefined {
  if (headers['api-id'] !== String(settings.apiId)) return 'Api-id is not valid.';
  if (headers['api-user'] !== settings.apiUser) return 'Api-user is not valid.';
  if (headers['api-token'] !== settings.apiToken) return 'Api-token is not valid.';
  const { timestamp = '' } = headers;
  const isFresh = Math.abs(Number(timestamp) - now / 1000) <= settings.timestampToleranceSeconds;
  return /^\d+$/.test(timestamp) && isFresh ? undefined : 'Timestamp is missing or not fresh.';
}

function peopleOf(store: RegpackStore): SimulatedPerson[] {
  return store.logins.all().map((login) => {
    const memberships = store.memberships.all().filter(({ clogin_id }) => clogin_id === login.clogin_id);
    const excluded = memberships.length > 0 && memberships.every((member) => isExcluded(store, member));
    return {
      id: String(login.clogin_id),
      email: login.special.main_email ?? '',
      firstName: login.special.first_name ?? '',
      lastName: login.special.last_name ?? '',
      marker: login.username === '' ? null : login.username,
      status: excluded ? 'excluded' : 'active',
      roles: [login.child ? 'child' : 'parent'],
      profiles: memberships.map((member) => ({ ...member })),
      details: { orgName: login.special.org_name ?? '', password: login.password },
    };
  });
}

/**
 * Puts a person into a project: `marker` is the username (default the e-mail), `status` a status id or `excluded`.
 * Further members: `groupId`, `connectedTo` (makes a child), `fields`, `orgName`.
 */
function seed(store: RegpackStore, entity: SeedEntity): string {
  const { email = '', firstName = 'Sample', lastName = 'Person', marker, status, orgName, fields } = entity;
  const clogin_id = store.nextCloginId();
  const group_id = Number(entity.groupId ?? store.settings.groups[0]);
  const connected_to = Number(entity.connectedTo ?? 0);
  const child = connected_to !== 0;
  store.logins.put(String(clogin_id), {
    clogin_id,
    username: child ? '' : (marker ?? email),
    password: child ? 'none' : 'generated',
    child,
    special: {
      first_name: firstName,
      last_name: lastName,
      main_email: email,
      ...(orgName === undefined ? {} : { org_name: String(orgName) }),
    },
  });
  store.memberships.put(membershipKey(group_id, clogin_id), {
    clogin_id,
    group_id,
    connected_to,
    application_date: '2026-01-01',
    fields: { ...asObject(fields) },
    status_id: status === 'excluded' ? store.settings.excludedStatusId : Number(status ?? 0) || 0,
  });
  return String(clogin_id);
}
