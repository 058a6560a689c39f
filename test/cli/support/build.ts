// The command line as a process needs compiled code. It is compiled here, by swc, from the sources as they are now: `dist`
// may be stale, and waiting for the type checker helps no test.
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { transformFile } from '@swc/core';
import { TEST_BUNDLE } from '../../support/bundle-path';

const ROOT = resolve(__dirname, '../../..');
const SOURCES = ['src', 'workflows', 'activities'];

/** A compiled Muster, laid out as `dist` is. */
export interface Build {
  /** Path of the command's entry. */
  main: string;
  remove(): void;
}

export async function buildCli(): Promise<Build> {
  mkdirSync(dirname(TEST_BUNDLE), { recursive: true });
  // Inside node_modules, so that packages are found, and the examples.
  const folder = mkdtempSync(join(dirname(TEST_BUNDLE), 'cli-'));
  const files = SOURCES.flatMap((source) =>
    readdirSync(join(ROOT, source), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts') && !name.endsWith('.d.ts'))
      .map((name) => join(ROOT, source, name)),
  );
  await Promise.all(files.map((file) => compile(file, folder)));
  copyFileSync(TEST_BUNDLE, join(folder, 'workflow-bundle.js'));
  return {
    main: join(folder, 'src/cli/main.js'),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

async function compile(file: string, folder: string): Promise<void> {
  const { code } = await transformFile(file, {
    jsc: { target: 'es2022', parser: { syntax: 'typescript' } },
    module: { type: 'commonjs' },
    sourceMaps: 'inline',
  });
  const target = join(folder, relative(ROOT, file)).replace(/\.ts$/, '.js');
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, code);
}
