// The one thing that HotDocs is made to hold, the user under our GUID: how it is looked for, what a look means, and how it is
// sent; and what can only be said of one who was there before. A run makes it of this, and a plan looks by it.
import type * as activities from '../../activities/hotdocs';
import type { Look } from '../../src/account/plan';
import { hotdocsUserAbility } from '../../src/vendors/hotdocs/abilities';
import { judgeUser, type UserLook } from '../../src/vendors/hotdocs/judge';
import type { HotdocsAccount } from '../../src/vendors/hotdocs/request';
import {
  type EmailSearch,
  type HotdocsUser,
  isGuid,
  missingRoles,
  sameEmail,
  userBody,
} from '../../src/vendors/hotdocs/shapes';
import { call, quickCalls, safeCalls, sendCalls } from '../account-run/calls';
import type { Creation } from '../account-run/create-once';
import { type Looking, stampOf } from '../account-run/looking';

type Run = Looking<HotdocsAccount>;

/** How a look finds out whose the e-mail address is. */
export interface Search {
  /** Whether the first look asks for that too; a run asks when its create was refused. */
  whoseEmail: boolean;
  /** By what it asks; one call of the user list where left out. */
  byEmail?(): Promise<EmailSearch>;
}

export function userCreation(run: Run, search: Search): Creation<UserLook, HotdocsUser> {
  const { connection, person, account } = run.plan;
  const { email } = person;
  const { userId, roles } = account;
  const reads = quickCalls<typeof activities>(run.plan);
  // The whole user list, which may take long.
  const lists = safeCalls<typeof activities>(run.plan);
  const sends = sendCalls<typeof activities>(run.plan, hotdocsUserAbility);
  let lost = 0;
  let { whoseEmail } = search;
  let emailLook: Look | undefined;
  const byEmail =
    search.byEmail ??
    (async () => {
      const found = await call('verify: by mail, in the user list', lists.findHotdocsUsersByEmail, {
        connection,
        email,
      });
      emailLook = found.look;
      return found.value;
    });
  return {
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
      const found = await run.safe('verify', byEmail);
      whoseEmail = false;
      if (!found.readable)
        run.note(
          'The user list of HotDocs shows no GUIDs and e-mail addresses: nobody was looked for by mail.',
        );
      return { look: stampOf(byGuid.look, emailLook), seen: { byGuid: null, byEmail: found } };
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
  };
}

/** No call that changes a user is documented, so what an account lacks can only be said. */
export function noteDifferences(run: Run, user: HotdocsUser): void {
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
