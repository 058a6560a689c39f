// OneFile (vendor-docs/onefile.txt): see whether the organisation uses the keychain and has all that the request names;
// verify by MISID and e-mail; create the user; change what differs in one who was there; assign the learner.
import type * as activities from '../activities/onefile';
import type { Made, ResultDocument } from '../src/account/result';
import type { Outcome } from '../src/http/outcome';
import type { RequestDocument } from '../src/request/schema';
import { onefileUserAbility } from '../src/vendors/onefile/abilities';
import type { OnefileUserRef, UserLook } from '../src/vendors/onefile/judge';
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
import { CALLS_A_SEARCH, MAILS, userCreation } from './onefile/creations';
import { checkReferences, findOrganisation } from './onefile/verify';

type Run = AccountRun<OnefileAccount>;

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
  const sends = sendCalls<typeof activities>(run.plan, onefileUserAbility);
  const creation = userCreation(run);
  const { who, provenance } = await createOnce<UserLook, OnefileUserRef>(run, {
    ...creation,
    judge(seen, when) {
      const verdict = creation.judge(seen, when);
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
  });
  const { result } = run;
  result.userId = who.id;
  result.provenance = provenance;
  if (who.username) result.ids.username = who.username;
  const user = { who, organisation, found, fresh: sending.tried };
  if (provenance === 'adopted') return { ...user, fresh: false };
  if (!keychain || sending.password.isKept) await sending.password.settle('create', who.id, RESET);
  else if (mails) run.note(MAILS);
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
    return { is: 'missing' };
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
