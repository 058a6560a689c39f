// OneFile's forecast: keychain and references, the run's look for the user, what differs, and what is assigned already.

import type { UserLook } from '../../src/vendors/onefile/judge';
import { assignmentsOf, type Found, referencesOf, standardOf } from '../../src/vendors/onefile/references';
import type { OnefileAccount } from '../../src/vendors/onefile/request';
import type { OnefileOrganisation } from '../../src/vendors/onefile/shapes';
import { userChanges } from '../../src/vendors/onefile/shapes';
import { foresee, foreseeByLedger } from '../planning/foresee';
import type { Planner } from '../planning/planner';
import { assigning } from './assign';
import { MAILS, userCreation } from './creations';
import { checkReferences, findOrganisation } from './verify';

/** Archiving leaves the log-in, and no call takes an assignment back. */
const UNDO = 'debt';

export async function planOnefile(planner: Planner<OnefileAccount>): Promise<void> {
  const { connection, person, account } = planner.plan;
  const { page } = planner;
  const organisation = await page.once(`organisation of ${connection}`, () => findOrganisation(planner));
  const named = `references at ${connection}: ${JSON.stringify(referencesOf(account))}`;
  const found = await page.once(named, () => checkReferences(planner, 'verify', organisation));
  const user = await foresee(planner, userCreation(planner));
  if (user.will === 'send') return planNew(planner, organisation);
  const { who, provenance, known, seen } = user;
  planner.finds({ userId: who.id, provenance, known, foundBy: foundBy(seen, who.id) });
  const changes = Object.keys(userChanges(who.fields ?? {}, person, account));
  planner.changes([...(who.misId === '' ? ['MISID'] : []), ...changes]);
  const unseen = changes.filter((name) => (who.fields?.[name] ?? null) === null);
  if (unseen.length > 0) planner.note(`OneFile does not show ${unseen.join(', ')}: sent, whatever is there.`);
  planner.sees([who.misId, changes.map((name) => who.fields?.[name] ?? null)]);
  await planAssignments(planner, who.id, found);
}

function planNew(planner: Planner<OnefileAccount>, { keychain, mails }: OnefileOrganisation): void {
  planner.creates(UNDO);
  if (keychain && mails) planner.mails(MAILS);
  for (const { step } of assignmentsOf(planner.plan.account)) planner.makes(step, UNDO);
}

function foundBy({ byMisId, byEmail }: UserLook, id: string): string {
  if (byMisId.some((user) => user.id === id)) return 'MISID and e-mail address';
  return byEmail.some((user) => user.id === id) ? 'e-mail address' : 'earlier run';
}

async function planAssignments(
  planner: Planner<OnefileAccount>,
  userId: string,
  found: Found[],
): Promise<void> {
  for (const one of assignmentsOf(planner.plan.account)) {
    const assignment = assigning(planner, userId, one, standardOf(one.id, found) ?? 0);
    const { will } =
      assignment.by === 'look'
        ? await foresee(planner, assignment.creation)
        : await foreseeByLedger(planner, assignment.creation);
    if (will === 'send') planner.makes(one.step, UNDO);
  }
}
