// HotDocs' forecast: the run's look by GUID, and, since a taken e-mail address only shows when a create is refused, whose the
// addresses are, by one reading of the user list for all.
import type * as activities from '../../activities/hotdocs';
import type { HotdocsAccount } from '../../src/vendors/hotdocs/request';
import { sameEmail } from '../../src/vendors/hotdocs/shapes';
import { safeCalls } from '../account-run/calls';
import { foresee } from '../planning/foresee';
import type { Planner } from '../planning/planner';
import { noteDifferences, userCreation } from './creations';

export async function planHotdocs(planner: Planner<HotdocsAccount>): Promise<void> {
  const { account, policy } = planner.plan;
  const search = { whoseEmail: true, byEmail: () => whoseEmail(planner) };
  const user = await foresee(planner, userCreation(planner, search));
  if (user.will === 'send') {
    planner.creates(account.undoCall && policy.undo !== 'never' ? 'disabled' : 'debt');
    planner.changesRoles(account.roles, [], 'none');
    if (account.sendEmail) planner.mails('HotDocs mails the person a link (sendEmail).');
    return;
  }
  const { who, provenance, known, seen } = user;
  const { userId, email, roles, active } = who;
  const foundBy =
    seen.byGuid?.userId === userId ? 'GUID' : seen.byEmail?.users.length ? 'e-mail address' : 'earlier run';
  planner.finds({ userId, provenance, known, foundBy });
  noteDifferences(planner, who);
  planner.sees([email, roles && [...roles].sort(), active]);
}

async function whoseEmail(planner: Planner<HotdocsAccount>) {
  const { connection, person } = planner.plan;
  const { findHotdocsUsersByEmails } = safeCalls<typeof activities>(planner.plan);
  const emails = planner.page.emailsAt(connection);
  const { users, readable } = await planner.page.once(`users of ${connection}`, () =>
    findHotdocsUsersByEmails.executeWithOptions({ summary: 'by mail, in the user list' }, [
      { connection, emails },
    ]),
  );
  return { users: users.filter(({ email = '' }) => sameEmail(email, person.email)), readable };
}
