// What HotDocs Advance can do about a create that must not be repeated (vendor-docs/hotdocs-advance.txt, "id"): it can be
// asked by the GUID that we chose, and takes no second user of one GUID or one e-mail address. Plain data: workflow code
// imports it.
import type { Ability } from '../../account/plan';

export const hotdocsUserAbility: Ability = {
  lookup: 'certain',
  refusesDuplicates: true,
  readsBeforeWrite: 0,
};
