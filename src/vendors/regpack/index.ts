// Regpack: a project's users, whom only their own id can ask for; a family's children belong to a parent.
import { defineVendor } from '../definition';
import { listUsers, regpackAuth } from './calls';
import { regpackConnection, regpackSecrets } from './config';
import { checkRegpackAccount, regpackAccount, resolveRegpackAccount } from './request';

export const regpack = defineVendor({
  vendor: 'regpack',
  title: 'Regpack',
  workflowType: 'provisionRegpackUser',
  connection: regpackConnection,
  secrets: regpackSecrets,
  auth: (connection) => regpackAuth(connection),
  logsInAs: ['apiId', 'apiUser'],
  // get_info says `success: false` to strangers and of unknown users alike; the list owes a success.
  probe: ({ groupId }) => listUsers(groupId, 0, []),
  readsBeforeWrite: 0,
  identity: ['username', 'cloginId'],
  account: regpackAccount,
  checkAccount: checkRegpackAccount,
  resolveAccount: resolveRegpackAccount,
});
