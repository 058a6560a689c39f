// The calls of EthosCE's web services (vendor-docs/ethosce.txt), made as its software, Drupal 7 with RESTWS, really takes
// them: GETs with the suffix .json, writes to an id without it, success only where the body proves it.
import { z } from 'zod';
import { type Auth, headerAuth } from '../../http/auth';
import { type Call, json, text } from '../../http/call';
import { restwsRefusal } from '../../http/refusals';
import type { EthosceConnection } from './config';
import { sameText } from './fold';
import type { EthosceProfile, EthosceUser, ProfileBody, SsoLink, UserBody } from './shapes';

/** Basic on every call and no cookies: a session cookie sent back would ask for a CSRF token. */
export function ethosceAuth({ username, password }: Pick<EthosceConnection, 'username' | 'password'>): Auth {
  const authorization = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
  return headerAuth(() => ({ authorization }), { probe: sessionToken });
}

/** Answered with 403 only to callers whose credentials are not accepted; any other 403 is a missing right. */
export const sessionToken: Call<'credentials-accepted'> = {
  name: 'EthosCE: session token',
  method: 'GET',
  path: '/restws/session/token',
  headers: { accept: 'text/plain' },
  answers: [
    { status: [200], read: text((token) => (/^\S{8,}$/.test(token) ? 'credentials-accepted' : undefined)) },
  ],
  refusal: restwsRefusal,
};

/** Ids come as strings, as numbers, and inside references. */
const id = z.union([z.string().regex(/^\d+$/), z.int()]).transform(String);
const reference = z.union([id, z.looseObject({ id }).transform((value) => value.id)]);
const list = <T extends z.ZodType>(item: T) =>
  z.looseObject({ list: z.array(item), next: z.string().optional() });
const user = z.looseObject({
  uid: id,
  name: z.string(),
  mail: z.string(),
  status: z.union([z.string(), z.int()]).transform((value) => String(value) === '1'),
  roles: z.array(reference.transform(Number)),
  last_access: z.unknown().optional(),
  last_login: z.unknown().optional(),
});
const profile = z.looseObject({ pid: id, user: reference.optional() });
const authmap = z.looseObject({ aid: id, uid: reference, authname: z.string() });
const made = z.looseObject({ id });
/** PUT and DELETE succeed with an empty list and nothing else. */
const nothing = z.array(z.never()).length(0);

type UserFilter = { mail: string } | { name: string } | { uid: string };

/**
 * Users by mail, name or id. A list, also for one id: the site's page cache may hold another caller's 403 for
 * `user/ID.json`. A reply with a user that the filter excludes proves nothing, for then it was ignored.
 */
export function findUsers(filter: UserFilter): Call<EthosceUser[]> {
  return {
    name: `EthosCE: find user by ${Object.keys(filter)[0]}`,
    method: 'GET',
    path: '/user.json',
    query: filter,
    answers: [
      {
        status: [200],
        read: json(list(user), ({ list }) => {
          const users = list.map(({ uid, name, mail, status, roles, last_access, last_login }) => ({
            uid,
            name,
            mail,
            active: status,
            roles,
            used: isUsed(last_access) || isUsed(last_login),
          }));
          return users.every((found) => matches(filter, found)) ? users : undefined;
        }),
      },
    ],
    refusal: restwsRefusal,
  };
}

function matches(filter: UserFilter, user: EthosceUser): boolean {
  if ('mail' in filter) return sameText(user.mail, filter.mail);
  return 'name' in filter ? sameText(user.name, filter.name) : user.uid === filter.uid;
}

function isUsed(time: unknown): boolean {
  return time !== null && time !== undefined && time !== 0 && time !== '0' && time !== '';
}

/** SSO links by SSO id. */
export function findSsoLinks(ssoId: string): Call<SsoLink[]> {
  return {
    name: 'EthosCE: find SSO link',
    method: 'GET',
    path: '/authmap.json',
    query: { authname: ssoId },
    answers: [
      {
        status: [200],
        read: json(list(authmap), ({ list }) =>
          list.every(({ authname }) => sameText(authname, ssoId))
            ? list.map(({ aid, uid }) => ({ aid, uid }))
            : undefined,
        ),
      },
    ],
    refusal: restwsRefusal,
  };
}

/** The profiles of one user, of the type `profile`. */
export function findProfiles(uid: string): Call<EthosceProfile[]> {
  return {
    name: 'EthosCE: find profile',
    method: 'GET',
    path: '/profile2.json',
    query: { user: uid, type: 'profile' },
    answers: [
      {
        status: [200],
        read: json(list(profile), ({ list }) =>
          list.every(({ user }) => user === undefined || user === uid)
            ? list.map(({ pid, user: _, ...fields }) => ({ pid, fields }))
            : undefined,
        ),
      },
    ],
    refusal: restwsRefusal,
  };
}

export function createUser(body: UserBody): Call<string> {
  return create('EthosCE: create user', '/user.json', body);
}

export function createProfile(body: ProfileBody): Call<string> {
  return create('EthosCE: create profile', '/profile2.json', body);
}

/** Links a user to the identity provider's id (vendor's page "Creating an SSO User via Webservice"). */
export function createSsoLink(uid: string, ssoId: string, module: string): Call<string> {
  return create('EthosCE: create SSO link', '/authmap.json', { uid: Number(uid), authname: ssoId, module });
}

/** A role set replaces the one that is there: it must name all that is to stay. */
export function putRoles(uid: string, roles: number[]): Call<true> {
  return put('EthosCE: update roles', `/user/${uid}`, { roles: roles.map((role) => ({ id: role })) });
}

/** Fields only: `type` is refused even unchanged, and a location is replaced whole. */
export function putProfile(pid: string, fields: Record<string, unknown>): Call<true> {
  return put('EthosCE: update profile', `/profile2/${pid}`, fields);
}

/** Blocks an account. The way back, 0 to 1, would mail the person a log-in link. */
export function blockUser(uid: string): Call<true> {
  return put('EthosCE: block user', `/user/${uid}`, { status: 0 });
}

/** Takes the user's profiles and SSO links along; fails where it has two profiles of one type. */
export function deleteUser(uid: string): Call<true> {
  return remove('EthosCE: delete user', `/user/${uid}`);
}

export function deleteProfile(pid: string): Call<true> {
  return remove('EthosCE: delete profile', `/profile2/${pid}`);
}

export function deleteSsoLink(aid: string): Call<true> {
  return remove('EthosCE: delete SSO link', `/authmap/${aid}`);
}

function create(name: string, path: string, body: unknown): Call<string> {
  return {
    name,
    method: 'POST',
    path,
    json: body,
    answers: [{ status: [201], read: json(made, ({ id }) => id) }],
    refusal: restwsRefusal,
  };
}

function put(name: string, path: string, body: unknown): Call<true> {
  return {
    name,
    method: 'PUT',
    path,
    json: body,
    answers: [{ status: [200], read: json(nothing, () => true as const) }],
    refusal: restwsRefusal,
  };
}

function remove(name: string, path: string): Call<true> {
  return {
    name,
    method: 'DELETE',
    path,
    answers: [{ status: [200], read: json(nothing, () => true as const) }],
    refusal: restwsRefusal,
  };
}
