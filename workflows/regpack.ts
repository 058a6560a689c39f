// Regpack (vendor-docs/regpack.txt): create the user, by a known clogin_id where one is given; update the fields of one who
// was there before; create the children of a family. The account's ledger is looked at first, since Regpack finds users by
// their own id only; its list is read through to settle, when a create was refused, or where the connection wants it.
import { ApplicationFailure } from '@temporalio/workflow';
import type * as activities from '../activities/regpack';
import type { ResultDocument } from '../src/account/result';
import type { RequestDocument } from '../src/request/schema';
import { regpackChildAbility, regpackUserAbility } from '../src/vendors/regpack/abilities';
import {
  judgeChild,
  judgeOne,
  judgeUser,
  type Sought,
  type SoughtChild,
  type SoughtUser,
  tellingFields,
} from '../src/vendors/regpack/judge';
import type { RegpackAccount, RegpackChild } from '../src/vendors/regpack/request';
import { addPage, NOTHING_READ, type Scan } from '../src/vendors/regpack/scan';
import { fieldChanges, markerOf, projectFields, type RegpackUser } from '../src/vendors/regpack/shapes';
import { safeCalls, sendCalls } from './account-run/calls';
import { createOnceByLedger } from './account-run/ledgered';
import { type AccountRun, accountRun } from './account-run/run';

type Run = AccountRun<RegpackAccount>;

/** How often a list that changed while it was read is read again. */
const SCANS = 3;

export async function provisionRegpackUser(request: RequestDocument): Promise<ResultDocument> {
  return accountRun<RegpackAccount>(request, async (run) => {
    const { userId, sent } = await createUser(run);
    await giveFields(run, userId, sent);
    for (const child of run.plan.account.children) {
      const step = `child-${child.key}`;
      await run.step(step, () => createChild(run, step, child, { parent: userId, newParent: sent }));
    }
  });
}

/** What a look for the user brought: by the given id, in this project or in another one, and from the list. */
interface UserLook {
  here?: RegpackUser;
  elsewhere?: RegpackUser;
  scan?: Scan;
}

async function createUser(run: Run): Promise<{ userId: string; sent: boolean }> {
  const { connection, key, person, account } = run.plan;
  const reads = safeCalls<typeof activities>(run.plan);
  const sends = sendCalls<typeof activities>(run.plan, regpackUserAbility);
  const sought = soughtUser(run);
  let sent = false;
  const { who, provenance } = await createOnceByLedger<string, UserLook>(run, {
    step: 'create',
    verifyStep: 'verify',
    what: 'the user',
    ability: regpackUserAbility,
    ask: {
      look: (doubt) => lookForUser(run, sought, doubt),
      judge({ here, elsewhere, scan }, when) {
        const known = here ?? elsewhere;
        const verdict = known && judgeOne(known, sought);
        // Known in another project only: a create by that id brings the same person into this one.
        if (verdict && (here || verdict.is !== 'found')) return verdict;
        return scan ? judgeScan(scan, judgeUser(scan.hits, sought, when)) : { is: 'absent' };
      },
    },
    send(ground) {
      sent = true;
      return sends.createRegpackUser.executeWithOptions({ summary: 'create the user' }, [
        { connection, step: 'create', ground, key, person, account },
      ]);
    },
    idOf: (userId) => userId,
    fromId: (id) => id ?? '',
    async recall(userId) {
      const { user } = await reads.getRegpackInfo({
        connection,
        cloginId: userId,
        fields: tellingFields(sought),
      });
      if (!user) return `Regpack has no user ${userId} in this project.`;
      const verdict = judgeOne(user, sought);
      if (verdict.is !== 'found') return 'message' in verdict ? verdict.message : 'That is nobody.';
      return { who: userId, provenance: verdict.mine ? 'confirmed' : 'adopted' };
    },
  });
  run.result.userId = who;
  run.result.provenance = provenance;
  if (provenance === 'confirmed' && sent && !sought.marker && !account.verifyByList)
    run.note(
      'Its answer was lost, and the list shows it under our log-in and e-mail address. Without markerField or ' +
        'verifyByList, somebody who had both before would look the same.',
    );
  await compareIds(run, who, sent);
  return { userId: who, sent };
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

/** An id that Regpack does not know would make a new user, so it is confirmed before each send. */
async function lookForUser(run: Run, sought: SoughtUser, doubt: boolean): Promise<UserLook> {
  const { cloginId } = sought;
  for (;;) {
    const known = cloginId === undefined ? {} : await whereIs(run, cloginId, sought);
    if (known.here) return known;
    const scan = doubt || run.plan.account.verifyByList ? await readList(run, 'verify', sought) : undefined;
    if (cloginId === undefined || known.elsewhere || (scan && scan.hits.length > 0))
      return { ...known, ...(scan && { scan }) };
    await run.park({
      step: 'verify',
      trouble: {
        code: 'refused',
        message:
          `Regpack knows no user with the clogin_id ${cloginId} in this project` +
          `${run.plan.account.earlierGroupIds.length > 0 ? ' or the earlier ones' : ''}, and a create with it would make ` +
          `a new user. Nothing was created.${known.words ? ` Regpack says: ${known.words}` : ''}`,
      },
      decisions: ['retry'],
      rule: () => Promise.resolve(undefined),
    });
  }
}

/** Asks for the id in this project, then in the earlier ones that the connection names. */
async function whereIs(
  run: Run,
  cloginId: string,
  sought: SoughtUser,
): Promise<Pick<UserLook, 'here' | 'elsewhere'> & { words?: string }> {
  const { connection, account } = run.plan;
  const { getRegpackInfo } = safeCalls<typeof activities>(run.plan);
  let words = '';
  for (const groupId of [undefined, ...account.earlierGroupIds]) {
    const where = groupId === undefined ? {} : { groupId };
    // A field for our key is this project's own; another one may not have it.
    const fields = groupId === undefined ? tellingFields(sought) : ['main_email', 'username'];
    const answer = await run.safe('verify', () =>
      getRegpackInfo.executeWithOptions({ summary: 'verify: by clogin_id' }, [
        { connection, cloginId, fields, ...where },
      ]),
    );
    words ||= answer.words;
    if (answer.user) return groupId === undefined ? { here: answer.user } : { elsewhere: answer.user };
  }
  return { words };
}

/** Reads the whole list, one page an activity; a list that changes meanwhile is read again. */
async function readList(run: Run, step: string, sought: Sought): Promise<Scan> {
  const { connection } = run.plan;
  const { listRegpackUsers } = safeCalls<typeof activities>(run.plan);
  for (let round = 1; ; round += 1) {
    let scan = NOTHING_READ;
    while (scan.next !== undefined) {
      const position = scan.next;
      const page = await run.safe(step, () =>
        listRegpackUsers.executeWithOptions({ summary: `read the list from ${position}` }, [
          { connection, position, sought },
        ]),
      );
      scan = addPage(scan, page);
    }
    const found = scan.flaw ?? `${scan.users.length} users, ${scan.hits.length} of them to be looked at`;
    run.witness(step, `read the list (${scan.pages} pages)`, found);
    if (scan.flaw === undefined || round === SCANS) return scan;
  }
}

/** Half a list shows who is there, never who is not. */
function judgeScan<V extends { is: string }>(scan: Scan, verdict: V): V | { is: 'unsure'; message: string } {
  if (scan.flaw === undefined || verdict.is !== 'absent') return verdict;
  return { is: 'unsure', message: `Regpack's list proves nothing: ${scan.flaw}.` };
}

/** Regpack makes a new user where it does not take a clogin_id; nobody is to find that out by chance. */
async function compareIds(run: Run, userId: string, sent: boolean): Promise<void> {
  const { cloginId } = run.plan.account;
  if (cloginId === undefined || String(cloginId) === userId) return;
  const message = sent
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
    rule(input) {
      if (input.userId === userId || input.exists) return Promise.resolve(undefined);
      const sentence = `Only user ${userId} can be gone on with here: it is the one that this account has.`;
      throw ApplicationFailure.nonRetryable(sentence, 'invalid-decision');
    },
  });
  run.finish('create');
}

/** Updates the fields of a user who was there before; what this run sent itself has them already. */
async function giveFields(run: Run, userId: string, sent: boolean): Promise<void> {
  const { connection, key, account } = run.plan;
  const { submitForms, sendMail } = account;
  const wanted = projectFields(account.fields, markerOf(account, key));
  const fields = Object.keys(wanted);
  if (sent) return run.skip('profile', 'the create has set the fields');
  if (fields.length === 0) return run.skip('profile', 'the request gives no fields');
  const reads = safeCalls<typeof activities>(run.plan);
  await run.step('profile', async () => {
    for (;;) {
      const answer = await run.safe(
        'profile',
        () => reads.getRegpackInfo({ connection, cloginId: userId, fields }),
        true,
      );
      if (answer.user) {
        const doc = fieldChanges(answer.user.values, wanted);
        const names = Object.keys(doc).join(', ');
        if (names === '') return;
        const update = { connection, cloginId: userId, doc, submitForms, sendMail };
        await run.safe('profile', () => reads.updateRegpackUser(update), true);
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

async function createChild(
  run: Run,
  step: string,
  child: RegpackChild,
  { parent, newParent }: { parent: string; newParent: boolean },
): Promise<void> {
  const { connection, account } = run.plan;
  const reads = safeCalls<typeof activities>(run.plan);
  const sends = sendCalls<typeof activities>(run.plan, regpackChildAbility);
  const { firstName, lastName } = child;
  const marker = markerOf(account, child.key);
  const sought: SoughtChild = { parent, firstName, lastName, ...(marker && { marker }) };
  const { who } = await createOnceByLedger<string, Scan | undefined>(run, {
    step,
    what: 'the child',
    ability: regpackChildAbility,
    ask: {
      // A parent who was there before may have this child already, and Regpack would take a second one.
      look: async (doubt) =>
        doubt || !newParent || account.verifyByList ? await readList(run, step, sought) : undefined,
      judge: (scan) => (scan ? judgeScan(scan, judgeChild(scan.hits, sought)) : { is: 'absent' }),
    },
    send: (ground) =>
      sends.createRegpackChild.executeWithOptions({ summary: 'create a child' }, [
        { connection, step, ground, parent, child, account },
      ]),
    idOf: (childId) => childId,
    fromId: (id) => id ?? '',
    async recall(childId) {
      const fields = tellingFields(sought);
      const { user } = await reads.getRegpackInfo({ connection, cloginId: childId, fields });
      if (user?.parent !== parent) return `User ${parent} has no child ${childId} at Regpack.`;
      const verdict = judgeChild([user], sought);
      return verdict.is === 'found'
        ? { who: childId, provenance: verdict.mine ? 'confirmed' : 'adopted' }
        : `Child ${childId} has another name or key than this one.`;
    },
    skippable: true,
  });
  run.result.ids[step] = who;
}
