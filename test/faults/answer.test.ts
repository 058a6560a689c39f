// What `npm run sweep` can be told, and what it answers.
import { readOptions } from './options';
import { isGreen, type Result, report } from './report';
import type { Verdict } from './run-case';
import { FACTS } from './vendors';

const VENDORS = FACTS.map(({ vendor }) => vendor);

/** What the options are, and what was printed meanwhile. */
function told(...args: string[]) {
  const printed: string[] = [];
  const keep = (text: unknown) => printed.push(String(text)) > 0;
  const spies = [process.stdout, process.stderr].map((stream) =>
    jest.spyOn(stream, 'write').mockImplementation(keep),
  );
  try {
    return { options: readOptions(args, VENDORS), printed: printed.join('') };
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}

test('options, with what is usual where nothing is said', () => {
  const usual = { random: 30, concurrency: 60 };
  expect(told().options).toEqual(usual);
  const args = ['--vendor', 'pha', 'onefile', '--seed', '7', '--without-processes'];
  expect(told(...args).options).toEqual({
    ...usual,
    vendor: ['pha', 'onefile'],
    seed: 7,
    withoutProcesses: true,
  });
});

test.each([
  ['--nope'],
  ['--vendor', 'acme'],
  ['--random', 'many'],
  ['--concurrency', '0'],
  ['--seed'],
  ['pha'],
])('one line about what is wrong, and 2: %s %s', (...args) => {
  const { options, printed } = told(...args.filter((arg) => arg !== undefined));
  expect(options).toBe(2);
  expect(printed.trim().split('\n')).toEqual([expect.stringMatching(/^error: /)]);
});

test('help names every option, and is no failure', () => {
  const { options, printed } = told('--help');
  expect(options).toBe(0);
  for (const name of ['vendor', 'group', 'only', 'case', 'seed', 'random', 'concurrency', 'list', 'verbose'])
    expect(printed).toContain(`--${name}`);
});

function verdict(id: string, more: Partial<Verdict> = {}): Verdict {
  const facts = FACTS.find(({ vendor }) => id.startsWith(vendor));
  const [scenario] = facts?.scenarios ?? [];
  if (!facts || !scenario) throw new Error(`${id} names no vendor`);
  const one = { id, group: 'single faults', facts, scenario, faults: [] };
  return { case: one, broken: [], decided: [], requests: [], seconds: 1, ...more };
}

test('the answer counts what was settled, what a person decided and what broke, and says how to repeat that', () => {
  const retried = { at: 0, step: 'create', code: 'outcome-unknown', decision: 'retry' };
  const again = { at: 0, step: '', code: 'cut off', decision: 'start again' };
  const result: Result = {
    seed: 42,
    verdicts: [
      verdict('pha/new/a/1/drop-after', { decided: [retried] }),
      verdict('pha/new/a/1/html', { decided: [again] }),
      verdict('onefile/new/b/1/empty'),
    ],
    walks: [
      { ground: { kind: 'can be asked', theirs: 'never' }, walk: { states: 123, ends: {}, broken: [] } },
    ],
  };
  expect(isGreen(result)).toBe(true);
  const green = report(result);
  expect(green).toContain(
    'seed 42\n3 cases, 3 of them a single fault at a single call: 2 settled by themselves',
  );
  expect(green).toContain('in 1 a person had to decide, none broke a rule.');
  expect(green).toContain('123 states of the protocol by itself: none broke a rule.');
  expect(green).toMatch(/│ all +│ all +│ +3 │ +2 │ +1 │ +0 │/);
  expect(green).not.toContain('--case');

  result.verdicts.push(verdict('regpack/new/c/2/huge', { broken: ['there are 2 accounts, not one'] }));
  expect(isGreen(result)).toBe(false);
  expect(report(result)).toContain(
    "npm run sweep -- --case 'regpack/new/c/2/huge'   # there are 2 accounts, not one",
  );
});
