// Regpack's forecast: the account's ledger, get_info where a clogin_id is given, and the list only where the connection wants it
// before each create. What of the fields differs, and which children are there.

import type { Policy } from '../../src/account/plan';
import type { RegpackAccount } from '../../src/vendors/regpack/request';
import { foreseeByLedger } from '../planning/foresee';
import { type Planner, Stopped } from '../planning/planner';
import { childCreation, otherUser, soughtUser, userCreation } from './creations';
import { lookAtFields, type UserLook } from './looks';

export async function planRegpack(planner: Planner<RegpackAccount>): Promise<void> {
  const { account, policy } = planner.plan;
  const undo = undoOf(account, policy);
  const user = await foreseeByLedger<string, UserLook>(planner, userCreation(planner, soughtUser(planner)));
  if (user.will === 'send') {
    const asked = user.seen.asked?.seen;
    if (asked?.elsewhere || asked?.scan) planner.creates(undo);
    else planner.createsUnasked(undo, UNASKED);
    mail(planner, 'create');
    for (const { key } of account.children) planner.makes(`child-${key}`, undo);
    return;
  }
  const { who: userId, provenance, known, seen } = user;
  const byId = String(account.cloginId) === userId ? 'clogin_id' : 'user list';
  planner.finds({ userId, provenance, known, foundBy: seen.entry?.state === 'made' ? 'ledger' : byId });
  if (account.cloginId !== undefined && String(account.cloginId) !== userId)
    throw new Stopped('blocked', 'create', {
      code: 'conflict',
      message: otherUser(account.cloginId, userId),
    });
  const { user: there, doc } = await lookAtFields(planner, userId);
  planner.changes(Object.keys(doc));
  if (Object.keys(doc).length > 0) mail(planner, 'update');
  planner.sees([there.statusId, there.values]);
  await planChildren(planner, userId);
}

const UNASKED =
  'Regpack finds users by their own id only: a user would be created, and where that is refused, the list be read. Give a ' +
  'cloginId, or set verifyByList, to know beforehand.';

function undoOf({ excludedStatusId }: RegpackAccount, { undo }: Policy): 'disabled' | 'debt' {
  return excludedStatusId === undefined || undo === 'never' ? 'debt' : 'disabled';
}

async function planChildren(planner: Planner<RegpackAccount>, parent: string): Promise<void> {
  const { account, policy } = planner.plan;
  let made = 0;
  for (const child of account.children) {
    const { will } = await foreseeByLedger(planner, childCreation(planner, child, parent, false));
    if (will === 'go-on') continue;
    planner.makes(`child-${child.key}`, undoOf(account, policy));
    made += 1;
  }
  if (made > 0) mail(planner, 'children');
}

function mail({ plan, forecast }: Planner<RegpackAccount>, what: string): void {
  const { sendMail, submitForms } = plan.account;
  if (sendMail) forecast.mails.push(`Regpack may mail the person (sendMail, ${what}).`);
  if (submitForms)
    forecast.mails.push(`Forms are submitted, whose triggers may mail (submitForms, ${what}).`);
}
