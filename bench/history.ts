// What Temporal keeps of a run, and what Temporal Cloud would bill for it.
import type { Client } from '@temporalio/client';
import type { temporal } from '@temporalio/proto';

export type HistoryEvent = temporal.api.history.v1.IHistoryEvent;

export interface RunHistory {
  events: HistoryEvent[];
  bytes: number;
}

export async function historyOf(client: Client, workflowId: string): Promise<RunHistory> {
  const handle = client.workflow.getHandle(workflowId);
  const [{ events }, { historySize }] = await Promise.all([handle.fetchHistory(), handle.describe()]);
  return { events: events ?? [], bytes: historySize ?? 0 };
}

/**
 * Billable actions, by Temporal Cloud's rules as they stood: a start, each activity's start, each timer, signal, update and
 * change of search attributes; all local activities of one workflow task count as one.
 */
export function actionsOf(events: readonly HistoryEvent[]): number {
  let actions = 0;
  let localsCounted = false;
  for (const event of events) {
    if (event.workflowTaskCompletedEventAttributes) localsCounted = false;
    const local = event.markerRecordedEventAttributes?.markerName === 'core_local_activity';
    if (local && !localsCounted) {
      actions += 1;
      localsCounted = true;
    }
    if (
      event.workflowExecutionStartedEventAttributes ||
      event.activityTaskScheduledEventAttributes ||
      event.timerStartedEventAttributes ||
      event.workflowExecutionSignaledEventAttributes ||
      event.workflowExecutionUpdateAcceptedEventAttributes ||
      event.upsertWorkflowSearchAttributesEventAttributes ||
      event.startChildWorkflowExecutionInitiatedEventAttributes
    )
      actions += 1;
  }
  return actions;
}
