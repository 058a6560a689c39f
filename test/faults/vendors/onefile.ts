// OneFile in the sweep: users are found by MISID and taken twice; some assignments can be looked up, some cannot.

import { isLostNote } from '../../../src/account/secret';
import type { SimulatedPerson } from '../../../src/simulators/contract';
import {
  onefileListedAbility,
  onefileUnlistedAbility,
  onefileUserAbility,
} from '../../../src/vendors/onefile/abilities';
import { accountsOf, type Ending, type Scenario, type VendorFacts } from '../contract';
import { finished } from '../preludes';

const LEARNER = {
  role: 'learner',
  defaultAssessorId: 7,
  classroomId: 3,
  placementId: 9,
  fields: { ULN: '1234567890' },
};
const ASSIGN = { assessorIds: [7], frameworkTemplateIds: [21], standardIds: [31], unitIds: [41] };

const scenarios: Scenario[] = [
  { name: 'new', account: () => ({ ...LEARNER, assign: ASSIGN }), ends: 'done' },
  {
    name: 'keychain',
    settings: { keychain: true },
    account: () => ({ ...LEARNER }),
    mails: 1,
    ends: 'done',
  },
  {
    name: 'existing',
    account: () => ({ ...LEARNER, assign: { standardIds: [31] } }),
    seed: (simulator, { person: { email, firstName, lastName } }) => {
      simulator.seed({ email, firstName, lastName, roles: [1] });
    },
    ends: 'done',
  },
  { name: 'remove', account: () => ({ ...LEARNER }), prelude: finished, act: 'remove', ends: 'compensated' },
];

/** How the simulator calls what a step assigns. */
const ASSIGNED: Readonly<Record<string, string>> = {
  assessor: 'user',
  template: 'template',
  standard: 'learning aim',
  unit: 'unit summary',
};

/** What was assigned; the ids of learning aims and unit summaries are their own. */
function idOf(assignment: Readonly<Record<string, unknown>>): unknown {
  const { what, ID, StandardID, UnitID } = assignment;
  if (what === 'learning aim') return StandardID;
  return what === 'unit summary' ? UnitID : ID;
}

/** What OneFile made is under the handle, or is said to be lost. */
function passwordWrongs(
  { id }: SimulatedPerson,
  { scenario, result, password }: Pick<Ending, 'scenario' | 'result' | 'password'>,
): string[] {
  const made = !scenario.seed && scenario.settings?.keychain !== true;
  if (!made) return result.secret === null ? [] : ['a password is named that OneFile did not make'];
  if (result.secret !== null)
    return password === `Pw-${id}-simulated` ? [] : ['the password under the handle is another one'];
  return result.notes.some(isLostNote) ? [] : ['nothing says where the password is'];
}

const ofPath = ({ path }: { path: string }) => path;

export const onefileFacts: VendorFacts = {
  vendor: 'onefile',
  secret: 'customerToken',
  scenarios,
  creates: {
    'create user': { ability: onefileUserAbility, looks: ['search users'] },
    'assign user': { ability: onefileUnlistedAbility, looks: [], of: ofPath },
    'assign template': { ability: onefileUnlistedAbility, looks: [], of: ofPath },
    'assign standard': { ability: onefileListedAbility, looks: ['search learning aims'], of: ofPath },
    'assign unit': { ability: onefileListedAbility, looks: ['search unit summaries'], of: ofPath },
  },
  truth(stage, step) {
    const [account] = accountsOf(stage);
    const [, kind = '', id] = /^assign-([a-z]+)-(\d+)$/.exec(step) ?? [];
    if (id === undefined) return account ? { userId: account.id } : { notCreated: true };
    const there = account?.profiles.some((one) => one.what === ASSIGNED[kind] && String(idOf(one)) === id);
    return there ? { exists: true } : { notCreated: true };
  },
  wrongs(account, ending) {
    const { request } = ending.stage;
    const { account: asked } = ending.scenario;
    const wrongs: string[] = [...passwordWrongs(account, ending)];
    if (account.marker !== request.key) wrongs.push(`MISID is ${account.marker}, not ${request.key}`);
    if (account.details.ULN !== LEARNER.fields.ULN) wrongs.push(`ULN is ${account.details.ULN}`);
    const { assign = {} } = asked(request.key) as { assign?: Partial<typeof ASSIGN> };
    const wanted = {
      user: assign.assessorIds,
      template: assign.frameworkTemplateIds,
      'learning aim': assign.standardIds,
      'unit summary': assign.unitIds,
    };
    for (const [what, ids = []] of Object.entries(wanted)) {
      const has = account.profiles.filter((one) => one.what === what).map(idOf);
      if (JSON.stringify(has) !== JSON.stringify(ids))
        wrongs.push(`assigned as ${what}: [${has.join(', ')}], not [${ids.join(', ')}]`);
    }
    return wrongs;
  },
};
