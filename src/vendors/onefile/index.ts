// OneFile: users of an organisation, found again by MISID; learners belong to assessor, classroom and placement.
import { defineVendor } from '../definition';
import { findOrganisation, onefileAuth } from './calls';
import { onefileConnection, onefileSecrets } from './config';
import { checkOnefileAccount, onefileAccount, resolveOnefileAccount } from './request';

export const onefile = defineVendor({
  vendor: 'onefile',
  title: 'OneFile',
  workflowType: 'provisionOneFileUser',
  connection: onefileConnection,
  secrets: onefileSecrets,
  auth: onefileAuth,
  probe: findOrganisation,
  firstReads: ({ connection }) => [{ name: 'findOnefileOrganisation', input: { connection } }],
  readsBeforeWrite: 0,
  identity: ['misId', 'role'],
  account: onefileAccount,
  checkAccount: checkOnefileAccount,
  resolveAccount: resolveOnefileAccount,
});
