// The calls of the HotDocs Advance API (vendor-docs/hotdocs-advance.txt; vendors.md 4.2 and 4.3 for the log-in and the
// reads). Paths differ between on-premise and cloud, so they come from the connection.
import { z } from 'zod';
import { type Auth, headerAuth, sessionAuth } from '../../http/auth';
import { anything, type Call, json, text } from '../../http/call';
import { plainRefusal } from '../../http/refusals';
import type { HotdocsConnection } from './config';
import { type EmailSearch, type HotdocsUser, isGuid, sameEmail, type UserBody } from './shapes';

type Paths = Pick<HotdocsConnection, 'apiPath'>;
type Credentials = Pick<
  HotdocsConnection,
  'tokenPath' | 'clientName' | 'principalName' | 'principalPassword' | 'token' | 'tokenLifeSpan'
>;

/** A service principal's token, renewed before its life span ends; or a ready one, which nothing can renew. */
export function hotdocsAuth(connection: Credentials): Auth {
  const { token, tokenLifeSpan } = connection;
  const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
  return token === undefined
    ? sessionAuth(tokenLifeSpan, logIn(connection), bearer)
    : headerAuth(() => bearer(token));
}

/** Exchanges the service principal's password for a token, which comes as plain text. */
export function logIn(connection: Credentials): Call<string> {
  const { tokenPath, clientName, principalName, principalPassword } = connection;
  return {
    name: 'HotDocs: log in',
    method: 'POST',
    path: tokenPath,
    headers: { accept: 'text/plain' },
    json: { ClientName: clientName, PrincipalName: principalName, PrincipalPassword: principalPassword },
    // A token is one word: a sentence or a JSON object is none.
    answers: [{ status: [200], read: text((answer) => /^[^\s"{}<>]+$/.exec(unquoted(answer))?.[0]) }],
    refusal: plainRefusal,
  };
}

/** Null where there is no user with this GUID. A web page with status 404 does not say that, it means a wrong path. */
export function readUser({ apiPath }: Paths, userId: string): Call<HotdocsUser | null> {
  return {
    name: 'HotDocs: read user',
    method: 'GET',
    path: `${apiPath}/Users/${userId}`,
    answers: [
      {
        status: [200],
        read: json(z.record(z.string(), z.unknown()), (details): HotdocsUser | undefined => {
          const user = userIn(details);
          return user.userId === undefined || user.userId === userId.toLowerCase()
            ? { ...user, userId: userId.toLowerCase() }
            : undefined;
        }),
      },
      { status: [404], read: anything(null) },
    ],
    refusal: plainRefusal,
  };
}

/** The list knows neither filter nor pages: it is read whole, and only the hits for any of the addresses are kept. */
export function findUsersByEmail({ apiPath }: Paths, emails: readonly string[]): Call<EmailSearch> {
  return {
    name: 'HotDocs: list users',
    method: 'GET',
    path: `${apiPath}/Users`,
    answers: [
      {
        status: [200],
        read: json(z.unknown(), (body): EmailSearch | undefined => {
          const list = listIn(body);
          const users = list?.map(userIn).filter(isReadable);
          return (
            users && {
              users: users.filter((user) => emails.some((email) => sameEmail(user.email, email))),
              readable: list?.length === 0 || users.length > 0,
            }
          );
        }),
      },
    ],
    refusal: plainRefusal,
  };
}

/** Creates a user under the GUID of our choice; the answer owes that GUID, bare or as a JSON text. */
export function createUser({ apiPath }: Paths, userId: string, body: UserBody): Call<string> {
  return {
    name: 'HotDocs: create user',
    method: 'POST',
    path: `${apiPath}/Users/${userId}`,
    json: body,
    answers: [
      {
        status: [201],
        read: text((answer) => {
          const made = unquoted(answer).toLowerCase();
          return made === userId.toLowerCase() ? made : undefined;
        }),
      },
    ],
    refusal: plainRefusal,
  };
}

function unquoted(answer: string): string {
  return /^"(.*)"$/.exec(answer)?.[1] ?? answer;
}

/** The list itself, or what an envelope holds in lists. */
function listIn(body: unknown): Record<string, unknown>[] | undefined {
  if (typeof body !== 'object' || body === null) return undefined;
  const lists = Array.isArray(body) ? [body] : Object.values(body).filter(Array.isArray);
  if (lists.length === 0) return undefined;
  return lists.flat().filter((item) => typeof item === 'object' && item !== null);
}

function isReadable(user: Partial<HotdocsUser>): user is HotdocsUser & { email: string } {
  return user.userId !== undefined && user.email !== undefined;
}

/** What a user's details show by the names that are likely; none of them is public. */
function userIn(details: Record<string, unknown>): Partial<HotdocsUser> {
  const fields = new Map(Object.entries(details).map(([name, value]) => [name.toLowerCase(), value]));
  const first = <T>(names: string[], is: (value: unknown) => value is T): T | undefined =>
    names.map((name) => fields.get(name)).find(is);
  const userId = first(['id', 'userid', 'guid'], isGuid)?.toLowerCase();
  const email = first(['emailaddress', 'email'], isText);
  const roles = first(['roles'], isTexts);
  const active = first(['isactive', 'active'], isFlag);
  return {
    ...(userId !== undefined && { userId }),
    ...(email !== undefined && { email }),
    ...(roles !== undefined && { roles }),
    ...(active !== undefined && { active }),
  };
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

function isFlag(value: unknown): value is boolean {
  return typeof value === 'boolean';
}

/** The call that takes a user back, as the customer's own API reference confirmed it; `{id}` stands for the GUID. */
export function undoUser(
  { apiPath }: Paths,
  { method, path, body }: NonNullable<HotdocsConnection['undoCall']>,
  userId: string,
): Call<true> {
  return {
    name: 'HotDocs: undo user',
    method,
    path: apiPath + path.replace('{id}', userId),
    ...(body && { json: body }),
    answers: [{ status: [200, 202, 204], read: anything(true as const) }],
    refusal: plainRefusal,
  };
}
