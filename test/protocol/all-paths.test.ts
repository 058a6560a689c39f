// The create-once protocol by itself, over all interleavings of faults, late commits, crashes and operator's answers: in
// none of them are there two accounts, and no run ends with a claim that is false.
import { BUDGET, GROUNDS, type Ground, walk, walkOf } from './walk';
import { RULES, start } from './world';

/** Fewer states than this, and some kind of misfortune no longer happens in the walk. */
const FEWEST: Record<Ground['kind'], Record<Ground['theirs'], number>> = {
  'refuses duplicates': { never: 10_000, 'may come': 40_000, there: 0 },
  'can be asked': { never: 12_000, 'may come': 40_000, there: 0 },
  "can't be asked": { never: 1_500, 'may come': 0, there: 0 },
};

test('every class of vendor is walked', () => {
  expect(new Set(GROUNDS.map(({ kind }) => kind))).toEqual(new Set(Object.keys(RULES)));
});

test.each(GROUNDS)(
  'a vendor that $kind, others’ accounts: $theirs. Every rule holds on every path',
  (ground) => {
    const { states, ends, broken } = walkOf(ground);
    expect(broken.slice(0, 3)).toEqual([]);
    expect(states).toBeGreaterThan(FEWEST[ground.kind][ground.theirs]);
    const lost = ground.kind === "can't be asked" ? 'declared' : 'confirmed';
    const others = ground.theirs === 'never' ? [] : ['adopted'];
    expect(Object.keys(ends)).toEqual(expect.arrayContaining(['created', lost, ...others]));
  },
);

test('the walk would notice a protocol that sends again on a guess', () => {
  const rules = { ...RULES['can be asked'], whenAbsent: 'resend', settleMs: 10 } as const;
  const root = start('can be asked', 'never', BUDGET);
  expect(walk({ ...root, rules }).broken.length).toBeGreaterThan(0);
});
