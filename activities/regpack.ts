// Regpack's retryable calls, as its documents name them (vendor-docs/regpack.txt). Each makes one vendor call; the list is
// read one page an activity, and only those who may be the one looked for leave it.
import type { Look, SendInput } from '../src/account/plan';
import type { Outcome } from '../src/http/outcome';
import { withoutPersonal } from '../src/request/personal';
import type { Person } from '../src/vendors/definition';
import * as regpack from '../src/vendors/regpack/calls';
import { mayBe, type Sought, tellingFields } from '../src/vendors/regpack/judge';
import type { RegpackAccount, RegpackChild } from '../src/vendors/regpack/request';
import type { ScanPage } from '../src/vendors/regpack/scan';
import { childDoc, type RegpackDoc, sameText, userDoc, valueText } from '../src/vendors/regpack/shapes';
import { connectionOf, knownOfPerson } from '../src/worker/context';
import { look, safely, sendOnce } from './support/vendor-call';

interface At {
  connection: string;
}

/**
 * What a look brought back, with its stamp beside it: a run that was begun before looks at Regpack bore stamps has answers
 * without one in its history, and goes on.
 */
type Stamped<T> = T & { look: Look };

const at = ({ connection }: At) => connectionOf(connection, 'regpack');

/** @param input.groupId another project of the organisation than the connection's */
export async function getRegpackInfo(
  input: At & { cloginId: string; fields: string[]; groupId?: number },
): Promise<Stamped<regpack.UserAnswer>> {
  const { transport, config } = at(input);
  const call = regpack.getInfo(input.groupId ?? config.groupId, input.cloginId, input.fields);
  const { look: stamp, value } = await look(transport, call);
  return { ...value, words: withoutPersonal(value.words, knownOfPerson()), look: stamp };
}

export async function listRegpackUsers(
  input: At & { position: number; sought: Sought },
): Promise<Stamped<ScanPage>> {
  const { transport, config } = at(input);
  const { position, sought } = input;
  const call = regpack.listUsers(config.groupId, position, tellingFields(sought));
  const { look: stamp, value } = await look(transport, call);
  const { users, children, total } = value;
  return {
    look: stamp,
    users: users.map(({ cloginId }) => cloginId),
    children: children.map(({ cloginId }) => cloginId),
    total,
    hits: [...users, ...children].filter((user) => mayBe(user, sought)),
    showsEmail: users.some(({ values }) => valueText(values.main_email) !== undefined),
  };
}

export async function createRegpackUser(
  input: SendInput & { key: string; person: Person; account: RegpackAccount },
): Promise<Outcome<string>> {
  const { transport, config } = at(input);
  const { key, person, account } = input;
  const { cloginId, submitForms, sendMail } = account;
  const user = { cloginId: cloginId ?? (false as const), doc: userDoc(person, account, key) };
  const call = regpack.createUser(config.groupId, { ...user, submitForms, sendMail });
  return sendOnce(input, transport, call);
}

export async function createRegpackChild(
  input: SendInput & { parent: string; child: RegpackChild; account: RegpackAccount },
): Promise<Outcome<string>> {
  const { transport, config } = at(input);
  const { submitForms, sendMail } = input.account;
  const child = { parent: input.parent, doc: childDoc(input.child, input.account), submitForms, sendMail };
  return sendOnce(input, transport, regpack.createChild(config.groupId, child));
}

export async function updateRegpackUser(
  input: At & { cloginId: string; doc: RegpackDoc } & regpack.Loudness,
): Promise<void> {
  const { transport, config } = at(input);
  const { cloginId, doc, submitForms, sendMail } = input;
  await safely(transport, regpack.updateUser(config.groupId, { cloginId, doc, submitForms, sendMail }));
}

/**
 * Gives a user or child the connection's status that excludes, after looking whether they are who is meant.
 * @param input.email the user's address; left out for a child
 */
export async function excludeRegpackUser(
  input: At & { cloginId: string; email?: string; statusId: number },
): Promise<'gone' | 'changed' | 'excluded'> {
  const { transport, config } = at(input);
  const { cloginId, email, statusId } = input;
  const answer = await safely(transport, regpack.getInfo(config.groupId, cloginId, ['main_email']));
  if (!answer.user || !answer.here) return 'gone';
  if (email !== undefined && !sameText(answer.user.values.main_email, email)) return 'changed';
  await safely(transport, regpack.setStatus(config.groupId, cloginId, statusId), { paced: true });
  return 'excluded';
}
