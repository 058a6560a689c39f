// EthosCE's forecast: the run's looks for user, SSO link and profile, and the merge of the roles that are there.
import type * as activities from '../../activities/ethosce';
import type { UserLook } from '../../src/vendors/ethosce/judge';
import type { EthosceAccount } from '../../src/vendors/ethosce/request';
import { mergeRoles, profileChanges, profileFields } from '../../src/vendors/ethosce/shapes';
import { safeCalls } from '../account-run/calls';
import { foresee } from '../planning/foresee';
import type { Planner } from '../planning/planner';
import { noteBlocked, profileCreation, ssoCreation, userCreation } from './creations';

/** What undo does with a user that was created, by the connection's rule. */
const UNDO = { full: 'full', disable: 'disabled', never: 'debt' } as const;

export async function planEthosce(planner: Planner<EthosceAccount>): Promise<void> {
  const { account, policy } = planner.plan;
  const user = await foresee(planner, userCreation(planner));
  if (user.will === 'send') {
    planner.creates(UNDO[policy.undo]);
    planner.changesRoles(account.roles, [], 'full');
    if (account.ssoId !== undefined) planner.makes('sso', 'full');
    planner.makes('profile', 'full');
    return;
  }
  const { who, provenance, known, seen } = user;
  const { uid } = who;
  planner.finds({ userId: uid, provenance, known, foundBy: foundBy(seen, uid) });
  noteBlocked(planner, who);
  planner.sees([who.name, who.mail, who.active]);
  if (account.ssoId !== undefined) await planSso(planner, uid);
  await planProfile(planner, uid);
  await planRoles(planner, uid);
}

function foundBy({ byName, byMail, bySsoId = [] }: UserLook, uid: string): string {
  const has = (users: readonly { uid: string }[]) => users.some((user) => user.uid === uid);
  if (has(byName)) return 'name and e-mail address';
  if (has(byMail)) return 'e-mail address';
  return has(bySsoId) ? 'SSO id' : 'earlier run';
}

async function planSso(planner: Planner<EthosceAccount>, uid: string): Promise<void> {
  const link = await foresee(planner, ssoCreation(planner, uid));
  if (link.will === 'send') planner.makes('sso', 'full');
}

async function planProfile(planner: Planner<EthosceAccount>, uid: string): Promise<void> {
  const { person, account } = planner.plan;
  const profile = await foresee(planner, profileCreation(planner, uid));
  if (profile.will === 'send') return planner.makes('profile', 'full');
  const wanted = profileFields(person, account);
  const { pid, fields } = profile.who;
  planner.changes(Object.keys(profileChanges(fields, wanted)));
  planner.sees([pid, Object.keys(wanted).map((name) => fields[name] ?? null)]);
}

async function planRoles(planner: Planner<EthosceAccount>, uid: string): Promise<void> {
  const { connection, account } = planner.plan;
  if (account.roles.length === 0 && account.removeRoles.length === 0) return;
  const { findEthosceUserById } = safeCalls<typeof activities>(planner.plan);
  const { value } = await planner.safe('roles', () => findEthosceUserById({ connection, uid }));
  const there = value[0]?.roles ?? [];
  const { add, remove } = mergeRoles(there, account);
  planner.changesRoles(add, remove, 'full');
  planner.sees([...there].sort((a, b) => a - b));
}
