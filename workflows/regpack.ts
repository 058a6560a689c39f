// Regpack (vendor-docs/regpack.txt): create the user, by a known clogin_id where one is given; update the fields of one who
// was there before; create the children of a family. The account's ledger is looked at first, since Regpack finds users by
// their own id only; its list is read through to settle, when a create was refused, or where the connection wants it.
import { ApplicationFailure } from '@temporalio/workflow';
import type * as activities from '../activities/regpack';
import type { Made, ResultDocument } from '../src/account/result';
import type { RequestDocument } from '../src/request/schema';
import { regpackChildAbility, regpackUserAbility } from '../src/vendors/regpack/abilities';
import {
  judgeChild,
  judgeOne,
  judgeUser,
  type SoughtChild,
  type SoughtUser,
  tellingFields,
} from '../src/vendors/regpack/judge';
import type { RegpackAccount, RegpackChild } from '../src/vendors/regpack/request';
import type { Scan } from '../src/vendors/regpack/scan';
import { fieldChanges, markerOf, projectFields } from '../src/vendors/regpack/shapes';
import { call, safeCalls, sendCalls } from './account-run/calls';
import { clearLedger, createOnceByLedger } from './account-run/ledgered';
import { accountRun, type Purpose } from './account-run/lifecycle';
import type { AccountRun } from './account-run/run';
import type { Undone } from './account-run/undo';
import { judgeScan, lookForUser, readList, type UserLook } from './regpack/looks';

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
  const { connection, key, person, account } = run.plan;
  const reads = safeCalls<typeof activities>(run.plan);
  const sends = sendCalls<typeof activities>(run.plan, regpackUserAbility);
  const sought = soughtUser(run);
  let fresh = false;
  const { who, provenance } = await createOnceByLedger<string, UserLook>(run, {
    step: 'create',
    verifyStep: 'verify',
    what: 'the user',
    ability: regpackUserAbility,
    ask: {
      look: (doubt) => lookForUser(run, sought, doubt || account.verifyByList),
      judge({ here, elsewhere, scan }, when) {
        const known = here ?? elsewhere;
        const verdict = known && judgeOne(known, sought);
        // Known in another project only: a create by that id brings the same person into this one.
        if (verdict && (here || verdict.is !== 'found')) return verdict;
        return scan ? judgeScan(scan, judgeUser(scan.hits, sought, when)) : { is: 'absent' };
      },
    },
    async send(ground) {
      fresh = true;
      const outcome = await call('create the user', sends.createRegpackUser, {
        connection,
        step: 'create',
        ground,
        key,
        person,
        account,
      });
      fresh = outcome.kind === 'done' || outcome.kind === 'unknown';
      return outcome;
    },
    idOf: (userId) => userId,
    fromId: (id) => id ?? '',
    async recall(userId) {
      if (!isId(userId)) return NO_ID;
      const fields = tellingFields(sought);
      const { user, here } = await call('read back the user that an operator named', reads.getRegpackInfo, {
        connection,
        cloginId: userId,
        fields,
      });
      if (!user || !here) return `Regpack has no user ${userId} in this project.`;
      const verdict = judgeOne(user, sought);
      if (verdict.is !== 'found') return verdict.message;
      // It may be of an operator's own making.
      fresh = false;
      return { who: userId, provenance: verdict.mine ? 'confirmed' : 'adopted' };
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

function soughtUser({ plan }: Run): SoughtUser {
  const { key, person, account } = plan;
  const marker = markerOf(account, key);
  return {
    username: account.username,
    email: person.email,
    ...(marker && { marker }),
    ...(account.cloginId !== undefined && { cloginId: String(account.cloginId) }),
  };
}

/** Regpack makes a new user where it does not take a clogin_id; nobody is to find that out by chance. */
async function compareIds(run: Run, { userId, fresh }: User): Promise<void> {
  const { cloginId } = run.plan.account;
  if (cloginId === undefined || String(cloginId) === userId) return;
  const message = fresh
    ? `Regpack did not take clogin_id ${cloginId}: it made a new user, ${userId}.`
    : `The request gives clogin_id ${cloginId}, but this account is Regpack's user ${userId}.`;
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
    const { connection, key, account } = run.plan;
    const { submitForms, sendMail } = account;
    const wanted = projectFields(account.fields, markerOf(account, key));
    const reads = safeCalls<typeof activities>(run.plan);
    const info = { connection, cloginId: userId, fields: Object.keys(wanted) };
    for (;;) {
      const { user, here } = await run.safe(
        'profile',
        () => call('read the fields', reads.getRegpackInfo, info),
        true,
      );
      if (user && here) {
        if (user.statusId !== undefined && user.statusId === String(account.excludedStatusId))
          run.note(`User ${userId} has the status that excludes, and was left so.`);
        const doc = fieldChanges(user.values, wanted);
        const names = Object.keys(doc).join(', ');
        if (names === '') return;
        const update = { connection, cloginId: userId, doc, submitForms, sendMail };
        await run.safe(
          'profile',
          () => call('update the fields that differ', reads.updateRegpackUser, update),
          true,
        );
        return run.witness('profile', 'updated fields', names);
      }
      await run.park({
        step: 'profile',
        trouble: { code: 'conflict', message: `User ${userId} is not in this project any more.` },
        decisions: ['retry', 'skip'],
        rule: () => Promise.resolve(undefined),
      });
    }
  });
}

async function createChild(run: Run, key: string, { userId: parent, fresh }: User): Promise<void> {
  const { connection, account } = run.plan;
  const child = account.children.find((each) => each.key === key);
  // Amended away meanwhile.
  if (!child) return;
  const step = `child-${key}`;
  const reads = safeCalls<typeof activities>(run.plan);
  const sends = sendCalls<typeof activities>(run.plan, regpackChildAbility);
  const sought = soughtChild(run, child, parent);
  const { who } = await createOnceByLedger<string, Scan | undefined>(run, {
    step,
    what: 'the child',
    ability: regpackChildAbility,
    ask: {
      // A parent who was there before may have this child already, and Regpack would take a second one.
      look: async (doubt) =>
        doubt || !fresh || account.verifyByList ? await readList(run, step, sought) : undefined,
      judge: (scan) => (scan ? judgeScan(scan, judgeChild(scan.hits, sought)) : { is: 'absent' }),
    },
    send: (ground) =>
      call('create a child', sends.createRegpackChild, { connection, step, ground, parent, child, account }),
    idOf: (childId) => childId,
    fromId: (id) => id ?? '',
    async recall(childId) {
      if (!isId(childId)) return NO_ID;
      const fields = tellingFields(sought);
      const { user } = await call('read back the child that an operator named', reads.getRegpackInfo, {
        connection,
        cloginId: childId,
        fields,
      });
      if (user?.parent !== parent) return `User ${parent} has no child ${childId} at Regpack.`;
      const verdict = judgeChild([user], sought);
      if (verdict.is !== 'found') return `Child ${childId} has another name or key than this one.`;
      return { who: childId, provenance: verdict.mine ? 'confirmed' : 'adopted' };
    },
    skippable: true,
  });
  run.result.ids[step] = who;
}

function soughtChild(run: Run, { key, firstName, lastName }: RegpackChild, parent: string): SoughtChild {
  const marker = markerOf(run.plan.account, key);
  return { parent, firstName, lastName, ...(marker && { marker }) };
}

const NO_ID = 'A Regpack id is a whole number.';

function isId(text: string): boolean {
  return /^[1-9]\d*$/.test(text);
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
  return { is: 'removed', how: removal === 'gone' ? 'gone already' : `excluded by status ${statusId}` };
}

/** A send without an answer may have made it; the list tells, where it shows all. */
async function lookForMade(run: Run, step: string): Promise<{ id: string } | 'nothing' | 'unclear'> {
  const child = run.plan.account.children.find(({ key }) => step === `child-${key}`);
  const parent = run.result.userId;
  if (step !== 'create' && (!child || parent === null)) return 'unclear';
  const sought = child && parent !== null ? soughtChild(run, child, parent) : soughtUser(run);
  const scan = await readList(run, step, sought);
  const verdict = judgeScan(
    scan,
    'parent' in sought ? judgeChild(scan.hits, sought) : judgeUser(scan.hits, sought, 'settle'),
  );
  if (verdict.is === 'absent') return 'nothing';
  return verdict.is === 'found' && verdict.mine ? { id: verdict.who } : 'unclear';
}
