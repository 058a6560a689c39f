// The calls of OneFile's API about sessions, organisations and users (vendor-docs/onefile.txt).
import { z } from 'zod';
import { type Auth, sessionAuth } from '../../http/auth';
import { anything, type Call, json, text } from '../../http/call';
import type { OnefileConnection } from './config';
import { id, onefileCall, passedOver, rows } from './replies';
import { ONEFILE_FIELDS } from './request';
import { holdsText, type OnefileCreated, type OnefileOrganisation, type OnefileUser } from './shapes';

/** An X-TokenID lives 24 hours from its issue, however much it is used. */
const SESSION_MS = 24 * 60 * 60 * 1000;

export function onefileAuth({ customerToken }: Pick<OnefileConnection, 'customerToken'>): Auth {
  return sessionAuth(SESSION_MS, authenticate(customerToken), (token) => ({ 'x-tokenid': token }));
}

/** The session is the reply's body, bare or as a JSON text. */
export function authenticate(customerToken: string): Call<string> {
  const answer = { status: [200], read: text(sessionIn) };
  return {
    ...onefileCall('authenticate', 'POST', 'Authentication', [answer]),
    headers: { 'x-customertoken': customerToken },
  };
}

function sessionIn(body: string): string | undefined {
  const session = body.replace(/^"(.*)"$/s, '$1').trim();
  return /^[\x21-\x7e]+$/.test(session) && !/["'<>{}[\]]/.test(session) ? session : undefined;
}

const organisation = z.looseObject({
  ID: id,
  KeychainCreationForNewUserActive: z.boolean(),
  KeychainEmailSuppression: z.boolean().nullish(),
});

/** The connection's organisation among its customer's; null when it is not one of them. */
export function findOrganisation({
  customerId,
  organisationId,
}: Pick<OnefileConnection, 'customerId' | 'organisationId'>): Call<OnefileOrganisation | null> {
  const answers = rows(organisation, (found) => {
    const ours = found.find(({ ID }) => ID === String(organisationId));
    if (!ours) return { ok: true, value: null };
    const { KeychainCreationForNewUserActive: keychain, KeychainEmailSuppression: suppressed } = ours;
    return { ok: true, value: { id: organisationId, keychain, mails: keychain && suppressed !== true } };
  });
  return onefileCall('search organisations', 'POST', 'Organisation/Search', answers, {
    CustomerID: customerId,
  });
}

/** Where users are looked for. */
export interface Scope {
  organisationId: number;
  role: number;
}

/** More accounts than one person has: a filter that lets so many through is none. */
const MOST_HITS = 5;

const misId = z
  .union([z.string(), z.number()])
  .nullish()
  .transform((value) => String(value ?? '').trim());
const hit = z.looseObject({ ID: id, MISID: misId, OrganisationID: id.nullish(), Role: id.nullish() });

/** Ids of users with this MISID, or with one that it is a part of: each is read and compared afterwards. */
export function searchUsersByMisId(scope: Scope, wanted: string): Call<string[]> {
  return searchUsers(scope, 'MISID', wanted, ({ MISID }) => holdsText(MISID, wanted));
}

/** Ids of users that the filter `Email` lets through. Hits show no e-mail address: each is read and compared afterwards. */
export function searchUsersByEmail(scope: Scope, wanted: string): Call<string[]> {
  return searchUsers(scope, 'Email', wanted, () => true);
}

function searchUsers(
  { organisationId, role }: Scope,
  filter: 'MISID' | 'Email',
  wanted: string,
  obeys: (row: z.output<typeof hit>) => boolean,
): Call<string[]> {
  const inScope = ({ OrganisationID, Role }: z.output<typeof hit>) =>
    (OrganisationID ?? String(organisationId)) === String(organisationId) &&
    (Role ?? String(role)) === String(role);
  const answers = rows(hit, (found) => {
    if (!found.every(inScope)) return passedOver('OrganisationID and Role');
    if (found.length > MOST_HITS || !found.every(obeys)) return passedOver(filter);
    return { ok: true, value: found.map(({ ID }) => ID) };
  });
  const body = { OrganisationID: organisationId, Role: role, [filter]: wanted };
  return onefileCall(`search users by ${filter}`, 'POST', 'User/Search', answers, body);
}

const details = z.looseObject({
  ID: id,
  Username: z.string().nullish(),
  Email: z
    .string()
    .nullish()
    .transform((value) => value ?? ''),
  MISID: misId,
});

/** One user. `having`: the e-mail address by which a search led here; a user without it shows that the filter was none. */
export function readUser(userId: string, having?: { email: string }): Call<OnefileUser> {
  return onefileCall('read user', 'GET', `User/${userId}`, [
    {
      status: [200],
      read(reply) {
        const reading = json(details, (row) => (row.ID === userId ? toUser(row) : undefined))(reply);
        if (!reading.ok || !having || holdsText(reading.value.email, having.email)) return reading;
        return passedOver('Email');
      },
    },
  ]);
}

/** The same for an id that somebody typed; null when OneFile knows no such user. */
export function findUser(userId: string): Call<OnefileUser | null> {
  const { answers, ...call } = readUser(userId);
  return { ...call, answers: [...answers, { status: [400, 404], read: anything(null) }] };
}

const SHOWN = ['FirstName', 'LastName', 'DefaultAssessorID', 'ClassroomID', 'PlacementID', ...ONEFILE_FIELDS];

/** Only what Muster compares leaves the reply. */
function toUser({ ID, Username, Email, MISID, ...row }: z.output<typeof details>): OnefileUser {
  const fields = Object.entries(row).filter(([name]) => SHOWN.includes(name));
  return {
    id: ID,
    ...(Username && { username: Username }),
    email: Email,
    misId: MISID,
    fields: Object.fromEntries(fields),
  };
}

const created = z.looseObject({
  ID: id.nullish(),
  UserID: id.nullish(),
  Username: z.string().nullish(),
  // Whatever else stands there is no password, and no reason to doubt the account.
  Password: z
    .union([z.string(), z.number().transform(String)])
    .nullish()
    .catch(undefined),
});

/**
 * Creates a user. Keychain off: the answer holds id, username and a password, which is nowhere else. Keychain on: 200 and
 * nothing else, done with null.
 */
export function createUser(
  body: Record<string, unknown>,
  { keychain }: Pick<OnefileOrganisation, 'keychain'>,
): Call<OnefileCreated | null> {
  const issued = json(created, ({ ID, UserID, Username, Password }): OnefileCreated | undefined => {
    const userId = ID ?? UserID;
    if (!userId || (UserID && UserID !== userId)) return undefined;
    return {
      id: userId,
      ...(Username && { username: Username }),
      ...(Password && { password: Password }),
    };
  });
  const answer = {
    status: [200, 201],
    read: (reply: Parameters<typeof issued>[0]) =>
      keychain && reply.text.trim() === '' ? { ok: true as const, value: null } : issued(reply),
  };
  return onefileCall<OnefileCreated | null>('create user', 'POST', 'User', [answer], body);
}

/** Changes the given fields and no other; answered with 204. */
export function updateUser(userId: string, fields: Record<string, unknown>): Call<true> {
  const answer = { status: [200, 204], read: anything(true as const) };
  return onefileCall('update user', 'POST', `User/${userId}`, [answer], fields);
}

/** Hides a user and makes the portfolio read-only; the person can still log in, until somebody suspends them. */
export function archiveUser(userId: string, organisationId: number): Call<true> {
  const answer = { status: [200, 204], read: anything(true as const) };
  return onefileCall('archive user', 'POST', `User/${userId}/Archive`, [answer], {
    OrganisationID: organisationId,
  });
}
