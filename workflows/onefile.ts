// OneFile (vendor-docs/onefile.txt): see whether the organisation uses the keychain and has all that the request names;
// verify by MISID and e-mail; create the user; change what differs in one who was there; assign the learner.
import type * as activities from '../activities/onefile';
import type { Ground, Look } from '../src/account/plan';
import type { ResultDocument } from '../src/account/result';
import type { Outcome } from '../src/http/outcome';
import type { RequestDocument } from '../src/request/schema';
import {
  onefileListedAbility,
  onefileUnlistedAbility,
  onefileUserAbility,
} from '../src/vendors/onefile/abilities';
import { judgeUser, type OnefileUserRef, type UserLook } from '../src/vendors/onefile/judge';
import {
  type Found,
  type Lookup,
  lookupsOf,
  missingSentences,
  standardOf,
} from '../src/vendors/onefile/references';
import type { OnefileAccount } from '../src/vendors/onefile/request';
import { type OnefileOrganisation, sameText, userChanges } from '../src/vendors/onefile/shapes';
import { safeCalls, sendCalls } from './account-run/calls';
import { createOnce } from './account-run/create-once';
import { createOnceByLedger } from './account-run/ledgered';
import { type AccountRun, accountRun } from './account-run/run';

type Run = AccountRun<OnefileAccount>;

/** A search and a look at each of its hits, of which there are five at most. */
const CALLS_A_SEARCH = 6;

export async function provisionOneFileUser(request: RequestDocument): Promise<ResultDocument> {
  return accountRun<OnefileAccount>(request, async (run) => {
    run.begin('verify');
    const organisation = await findOrganisation(run);
    const found = await checkReferences(run, organisation);
    const user = await createUser(run, organisation);
    await giveFields(run, user);
    await run.step('roles', () => assignAll(run, user.who.id, found));
  });
}

async function findOrganisation(run: Run): Promise<OnefileOrganisation> {
  const { connection } = run.plan;
  const reads = safeCalls<typeof activities>(run.plan);
  for (;;) {
    const organisation = await run.safe('verify', () =>
      reads.findOnefileOrganisation.executeWithOptions({ summary: 'verify: keychain on or off' }, [
        { connection },
      ]),
    );
    if (organisation) return organisation;
    await run.park({
      step: 'verify',
      trouble: {
        code: 'misconfigured',
        message: `OneFile does not list connections.${connection}.organisationId among the organisations of its customerId.`,
      },
      decisions: ['retry'],
      rule: () => Promise.resolve(undefined),
    });
  }
}

/** Nothing is created while an id of the request is not the organisation's. */
async function checkReferences(run: Run, { id }: OnefileOrganisation): Promise<Found[]> {
  const { connection, account } = run.plan;
  const reads = safeCalls<typeof activities>(run.plan, 2);
  const lookUp = async (lookup: Lookup): Promise<Found> => {
    const options = { summary: `verify: ${lookup.kind}` };
    const input = { connection, ...lookup };
    return { ...lookup, there: await reads.findOnefileReferences.executeWithOptions(options, [input]) };
  };
  for (;;) {
    // Several calls, but one waiting and one question: two at a time would be in each other's way.
    const found = await run.safe('verify', () => Promise.all(lookupsOf(account).map(lookUp)));
    const missing = missingSentences(account, found, id);
    const asked = found.map(({ kind, ids }) => `${kind} ${ids.join(', ')}`).join('; ');
    if (asked) run.witness('verify', `asked for ${asked}`, missing.join(' ') || 'all there');
    if (missing.length === 0) return found;
    await run.park({
      step: 'verify',
      trouble: { code: 'refused', message: `${missing.join(' ')} Nothing was sent.` },
      decisions: ['retry'],
      rule: () => Promise.resolve(undefined),
    });
  }
}

interface ReadyUser {
  who: OnefileUserRef;
  /** It was made by a send of this run, so it holds what the request gives. */
  fresh: boolean;
}

async function createUser(run: Run, { keychain, mails }: OnefileOrganisation): Promise<ReadyUser> {
  const { connection, person, account } = run.plan;
  const { role, misId } = account;
  const { email } = person;
  const reads = safeCalls<typeof activities>(run.plan, CALLS_A_SEARCH);
  const sends = sendCalls<typeof activities>(run.plan, onefileUserAbility);
  const look = async (): Promise<{ look: Look; seen: UserLook }> => {
    const [byMisId, byEmail] = await run.safe('verify', () =>
      Promise.all([
        reads.findOnefileUserByMisId.executeWithOptions({ summary: 'verify: by MISID' }, [
          { connection, role, misId },
        ]),
        reads.findOnefileUserByEmail.executeWithOptions({ summary: 'verify: by e-mail' }, [
          { connection, role, email },
        ]),
      ]),
    );
    return { look: byMisId.look, seen: { byMisId: byMisId.value, byEmail: byEmail.value } };
  };
  let sent = false;
  // With the keychain on, a create is answered without an id: it was made, and is to be found by its MISID.
  let answered = false;

  const { who, provenance } = await createOnce<UserLook, OnefileUserRef>(run, {
    step: 'create',
    verifyStep: 'verify',
    what: 'the user',
    ability: onefileUserAbility,
    look,
    judge(seen, when) {
      const verdict = judgeUser(seen, { email }, when);
      return answered && verdict.is === 'found' && verdict.mine
        ? { ...verdict, provenance: 'created' }
        : verdict;
    },
    async send(ground): Promise<Outcome<OnefileUserRef>> {
      if (answered) return NOT_TWICE;
      const input = { connection, step: 'create', ground, person, account, keychain };
      const outcome = await sends.createOnefileUser.executeWithOptions({ summary: 'create the user' }, [
        input,
      ]);
      sent ||= outcome.kind === 'done' || outcome.kind === 'unknown';
      if (outcome.kind !== 'done') return outcome;
      if (outcome.value) return { kind: 'done', value: outcome.value };
      answered = true;
      return WITHOUT_ID;
    },
    async forget() {
      answered = false;
    },
    idOf: ({ id }) => id,
    async recall(userId) {
      if (!/^[1-9]\d*$/.test(userId)) return 'A OneFile user id is a whole number.';
      const user = await reads.findOnefileUserById({ connection, userId });
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
  if (provenance === 'adopted') return { who, fresh: false };
  if (!keychain) run.note("OneFile issued a password; it was not kept: use OneFile's reset.");
  else if (mails) run.note('OneFile mails the person to verify the account (keychain).');
  return { who, fresh: sent };
}

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
  const { connection, person, account } = run.plan;
  const unmarked = who.misId === '';
  const changes = fresh ? {} : userChanges(who.fields ?? {}, person, account);
  const names = Object.keys(changes);
  if (!unmarked && names.length === 0)
    return run.skip('profile', fresh ? 'the user was made with all its fields' : 'nothing differs');
  const { updateOnefileUser } = safeCalls<typeof activities>(run.plan);
  const update = (fields: Record<string, unknown>, skippable: boolean) =>
    run.safe('profile', () => updateOnefileUser({ connection, userId: who.id, fields }), skippable);
  await run.step('profile', async () => {
    if (unmarked) {
      await update({ MISID: account.misId }, false);
      run.witness('profile', 'gave the user our MISID', 'updated');
    }
    if (names.length === 0) return;
    await update(changes, true);
    run.witness('profile', 'updated the user', `fields: ${names.join(', ')}`);
  });
}

async function assignAll(run: Run, userId: string, found: Found[]): Promise<void> {
  const { connection, account } = run.plan;
  const { assessorIds, frameworkTemplateIds, standardIds, unitIds } = account.assign;
  const unlisted = sendCalls<typeof activities>(run.plan, onefileUnlistedAbility);
  const listed = sendCalls<typeof activities>(run.plan, onefileListedAbility);
  for (const id of new Set(assessorIds))
    await assignUnlisted(run, userId, `assign-assessor-${id}`, `assessor ${id}`, (send) =>
      unlisted.assignOnefileAssessor({ ...send, connection, id, userId }),
    );
  for (const id of new Set(frameworkTemplateIds))
    await assignUnlisted(run, userId, `assign-template-${id}`, `framework template ${id}`, (send) =>
      unlisted.assignOnefileTemplate({ ...send, connection, id, userId }),
    );
  for (const id of new Set(standardIds))
    await assignListed(run, userId, 'standard', id, (send) =>
      listed.assignOnefileStandard({ ...send, connection, id, userId }),
    );
  for (const id of new Set(unitIds))
    await assignListed(run, userId, 'unit', id, (send) =>
      listed.assignOnefileUnit({ ...send, connection, id, userId, standardId: standardOf(id, found) }),
    );
}

type Send = (input: { step: string; ground: Ground }) => Promise<Outcome<unknown>>;

/** What OneFile cannot be asked about: the account's ledger knows whether it was done. */
async function assignUnlisted(run: Run, userId: string, step: string, what: string, send: Send) {
  await run.step(step, async () => {
    const { who } = await createOnceByLedger<string>(run, {
      step,
      what: `the assignment of ${what}`,
      ability: onefileUnlistedAbility,
      async send(ground) {
        const outcome = await send({ step, ground });
        return outcome.kind === 'done' ? { kind: 'done', value: userId } : outcome;
      },
      idOf: (id) => id,
      fromId: (id) => id ?? userId,
      existsAs: userId,
      skippable: true,
    });
    if (who !== userId)
      run.note(
        `On record is that ${what} was assigned to account ${who}; for ${userId}, see to it in OneFile.`,
      );
  });
}

/** What shows at the learner: assigned only where it does not. */
async function assignListed(run: Run, userId: string, kind: 'standard' | 'unit', id: number, send: Send) {
  const { connection } = run.plan;
  const step = `assign-${kind}-${id}`;
  const { findOnefileAssigned } = safeCalls<typeof activities>(run.plan);
  const look = async (): Promise<{ look: Look; seen: number[] }> => {
    const seen: number[] = [];
    let stamp: Look | undefined;
    for (let page = 1; ; page += 1) {
      const { look, value } = await run.safe(
        step,
        () => findOnefileAssigned({ connection, kind, userId, page }),
        true,
      );
      stamp ??= look;
      seen.push(...value.ids);
      if (value.last) return { look: stamp, seen };
    }
  };
  await run.step(step, () =>
    createOnce<number[], 'assigned'>(run, {
      step,
      what: `the assignment of ${kind} ${id}`,
      ability: onefileListedAbility,
      look,
      // That it is there is all that is wanted, whatever the connection's rule for accounts that exist.
      judge: (seen) =>
        seen.includes(id)
          ? { is: 'found', who: 'assigned', mine: true, provenance: 'adopted' }
          : { is: 'absent' },
      async send(ground) {
        const outcome = await send({ step, ground });
        return outcome.kind === 'done' ? { kind: 'done', value: 'assigned' } : outcome;
      },
      idOf: () => undefined,
      existsAs: 'assigned',
      skippable: true,
    }),
  );
}
