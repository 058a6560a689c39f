// What the first look of a step means beside what earlier runs of the account left: shared by runs and by plans of them.
import type { Ability, Inheritance, Policy } from '../../src/account/plan';
import { minimumSettle } from '../../src/http/fence';
import type { Creation } from './create-once';
import type { Looking } from './looking';
import type { Rules, Verdict } from './protocol';

/** The rules of a step, with how far earlier runs had come with it. */
export function rulesFor(
  { ability, step }: Pick<Creation<unknown, unknown>, 'ability' | 'step'>,
  policy: Policy,
  inheritance: Inheritance,
): Rules {
  const { lookup, refusesDuplicates, readsBeforeWrite } = ability;
  const { existing, settleMs, whenAbsent, waitForMs, timeoutMs } = policy;
  const floorMs = minimumSettle(timeoutMs, readsBeforeWrite);
  const inherited = inheritance.readable ? (inheritance.steps[step]?.sent ?? 'none') : 'open';
  return { lookup, refusesDuplicates, existing, settleMs, floorMs, whenAbsent, waitForMs, inherited };
}

/** Where an earlier run's result names the same account, how it came to be is on record. */
export function onRecord<Who>(
  verdict: Verdict<Who>,
  { verifyStep, idOf }: Pick<Creation<unknown, Who>, 'verifyStep' | 'idOf'>,
  { userId, provenance }: Inheritance,
): Verdict<Who> {
  if (verdict.is !== 'found' || !verifyStep || userId === null || provenance === null) return verdict;
  return idOf(verdict.who) === userId ? { provenance, ...verdict } : verdict;
}

/**
 * An earlier run went on with an account that our marker does not find (it was there before us, under another name): it is
 * read back by its id before anything is sent, or the person would get a second one.
 */
export async function remembered<Who>(
  run: Pick<Looking, 'safe'>,
  {
    verifyStep,
    recall,
    ability,
  }: Pick<Creation<unknown, Who>, 'verifyStep' | 'recall'> & { ability: Ability },
  { userId, provenance }: Inheritance,
): Promise<Verdict<Who>> {
  const foreign = provenance === 'adopted' || provenance === 'declared';
  if (!verifyStep || !recall || userId === null || !foreign || ability.lookup === 'none')
    return { is: 'absent' };
  const recalled = await run.safe(verifyStep, () => recall(userId));
  if (typeof recalled !== 'string') return { is: 'found', who: recalled.who, mine: false, provenance };
  return { is: 'conflict', message: `An earlier run went on with account ${userId}. Now: ${recalled}` };
}
