// What a run was told for certain: sends whose answer "no" stands in a history. It was heard, whenever it came.
import type { Client } from '@temporalio/client';
import { decodeArrayFromPayloads } from '@temporalio/common/lib/internal-non-workflow';
import type { temporal } from '@temporalio/proto';
import type { Outcome } from '../../src/http/outcome';
import type { RecordedRequest } from '../../src/simulators/contract';

/** A send that provably made nothing, by the record of its run. */
export interface HeardNo {
  vendorStatus: number;
  /** When its activity was scheduled and when its end was recorded, in milliseconds. */
  from: number;
  to: number;
}

/**
 * Of all runs of the id, those that were reset or terminated too: what comes after such an end is not recorded any more. A run
 * that Temporal's list does not show yet is left out, which only makes the rules stricter.
 */
export async function heardNos(client: Client, workflowId: string): Promise<HeardNo[]> {
  const heard: HeardNo[] = [];
  for await (const { runId } of client.workflow.list({ query: `WorkflowId = '${workflowId}'` })) {
    const { events } = await client.workflow.getHandle(workflowId, runId).fetchHistory();
    heard.push(...(await nosOf(client, events ?? [])));
  }
  return heard;
}

async function nosOf(client: Client, events: temporal.api.history.v1.IHistoryEvent[]): Promise<HeardNo[]> {
  const heard: HeardNo[] = [];
  for (const { activityTaskCompletedEventAttributes: completed, eventTime } of events) {
    if (!completed) continue;
    const payloads = completed.result?.payloads;
    const [outcome] = await decodeArrayFromPayloads(client.options.loadedDataConverter, payloads);
    const scheduled = events.find(({ eventId }) => String(eventId) === String(completed.scheduledEventId));
    if (isNo(outcome))
      heard.push({
        vendorStatus: outcome.vendorStatus,
        from: millis(scheduled?.eventTime),
        to: millis(eventTime),
      });
  }
  return heard;
}

const NOS: readonly unknown[] = ['refused', 'unsent', 'barred'] satisfies Outcome<never>['kind'][];

/** Only sends answer with an outcome; the safe calls throw it. */
function isNo(answer: unknown): answer is { vendorStatus: number } {
  if (typeof answer !== 'object' || answer === null || !('kind' in answer)) return false;
  return NOS.includes(answer.kind) && 'vendorStatus' in answer && typeof answer.vendorStatus === 'number';
}

function millis(time: temporal.api.history.v1.IHistoryEvent['eventTime']): number {
  return Number(time?.seconds ?? Number.NaN) * 1000 + (time?.nanos ?? 0) / 1e6;
}

/** Whether it is the answer to this request that was recorded. */
export function isHeardNo({ at, status }: RecordedRequest, heard: readonly HeardNo[]): boolean {
  const when = Date.parse(at);
  return heard.some(({ vendorStatus, from, to }) => vendorStatus === status && from <= when && when <= to);
}
