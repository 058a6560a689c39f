// Whether a worker polls a task queue, as Temporal's frontend remembers it.
import type { Client } from '@temporalio/client';
import { temporal } from '@temporalio/proto';

/** A poll lasts a minute; one that began longer ago than this was the last of a worker that is gone. */
const POLL_MS = 75_000;

const { TASK_QUEUE_TYPE_ACTIVITY, TASK_QUEUE_TYPE_WORKFLOW } = temporal.api.enums.v1.TaskQueueType;

/** @param kind which kind of task a worker should be there for */
export async function isPolled(
  client: Client,
  queue: string,
  kind: 'workflow' | 'activity' = 'workflow',
): Promise<boolean> {
  const { pollers } = await client.workflowService.describeTaskQueue({
    namespace: client.options.namespace,
    taskQueue: { name: queue },
    taskQueueType: kind === 'workflow' ? TASK_QUEUE_TYPE_WORKFLOW : TASK_QUEUE_TYPE_ACTIVITY,
  });
  const oldest = (Date.now() - POLL_MS) / 1_000;
  return (pollers ?? []).some(({ lastAccessTime }) => Number(lastAccessTime?.seconds ?? 0) > oldest);
}
