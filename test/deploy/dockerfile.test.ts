// The Dockerfile: what the image is made of, and who runs in it.
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { ROOT, read } from './support';

interface Stage {
  name: string;
  from: string;
  /** Instruction and arguments, continuation lines joined. */
  steps: { word: string; rest: string }[];
}

function stages(): Stage[] {
  const text = read('Dockerfile')
    .split('\n')
    .filter((line) => !/^\s*#/.test(line))
    .join('\n')
    .replaceAll(/\\\n\s*/g, '');
  const found: Stage[] = [];
  const args = new Map<string, string>();
  for (const line of text.split('\n').filter((entry) => entry.trim() !== '')) {
    const [word = '', ...parts] = line.split(/\s+/);
    const rest = parts.join(' ');
    if (word === 'ARG' && found.length === 0) args.set(rest.split('=')[0] ?? '', rest.split('=')[1] ?? '');
    else if (word === 'FROM') {
      const from = (parts[0] ?? '').replaceAll(/\$\{(\w+)\}/g, (_all, name: string) => args.get(name) ?? '');
      found.push({ from, name: parts[2] ?? '', steps: [] });
    } else found.at(-1)?.steps.push({ word, rest });
  }
  return found;
}

const all = stages();
const final = all.at(-1) as Stage;
const of = (stage: Stage, word: string) =>
  stage.steps.filter((step) => step.word === word).map(({ rest }) => rest);
const bases = all.filter(({ from }) => !all.some(({ name }) => name === from));

test('every stage stands on one pinned Debian-slim Node that the package supports', () => {
  for (const { from } of bases) expect(from).toMatch(/^node:\d+\.\d+\.\d+-bookworm-slim$/);
  const [major = 0] = (bases[0]?.from.match(/\d+/) ?? []).map(Number);
  const { engines } = JSON.parse(read('package.json')) as { engines: { node: string } };
  expect(major).toBeGreaterThanOrEqual(Number(/>=(\d+)/.exec(engines.node)?.[1]));
  // Even ones are supported for years.
  expect(major % 2).toBe(0);
});

test('the image holds production dependencies and compiled code, and nothing of the build', () => {
  expect(all.length).toBeGreaterThan(1);
  const from = of(final, 'COPY').filter((rest) => rest.startsWith('--from='));
  expect(from).toEqual([
    '--from=dependencies /muster/node_modules node_modules',
    '--from=build /muster/dist dist',
  ]);
  const dependencies = all.find(({ name }) => name === 'dependencies');
  expect(dependencies && of(dependencies, 'RUN')).toEqual([expect.stringMatching(/^npm ci --omit=dev /)]);
  expect(of(final, 'RUN').join()).not.toMatch(/npm|apt/);
  expect(of(final, 'COPY').join()).not.toMatch(/ \. |\bsrc\b|test/);
});

test('it runs as a plain user', () => {
  expect(of(final, 'USER')).toEqual(['node']);
  const after = final.steps.slice(final.steps.findIndex(({ word }) => word === 'USER'));
  expect(after.map(({ word }) => word)).not.toContain('RUN');
});

test('it is the worker unless told otherwise, hears signals itself, and is asked whether it lives', () => {
  expect(JSON.parse(of(final, 'ENTRYPOINT')[0] ?? '')).toEqual(['node', '/muster/dist/src/cli/main.js']);
  expect(JSON.parse(of(final, 'CMD')[0] ?? '')).toEqual(['worker']);
  const { bin } = JSON.parse(read('package.json')) as { bin: { muster: string } };
  expect(`/muster/${bin.muster}`).toBe('/muster/dist/src/cli/main.js');
  expect(of(final, 'HEALTHCHECK')).toEqual([expect.stringContaining('http://127.0.0.1:9090/healthz')]);
});

test('what is copied is there and reaches the builder; secrets do not', () => {
  const [first, ...allowed] = read('.dockerignore')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
  expect(first).toBe('*');
  const let_in = allowed.filter((line) => line.startsWith('!')).map((line) => line.slice(1));
  const copied = all.flatMap((stage) =>
    of(stage, 'COPY')
      .filter((rest) => !rest.startsWith('--from='))
      .flatMap((rest) => rest.split(' ').slice(0, -1)),
  );
  expect(copied.length).toBeGreaterThan(6);
  expect([...new Set(copied)].sort()).toEqual([...let_in].sort());
  for (const path of copied) expect([path, existsSync(resolve(ROOT, path))]).toEqual([path, true]);
  expect(let_in.join()).not.toMatch(/deploy|env|muster\.yaml|\.git/);
});
