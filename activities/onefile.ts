// OneFile's retryable calls, as its document and guides name them (vendor-docs/onefile.txt). Each makes one vendor call; the
// searches for a user make a further one for each hit, since a hit does not show enough to be believed.
import type { Seen, SendInput } from '../src/account/plan';
import type { IssuedAccount } from '../src/account/secret';
import type { Outcome } from '../src/http/outcome';
import type { Person } from '../src/vendors/definition';
import * as assignments from '../src/vendors/onefile/assignments';
import * as onefile from '../src/vendors/onefile/calls';
import type { Lookup } from '../src/vendors/onefile/references';
import type { OnefileAccount } from '../src/vendors/onefile/request';
import {
  type OnefileOrganisation,
  type OnefileUser,
  sameText,
  userBody,
} from '../src/vendors/onefile/shapes';
import { connectionOf } from '../src/worker/context';
import { sendForPassword } from './support/escrow';
import { look, safely, sendOnce, stampLook } from './support/vendor-call';

interface At {
  connection: string;
}

const at = ({ connection }: At) => connectionOf(connection, 'onefile');

export async function findOnefileOrganisation(input: At): Promise<OnefileOrganisation | null> {
  const { transport, config } = at(input);
  return safely(transport, onefile.findOrganisation(config));
}

export async function findOnefileUserByMisId(
  input: At & { role: number; misId: string },
): Promise<Seen<OnefileUser[]>> {
  const { role, misId } = input;
  const scope = { organisationId: at(input).config.organisationId, role };
  const found = await readHits(input, onefile.searchUsersByMisId(scope, misId));
  return { ...found, value: found.value.filter((user) => sameText(user.misId, misId)) };
}

export async function findOnefileUserByEmail(
  input: At & { role: number; email: string },
): Promise<Seen<OnefileUser[]>> {
  const { role, email } = input;
  const scope = { organisationId: at(input).config.organisationId, role };
  const found = await readHits(input, onefile.searchUsersByEmail(scope, email), { email });
  return { ...found, value: found.value.filter((user) => sameText(user.email, email)) };
}

async function readHits(
  input: At,
  search: ReturnType<typeof onefile.searchUsersByMisId>,
  having?: { email: string },
): Promise<Seen<OnefileUser[]>> {
  const { transport } = at(input);
  const stamp = stampLook();
  const users: OnefileUser[] = [];
  for (const userId of await safely(transport, search))
    users.push(await safely(transport, onefile.readUser(userId, having), { paced: true }));
  return { look: stamp, value: users };
}

export async function findOnefileUserById(input: At & { userId: string }): Promise<OnefileUser | null> {
  return safely(at(input).transport, onefile.findUser(input.userId));
}

export async function createOnefileUser(
  input: SendInput & { person: Person; account: OnefileAccount; keychain: boolean; secret: string },
): Promise<Outcome<IssuedAccount | null>> {
  const { transport, config } = at(input);
  const body = userBody(config.organisationId, input.person, input.account);
  return sendForPassword(input.secret, () => sendOnce(input, transport, onefile.createUser(body, input)));
}

export async function updateOnefileUser(
  input: At & { userId: string; fields: Record<string, unknown> },
): Promise<void> {
  await safely(at(input).transport, onefile.updateUser(input.userId, input.fields));
}

export async function archiveOnefileUser(input: At & { userId: string }): Promise<void> {
  const { transport, config } = at(input);
  await safely(transport, onefile.archiveUser(input.userId, config.organisationId));
}

/** Which of the ids are there, in the organisation or the standard. */
export async function findOnefileReferences(input: At & Lookup): Promise<number[]> {
  const { transport, config } = at(input);
  const there: number[] = [];
  for (const [further, call] of assignments.findReferences(input, config.organisationId).entries()) {
    if (input.ids.every((id) => there.includes(id))) break;
    there.push(...(await safely(transport, call, { paced: further > 0 })));
  }
  return there;
}

/** One page of the standards or units that a learner has. */
export async function findOnefileAssigned(
  input: At & { kind: 'standard' | 'unit'; userId: string; page: number },
): Promise<Seen<assignments.AssignedPage>> {
  return look(at(input).transport, assignments.findAssigned(input.kind, input.userId, input.page));
}

/** A send that assigns a thing to a learner. */
export interface Assign extends SendInput {
  id: number;
  userId: string;
}

export async function assignOnefileAssessor(input: Assign): Promise<Outcome<true>> {
  return sendOnce(input, at(input).transport, assignments.assignAssessor(input.id, input.userId));
}

export async function assignOnefileTemplate(input: Assign): Promise<Outcome<true>> {
  return sendOnce(input, at(input).transport, assignments.assignTemplate(input.id, input.userId));
}

export async function assignOnefileStandard(input: Assign): Promise<Outcome<string>> {
  return sendOnce(input, at(input).transport, assignments.assignStandard(input.id, input.userId));
}

export async function assignOnefileUnit(input: Assign & { standardId: number }): Promise<Outcome<true>> {
  const call = assignments.assignUnit(input.id, input.userId, input.standardId);
  return sendOnce(input, at(input).transport, call);
}
