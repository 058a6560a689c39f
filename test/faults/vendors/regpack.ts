// Regpack in the sweep: found by its own id only, listed to settle; a second child is always taken.
import { regpackChildAbility, regpackUserAbility } from '../../../src/vendors/regpack/abilities';
import { accountsOf, type Scenario, type Stage, type VendorFacts } from '../contract';
import { cutShort, finished } from '../preludes';

const MARKED = { markerField: 'external_ref' };
/** The first id that a fresh simulator gives. */
const FIRST_ID = 900_001;
const child = (key: string, firstName: string, fields: Record<string, unknown> = {}) => ({
  key: `${key}-${firstName}`,
  firstName,
  lastName: 'Little-Tern',
  fields,
});

const scenarios: Scenario[] = [
  { name: 'new', account: () => ({ fields: { favorite_color: 'green' } }), ends: 'done' },
  {
    name: 'family',
    connection: MARKED,
    account: (key) => ({ children: [child(key, 'Bo'), child(key, 'Cy')] }),
    ends: 'done',
  },
  {
    name: 'existing',
    account: () => ({ cloginId: FIRST_ID, fields: { favorite_color: 'green' } }),
    seed: (simulator, { person: { email, firstName, lastName } }) => {
      simulator.seed({ email, firstName, lastName });
    },
    ends: 'done',
  },
  {
    name: 'half-made',
    connection: MARKED,
    account: (key) => ({ children: [child(key, 'Bo')] }),
    prelude: cutShort({ call: 'create child' }),
    ends: 'done',
  },
  {
    name: 'compensate',
    account: (key) => ({ children: [child(key, 'Bo', { no_such_field: 'x' })] }),
    onFailure: 'compensate',
    ends: 'compensated',
  },
  { name: 'remove', account: () => ({}), prelude: finished, act: 'remove', ends: 'compensated' },
];

interface State {
  logins: { clogin_id: number; child: boolean; special: { first_name?: string } }[];
  memberships: { clogin_id: number; connected_to: number; fields: Record<string, unknown> }[];
}

/** Ids of the person's children of that first name. */
function childrenOf({ simulator }: Stage, firstName: string): string[] {
  const { logins } = simulator.state() as State;
  return logins
    .filter((login) => login.child && login.special.first_name === firstName)
    .map(({ clogin_id }) => String(clogin_id));
}

export const regpackFacts: VendorFacts = {
  vendor: 'regpack',
  secret: 'apiToken',
  scenarios,
  creates: {
    'create user': { ability: regpackUserAbility, looks: ['list users', 'get info'] },
    'create child': {
      ability: regpackChildAbility,
      looks: ['list users'],
      of: ({ body }) => JSON.stringify((body as { doc?: unknown } | null)?.doc),
    },
  },
  truth(stage, step) {
    const [account] = accountsOf(stage);
    const firstName = /^child-.*-(\w+)$/.exec(step)?.[1];
    const id = firstName === undefined ? account?.id : childrenOf(stage, firstName)[0];
    return id === undefined ? { notCreated: true } : { userId: id };
  },
  wrongs(account, { stage, scenario }) {
    const wrongs: string[] = [];
    const { children = [], fields = {} } = scenario.account(stage.request.key) as {
      children?: { firstName: string }[];
      fields?: Record<string, unknown>;
    };
    for (const { firstName } of children) {
      const there = childrenOf(stage, firstName).length;
      if (there !== 1) wrongs.push(`there are ${there} children ${firstName}, not one`);
    }
    const [membership = {}] = account.profiles;
    const has = (membership.fields ?? {}) as Record<string, unknown>;
    for (const [name, value] of Object.entries(fields))
      if (has[name] !== value) wrongs.push(`field ${name} is ${has[name]}, not ${value}`);
    return wrongs;
  },
};
