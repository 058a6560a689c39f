// Ignis PHA: log-in and User Profile assessment, at a vendor that can't be asked who exists.
import { defineVendor } from '../definition';
import { getForm, phaAuth } from './calls';
import { checkPhaConnection, phaConnection, phaSecrets } from './config';
import { checkPhaAccount, phaAccount, resolvePhaAccount } from './request';

export const pha = defineVendor({
  vendor: 'pha',
  title: 'Ignis PHA',
  workflowType: 'provisionPhaUser',
  connection: phaConnection,
  secrets: phaSecrets,
  auth: phaAuth,
  probe: () => getForm(),
  // The form is fetched right before each post of the assessment.
  readsBeforeWrite: 1,
  identity: [],
  account: phaAccount,
  checkConnection: checkPhaConnection,
  checkAccount: checkPhaAccount,
  resolveAccount: resolvePhaAccount,
});
