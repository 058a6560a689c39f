// A bulk job as plain data: what it is started with, what it knows of itself, what it ends with. Shared by workflow,
// activities, client and command line.
import type { RowDefaults } from './defaults';
import type { RowStatus, JobSummary as WrittenSummary } from './outcome';
import type { RosterPosition } from './place';

/** Argument of `bulkOnboarding`, as any caller gives it; checked by the job's first activity. */
export interface JobInput {
  /** A path under `importsDir`, or an https address. */
  source: string;
  /** What the roster must be; by default what it is when the job starts. Hex. */
  sha256?: string | null;
  /** Laid beneath each row. */
  defaults?: RowDefaults;
  /** How many people are worked on at once; by default the configuration's. */
  window?: number;
  /** How many rows may fail, as a number or `N%` of all, before the job starts no more; by default any number. */
  maxFailures?: number | string;
  /** Keys of rows that are left out: what a plan says has moved since. */
  skip?: string[];
  /** Set in a job that takes back what another one made. */
  undo?: UndoOrder;
  /** Does nothing where the job before, of the same timetable, worked off the same roster (by hash), and every row succeeded. */
  onlyIfChanged?: boolean;
}

/** Whose rows are to be undone, and why. */
export interface UndoOrder {
  /** The job's id. */
  job: string;
  /** What its runs bear in their memo (src/bulk/rows). */
  mark: string;
  /** Recorded in each run that is told to undo. */
  reason: string;
}

/** The same, checked, with what the roster was found to be. */
export interface JobPlan {
  source: string;
  sha256: string;
  rows: number;
  window: number;
  /** Null: any number. */
  mostFailures: number | null;
  defaults: RowDefaults;
  skip: string[];
  undo?: UndoOrder;
  /** The job before, of the same timetable, worked off the very same roster, and every row succeeded. */
  unchanged?: boolean;
}

/** A run that a row led to and that has neither ended nor parked yet. */
export interface Underway {
  workflowId: string;
  runId: string;
}

/** How far a job has come. */
export interface JobState {
  /** Where the next row begins; null when all have been started. */
  position: RosterPosition | null;
  underway: Underway[];
  tally: Tally;
}

export type Tally = Record<RowStatus, number>;

export const NO_ROWS: Tally = { succeeded: 0, failed: 0, waiting: 0, 'not-started': 0 };

/** `done`: every row has ended or parked. `stopped`: too many failed. `unchanged`: there was nothing to do. */
export type JobStatus = 'running' | 'paused' | 'done' | 'stopped' | 'cancelled' | 'unchanged';

/** What a job ends with, and what `progress` answers on the way. In a job that undoes, rows not started are those kept. */
export interface JobSummary extends Omit<WrittenSummary, 'status' | 'sha256'> {
  status: JobStatus;
  /** Null while the roster is being checked. */
  sha256: string | null;
}

/** A job while it goes on. */
export interface JobProgress extends JobSummary {
  /** Rows whose runs have neither ended nor parked. */
  underway: number;
  /** Rows a second over the last stretch; null before there is one. */
  pace: number | null;
  /** Why it stands still, and what to do; null where it does not. */
  problem: string | null;
}

export function settledOf({ succeeded, failed, waiting, 'not-started': notStarted }: Tally): number {
  return succeeded + failed + waiting + notStarted;
}

/** Seconds that the rest will take at a pace; null where nobody can tell. */
export function secondsLeft({ rows, succeeded, failed, waiting, pace }: JobProgress): number | null {
  if (!pace) return null;
  return Math.ceil((rows - succeeded - failed - waiting) / pace);
}

/** Memo field of the runs that a job starts: which job, and which run of it. */
export const JOB = 'musterJob';
