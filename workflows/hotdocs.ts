// HotDocs Advance (vendor-docs/hotdocs-advance.txt): verify by the GUID that we chose; create under it, roles and all.
// Whose an e-mail address is, only the whole user list tells, so that is asked for when a create was refused.
import type * as activities from '../activities/hotdocs';
import type { Made, ResultDocument } from '../src/account/result';
import type { RequestDocument } from '../src/request/schema';
import type { HotdocsAccount } from '../src/vendors/hotdocs/request';
import { type HotdocsUser, sameEmail } from '../src/vendors/hotdocs/shapes';
import { call, safeCalls } from './account-run/calls';
import { createOnce } from './account-run/create-once';
import { accountRun, type Purpose } from './account-run/lifecycle';
import type { AccountRun } from './account-run/run';
import type { Undone } from './account-run/undo';
import { noteDifferences, userCreation } from './hotdocs/creations';

type Run = AccountRun<HotdocsAccount>;

export async function provisionHotdocsUser(
  request: RequestDocument,
  purpose?: Purpose,
): Promise<ResultDocument> {
  return accountRun<HotdocsAccount>(request, { provision, undo }, purpose);
}

async function provision(run: Run): Promise<void> {
  const user = await run.mustStep('create', () => createUser(run));
  noteDifferences(run, user);
}

async function createUser(run: Run): Promise<HotdocsUser> {
  const creation = userCreation(run, { whoseEmail: false });
  const { who, provenance } = await createOnce(run, creation);
  run.result.userId = who.userId;
  run.result.provenance = provenance;
  return who;
}

/** HotDocs documents no call that removes or deactivates: a person does, unless the connection knows the call. */
async function undo(run: Run, step: string, made: Made): Promise<Undone> {
  const { connection, person, account, policy } = run.plan;
  const userId = made.id ?? account.userId;
  const calls = safeCalls<typeof activities>(run.plan, 3);
  const what = `HotDocs user ${userId}`;
  const owed: Undone = {
    is: 'owed',
    debt: { what, instruction: `Deactivate user ${userId} in HotDocs Advance.` },
  };
  const { value: user } = await run.safe(step, () =>
    call('undo: look for the user by its GUID', calls.readHotdocsUser, { connection, userId }),
  );
  if (!user) return { is: 'missing' };
  if (user.email !== undefined && !sameEmail(user.email, person.email))
    return { is: 'kept', why: 'the account has another e-mail address now' };
  if (policy.undo === 'never') return owed;
  const called = await run.safe(step, () =>
    call('undo: the configured call, if there is one', calls.deactivateHotdocsUser, { connection, userId }),
  );
  return called ? { is: 'removed', how: `deactivated ${userId} by the configured call` } : owed;
}
