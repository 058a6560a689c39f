// The calls of Regpack's users endpoint (vendor-docs/regpack.txt): one address, the action in the body. Done only where
// `success` is true and the reply holds what is owed; `success: false` is a refusal, whatever its status.
import { z } from 'zod';
import { type Auth, headerAuth } from '../../http/auth';
import { type Answer, type Call, json } from '../../http/call';
import { successFalseRefusal } from '../../http/refusals';
import type { RegpackConnection } from './config';
import { type RegpackDoc, type RegpackUser, valueText } from './shapes';

/** Regpack names three headers in some pages and four in others: all four are sent. The time is each call's own. */
export function regpackAuth(
  { apiId, apiUser, apiToken }: Pick<RegpackConnection, 'apiId' | 'apiUser' | 'apiToken'>,
  now: () => number = Date.now,
): Auth {
  return headerAuth(() => ({
    'Api-id': String(apiId),
    'Api-user': apiUser,
    'Api-token': apiToken,
    Timestamp: String(Math.floor(now() / 1000)),
  }));
}

/** What may not happen unasked: `submitForms` fires the project's triggers, `sendMail` mails people. */
export interface Loudness {
  submitForms: boolean;
  sendMail: boolean;
}

/** Ids come as numbers and as texts. */
const id = z.union([z.int().positive(), z.string().regex(/^[1-9]\d*$/)]).transform(String);
const count = z.union([z.int().nonnegative(), z.string().regex(/^\d+$/)]).transform(Number);
/** 0 and nothing stand for "not a child". */
const parent = z.unknown().transform((value) => id.safeParse(value).data);
/** PHP writes an empty object as an empty list. */
const values = z
  .union([
    z.record(z.string(), z.unknown()),
    z
      .array(z.unknown())
      .length(0)
      .transform(() => ({})),
  ])
  .nullish();
const success = z.literal(true);

const userInfo = z.looseObject({ clogin_id: id, group_id: id.nullish(), connected_to: parent });
const metaInfo = z.looseObject({ status_id: z.unknown() }).nullish();
const aboutUser = z.looseObject({ success, user_info: userInfo, meta_info: metaInfo, doc: values });
const unknownUser = z.looseObject({ success: z.literal(false), msg: z.string().optional() });
const listed = z.looseObject({ clogin_id: id, connected_to: parent, doc: values });
const list = z.looseObject({
  success,
  users: z.array(listed),
  children: z.array(listed).nullish(),
  total_users: count,
});

/** Statuses with which get_info may answer; Regpack documents none for a `success: false`. */
const NOT_FOUND = [200, 400, 404, 409, 422];

/** Makes a user. @param cloginId one that get_info confirmed; false for a person who is new to the organisation */
export function createUser(
  groupId: number,
  { cloginId, doc, ...loudness }: Loudness & { cloginId: number | false; doc: RegpackDoc },
): Call<string> {
  const body = { action: 'create', clogin_id: cloginId, group_id: groupId, doc, ...quiet(loudness) };
  return usersCall('Regpack: create user', body, [made]);
}

/** Makes a child of a parent of the project. */
export function createChild(
  groupId: number,
  { parent, doc, ...loudness }: Loudness & { parent: string; doc: RegpackDoc },
): Call<string> {
  const body = {
    action: 'create_child',
    clogin_id: false,
    group_id: groupId,
    connected_to: Number(parent),
    doc,
    ...quiet(loudness),
  };
  return usersCall('Regpack: create child', body, [made]);
}

/** What get_info says. */
export interface UserAnswer {
  /** Null where Regpack knows none. */
  user: RegpackUser | null;
  /** Whether they are in the project that was asked about, and not another one's that the reply names. */
  here: boolean;
  /** Regpack's own words. */
  words: string;
}

/** A user or child of a project by their id, with the values of the given fields. */
export function getInfo(groupId: number, cloginId: string, fields: readonly string[]): Call<UserAnswer> {
  const body = { action: 'get_info', clogin_id: Number(cloginId), group_id: groupId, doc: asked(fields) };
  return usersCall<UserAnswer>('Regpack: get info', body, [
    {
      status: NOT_FOUND,
      read: json(z.union([aboutUser, unknownUser]), (reply) => {
        if (!reply.success) return { user: null, here: false, words: reply.msg ?? '' };
        const { user_info: info, meta_info: meta, doc, ...rest } = reply;
        // Whoever was not asked about proves nothing.
        if (info.clogin_id !== cloginId) return undefined;
        const shown = { ...pick(rest, fields), ...pick(doc ?? {}, fields) };
        const here = (info.group_id ?? String(groupId)) === String(groupId);
        return { user: toUser({ ...info, status_id: meta?.status_id }, shown), here, words: '' };
      }),
    },
  ]);
}

/** A page of the list: parents, fifty at most, and the children that come with them. */
export interface UserPage {
  users: RegpackUser[];
  children: RegpackUser[];
  /** How many the whole list has. */
  total: number;
}

/**
 * The project's users from a position on, excluded ones too. Whether positions count from 0 or 1 is not documented, so the
 * first page is asked for without one.
 */
export function listUsers(groupId: number, position: number, fields: readonly string[]): Call<UserPage> {
  const doc = {
    with_excluded: true,
    ...asked(fields),
    ...(position > 0 && { starting_position: position }),
  };
  return usersCall('Regpack: list users', { action: 'get_user_list', group_id: groupId, doc }, [
    {
      status: [200],
      read: json(list, ({ users, children, total_users }) => {
        const all = [...users, ...(children ?? [])].map((user) => toUser(user, pick(user.doc ?? {}, fields)));
        return {
          users: all.filter((user) => user.parent === undefined),
          children: all.filter((user) => user.parent !== undefined),
          total: total_users,
        };
      }),
    },
  ]);
}

/** Writes form fields; a full overwrite of those named, so it may be repeated. */
export function updateUser(
  groupId: number,
  { cloginId, doc, ...loudness }: Loudness & { cloginId: string; doc: RegpackDoc },
): Call<true> {
  const body = {
    action: 'update',
    clogin_id: Number(cloginId),
    group_id: groupId,
    doc,
    ...quiet(loudness),
  };
  return usersCall('Regpack: update user', body, [succeeded]);
}

/** Gives a user a status; the one that excludes is how a create is undone, 0 takes it away again. */
export function setStatus(groupId: number, cloginId: string, statusId: number): Call<true> {
  const body = {
    action: 'set_status',
    clogin_id: Number(cloginId),
    group_id: groupId,
    doc: {},
    status_id: statusId,
    ...quiet({ submitForms: false, sendMail: false }),
  };
  return usersCall('Regpack: set status', body, [succeeded]);
}

/** The reply to a create owes the id of whoever was made. */
const made: Answer<string> = {
  status: [200, 201],
  read: json(aboutUser, ({ user_info }) => user_info.clogin_id),
};

/** A full overwrite owes nothing but its success. */
const succeeded: Answer<true> = { status: [200], read: json(z.looseObject({ success }), () => true) };

function usersCall<T>(name: string, body: object, answers: Answer<T>[]): Call<T> {
  // With the slash: without it a redirect answers, and a redirect is never followed.
  return {
    name,
    method: 'POST',
    path: '/reg/api2/users/',
    json: body,
    answers,
    refusal: successFalseRefusal,
  };
}

/** Always said: the defaults would submit forms and send mails. */
function quiet({ submitForms, sendMail }: Loudness) {
  return { submit_forms: submitForms, disable_email_sending: !sendMail };
}

function asked(fields: readonly string[]): Record<string, true> {
  return Object.fromEntries(fields.map((field) => [field, true]));
}

function toUser(
  user: { clogin_id: string; connected_to: string | undefined; status_id?: unknown },
  shown: Record<string, unknown>,
): RegpackUser {
  const statusId = valueText(user.status_id);
  return {
    cloginId: user.clogin_id,
    ...(user.connected_to && { parent: user.connected_to }),
    ...(statusId && { statusId }),
    values: shown,
  };
}

function pick(from: Record<string, unknown>, fields: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(fields.filter((field) => field in from).map((field) => [field, from[field]]));
}
