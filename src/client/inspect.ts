// Asks what the vendors say to the connections' credentials. A client has no secrets: a worker asks, reading only.
import { randomUUID } from 'node:crypto';
import { type Client, WorkflowFailedError } from '@temporalio/client';
import { TimeoutFailure } from '@temporalio/common';
import type { Inspection } from '../../activities/hold';
import type { ClientConfig } from '../config/schema';
import { activityQueue, INSPECT_CONNECTION, inspectId, WORKFLOW_QUEUE } from '../temporal/names';

export type { Inspection };

export interface InspectOptions {
  /** How long a worker may take to answer, on top of the vendor's own time-out, in milliseconds. Default 30 s. */
  patienceMs?: number;
}

/** One answer a connection, in their order. */
export function inspectConnections(
  client: Client,
  { connections }: ClientConfig,
  names: readonly string[],
  { patienceMs = 30_000 }: InspectOptions,
): Promise<Inspection[]> {
  return Promise.all(
    names.map(async (connection): Promise<Inspection> => {
      const settings = connections[connection];
      if (!settings) {
        const message = 'The configuration has no such connection.';
        return { connection, vendor: '', outcome: 'unsent', message };
      }
      const { vendor, requestsPerSecond, timeoutMs } = settings;
      const failed = (message: string): Inspection => ({ connection, vendor, outcome: 'unknown', message });
      try {
        return (await client.workflow.execute(INSPECT_CONNECTION, {
          workflowId: inspectId(connection, randomUUID().slice(0, 8)),
          taskQueue: WORKFLOW_QUEUE,
          args: [{ connection, taskQueue: activityQueue(connection, requestsPerSecond), timeoutMs }],
          // A log-in, the probe, and the log-in renewed.
          workflowExecutionTimeout: patienceMs + 3 * timeoutMs,
          staticSummary: `${connection}: are its credentials accepted?`,
        })) as Inspection;
      } catch (error) {
        if (!(error instanceof WorkflowFailedError)) throw error;
        return failed(
          error.cause instanceof TimeoutFailure
            ? 'No worker answered in time; is one running ("muster worker")?'
            : 'The worker that asked gave no answer.',
        );
      }
    }),
  );
}
