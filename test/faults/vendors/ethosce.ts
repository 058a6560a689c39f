// EthosCE in the sweep: everything can be asked, users and SSO links are refused twice, profiles are not.
import type { SimulatedPerson } from '../../../src/simulators/contract';
import {
  ethosceAuthmapAbility,
  ethosceProfileAbility,
  ethosceUserAbility,
} from '../../../src/vendors/ethosce/abilities';
import { accountsOf, type Scenario, type VendorFacts } from '../contract';
import { finished } from '../preludes';

const AUTHOR = 105847459;
const REVIEWER = 175031666;
const VIEWER = 92961712;
const NO_SUCH_ROLE = 42424242;

const scenarios: Scenario[] = [
  {
    name: 'new',
    account: (key) => ({
      roles: [AUTHOR, REVIEWER],
      ssoId: `sso-${key}`,
      profile: { field_credentials: 'MD' },
    }),
    ends: 'done',
  },
  {
    name: 'existing',
    account: () => ({ roles: [REVIEWER], profile: { field_credentials: 'MD' } }),
    seed: (simulator, { key, person: { email } }) => {
      const profile = { field_first_name: 'Old', field_last_name: 'Name' };
      simulator.seed({ email, marker: `long-known-${key}`, roles: [VIEWER], profile });
    },
    ends: 'done',
  },
  {
    name: 'half-made',
    account: (key) => ({ roles: [AUTHOR], ssoId: `sso-${key}`, profile: { field_credentials: 'MD' } }),
    seed: (simulator, { key, person: { email } }) => {
      simulator.seed({ email, marker: key, roles: [VIEWER] });
    },
    ends: 'done',
  },
  {
    name: 'compensate',
    account: (key) => ({ roles: [AUTHOR], ssoId: `sso-${key}`, profile: { field_nope: 'x' } }),
    onFailure: 'compensate',
    ends: 'compensated',
  },
  {
    name: 'undo-adopted',
    account: () => ({ roles: [AUTHOR, NO_SUCH_ROLE] }),
    // Only roles are put back by an undo, so the profile is as it should be already.
    seed: (simulator, { key, person: { email, firstName, lastName, address } }) => {
      const { postalCode: postal_code, ...rest } = address ?? {};
      const profile = {
        field_first_name: firstName,
        field_last_name: lastName,
        field_profile_location: { ...rest, postal_code },
      };
      simulator.seed({ email, marker: `long-known-${key}`, roles: [VIEWER], profile });
    },
    decide: ({ code }) => (code === 'roles-contended' ? 'undo' : undefined),
    ends: 'compensated',
  },
  {
    name: 'remove',
    account: (key) => ({ roles: [AUTHOR], ssoId: `sso-${key}` }),
    prelude: finished,
    act: 'remove',
    ends: 'compensated',
  },
];

export const ethosceFacts: VendorFacts = {
  vendor: 'ethosce',
  secret: 'password',
  sessionless: true,
  scenarios,
  creates: {
    'create user': { ability: ethosceUserAbility, looks: ['find user'] },
    'create authmap': { ability: ethosceAuthmapAbility, looks: ['find authmap'] },
    'create profile': { ability: ethosceProfileAbility, looks: ['find profile'] },
  },
  truth(stage, step) {
    const [account] = accountsOf(stage);
    if (step === 'sso') {
      const linked = ((account?.details.authnames ?? []) as string[]).length > 0;
      return linked ? { exists: true } : { notCreated: true };
    }
    const found = step === 'profile' ? account?.profiles[0]?.pid : account?.id;
    return typeof found === 'string' ? { userId: found } : { notCreated: true };
  },
  wrongs(account, { stage: { request }, scenario: { account: asked }, before }) {
    const { roles = [], ssoId, profile = {} } = asked(request.key) as Asked;
    const [there] = before;
    const wrongs: string[] = [];
    const expect = (what: string, is: unknown, wanted: unknown) => {
      if (JSON.stringify(is) !== JSON.stringify(wanted))
        wrongs.push(`${what} is ${JSON.stringify(is)}, not ${JSON.stringify(wanted)}`);
    };
    expect('roles', sorted(account.roles), sorted([...(there?.roles ?? []), ...roles]));
    expect('name', account.marker, there?.marker ?? request.key);
    expect('SSO ids', account.details.authnames, ssoId ? [ssoId] : []);
    expect('number of profiles', account.profiles.length, 1);
    const [one = {}] = account.profiles;
    const { firstName, lastName } = request.person;
    for (const [field, value] of Object.entries({
      field_first_name: firstName,
      field_last_name: lastName,
      ...profile,
    }))
      expect(field, one[field], value);
    expect('city', (one.location as { city?: string } | null)?.city, request.person.address?.city);
    expect('status', account.status, 'active');
    return wrongs;
  },
};

interface Asked {
  roles?: number[];
  ssoId?: string;
  profile?: Record<string, string>;
}

function sorted(roles: SimulatedPerson['roles'] | number[]): number[] {
  return [...new Set(roles.map(Number))].sort((a, b) => a - b);
}
