// EthosCE: a Drupal user with its profile, roles and single sign-on; everything can be asked.
import { defineVendor } from '../definition';
import { ethosceAuth, sessionToken } from './calls';
import { ethosceConnection, ethosceSecrets } from './config';
import { checkEthosceAccount, ethosceAccount, resolveEthosceAccount } from './request';

export const ethosce = defineVendor({
  vendor: 'ethosce',
  title: 'EthosCE',
  workflowType: 'provisionEthosceUser',
  connection: ethosceConnection,
  secrets: ethosceSecrets,
  auth: ethosceAuth,
  logsInAs: ['username'],
  probe: () => sessionToken,
  firstReads: ({ connection, person: { email }, account: { username, ssoId } }) => [
    { name: 'findEthosceUserByMail', input: { connection, email } },
    { name: 'findEthosceUserByName', input: { connection, username } },
    ...(ssoId === undefined ? [] : [{ name: 'findEthosceSsoLinks', input: { connection, ssoId } }]),
  ],
  readsBeforeWrite: 0,
  identity: ['username'],
  account: ethosceAccount,
  checkAccount: checkEthosceAccount,
  resolveAccount: resolveEthosceAccount,
});
