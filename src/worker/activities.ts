// Gathers the activities: Muster's own, and one file of activities/ for each vendor of the registry, by its name.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { vendorNames } from '../vendors/registry';

export type Activity = (input: never) => Promise<unknown>;

/** Muster's own. */
const OWN = ['account', 'decisions', 'people', 'ledger', 'hold', 'bulk', 'secrets', 'plan', 'reads'];
const ACTIVITIES = join(__dirname, '../../activities');

/** @throws when a vendor of the registry has no file of activities, or two files export one name */
export function loadActivities(): Record<string, Activity> {
  const all: Record<string, Activity> = {};
  for (const name of [...OWN, ...vendorNames]) {
    const file = join(ACTIVITIES, name);
    if (!['.js', '.ts'].some((ending) => existsSync(file + ending)))
      throw new Error(`Vendor ${name} of the registry has no activities/${name}.ts.`);
    for (const [activity, run] of Object.entries(require(file) as Record<string, unknown>)) {
      if (typeof run !== 'function') continue;
      if (activity in all) throw new Error(`Two files of activities/ export ${activity}.`);
      all[activity] = run as Activity;
    }
  }
  return all;
}
