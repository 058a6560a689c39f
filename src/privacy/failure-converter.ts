// Failure messages and stack traces as payloads, so that the codec encrypts them too. Named by path to client, worker
// and workflow bundle; it is loaded inside the workflow sandbox, so it imports nothing else.
import { DefaultFailureConverter } from '@temporalio/common';

/** The converter Temporal's `failureConverterPath` looks for. */
export const failureConverter = new DefaultFailureConverter({ encodeCommonAttributes: true });
