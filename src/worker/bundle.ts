// The workflow bundle: every file at the top of workflows/ is a workflow, told by its folder alone, so that a further
// vendor's needs no list to be kept. Built ahead of time, so that a worker starts fast.
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { bundleWorkflowCode, type Logger } from '@temporalio/worker';
import { failureConverterPath } from '../privacy/data-converter';

const WORKFLOWS = resolve(__dirname, '../../workflows');

/** Where the build leaves the bundle. */
export const BUILT_BUNDLE = resolve(__dirname, '../../workflow-bundle.js');

/** @returns the bundle's code, with an inline source map. */
export async function bundleWorkflows(logger?: Logger): Promise<string> {
  // Inside the package, so that the bundler finds the SDK from it.
  const folder = mkdtempSync(join(WORKFLOWS, '.bundle-'));
  try {
    const entry = join(folder, 'workflows.js');
    const exports = workflowFiles().map(
      (file) => `Object.assign(exports, require(${JSON.stringify(file)}));`,
    );
    writeFileSync(entry, `${exports.join('\n')}\n`);
    const options = {
      workflowsPath: entry,
      failureConverterPath,
      preloadModules: [join(WORKFLOWS, 'sandbox', 'preloaded')],
      ...(logger && { logger }),
    };
    return (await bundleWorkflowCode(options)).code;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function workflowFiles(): string[] {
  return readdirSync(WORKFLOWS)
    .filter((name) => /\.[jt]s$/.test(name) && !name.endsWith('.d.ts'))
    .map((name) => join(WORKFLOWS, basename(name).replace(/\.[jt]s$/, '')))
    .sort();
}
