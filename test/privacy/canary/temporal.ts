// All that Temporal's server tells of its runs to somebody without the key, and, with the key, the failures among it.
import type { Client } from '@temporalio/client';
import { decodeOptionalFailureToOptionalError } from '@temporalio/common/lib/internal-non-workflow';
import { temporal } from '@temporalio/proto';

type Failure = temporal.api.failure.v1.IFailure;
type Event = temporal.api.history.v1.IHistoryEvent;

const namespace = 'default';
const EVERYTHING = { namespace, pageSize: 500, query: 'WorkflowType IS NOT NULL' };

/** Raw answers by what they are of; bytes as they came. */
export async function rawTemporal({
  connection: { workflowService: service },
}: Client): Promise<[string, unknown][]> {
  const list = await service.listWorkflowExecutions(EVERYTHING);
  const answers: [string, unknown][] = [['list', list]];
  for (const { execution } of list.executions ?? []) {
    const of = { namespace, execution };
    const id = execution?.workflowId;
    answers.push([`description of ${id}`, await service.describeWorkflowExecution(of)]);
    answers.push([`history of ${id}`, await eventsOf(service, execution)]);
    // The card, as the UI asks for it. Runs that have ended keep none.
    if (
      list.executions?.find((one) => one.execution?.runId === execution?.runId)?.status === RUNNING &&
      id !== 'control'
    )
      answers.push([
        `card of ${id}`,
        await service.queryWorkflow({ ...of, query: { queryType: '__temporal_workflow_metadata' } }),
      ]);
  }
  return answers;
}

const RUNNING = temporal.api.enums.v1.WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_RUNNING;

type Service = Client['connection']['workflowService'];

async function eventsOf(
  service: Service,
  execution: temporal.api.common.v1.IWorkflowExecution | null | undefined,
): Promise<Event[]> {
  const events: Event[] = [];
  let nextPageToken: Uint8Array | undefined;
  do {
    const page = await service.getWorkflowExecutionHistory({ namespace, execution, nextPageToken });
    events.push(...(page.history?.events ?? []));
    nextPageToken = page.nextPageToken;
  } while (nextPageToken?.length);
  return events;
}

/** Every failure of every history, with what caused it, decrypted. */
export async function failuresIn({ connection, options }: Client): Promise<unknown[]> {
  const { workflowService } = connection;
  const { executions } = await workflowService.listWorkflowExecutions(EVERYTHING);
  const found: unknown[] = [];
  for (const { execution } of executions ?? [])
    for (const failure of failuresOf(await eventsOf(workflowService, execution))) {
      const error = await decodeOptionalFailureToOptionalError(options.loadedDataConverter, failure);
      for (let cause: unknown = error; cause instanceof Error; cause = cause.cause)
        found.push({
          message: cause.message,
          stack: cause.stack,
          details: (cause as { details?: unknown }).details,
        });
    }
  return found;
}

/** Whatever kind of event it stands in: failed tasks, activities, children, updates, markers. */
function failuresOf(events: unknown): Failure[] {
  if (typeof events !== 'object' || events === null || events instanceof Uint8Array) return [];
  return Object.entries(events).flatMap(([name, value]) =>
    name === 'failure' && value ? [value as Failure] : failuresOf(value),
  );
}
