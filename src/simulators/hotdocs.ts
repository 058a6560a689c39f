// HotDocs Advance (vendor-docs/hotdocs-advance.txt, vendors.md 4): a service principal's token, users made under a
// GUID that the caller chooses, e-mail addresses unique within the tenancy.
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
import {
  asObject,
  asText,
  htmlPage,
  isEmail,
  isJsonType,
  type JsonObject,
  json,
  noBody,
  text,
  wrote,
} from './replies';
import { createTable } from './table';

/** Switches of the simulated HotDocs Advance. */
export interface HotdocsSettings {
  clientName: string;
  principalName: string;
  principalPassword: string;
  /** A token that is good without a log-in, as an administrator may hand one out; empty: none. */
  readyToken: string;
  /** Whether paths are the cloud's (`/api/rest/v1.1`, `/auth/…`) or on-premise (`/HdaApi/…`, `/HdaAuth/…`). */
  cloud: boolean;
  /** The API client's "Token life span". */
  tokenLifeMs: number;
  /** The API client's scope; creating needs `command` or `root`. */
  scope: 'query' | 'command' | 'root';
  /** Spellings of administrative roles. Only `SiteAdministrator` is documented. */
  roles: string[];
  /** Status of a GUID or e-mail address that is taken; not public: 409 or 400. */
  duplicateStatus: number;
  /** Whether leaving out `sendEmail` sends the mail; not stated, so the louder case. */
  sendEmailDefault: boolean;
  /** Whether the created GUID is answered as JSON, in quotes. */
  quotedId: boolean;
  /** Name of the member that holds the list of users; empty: the bare list. */
  listEnvelope: string;
  /** Whether the tenancy takes its users from Active Directory: none can be created. */
  activeDirectory: boolean;
  /** Whether `PUT Users/{id}` exists (an `undoCall`); not public. */
  updateCall: boolean;
}

interface HotdocsUser {
  readonly id: string;
  firstName: string;
  lastName: string;
  readonly emailAddress: string;
  readonly roles: string[];
  isActive: boolean;
}

/**
 * The rules of HotDocs Advance (vendor-docs/hotdocs-advance.txt). Calls: `log in`, `create user`, `read user`,
 * `list users`, `update user`.
 */
export const hotdocsRules: VendorRules<HotdocsSettings> = {
  vendor: 'hotdocs',
  secretHeaders: [],
  secretMembers: ['PrincipalPassword'],
  defaults: {
    clientName: 'muster',
    principalName: 'muster-service',
    principalPassword: 'hotdocs-simulator-password',
    readyToken: '',
    cloud: false,
    tokenLifeMs: 3600_000,
    scope: 'command',
    roles: ['SiteAdministrator', 'IntegrationAdministrator', 'ContentAdministrator', 'Author'],
    duplicateStatus: 409,
    sendEmailDefault: true,
    quotedId: false,
    listEnvelope: '',
    activeDirectory: false,
    updateCall: false,
  },
  credentials: ({ clientName, principalName, principalPassword }) => ({
    clientName,
    principalName,
    principalPassword,
  }),
  connection: (settings) => ({ apiPath: pathsOf(settings).api, tokenPath: pathsOf(settings).token }),
  open: openHotdocs,
};

const GUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const EMPTY_GUID = '00000000-0000-0000-0000-000000000000';
const MEMBERS = ['firstName', 'lastName', 'emailAddress', 'roles', 'sendEmail'];

function pathsOf({ cloud }: Pick<HotdocsSettings, 'cloud'>): { api: string; token: string } {
  return {
    api: cloud ? '/api/rest/v1.1' : '/HdaApi/rest/v1.1',
    token: `${cloud ? '/auth' : '/HdaAuth'}/Authorize/ServicePrincipalLogIn`,
  };
}

function openHotdocs(world: World<HotdocsSettings>): VendorSite {
  const { settings } = world;
  const users = createTable<HotdocsUser>();
  const tokens = new Map<string, number>();

  function logIn(request: VendorRequest): VendorReply {
    if (!isJsonType(request.headers['content-type'])) return unsupported();
    const { ClientName, PrincipalName, PrincipalPassword } = asObject(request.json) ?? {};
    if (!asText(ClientName) || !asText(PrincipalName) || !asText(PrincipalPassword)) {
      return refused(400, 'ClientName, PrincipalName and PrincipalPassword are required.');
    }
    const known = ClientName === settings.clientName && PrincipalName === settings.principalName;
    if (!known || PrincipalPassword !== settings.principalPassword) {
      return text(401, 'The service principal could not be logged in.');
    }
    const token = randomBytes(24).toString('base64url');
    tokens.set(token, request.now);
    return text(200, token, 'text/plain');
  }

  function mayEnter(request: VendorRequest): boolean {
    const token = /^Bearer (\S+)$/.exec(request.headers.authorization ?? '')?.[1] ?? '';
    if (request.expired) tokens.delete(token);
    else if (settings.readyToken !== '' && token === settings.readyToken) return true;
    const issued = tokens.get(token);
    return issued !== undefined && request.now - issued < settings.tokenLifeMs;
  }

  function createUser(request: VendorRequest, id = ''): VendorReply {
    if (settings.scope === 'query') return refused(403, 'The API client does not have the command scope.');
    if (!isJsonType(request.headers['content-type'])) return unsupported();
    const body = asObject(request.json);
    if (body === undefined) return refused(400, 'The request body is not valid JSON.');
    const problem = problemOf(id, body, settings.roles);
    if (problem !== undefined) return refused(400, problem);
    if (settings.activeDirectory) {
      return refused(400, 'Users cannot be created in an Active Directory tenancy.');
    }
    const email = String(body.emailAddress);
    const key = id.toLowerCase();
    if (users.get(key) !== undefined) {
      return refused(settings.duplicateStatus, 'A user with this ID already exists.');
    }
    if (users.all().some(({ emailAddress }) => emailAddress.toLowerCase() === email.toLowerCase())) {
      return refused(settings.duplicateStatus, 'The e-mail address is already in use in this tenancy.');
    }
    addUser(key, body, request.visibleFrom);
    if (body.sendEmail ?? settings.sendEmailDefault) world.mail(email, 'On-boarding e-mail');
    return wrote(settings.quotedId ? json(201, key) : text(201, key, 'text/plain'));
  }

  function addUser(id: string, body: JsonObject, visibleFrom = 0): HotdocsUser {
    const { firstName, lastName = '', emailAddress, roles } = body;
    return users.put(
      id,
      {
        id,
        firstName: String(firstName),
        lastName: String(lastName ?? ''),
        emailAddress: String(emailAddress),
        roles: Array.isArray(roles) ? roles.map(String) : [],
        isActive: true,
      },
      visibleFrom,
    );
  }

  function readUser(request: VendorRequest, id = ''): VendorReply {
    const user = users.shown(id.toLowerCase(), request.now);
    return user === undefined ? refused(404, 'The user could not be found.') : json(200, user);
  }

  function listUsers(request: VendorRequest): VendorReply {
    const list = users.listed(request.now);
    return json(200, settings.listEnvelope === '' ? list : { [settings.listEnvelope]: list });
  }

  function updateUser(request: VendorRequest, id = ''): VendorReply {
    if (!settings.updateCall) return methodNotAllowed();
    if (settings.scope === 'query') return refused(403, 'The API client does not have the command scope.');
    const user = users.get(id.toLowerCase());
    if (user === undefined) return refused(404, 'The user could not be found.');
    const { isActive, firstName, lastName } = asObject(request.json) ?? {};
    if (typeof isActive === 'boolean') user.isActive = isActive;
    if (typeof firstName === 'string') user.firstName = firstName;
    if (typeof lastName === 'string') user.lastName = lastName;
    return wrote(noBody(204));
  }

  function on(method: string, call: string, path: RegExp, answer: Route['answer']): Route {
    // Which paths exist can change at run time.
    const when = (request: VendorRequest): boolean => request.path.startsWith(pathsOf(settings).api);
    return { call, method, path, when, answer };
  }

  return {
    routes: [
      {
        call: 'log in',
        method: 'POST',
        path: /^\/(?:HdaAuth|auth)\/Authorize\/ServicePrincipalLogIn$/,
        when: (request) => request.path === pathsOf(settings).token,
        answer: logIn,
      },
      on('POST', 'create user', /\/Users\/([^/]+)$/, createUser),
      on('GET', 'read user', /\/Users\/([^/]+)$/, readUser),
      on('GET', 'list users', /\/Users$/, listUsers),
      on('PUT', 'update user', /\/Users\/([^/]+)$/, updateUser),
    ],
    admit: (request, call) =>
      call === 'log in' || !request.path.startsWith(pathsOf(settings).api) || mayEnter(request)
        ? undefined
        : { ...noBody(401), headers: { 'www-authenticate': 'Bearer error="invalid_token"' } },
    unknown: (request) =>
      request.path.startsWith(`${pathsOf(settings).api}/Users`)
        ? methodNotAllowed()
        : htmlPage(
            404,
            '404 - File or directory not found.',
            'The resource you are looking for might have been removed.',
          ),
    failure,
    people: () => users.all().map(personOf),
    state: () => ({ users: users.all(), tokens: tokens.size }),
    seed: (entity) => seed(entity, addUser),
  };
}

/** What is wrong with a create, in the order in which the service looks. */
function problemOf(id: string, body: JsonObject, knownRoles: readonly string[]): string | undefined {
  if (!GUID.test(id) || id === EMPTY_GUID) return `The value '${id}' is not valid for Guid.`;
  const unknown = Object.keys(body).find((name) => !MEMBERS.includes(name));
  if (unknown !== undefined) return `The member '${unknown}' is not known.`;
  if (asText(body.firstName) === undefined) return 'The firstName field is required.';
  if (body.lastName !== undefined && typeof body.lastName !== 'string')
    return 'The lastName field must be a string.';
  if (asText(body.emailAddress) === undefined) return 'The emailAddress field is required.';
  if (!isEmail(body.emailAddress)) return 'The emailAddress field is not a valid e-mail address.';
  if (body.sendEmail !== undefined && typeof body.sendEmail !== 'boolean')
    return 'The sendEmail field must be a Boolean.';
  return problemOfRoles(body.roles, knownRoles);
}

function problemOfRoles(roles: unknown, knownRoles: readonly string[]): string | undefined {
  if (roles === undefined) return undefined;
  if (!Array.isArray(roles)) return 'The roles field must be an array of strings.';
  const unknown = roles.find((role) => !knownRoles.includes(role));
  return unknown === undefined ? undefined : `The role '${String(unknown)}' does not exist.`;
}

function refused(status: number, message: string): VendorReply {
  return json(status, { message });
}

function unsupported(): VendorReply {
  return refused(415, 'The Content-Type must be application/json.');
}

function methodNotAllowed(): VendorReply {
  return refused(405, 'The requested resource does not support this method.');
}

function failure(status: number): VendorReply {
  if (status === 429) return text(429, 'Too many requests.');
  if (status === 500) return refused(500, 'An error has occurred.');
  return htmlPage(status, 'Service Unavailable', `HTTP Error ${status}. The service is unavailable.`);
}

function personOf(user: HotdocsUser): SimulatedPerson {
  return {
    id: user.id,
    email: user.emailAddress,
    firstName: user.firstName,
    lastName: user.lastName,
    marker: user.id,
    status: user.isActive ? 'active' : 'inactive',
    roles: [...user.roles],
    profiles: [],
    details: {},
  };
}

/** Puts a user there: `marker` is its GUID (one is made when left out), `status` `inactive` or not, `roles` names. */
function seed(entity: SeedEntity, addUser: (id: string, body: JsonObject) => HotdocsUser): string {
  const { email = '', firstName = 'Sample', lastName = 'Person', marker, status, roles = [] } = entity;
  const id = (marker ?? crypto.randomUUID()).toLowerCase();
  const user = addUser(id, { firstName, lastName, emailAddress: email, roles });
  user.isActive = status !== 'inactive';
  return id;
}
