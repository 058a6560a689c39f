// HotDocs Advance in the sweep: one create under a GUID of our choice, which the vendor takes once only.
import { hotdocsUserAbility } from '../../../src/vendors/hotdocs/abilities';
import { accountsOf, type Scenario, type VendorFacts } from '../contract';
import { finished } from '../preludes';

const ROLES = ['SiteAdministrator'];
const THERE = '7a404239-527c-4470-b53f-7cc7f46445bd';

const scenarios: Scenario[] = [
  { name: 'new', account: () => ({ roles: ROLES }), ends: 'done' },
  { name: 'mailed', account: () => ({ sendEmail: true }), mails: 1, ends: 'done' },
  {
    name: 'existing',
    account: () => ({ userId: THERE, roles: ROLES }),
    seed: (simulator, { person: { email } }) => {
      simulator.seed({ email, marker: THERE, roles: ROLES });
    },
    ends: 'done',
  },
  {
    name: 'by-mail',
    account: () => ({ roles: ROLES }),
    seed: (simulator, { person: { email } }) => {
      simulator.seed({ email, marker: THERE, roles: ROLES });
    },
    ends: 'done',
  },
  {
    name: 'compensate',
    account: () => ({ roles: ['NoSuchRole'] }),
    onFailure: 'compensate',
    ends: 'compensated',
  },
  { name: 'remove', account: () => ({}), prelude: finished, act: 'remove', ends: 'compensated' },
  {
    name: 'remove-by-call',
    settings: { updateCall: true },
    connection: { undoCall: { method: 'PUT', path: '/Users/{id}', body: { isActive: false } } },
    account: () => ({}),
    prelude: finished,
    act: 'remove',
    ends: 'compensated',
  },
];

export const hotdocsFacts: VendorFacts = {
  vendor: 'hotdocs',
  secret: 'principalPassword',
  scenarios,
  creates: { 'create user': { ability: hotdocsUserAbility, looks: ['read user'] } },
  truth(stage) {
    const [account] = accountsOf(stage);
    return account ? { userId: account.id } : { notCreated: true };
  },
  wrongs(account, { stage: { request }, scenario: { account: asked } }) {
    const { roles = [] } = asked(request.key) as { roles?: string[] };
    return roles.filter((role) => !account.roles.includes(role)).map((role) => `role ${role} is missing`);
  },
};
