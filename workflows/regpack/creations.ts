// What Regpack is made to hold once: the user, and a family's children. How each is looked for behind the account's ledger, what
// a look means, and how it is sent; a run makes them of this, and a plan looks by it.
import type * as activities from '../../activities/regpack';
import type { Provenance } from '../../src/account/result';
import { regpackChildAbility, regpackUserAbility } from '../../src/vendors/regpack/abilities';
import {
  judgeChild,
  judgeOne,
  judgeUser,
  type SoughtChild,
  type SoughtUser,
  tellingFields,
} from '../../src/vendors/regpack/judge';
import type { RegpackAccount, RegpackChild } from '../../src/vendors/regpack/request';
import type { Scan } from '../../src/vendors/regpack/scan';
import { markerOf } from '../../src/vendors/regpack/shapes';
import { call, safeCalls, sendCalls } from '../account-run/calls';
import type { Asked, LedgeredCreation } from '../account-run/ledgered';
import type { Looking } from '../account-run/looking';
import { judgeScan, lookForUser, readList, type UserLook } from './looks';

type Run = Looking<RegpackAccount>;

export interface UserCreation extends LedgeredCreation<string, UserLook> {
  recall(userId: string): Promise<{ who: string; provenance: Provenance } | string>;
}

export function userCreation(run: Run, sought: SoughtUser): UserCreation {
  const { connection, key, person, account } = run.plan;
  const reads = safeCalls<typeof activities>(run.plan);
  const sends = sendCalls<typeof activities>(run.plan, regpackUserAbility);
  return {
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
    send: (ground) =>
      call('create the user', sends.createRegpackUser, {
        connection,
        step: 'create',
        ground,
        key,
        person,
        account,
      }),
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
      return { who: userId, provenance: verdict.mine ? 'confirmed' : 'adopted' };
    },
  };
}

export function soughtUser({ plan }: Run): SoughtUser {
  const { key, person, account } = plan;
  const marker = markerOf(account, key);
  return {
    username: account.username,
    email: person.email,
    ...(marker && { marker }),
    ...(account.cloginId !== undefined && { cloginId: String(account.cloginId) }),
  };
}

/** The account is another user than the one whose id the request gives. */
export function otherUser(cloginId: number, userId: string): string {
  return `The request gives clogin_id ${cloginId}, but this account is Regpack's user ${userId}.`;
}

/** @param fresh the parent was just made, and so has no children */
export function childCreation(
  run: Run,
  child: RegpackChild,
  parent: string,
  fresh: boolean,
): LedgeredCreation<string, Scan | undefined> {
  const { connection, account } = run.plan;
  const step = `child-${child.key}`;
  const reads = safeCalls<typeof activities>(run.plan);
  const sends = sendCalls<typeof activities>(run.plan, regpackChildAbility);
  const sought = soughtChild(run, child, parent);
  return {
    step,
    what: 'the child',
    ability: regpackChildAbility,
    ask: {
      // A parent who was there before may have this child already, and Regpack would take a second one.
      look: async (doubt) =>
        doubt || !fresh || account.verifyByList ? readList(run, step, sought) : NOT_ASKED,
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
  };
}

export function soughtChild(
  run: Run,
  { key, firstName, lastName }: RegpackChild,
  parent: string,
): SoughtChild {
  const marker = markerOf(run.plan.account, key);
  return { parent, firstName, lastName, ...(marker && { marker }) };
}

const NOT_ASKED: Asked<undefined> = { looks: [], seen: undefined };
const NO_ID = 'A Regpack id is a whole number.';

function isId(text: string): boolean {
  return /^[1-9]\d*$/.test(text);
}
