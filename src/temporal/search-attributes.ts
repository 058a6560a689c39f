// The search attributes by which runs are found in Temporal's lists: never personal data, since Temporal keeps them
// readable. Imported by workflow code too, so nothing from Node.
// SQL visibility stores take at most 10 Keyword, 3 Datetime and 3 Int attributes a namespace.
import { defineSearchAttributeKey, type SearchAttributePair } from '@temporalio/common';

/** Connection name, e.g. `pha-demo`. */
export const musterConnection = defineSearchAttributeKey('MusterConnection', 'KEYWORD');
/** Vendor word of the connection, e.g. `ethosce`. */
export const musterVendor = defineSearchAttributeKey('MusterVendor', 'KEYWORD');
/** The caller's stable key of the person. */
export const musterKey = defineSearchAttributeKey('MusterKey', 'KEYWORD');
/** The bulk job's id, on the runs it started. */
export const musterJob = defineSearchAttributeKey('MusterJob', 'KEYWORD');
/** The step a run stands at. */
export const musterStage = defineSearchAttributeKey('MusterStage', 'KEYWORD');
/** `nobody`, `vendor` or `operator`. */
export const musterWaitingOn = defineSearchAttributeKey('MusterWaitingOn', 'KEYWORD');
/** The code of the problem a run is parked for, e.g. `outcome-unknown`. */
export const musterReason = defineSearchAttributeKey('MusterReason', 'KEYWORD');
/** Since when the run waits. */
export const musterSince = defineSearchAttributeKey('MusterSince', 'DATETIME');
/** How many debts undo left behind. */
export const musterDebts = defineSearchAttributeKey('MusterDebts', 'INT');

/** Type words as the Temporal CLI and the operator service spell them. */
export type SearchAttributeTypeName = 'Keyword' | 'Int' | 'Datetime';

/** Every search attribute of Muster with its type: what `muster dev` registers and `muster doctor` checks. */
export const MUSTER_SEARCH_ATTRIBUTES = {
  MusterConnection: 'Keyword',
  MusterVendor: 'Keyword',
  MusterKey: 'Keyword',
  MusterJob: 'Keyword',
  MusterStage: 'Keyword',
  MusterWaitingOn: 'Keyword',
  MusterReason: 'Keyword',
  MusterSince: 'Datetime',
  MusterDebts: 'Int',
} as const satisfies Record<string, SearchAttributeTypeName>;

/** What a run is started with, so that lists find it. */
export interface RunAttributes {
  connection?: string;
  vendor?: string;
  key: string;
  /** The bulk job that starts it. */
  job?: string;
}

export function searchAttributesOf({ connection, vendor, key, job }: RunAttributes): SearchAttributePair[] {
  return [
    { key: musterKey, value: key },
    ...(connection ? [{ key: musterConnection, value: connection }] : []),
    ...(vendor ? [{ key: musterVendor, value: vendor }] : []),
    ...(job ? [{ key: musterJob, value: job }] : []),
  ];
}
