// EthosCE's retryable calls, as its document names them (vendor-docs/ethosce.txt). Each makes one vendor call, but for the
// role update, whose read, write and read-back belong together.

import { ApplicationFailure } from '@temporalio/common';
import type { Seen, SendInput } from '../src/account/plan';
import type { Call } from '../src/http/call';
import type { Outcome } from '../src/http/outcome';
import type { Transport } from '../src/http/transport';
import * as ethosce from '../src/vendors/ethosce/calls';
import { sameText } from '../src/vendors/ethosce/fold';
import type { EthosceAccount } from '../src/vendors/ethosce/request';
import {
  type EthosceProfile,
  type EthosceUser,
  mergeRoles,
  type ProfileBody,
  type SsoLink,
  type UserBody,
} from '../src/vendors/ethosce/shapes';
import { connectionOf } from '../src/worker/context';
import { look, safely, sendOnce } from './support/vendor-call';

interface At {
  connection: string;
}

const at = ({ connection }: At) => connectionOf(connection, 'ethosce');

export async function findEthosceUserByMail(input: At & { email: string }): Promise<Seen<EthosceUser[]>> {
  return look(at(input).transport, ethosce.findUsers({ mail: input.email }));
}

export async function findEthosceUserByName(input: At & { username: string }): Promise<Seen<EthosceUser[]>> {
  return look(at(input).transport, ethosce.findUsers({ name: input.username }));
}

export async function findEthosceUserById(input: At & { uid: string }): Promise<Seen<EthosceUser[]>> {
  return look(at(input).transport, ethosce.findUsers({ uid: input.uid }));
}

export async function findEthosceSsoLinks(input: At & { ssoId: string }): Promise<Seen<SsoLink[]>> {
  return look(at(input).transport, ethosce.findSsoLinks(input.ssoId));
}

export async function findEthosceProfiles(input: At & { uid: string }): Promise<Seen<EthosceProfile[]>> {
  return look(at(input).transport, ethosce.findProfiles(input.uid));
}

export async function createEthosceUser(input: SendInput & { body: UserBody }): Promise<Outcome<string>> {
  return sendOnce(input, at(input).transport, ethosce.createUser(input.body));
}

export async function createEthosceSsoLink(
  input: SendInput & { uid: string; ssoId: string },
): Promise<Outcome<string>> {
  const { transport, config } = at(input);
  const call = ethosce.createSsoLink(input.uid, input.ssoId, config.authmapModule);
  return sendOnce(input, transport, call);
}

export async function createEthosceProfile(
  input: SendInput & { body: ProfileBody },
): Promise<Outcome<string>> {
  return sendOnce(input, at(input).transport, ethosce.createProfile(input.body));
}

export async function updateEthosceProfile(
  input: At & { pid: string; fields: Record<string, unknown> },
): Promise<void> {
  await safely(at(input).transport, ethosce.putProfile(input.pid, input.fields));
}

/** What became of a role update: the sets before, as wanted and as read back. */
export interface RolesUpdated {
  settled: boolean;
  before: number[];
  wanted: number[];
  after: number[];
  added: number[];
  removed: number[];
}

/**
 * Merges the wanted roles into those that are there. Read and PUT go back to back, since a PUT replaces the set and a
 * foreign write between the two would be lost without a trace; the set is read back after. Repeatable.
 */
export async function updateEthosceRoles(
  input: At & { uid: string; wanted: Pick<EthosceAccount, 'roles' | 'removeRoles'> },
): Promise<RolesUpdated | 'gone'> {
  const { transport } = at(input);
  const read = async (paced: boolean) =>
    (await safely(transport, ethosce.findUsers({ uid: input.uid }), { paced }))[0];
  const before = await read(false);
  if (!before) return 'gone';
  const { roles, add, remove } = mergeRoles(before.roles, input.wanted);
  const update = { before: before.roles, wanted: roles, added: add, removed: remove };
  if (add.length === 0 && remove.length === 0) return { ...update, settled: true, after: before.roles };
  await safely(transport, ethosce.putRoles(input.uid, roles), { paced: true });
  const after = await read(true);
  if (!after) return 'gone';
  const left = mergeRoles(after.roles, input.wanted);
  return { ...update, after: after.roles, settled: left.add.length === 0 && left.remove.length === 0 };
}

/** What was found where something was to be removed, and what was done about it. */
export type Removal = 'gone' | 'removed' | 'blocked' | 'changed' | 'used';

/**
 * Removes, or blocks, a user, after looking whether it still is the one meant. Repeatable: what is gone is gone.
 * @param input.delete false blocks it; an account that somebody has used is never deleted
 */
export async function removeEthosceUser(
  input: At & { uid: string; email: string; delete: boolean },
): Promise<Removal> {
  const { transport } = at(input);
  const read = async () => (await safely(transport, ethosce.findUsers({ uid: input.uid })))[0];
  const user = await read();
  if (!user) return 'gone';
  if (!sameText(user.mail, input.email)) return 'changed';
  if (!input.delete || user.used) {
    if (user.active) await safely(transport, ethosce.blockUser(input.uid), { paced: true });
    return 'blocked';
  }
  return removed(transport, ethosce.deleteUser(input.uid), async () => (await read()) === undefined);
}

/** Removes a profile that we made, unless its user has been used since. */
export async function removeEthosceProfile(input: At & { uid: string; pid: string }): Promise<Removal> {
  const { transport } = at(input);
  const isGone = async () =>
    !(await safely(transport, ethosce.findProfiles(input.uid))).some(({ pid }) => pid === input.pid);
  if (await isUsed(input)) return 'used';
  if (await isGone()) return 'gone';
  return removed(transport, ethosce.deleteProfile(input.pid), isGone);
}

/** Removes an SSO link that we made, unless its user has been used since. */
export async function removeEthosceSsoLink(
  input: At & { uid: string; ssoId: string; aid: string },
): Promise<Removal> {
  const { transport } = at(input);
  const isGone = async () =>
    !(await safely(transport, ethosce.findSsoLinks(input.ssoId))).some(({ aid }) => aid === input.aid);
  if (await isUsed(input)) return 'used';
  if (await isGone()) return 'gone';
  return removed(transport, ethosce.deleteSsoLink(input.aid), isGone);
}

async function isUsed(input: At & { uid: string }): Promise<boolean> {
  const [user] = await safely(at(input).transport, ethosce.findUsers({ uid: input.uid }));
  return user?.used ?? false;
}

/** A second DELETE after a lost answer is answered with a page: what counts is that it is gone. */
async function removed(
  transport: Transport,
  call: Call<true>,
  isGone: () => Promise<boolean>,
): Promise<Removal> {
  try {
    await safely(transport, call, { paced: true });
  } catch (error) {
    if (await isGone()) return 'removed';
    throw error;
  }
  if (await isGone()) return 'removed';
  throw ApplicationFailure.retryable(`${call.name}: answered, and it is still there`, 'unknown');
}
