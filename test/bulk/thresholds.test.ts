// Thresholds: what counts, what exceeds, and which rows are named.
import { emptyForecast, type Forecast } from '../../src/account/forecast';
import type { PlannedRow } from '../../src/bulk/plan-totals';
import { MOST_LISTED, otherEnvironments, parseThreshold, watchLimits } from '../../src/bulk/thresholds';

test.each([
  ['0', { accounts: 0 }],
  ['12', { accounts: 12 }],
  ['5%', { percent: 5 }],
  ['2.5%', { percent: 2.5 }],
  ['100%', { percent: 100 }],
  ['2.5', undefined],
  ['101%', undefined],
  ['-1', undefined],
  ['', undefined],
  ['many', undefined],
])('%s', (text, read) => expect(parseThreshold(text)).toEqual(read));

const row = (number: number, more: Partial<Forecast> = {}): PlannedRow => ({
  row: number,
  line: number + 1,
  key: `hr-${number}`,
  accounts: {
    ethosce: {
      ...emptyForecast({ connection: 'ethosce', vendor: 'ethosce', environment: null }, 'create'),
      ...more,
    },
  },
});
const adopted = (number: number) => row(number, { action: 'adopt' });

test('a number of adoptions: the limit itself is allowed, one more is not', () => {
  const watch = watchLimits({ maxAdopt: { accounts: 1 } });
  for (const each of [row(1), adopted(2)]) watch.add(each);
  expect(watch.exceeded()).toEqual([]);
  watch.add(adopted(3));
  expect(watch.exceeded()).toEqual([
    {
      limit: 'maxAdopt',
      allowed: { accounts: 1 },
      found: 2,
      of: 3,
      accounts: [
        { key: 'hr-2', line: 3, connection: 'ethosce' },
        { key: 'hr-3', line: 4, connection: 'ethosce' },
      ],
    },
  ]);
});

test('a part of all accounts is known at the end only', () => {
  const watch = watchLimits({ maxAdopt: { percent: 50 } });
  watch.add(adopted(1));
  expect(watch.exceeded()).toHaveLength(1);
  watch.add(row(2));
  expect(watch.exceeded()).toEqual([]);
});

test('accounts that lose roles count once, however many; both thresholds are told', () => {
  const watch = watchLimits({ maxAdopt: { accounts: 0 }, maxRoleRemovals: { accounts: 0 } });
  watch.add(row(1, { action: 'adopt', roles: { add: [], remove: ['1', '2'] } }));
  expect(watch.exceeded().map(({ limit, found }) => [limit, found])).toEqual([
    ['maxAdopt', 1],
    ['maxRoleRemovals', 1],
  ]);
});

test('of very many, the first are named', () => {
  const watch = watchLimits({ maxAdopt: { accounts: 0 } });
  for (let number = 1; number <= 1000; number += 1) watch.add(adopted(number));
  const [exceeded] = watch.exceeded();
  expect(exceeded?.found).toBe(1000);
  expect(exceeded?.accounts).toHaveLength(MOST_LISTED);
});

test('planned for demo, and live by now', () => {
  const planned = { pha: 'demo', ethosce: null, gone: 'live' };
  expect(otherEnvironments(planned, { pha: 'live', ethosce: null })).toEqual([
    { connection: 'pha', planned: 'demo', now: 'live' },
    { connection: 'gone', planned: 'live', now: undefined },
  ]);
});
