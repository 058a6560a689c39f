// What became of a row, and of a job as a whole (interface.md, "Command line"). Plain data, free of Node and of schemas:
// workflow code may use it.
import type { ResultDocument } from '../account/result';

export const ROW_STATUSES = ['succeeded', 'failed', 'waiting', 'not-started'] as const;
export type RowStatus = (typeof ROW_STATUSES)[number];

/** What became of a row. */
export interface RowOutcome {
  status: RowStatus;
  /** Why, in a sentence; empty where there is nothing to say. */
  reason: string;
  /** What a person has to do, in a sentence; empty where nothing is. */
  whatToDo: string;
  /** The vendor's id of the person, by connection. */
  ids: Record<string, string>;
  /** Goes into the results of an NDJSON roster. */
  document?: ResultDocument;
}

/** What a job came to, as `summary.json` and `muster bulk --json` tell it. */
export interface JobSummary {
  id: string;
  status: string;
  source: string;
  sha256: string;
  rows: number;
  succeeded: number;
  failed: number;
  waiting: number;
  notStarted: number;
  /** ISO 8601 UTC. */
  startedAt: string;
  /** Null while the job runs. */
  endedAt: string | null;
}
