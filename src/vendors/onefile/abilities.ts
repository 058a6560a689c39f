// What OneFile can do about steps that must not be repeated (vendor-docs/onefile.txt): it can be asked for a user by MISID
// and for a learner's standards and units, takes any of them twice, and cannot be asked about the rest. Plain data:
// workflow code imports it.
import type { Ability } from '../../account/plan';

const asked: Ability = { lookup: 'strong', refusesDuplicates: false, readsBeforeWrite: 0 };
const notAsked: Ability = { lookup: 'none', refusesDuplicates: false, readsBeforeWrite: 0 };

export const onefileUserAbility: Ability = asked;
/** Standards show as learning aims of the learner, units as unit summaries. */
export const onefileListedAbility: Ability = asked;
/** Further assessors and framework templates: no public call tells what a learner has. */
export const onefileUnlistedAbility: Ability = notAsked;
