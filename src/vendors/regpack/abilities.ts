// What Regpack can do about steps that must not be repeated (vendor-docs/regpack.txt): it finds users by their own id only,
// and a list can be read through, so certainty rests on our ledger and the list settles what the ledger can't tell.
// A second create under other names, and any second child, would be taken. Plain data: workflow code imports it.
import type { Ability } from '../../account/plan';

export const regpackUserAbility: Ability = { lookup: 'weak', refusesDuplicates: false, readsBeforeWrite: 0 };

export const regpackChildAbility: Ability = { lookup: 'weak', refusesDuplicates: false, readsBeforeWrite: 0 };
