// HotDocs Advance (vendor-docs/hotdocs-advance.txt): verify by the GUID that we chose; create under it, roles and all.
// Whose an e-mail address is, only the whole user list tells, so that is asked for when a create was refused.
import type * as activities from '../activities/hotdocs';
import type { Made, ResultDocument } from '../src/account/result';
import type { RequestDocument } from '../src/request/schema';
import { hotdocsUserAbility } from '../src/vendors/hotdocs/abilities';
import { judgeUser, type UserLook } from '../src/vendors/hotdocs/judge';
import type { HotdocsAccount } from '../src/vendors/hotdocs/request';
import { type HotdocsUser, isGuid, missingRoles, sameEmail, userBody } from '../src/vendors/hotdocs/shapes';
import { call, safeCalls, sendCalls } from './account-run/calls';
import { createOnce } from './account-run/create-once';
import { accountRun, type Purpose } from './account-run/lifecycle';
import type { AccountRun } from './account-run/run';
import type { Undone } from './account-run/undo';

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
  const { connection, person, account } = run.plan;
  const { email } = person;
  const { userId, roles } = account;
  const reads = safeCalls<typeof activities>(run.plan);
  const sends = sendCalls<typeof activities>(run.plan, hotdocsUserAbility);
  let lost = 0;
  let whoseEmail = false;
  const { who, provenance } = await createOnce<UserLook, HotdocsUser>(run, {
    step: 'create',
    verifyStep: 'verify',
    what: 'the user',
    ability: hotdocsUserAbility,
    async look() {
      const byGuid = await run.safe('verify', () =>
        call('verify: by GUID', reads.readHotdocsUser, { connection, userId }),
      );
      if (byGuid.value || !whoseEmail)
        return { look: byGuid.look, seen: { byGuid: byGuid.value, byEmail: undefined } };
      const byEmail = await run.safe('verify', () =>
        call('verify: by mail, in the user list', reads.findHotdocsUsersByEmail, { connection, email }),
      );
      whoseEmail = false;
      if (!byEmail.value.readable)
        run.note(
          'The user list of HotDocs shows no GUIDs and e-mail addresses: nobody was looked for by mail.',
        );
      return { look: byGuid.look, seen: { byGuid: null, byEmail: byEmail.value } };
    },
    judge: (seen, when) => judgeUser(seen, { userId, email }, when),
    async send(ground) {
      const input = { connection, step: 'create', ground, userId, body: userBody(person, account) };
      const outcome = await call('create the user', sends.createHotdocsUser, input);
      if (outcome.kind === 'unknown') lost += 1;
      // How HotDocs says that an address is taken is not public. Lost a second time, it may have been an error 500.
      whoseEmail = outcome.kind === 'unknown' ? lost > 1 : outcome.kind === 'refused';
      return outcome.kind === 'done'
        ? { ...outcome, value: { userId: outcome.value, email, roles } }
        : outcome;
    },
    idOf: (user) => user.userId,
    async recall(given) {
      if (!isGuid(given)) return 'A HotDocs user id is a GUID.';
      const { value: user } = await call('read back the user that an operator named', reads.readHotdocsUser, {
        connection,
        userId: given.toLowerCase(),
      });
      if (!user) return `HotDocs has no user ${given}.`;
      if (user.email === undefined) return { who: user, provenance: 'declared' };
      if (!sameEmail(user.email, email))
        return `User ${given} at HotDocs has another e-mail address than this person.`;
      return { who: user, provenance: user.userId === userId ? 'confirmed' : 'adopted' };
    },
  });
  run.result.userId = who.userId;
  run.result.provenance = provenance;
  return who;
}

/** No call that changes a user is documented, so what an account lacks can only be said. */
function noteDifferences(run: Run, user: HotdocsUser): void {
  const wanted = run.plan.account.roles;
  if (user.active === false) run.note('The account is inactive at HotDocs and was left so.');
  if (wanted.length === 0) return;
  const missing = user.roles && missingRoles(user.roles, wanted);
  if (!missing)
    run.note(`HotDocs does not show the account's roles: see there whether it has ${wanted.join(', ')}.`);
  else if (missing.length > 0)
    run.note(
      `The account was there and lacks ${missing.join(', ')}; HotDocs documents no call that adds roles: add them there.`,
    );
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
  if (!user) return { is: 'removed', how: 'it is not there' };
  if (user.email !== undefined && !sameEmail(user.email, person.email))
    return { is: 'kept', why: 'the account has another e-mail address now' };
  if (policy.undo === 'never') return owed;
  const called = await run.safe(step, () =>
    call('undo: the configured call, if there is one', calls.deactivateHotdocsUser, { connection, userId }),
  );
  return called ? { is: 'removed', how: `deactivated ${userId} by the configured call` } : owed;
}
