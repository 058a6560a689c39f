// What EthosCE can do about steps that must not be repeated (vendor-docs/ethosce.txt; measured on its software): it can
// be asked about everything, and refuses a second user of one name and a second authmap row of one SSO id, but would take
// a second profile. Plain data: workflow code imports it.
import type { Ability } from '../../account/plan';

export const ethosceUserAbility: Ability = {
  lookup: 'certain',
  refusesDuplicates: true,
  readsBeforeWrite: 0,
};
export const ethosceAuthmapAbility: Ability = {
  lookup: 'certain',
  refusesDuplicates: true,
  readsBeforeWrite: 0,
};
export const ethosceProfileAbility: Ability = {
  lookup: 'certain',
  refusesDuplicates: false,
  readsBeforeWrite: 0,
};
