// What client, worker and workflow bundle are given so that Temporal stores no content in clear text.
import type { DataConverter } from '@temporalio/common';
import { EncryptionCodec } from './codec';
import type { KeyRing } from './keys';

/**
 * Absolute path of the failure converter, for `bundleWorkflowCode`, which needs the path but no keys. Resolved
 * rather than spelled: it is a `.ts` file under a test runner and a `.js` file in `dist`.
 */
export const failureConverterPath: string = require.resolve('./failure-converter');

/** The `dataConverter` option of `Client` and `Worker`: payloads and failures encrypted with this ring. */
export function dataConverter(ring: KeyRing): DataConverter {
  return { payloadCodecs: [new EncryptionCodec(ring)], failureConverterPath };
}
