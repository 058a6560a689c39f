// Whether a run was started in plain text. The codec lets plain payloads through (a plain decision typed into the Temporal UI
// must not wedge a run), so a run's own input is looked at where the configuration wants it encrypted.
import type { Client } from '@temporalio/client';
import { isEncrypted } from '../privacy/codec';

/** Reads the run's first event, as the server keeps it. */
export async function startedInPlainText(
  client: Client,
  workflowId: string,
  runId: string,
): Promise<boolean> {
  const { history } = await client.workflowService.getWorkflowExecutionHistory({
    namespace: client.options.namespace,
    execution: { workflowId, runId },
    maximumPageSize: 1,
  });
  const input = history?.events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads ?? [];
  return input.some((payload) => !isEncrypted(payload));
}
