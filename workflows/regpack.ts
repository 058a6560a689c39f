// Regpack (vendor-docs/regpack.txt): create the user, by a known clogin_id where one is given; update the fields of one who
// was there before; create the children of a family. The account's ledger is looked at first, since Regpack finds users by
// their own id only; its list is read through to settle, when a create was refused, or where the connection wants it.
import { ApplicationFailure } from '@temporalio/workflow';
import type * as activities from '../activities/regpack';
import type { Made, ResultDocument } from '../src/account/result';
import type { RequestDocument } from '../src/request/schema';
import { judgeChild, judgeUser } from '../src/vendors/regpack/judge';
import type { RegpackAccount } from '../src/vendors/regpack/request';
import { call, safeCalls } from './account-run/calls';
import { clearLedger, createOnceByLedger } from './account-run/ledgered';
import { accountRun, type Purpose } from './account-run/lifecycle';
import type { AccountRun } from './account-run/run';
import type { Undone } from './account-run/undo';
import { childCreation, otherUser, soughtChild, soughtUser, userCreation } from './regpack/creations';
import { judgeScan, lookAtFields, readList, type UserLook } from './regpack/looks';

type Run = AccountRun<RegpackAccount>;

export async function provisionRegpackUser(
  request: RequestDocument,
  purpose?: Purpose,
): Promise<ResultDocument> {
  return accountRun<RegpackAccount>(request, { provision, undo, undone: clearLedger }, purpose);
}

async function provision(run: Run): Promise<void> {
  const user = await run.mustStep('create', () => createUser(run));
  await giveFields(run, user);
  for (const { key } of run.plan.account.children)
    await run.step(`child-${key}`, () => createChild(run, key, user));
}

/** The user that a run goes on with. `fresh`: this run's own create made it, with all its fields and no children. */
interface User {
  userId: string;
  fresh: boolean;
}

async function createUser(run: Run): Promise<User> {
  const { account } = run.plan;
  const sought = soughtUser(run);
  const creation = userCreation(run, sought);
  let fresh = false;
  const { who, provenance } = await createOnceByLedger<string, UserLook>(run, {
    ...creation,
    async send(ground) {
      fresh = true;
      const outcome = await creation.send(ground);
      fresh = outcome.kind === 'done' || outcome.kind === 'unknown';
      return outcome;
    },
    async recall(userId) {
      const recalled = await creation.recall(userId);
      // It may be of an operator's own making.
      if (typeof recalled !== 'string') fresh = false;
      return recalled;
    },
  });
  run.result.userId = who;
  run.result.provenance = provenance;
  fresh &&= provenance !== 'adopted';
  if (provenance === 'confirmed' && fresh && !sought.marker && !account.verifyByList)
    run.note(
      "The create's answer was lost, and the list shows a user with our log-in and e-mail address. Without markerField " +
        'or verifyByList, somebody who had both before would look the same.',
    );
  await compareIds(run, { userId: who, fresh });
  return { userId: who, fresh };
}

/** Regpack makes a new user where it does not take a clogin_id; nobody is to find that out by chance. */
async function compareIds(run: Run, { userId, fresh }: User): Promise<void> {
  const { cloginId } = run.plan.account;
  if (cloginId === undefined || String(cloginId) === userId) return;
  const message = fresh
    ? `Regpack did not take clogin_id ${cloginId}: it made a new user, ${userId}.`
    : otherUser(cloginId, userId);
  run.note(message);
  run.result.ids.givenCloginId = String(cloginId);
  run.result.ids.cloginId = userId;
  await run.park({
    step: 'create',
    trouble: {
      code: 'conflict',
      message: `${message} To go on with user ${userId}, resolve with --user-id ${userId}.`,
    },
    decisions: ['resolve'],
    resolveBy: ['userId'],
    rule(input) {
      if (input.userId === userId || input.exists) return Promise.resolve(undefined);
      const sentence = `This account can go on with user ${userId} only: that is the one it has.`;
      throw ApplicationFailure.nonRetryable(sentence, 'invalid-decision');
    },
  });
}

/** Updates the fields of a user who was there before; what this run sent itself has them already. */
async function giveFields(run: Run, { userId, fresh }: User): Promise<void> {
  if (fresh) return run.skip('profile', 'the create has set the fields');
  await run.step('profile', async () => {
    const { connection, account } = run.plan;
    const { submitForms, sendMail } = account;
    const { doc } = await lookAtFields(run, userId);
    const names = Object.keys(doc).join(', ');
    if (names === '') return;
    const update = { connection, cloginId: userId, doc, submitForms, sendMail };
    const { updateRegpackUser } = safeCalls<typeof activities>(run.plan);
    await run.safe('profile', () => call('update the fields that differ', updateRegpackUser, update), true);
    run.witness('profile', 'updated fields', names);
  });
}

async function createChild(run: Run, key: string, { userId: parent, fresh }: User): Promise<void> {
  const child = run.plan.account.children.find((each) => each.key === key);
  // Amended away meanwhile.
  if (!child) return;
  const { who } = await createOnceByLedger(run, childCreation(run, child, parent, fresh));
  run.result.ids[`child-${key}`] = who;
}

/** The status that excludes is all the undo there is; it can be taken away again, and no data is lost. */
async function undo(run: Run, step: string, made: Made): Promise<Undone> {
  const { connection, person, account, policy } = run.plan;
  const found = made.id === undefined ? await lookForMade(run, step) : { id: made.id };
  if (found === 'nothing') return { is: 'removed', how: 'it was never made' };
  const { excludedStatusId: statusId } = account;
  const cloginId = found === 'unclear' ? undefined : found.id;
  if (cloginId === undefined || statusId === undefined || policy.undo === 'never') {
    const what = cloginId ? `Regpack user ${cloginId}` : `a Regpack user that step ${step} may have made`;
    return {
      is: 'owed',
      debt: { what, instruction: `Give ${what} a status that excludes, in the Users tab.` },
    };
  }
  const calls = safeCalls<typeof activities>(run.plan, 2);
  const email = step === 'create' ? { email: person.email } : {};
  const removal = await run.safe(step, () =>
    call('undo: give the status that excludes', calls.excludeRegpackUser, {
      connection,
      cloginId,
      statusId,
      ...email,
    }),
  );
  if (removal === 'changed') return { is: 'kept', why: 'the user has another e-mail address now' };
  if (removal === 'gone') return { is: 'missing' };
  return { is: 'removed', how: `excluded by status ${statusId}` };
}

/** A send without an answer may have made it; the list tells, where it shows all. */
async function lookForMade(run: Run, step: string): Promise<{ id: string } | 'nothing' | 'unclear'> {
  const child = run.plan.account.children.find(({ key }) => step === `child-${key}`);
  const parent = run.result.userId;
  if (step !== 'create' && (!child || parent === null)) return 'unclear';
  const sought = child && parent !== null ? soughtChild(run, child, parent) : soughtUser(run);
  const { seen: scan } = await readList(run, step, sought);
  const verdict = judgeScan(
    scan,
    'parent' in sought ? judgeChild(scan.hits, sought) : judgeUser(scan.hits, sought, 'settle'),
  );
  if (verdict.is === 'absent') return 'nothing';
  return verdict.is === 'found' && verdict.mine ? { id: verdict.who } : 'unclear';
}
