// Regpack: a project's users, whom only their own id can ask for; a family's children belong to a parent.
import { defineVendor } from '../definition';
import { regpackConnection, regpackSecrets } from './config';
import { checkRegpackAccount, regpackAccount, resolveRegpackAccount } from './request';

export const regpack = defineVendor({
  vendor: 'regpack',
  title: 'Regpack',
  workflowType: 'provisionRegpackUser',
  connection: regpackConnection,
  secrets: regpackSecrets,
  readsBeforeWrite: 0,
  account: regpackAccount,
  checkAccount: checkRegpackAccount,
  resolveAccount: resolveRegpackAccount,
});
