// EthosCE's retryable calls, as its document names them (vendor-docs/ethosce.txt). Each makes one vendor call, but for the
// role update, whose read, write and read-back belong together.
import type { Seen, SendInput } from '../src/account/plan';
import type { Outcome } from '../src/http/outcome';
import * as ethosce from '../src/vendors/ethosce/calls';
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
