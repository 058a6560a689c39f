// Where the global set-up leaves the workflow bundle for the tests.
import { resolve } from 'node:path';

export const TEST_BUNDLE = resolve(__dirname, '../../node_modules/.cache/muster-test/workflow-bundle.js');
