// Walks the create-once protocol by itself, over all interleavings of faults, late commits, crashes and an operator's
// answers, and looks for two accounts and for claims that are false.
import { ended, type Kind, type Node, RULES, start, successors, type World } from './world';

/** How much of each kind of misfortune one path may meet. */
export const BUDGET = { sends: 3, losses: 2, crashes: 1, rulings: 2 };

export interface Walk {
  /** How many different states there are. */
  states: number;
  /** How often a run ends with each provenance. */
  ends: Record<string, number>;
  /** One sentence and the path for each state that breaks a rule. */
  broken: string[];
}

/** A class of vendor, and whether others may make the person an account meanwhile. */
export interface Ground {
  kind: Kind;
  theirs: World['theirs'];
}

const KINDS = Object.keys(RULES) as Kind[];
/** Where a vendor can't be asked, an account of somebody else's is not seen by us in any state. */
const ASKABLE = KINDS.filter((kind) => RULES[kind].lookup !== 'none');

export const GROUNDS: readonly Ground[] = [
  ...KINDS.map((kind) => ({ kind, theirs: 'never' }) as const),
  ...ASKABLE.map((kind) => ({ kind, theirs: 'may come' }) as const),
];

export function walkOf({ kind, theirs }: Ground): Walk {
  return walk(start(kind, theirs, BUDGET));
}

export function walk(root: Node): Walk {
  const seen = new Set<string>();
  const open: Node[] = [root];
  const result: Walk = { states: 0, ends: {}, broken: [] };
  for (let node = open.pop(); node; node = open.pop()) {
    const { rules, state, world, budget } = node;
    const sent = node.trace.filter((line) => line.startsWith('send')).at(-1) ?? '';
    const id = JSON.stringify([rules.inherited, state, world, budget, sent]);
    if (seen.has(id)) continue;
    seen.add(id);
    result.states += 1;
    const broken = brokenRule(node);
    if (broken) result.broken.push(`${broken}: ${node.trace.join(' → ')}`);
    if (ended(state)) {
      const end = state.move.do === 'end' ? state.move.provenance : 'declined';
      result.ends[end] = (result.ends[end] ?? 0) + 1;
    }
    if (!broken) open.push(...successors(node));
  }
  return result;
}

function brokenRule({ rules, state, world }: Node): string | undefined {
  const { move } = state;
  if (world.made.length > 1) return 'two accounts';
  if (move.do === 'send' && world.inTheAir.length > 0) return 'sent while an earlier send was alive';
  if (move.do !== 'end') return undefined;
  if (move.who === 'ours' && world.made.length === 0) return `claims ${move.provenance}, and there is none`;
  if (move.who === 'theirs' && (world.theirs !== 'there' || move.provenance !== 'adopted'))
    return 'a false adoption';
  if (move.who === 'theirs' && world.made.length + world.inTheAir.length > 0)
    return 'adopted theirs beside ours';
  if (
    move.who === 'ours' &&
    move.provenance === 'declared' &&
    rules.lookup !== 'none' &&
    world.made.length === 0
  )
    return 'declared, and there is none';
  return undefined;
}
