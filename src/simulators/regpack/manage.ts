// Regpack's other actions (vendors.md 5.3): get_info, get_user_list, update, set_status, and statuses' create.
import type { VendorReply, VendorRequest } from '../contract';
import { type JsonObject, json, wrote } from '../replies';
import { fire } from './create';
import { checkDoc, envelopeOf, filled, memberOf } from './envelope';
import { aboutUser, metaInfo, Refused } from './replies';
import { fieldValue, isExcluded, type Membership, type RegpackStore, SPECIAL } from './store';

const PER_PAGE = 50;
const LIST_OPTIONS = [
  'with_excluded',
  'only_excluded',
  'only_parents',
  'only_children',
  'starting_position',
  'return_families',
];

/** `get_info`: the only direct read; values asked for by name come in `doc`. */
export function getInfo(store: RegpackStore, request: VendorRequest): VendorReply {
  const envelope = envelopeOf(store, request);
  const member = memberOf(store, envelope, request.now);
  const all = envelope.doc._allfields === true;
  const names = all ? ['username', ...SPECIAL, ...Object.keys(member.fields)] : fieldsOf(envelope.doc);
  const family = store.memberships
    .listed(request.now)
    .filter(({ group_id, connected_to }) => group_id === envelope.group && connected_to === member.clogin_id);
  return aboutUser(store, member, {
    msg: 'User information.',
    msg_type: 'success',
    doc: valuesOf(store, member, names),
    ...(envelope.doc._family === true
      ? { parent: metaInfo(store, member), children: family.map((child) => metaInfo(store, child)) }
      : {}),
  });
}

/** `get_user_list`: fifty parents a page, with their children; excluded people only where asked for. */
export function listUsers(store: RegpackStore, request: VendorRequest): VendorReply {
  const { doc, group } = envelopeOf(store, request);
  const names = fieldsOf(doc);
  const inGroup = store.memberships.listed(request.now).filter(({ group_id }) => group_id === group);
  const wanted = inGroup.filter((member) => {
    const excluded = isExcluded(store, member);
    return doc.only_excluded === true ? excluded : doc.with_excluded === true || !excluded;
  });
  const parents = wanted.filter(({ connected_to }) => connected_to === 0);
  const position = Number(doc.starting_position ?? store.settings.startingPositionBase);
  const start = position - store.settings.startingPositionBase;
  if (!Number.isInteger(start) || start < 0) throw new Refused('starting_position is not valid.');
  const page = parents.slice(start, start + PER_PAGE);
  const pageIds = new Set(page.map(({ clogin_id }) => clogin_id));
  const children = wanted.filter(({ connected_to }) => pageIds.has(connected_to));
  return json(200, {
    success: true,
    msg: 'User list.',
    msg_type: 'success',
    totals: { parents: parents.length, children: wanted.length - parents.length },
    users: doc.only_children === true ? [] : page.map((member) => listed(store, member, names)),
    children: doc.only_parents === true ? [] : children.map((member) => listed(store, member, names)),
    total_users: parents.length,
    records_per_page: PER_PAGE,
  });
}

/** `update`: form fields only; an empty string changes nothing. */
export function updateUser(store: RegpackStore, request: VendorRequest): VendorReply {
  const envelope = envelopeOf(store, request);
  const member = memberOf(store, envelope);
  const system = Object.keys(envelope.doc).find(
    (name) => name.startsWith('_') || ['username', 'password'].includes(name),
  );
  if (system !== undefined) throw new Refused(`${system} cannot be updated.`);
  checkDoc(store, envelope.doc);
  const isSpecial = (name: string): boolean => (SPECIAL as readonly string[]).includes(name);
  const login = store.logins.get(String(member.clogin_id));
  if (login !== undefined) {
    login.special = { ...login.special, ...(filled(envelope.doc, isSpecial) as Record<string, string>) };
  }
  member.fields = { ...member.fields, ...filled(envelope.doc, (name) => !isSpecial(name)) };
  if (envelope.submitForms) fire(store, member, 'Forms Submitted', envelope.disableEmail);
  return wrote(aboutUser(store, member, { msg: 'User updated successfully.', msg_type: 'success' }));
}

/** `set_status`: 0 takes the status away; one that excludes makes the person inactive. */
export function setStatus(store: RegpackStore, request: VendorRequest): VendorReply {
  const envelope = envelopeOf(store, request);
  const member = memberOf(store, envelope);
  const { status_id } = envelope.body;
  if (!Number.isInteger(status_id)) throw new Refused('status_id must be an integer.');
  if (status_id !== 0 && store.statuses.get(String(status_id)) === undefined)
    throw new Refused('Status not found.');
  member.status_id = Number(status_id);
  const told = { msg: 'User status updated successfully.', msg_type: 'success' };
  return wrote(aboutUser(store, member, { ...told, users: [member.clogin_id], effected_users: 1 }));
}

/** `create` on `/statuses/`. */
export function createStatus(store: RegpackStore, request: VendorRequest): VendorReply {
  const { doc } = envelopeOf(store, request);
  const { status_name, is_excluded = 0 } = doc;
  if (typeof status_name !== 'string' || status_name === '') throw new Refused('status_name is required.');
  if (is_excluded !== 0 && is_excluded !== 1) throw new Refused('is_excluded must be 0 or 1.');
  const status_id = store.settings.excludedStatusId + store.statuses.all().length;
  store.statuses.put(String(status_id), { status_id, status_name, is_excluded: is_excluded === 1 });
  return wrote(
    json(200, { msg: 'Status created successfully.', msg_type: 'info', status_id, success: true }),
  );
}

function fieldsOf(doc: JsonObject): string[] {
  const asked = Object.entries(doc).filter(([name, value]) => value === true && !name.startsWith('_'));
  return asked.map(([name]) => name).filter((name) => !LIST_OPTIONS.includes(name));
}

function valuesOf(store: RegpackStore, member: Membership, names: readonly string[]): JsonObject {
  return Object.fromEntries(names.map((name) => [name, fieldValue(store, member, name) ?? '']));
}

function listed(store: RegpackStore, member: Membership, names: readonly string[]): JsonObject {
  const { clogin_id, group_id, connected_to, status_id } = member;
  const name = ['first_name', 'last_name'].map((each) => fieldValue(store, member, each)).filter(Boolean);
  return {
    clogin_id: String(clogin_id),
    group_id: String(group_id),
    connected_to: String(connected_to),
    u_name: name.join(' '),
    status_id: String(status_id),
    doc: valuesOf(store, member, names),
  };
}
