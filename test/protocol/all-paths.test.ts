// The create-once protocol by itself, over all interleavings of faults, late commits, crashes and operator's answers: in
// none of them are there two accounts, and no run ends with a claim that is false.
import { ended, type Kind, type Node, RULES, start, successors } from './world';

const BUDGET = { sends: 3, losses: 2, crashes: 1, rulings: 2 };

interface Walk {
  states: number;
  ends: Record<string, number>;
  broken: string[];
}

function walk(root: Node): Walk {
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

const ASKABLE = (Object.keys(RULES) as Kind[]).filter((kind) => RULES[kind].lookup !== 'none');

test.each(Object.keys(RULES) as Kind[])('a vendor that %s: every rule holds on every path', (kind) => {
  const { states, ends, broken } = walk(start(kind, 'never', BUDGET));
  expect(broken.slice(0, 3)).toEqual([]);
  expect(states).toBeGreaterThan(500);
  expect(Object.keys(ends)).toContain('created');
});

test.each(ASKABLE)('a vendor that %s, where others may create the person too', (kind) => {
  const { states, ends, broken } = walk(start(kind, 'may come', BUDGET));
  expect(broken.slice(0, 3)).toEqual([]);
  expect(states).toBeGreaterThan(500);
  expect(Object.keys(ends)).toEqual(expect.arrayContaining(['created', 'confirmed', 'adopted']));
});

test('the walk would notice a protocol that sends again on a guess', () => {
  const rules = { ...RULES['can be asked'], whenAbsent: 'resend', settleMs: 10 } as const;
  const root = start('can be asked', 'never', BUDGET);
  expect(walk({ ...root, rules }).broken.length).toBeGreaterThan(0);
});
