// What PHA can do about steps that must not be repeated. Its public documents name no way to ask who exists
// (vendor-docs/ignis-pha.txt), so certainty rests on our own ledger. Plain data: workflow code imports it.
import type { Ability } from '../../account/plan';

export const phaUserAbility: Ability = { lookup: 'none', refusesDuplicates: false, readsBeforeWrite: 0 };

/** Each accepted post is a further assessment record; the form is fetched right before it. */
export const phaAssessmentAbility: Ability = {
  lookup: 'none',
  refusesDuplicates: false,
  readsBeforeWrite: 1,
};
