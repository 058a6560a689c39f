// How fast a connection is asked, by what its vendor answers.
import { Rate } from '../../src/worker/pace-keeper';

const rate = () => new Rate(8, { settleMs: 5_000, raiseEveryMs: 20_000 });

test('a 429 halves the rate; those that come with it count as one', () => {
  const one = rate();
  expect(one.tooMany(0)).toBe(4);
  expect(one.tooMany(4_999)).toBeUndefined();
  expect(one.tooMany(5_000)).toBe(2);
});

test('it never comes to a standstill', () => {
  const one = rate();
  let last: number | undefined;
  for (let now = 0; now < 100_000; now += 5_000) last = one.tooMany(now);
  expect(last).toBe(0.2);
});

test('quiet time brings it back to what is configured, and no further', () => {
  const one = rate();
  one.tooMany(0);
  expect(one.quiet(19_999)).toBeUndefined();
  expect(one.quiet(20_000)).toBe(6);
  expect(one.quiet(30_000)).toBeUndefined();
  expect(one.quiet(40_000)).toBe(8);
  expect(one.quiet(60_000)).toBeUndefined();
});
