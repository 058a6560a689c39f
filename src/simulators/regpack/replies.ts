// Regpack's kinds of reply: JSON with `success`, and user_info and meta_info with every call about a user.
import type { VendorReply } from '../contract';
import { htmlPage, type JsonObject, json } from '../replies';
import type { Membership, RegpackStore } from './store';

/** Ends the work on a request with `success: false` and a sentence; nothing was changed. */
export class Refused extends Error {}

/** A refusal; its HTTP status is not documented, and a setting. */
export function refused(status: number, msg: string): VendorReply {
  return json(status, { success: false, msg, msg_type: 'error' });
}

/** A success with the two blocks that every call about a user returns. */
export function aboutUser(store: RegpackStore, membership: Membership, more: JsonObject): VendorReply {
  const { clogin_id, group_id, connected_to } = membership;
  return json(200, {
    success: true,
    ...more,
    user_info: {
      clogin_id: String(clogin_id),
      group_id: String(group_id),
      connected_to: String(connected_to),
    },
    meta_info: metaInfo(store, membership),
  });
}

/** The summary of a user that many replies hold. */
export function metaInfo(store: RegpackStore, { clogin_id, status_id }: Membership): JsonObject {
  const login = store.logins.get(String(clogin_id));
  return {
    u_name: [login?.special.first_name, login?.special.last_name].filter(Boolean).join(' '),
    total_forms: '2',
    status_id: String(status_id),
    status_name: store.statuses.get(String(status_id))?.status_name ?? '',
  };
}

/** What stands before the application answers in HTML. */
export function failure(status: number): VendorReply {
  if (status === 429) return refused(429, 'Too many requests.');
  return htmlPage(status, `Regpack - ${status}`, 'Something went wrong. Our team has been notified.');
}
