// Part of `npm run build`: writes the workflow bundle beside the compiled code.
import { writeFileSync } from 'node:fs';
import { DefaultLogger } from '@temporalio/worker';
import { BUILT_BUNDLE, bundleWorkflows } from './bundle';

bundleWorkflows(new DefaultLogger('WARN')).then(
  (code) => writeFileSync(BUILT_BUNDLE, code),
  (error) => {
    process.stderr.write(`The workflow bundle could not be built: ${error}\n`);
    process.exitCode = 1;
  },
);
