// The user that OneFile is made to hold once: how it is looked for, and what a look means. A run makes it by this, and a plan
// looks by it.
import type * as activities from '../../activities/onefile';
import { onefileUserAbility } from '../../src/vendors/onefile/abilities';
import { judgeUser, type OnefileUserRef, type UserLook } from '../../src/vendors/onefile/judge';
import type { OnefileAccount } from '../../src/vendors/onefile/request';
import { sameText } from '../../src/vendors/onefile/shapes';
import { call, quickCalls } from '../account-run/calls';
import type { Creation } from '../account-run/create-once';
import { type Looking, stampOf } from '../account-run/looking';

type Run = Looking<OnefileAccount>;

/** A search and a look at each of its hits, of which there are five at most. */
export const CALLS_A_SEARCH = 6;

export const MAILS = 'OneFile mails the person to verify the account (keychain).';

/** All but the sending, which has a password to look after. */
export function userCreation(run: Run): Omit<Creation<UserLook, OnefileUserRef>, 'send'> {
  const { connection, person, account } = run.plan;
  const { role, misId } = account;
  const { email } = person;
  const reads = quickCalls<typeof activities>(run.plan, CALLS_A_SEARCH);
  return {
    step: 'create',
    verifyStep: 'verify',
    what: 'the user',
    ability: onefileUserAbility,
    async look() {
      const [byMisId, byEmail] = await run.safe('verify', () =>
        Promise.all([
          call('verify: by MISID', reads.findOnefileUserByMisId, { connection, role, misId }),
          call('verify: by e-mail', reads.findOnefileUserByEmail, { connection, role, email }),
        ]),
      );
      return {
        look: stampOf(byMisId.look, byEmail.look),
        seen: { byMisId: byMisId.value, byEmail: byEmail.value },
      };
    },
    judge: (seen, when) => judgeUser(seen, { email }, when),
    idOf: ({ id }) => id,
    async recall(userId) {
      if (!/^[1-9]\d*$/.test(userId)) return 'A OneFile user id is a whole number.';
      const user = await call('read back the user that an operator named', reads.findOnefileUserById, {
        connection,
        userId,
      });
      if (!user) return `OneFile has no user ${userId}.`;
      if (!sameText(user.email, email))
        return `User ${userId} at OneFile has another e-mail address than this person.`;
      if (user.misId === '') return { who: user, provenance: 'adopted' };
      if (!sameText(user.misId, misId)) return `User ${userId} at OneFile has another MISID than ours.`;
      return { who: user, provenance: 'confirmed' };
    },
  };
}
