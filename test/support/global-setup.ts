// Once for the whole test run: the workflow bundle, made from the sources as they are now.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { DefaultLogger } from '@temporalio/worker';
import { bundleWorkflows } from '../../src/worker/bundle';
import { TEST_BUNDLE } from './bundle-path';

export default async function setUp(): Promise<void> {
  mkdirSync(dirname(TEST_BUNDLE), { recursive: true });
  writeFileSync(TEST_BUNDLE, await bundleWorkflows(new DefaultLogger('WARN')));
}
