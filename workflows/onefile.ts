// OneFile (vendor-docs/onefile.txt): see whether the organisation uses the keychain and has all that the request names;
// verify by MISID and e-mail; create the user; change what differs in one who was there; assign the learner.
import type * as activities from '../activities/onefile';
import type { Look } from '../src/account/plan';
import type { Made, ResultDocument } from '../src/account/result';
import type { Outcome } from '../src/http/outcome';
import type { RequestDocument } from '../src/request/schema';
import { onefileUserAbility } from '../src/vendors/onefile/abilities';
import { judgeUser, type OnefileUserRef, type UserLook } from '../src/vendors/onefile/judge';
import type { OnefileAccount } from '../src/vendors/onefile/request';
import { sameText, userChanges } from '../src/vendors/onefile/shapes';
import { call, safeCalls, sendCalls } from './account-run/calls';
import { createOnce } from './account-run/create-once';
import { clearLedger } from './account-run/ledgered';
import { accountRun, type Purpose } from './account-run/lifecycle';
import type { AccountRun } from './account-run/run';
import { dropSecrets, IssuedPassword } from './account-run/secret';
import type { Undone } from './account-run/undo';
import { assignAll, type Learner, undoAssignment } from './onefile/assign';
import { checkReferences, findOrganisation } from './onefile/verify';

type Run = AccountRun<OnefileAccount>;

/** A search and a look at each of its hits, of which there are five at most. */
const CALLS_A_SEARCH = 6;

export async function provisionOneFileUser(
  request: RequestDocument,
  purpose?: Purpose,
): Promise<ResultDocument> {
  return accountRun<OnefileAccount>(request, { provision, undo, undone: clearLedger }, purpose);
}

async function provision(run: Run): Promise<void> {
  const sending: Sending = {
    tried: false,
    answered: false,
    password: new IssuedPassword(run, onefileUserAbility),
  };
  const user = await run.mustStep('create', () => createUser(run, sending));
  await giveFields(run, user);
  await run.step('roles', () => assignAll(run, { ...user, userId: user.who.id }));
}

/** What this run's creates have come to, over all that an operator amends. */
interface Sending {
  /** One has left. */
  tried: boolean;
  /** With the keychain on, it was answered without an id: the user was made, and is to be found by its MISID. */
  answered: boolean;
  /** Keychain off: the answer holds one. */
  password: IssuedPassword;
}

interface ReadyUser extends Omit<Learner, 'userId'> {
  who: OnefileUserRef;
  /** It was made by a send of this run, so it holds what the request gives. */
  fresh: boolean;
}

async function createUser(run: Run, sending: Sending): Promise<ReadyUser> {
  run.begin('verify');
  const organisation = await findOrganisation(run);
  const found = await checkReferences(run, 'verify', organisation);
  const { keychain, mails } = organisation;
  const { connection, person, account } = run.plan;
  const { role, misId } = account;
  const { email } = person;
  const reads = safeCalls<typeof activities>(run.plan, CALLS_A_SEARCH);
  const sends = sendCalls<typeof activities>(run.plan, onefileUserAbility);
  const look = async (): Promise<{ look: Look; seen: UserLook }> => {
    const [byMisId, byEmail] = await run.safe('verify', () =>
      Promise.all([
        call('verify: by MISID', reads.findOnefileUserByMisId, { connection, role, misId }),
        call('verify: by e-mail', reads.findOnefileUserByEmail, { connection, role, email }),
      ]),
    );
    return { look: byMisId.look, seen: { byMisId: byMisId.value, byEmail: byEmail.value } };
  };
  const { who, provenance } = await createOnce<UserLook, OnefileUserRef>(run, {
    step: 'create',
    verifyStep: 'verify',
    what: 'the user',
    ability: onefileUserAbility,
    look,
    judge(seen, when) {
      const verdict = judgeUser(seen, { email }, when);
      return sending.answered && verdict.is === 'found' && verdict.mine
        ? { ...verdict, provenance: 'created' }
        : verdict;
    },
    async send(ground): Promise<Outcome<OnefileUserRef>> {
      if (sending.answered) return NOT_TWICE;
      const input = { connection, step: 'create', ground, person, account, keychain };
      const outcome = await sending.password.send((secret) =>
        call('create the user', sends.createOnefileUser, { ...input, secret }),
      );
      sending.tried ||= outcome.kind === 'done' || outcome.kind === 'unknown';
      if (outcome.kind !== 'done') return outcome;
      if (outcome.value) {
        const { id, username } = outcome.value;
        return { kind: 'done', value: { id, ...(username && { username }) } };
      }
      sending.answered = true;
      return WITHOUT_ID;
    },
    async forget() {
      sending.answered = false;
    },
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
  });
  const { result } = run;
  result.userId = who.id;
  result.provenance = provenance;
  if (who.username) result.ids.username = who.username;
  const user = { who, organisation, found, fresh: sending.tried };
  if (provenance === 'adopted') return { ...user, fresh: false };
  if (!keychain || sending.password.isKept) await sending.password.settle('create', who.id, RESET);
  else if (mails) run.note('OneFile mails the person to verify the account (keychain).');
  return user;
}

/** OneFile's help, "Resetting the password for another user". */
const RESET =
  "the person sets one on OneFile's Password Reset page, by e-mail; once they have logged in, a Centre Manager can too (Users, Account, Login Details, Reset Password).";
const WITHOUT_ID = {
  kind: 'unknown',
  message: 'OneFile answered 200 without an id, as it does with the keychain on; it is found by its MISID',
} as const;
const NOT_TWICE = {
  kind: 'refused',
  code: 'refused',
  message:
    'OneFile answered 200 to the create and does not show the account by its MISID; it was not sent again.',
} as const;

/** Gives an adopted user our MISID, and one who was there before what the request says and OneFile does not show. */
async function giveFields(run: Run, { who, fresh }: ReadyUser): Promise<void> {
  const unmarked = who.misId === '';
  const changes = () => (fresh ? {} : userChanges(who.fields ?? {}, run.plan.person, run.plan.account));
  if (!unmarked && Object.keys(changes()).length === 0)
    return run.skip('profile', fresh ? 'the user was made with all its fields' : 'nothing differs');
  const { updateOnefileUser } = safeCalls<typeof activities>(run.plan);
  await run.step('profile', async () => {
    const { connection, account } = run.plan;
    const update = (fields: Record<string, unknown>, skippable: boolean) =>
      run.safe(
        'profile',
        () =>
          call('update the fields that differ', updateOnefileUser, { connection, userId: who.id, fields }),
        skippable,
      );
    if (unmarked) {
      await update({ MISID: account.misId }, false);
      run.witness('profile', 'gave the user our MISID', 'updated');
    }
    const fields = changes();
    const names = Object.keys(fields);
    if (names.length === 0) return;
    await update(fields, true);
    run.witness('profile', 'updated the user', `fields: ${names.join(', ')}`);
  });
}

/** An archived user can still log in, and no public call suspends one: that is left to a person. */
async function undo(run: Run, step: string, made: Made): Promise<Undone> {
  if (step !== 'create') return undoAssignment(run, step, made);
  const { connection, person, account, policy } = run.plan;
  const { role, misId } = account;
  const calls = safeCalls<typeof activities>(run.plan, CALLS_A_SEARCH);
  const user = await run.safe(step, async () => {
    if (made.id !== undefined)
      return call('undo: look for the user by its id', calls.findOnefileUserById, {
        connection,
        userId: made.id,
      });
    const { value } = await call('undo: look for the user by its MISID', calls.findOnefileUserByMisId, {
      connection,
      role,
      misId,
    });
    return value.find(({ email }) => sameText(email, person.email)) ?? null;
  });
  if (!user) {
    await dropSecrets(run, step);
    return { is: 'removed', how: 'it is not there' };
  }
  if (!sameText(user.email, person.email))
    return { is: 'kept', why: 'the account has another e-mail address now' };
  const what = `OneFile user ${user.id}`;
  await dropSecrets(run, step);
  if (policy.undo === 'never')
    return { is: 'owed', debt: { what, instruction: `Archive and suspend ${what}.` } };
  await run.safe(step, () =>
    call('undo: archive the user', calls.archiveOnefileUser, { connection, userId: user.id }),
  );
  return {
    is: 'owed',
    debt: { what, instruction: `Suspend ${what}: it is archived, but the person can still log in.` },
  };
}
