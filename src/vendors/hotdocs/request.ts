// The HotDocs Advance account of a request, and what it becomes with its defaults (vendor-docs/hotdocs-advance.txt).
import { z } from 'zod';
import { expected, text } from '../../config/words';
import { isUuid, URL_NAMESPACE, uuidV5 } from '../../request/uuid';
import type { AccountContext } from '../definition';
import type { HotdocsConnection } from './config';

const guidError = expected(
  'one like 4a404239-527c-4470-b53f-7cc7f46445bd; without any, one is made of the connection and the key',
  'is not a GUID',
);

export const hotdocsAccount = z.strictObject({
  /** The new user's id, which the caller makes; also the marker by which our own create is found again. */
  userId: z.string({ error: guidError }).refine(isUuid, { error: guidError }).optional(),
  /** Administrative roles as the API spells them; none makes a standard user. */
  roles: z.array(text('the name of a role')).optional(),
  /** Whether HotDocs mails the person; the connection's `sendMail` if left out. */
  sendEmail: z.boolean({ error: expected('true or false') }).optional(),
});

/** A HotDocs account with its defaults; the GUID is in small letters. */
export interface HotdocsAccount {
  userId: string;
  roles: string[];
  sendEmail: boolean;
  /** Where the connection knows a call that takes a user back. */
  undoCall?: true;
}

type Given = z.output<typeof hotdocsAccount>;
type Rules = { sendMail: boolean } & Pick<HotdocsConnection, 'undoCall'>;

export function resolveHotdocsAccount(context: AccountContext<Given, Rules>): HotdocsAccount {
  const { key, account, connection, connectionName } = context;
  return {
    userId: account.userId?.toLowerCase() ?? uuidV5(`muster:${connectionName}/${key}`, URL_NAMESPACE),
    roles: account.roles ?? [],
    sendEmail: account.sendEmail ?? connection.sendMail,
    ...(connection.undoCall && { undoCall: true as const }),
  };
}
