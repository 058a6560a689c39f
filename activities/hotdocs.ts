// HotDocs Advance's retryable calls, as its document names them (vendor-docs/hotdocs-advance.txt). Each makes one vendor
// call, beside the log-in that the transport makes where a token is due.
import type { Seen, SendInput } from '../src/account/plan';
import type { Outcome } from '../src/http/outcome';
import * as hotdocs from '../src/vendors/hotdocs/calls';
import type { EmailSearch, HotdocsUser, UserBody } from '../src/vendors/hotdocs/shapes';
import { connectionOf } from '../src/worker/context';
import { look, safely, sendOnce } from './support/vendor-call';

interface At {
  connection: string;
}

const at = ({ connection }: At) => connectionOf(connection, 'hotdocs');

export async function readHotdocsUser(input: At & { userId: string }): Promise<Seen<HotdocsUser | null>> {
  const { transport, config } = at(input);
  return look(transport, hotdocs.readUser(config, input.userId));
}

export async function findHotdocsUsersByEmail(input: At & { email: string }): Promise<Seen<EmailSearch>> {
  const { transport, config } = at(input);
  return look(transport, hotdocs.findUsersByEmail(config, [input.email]));
}

/** The user list's hits for many people at once. */
export async function findHotdocsUsersByEmails(input: At & { emails: string[] }): Promise<EmailSearch> {
  const { transport, config } = at(input);
  return safely(transport, hotdocs.findUsersByEmail(config, input.emails));
}

export async function createHotdocsUser(
  input: SendInput & { userId: string; body: UserBody },
): Promise<Outcome<string>> {
  const { transport, config } = at(input);
  return sendOnce(input, transport, hotdocs.createUser(config, input.userId, input.body));
}

/** Makes the connection's `undoCall`; false where none is configured. Repeatable, as such a call has to be. */
export async function deactivateHotdocsUser(input: At & { userId: string }): Promise<boolean> {
  const { transport, config } = at(input);
  if (!config.undoCall) return false;
  await safely(transport, hotdocs.undoUser(config, config.undoCall, input.userId));
  return true;
}
