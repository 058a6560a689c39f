// HotDocs Advance: one call under a GUID of our own making, which can be asked for again.
import { randomUUID } from 'node:crypto';
import { defineVendor } from '../definition';
import { hotdocsAuth, readUser } from './calls';
import { checkHotdocsConnection, hotdocsConnection, hotdocsSecrets } from './config';
import { hotdocsAccount, resolveHotdocsAccount } from './request';

export const hotdocs = defineVendor({
  vendor: 'hotdocs',
  title: 'HotDocs Advance',
  workflowType: 'provisionHotdocsUser',
  connection: hotdocsConnection,
  secrets: hotdocsSecrets,
  auth: hotdocsAuth,
  logsInAs: ['clientName', 'principalName', 'tokenPath'],
  // Nobody has this GUID, and to be told so takes a token.
  probe: (connection) => readUser(connection, randomUUID()),
  firstReads: ({ connection, account: { userId } }) => [
    { name: 'readHotdocsUser', input: { connection, userId } },
  ],
  readsBeforeWrite: 0,
  identity: ['userId'],
  account: hotdocsAccount,
  checkConnection: checkHotdocsConnection,
  resolveAccount: resolveHotdocsAccount,
});
