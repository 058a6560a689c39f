// What undoing a job would do, for the person who is about to.
import type { JobSummary } from '../bulk/job';
import type { RowUndo } from '../bulk/undo';
import type { JobHandle } from '../client/job';
import { live } from './screen';
import { table } from './table';

export interface UndoPreview {
  rows: RowUndo[];
  /** Of whom something would be taken back. */
  people: number;
}

/** More are counted only. */
const SHOWN = 20;

export async function previewUndo(job: JobHandle): Promise<UndoPreview> {
  const rows: RowUndo[] = [];
  for await (const row of job.undoPreview()) {
    rows.push(row);
    live(`${rows.length} rows looked at`);
  }
  live('');
  return { rows, people: rows.filter(({ undone }) => undone.length > 0).length };
}

export function undoText({ rows, people }: UndoPreview): string {
  const undone = rows
    .filter(({ undone }) => undone.length > 0)
    .map(({ key, undone }) => [key, undone.join(' ')]);
  const kept = rows.flatMap(({ key, kept }) =>
    kept.map(({ connection, why }) => [`${connection}/${key}`, why]),
  );
  return [
    `Undone, newest first within each account: ${people} of ${rows.length} people.`,
    ...shown(['person', 'at'], undone),
    '',
    `Kept: ${kept.length} accounts.`,
    ...shown(['account', 'because'], kept),
  ].join('\n');
}

function shown(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  if (rows.length === 0) return [];
  const more = rows.length - SHOWN;
  return [table(head, rows.slice(0, SHOWN)), ...(more > 0 ? [`… and ${more} more (--json lists all)`] : [])];
}

export function undoneText({ id, status, rows, succeeded, failed, waiting, notStarted }: JobSummary): string {
  const counts = table(
    ['job', 'status', 'rows', 'undone', 'kept', 'waiting', 'failed'],
    [[id, status, ...[rows, succeeded, notStarted, waiting, failed].map(String)]],
  );
  const next =
    waiting > 0
      ? ['', 'What waits (debts, or an undo that is blocked): muster list --parked; muster debts']
      : [];
  return [counts, ...next].join('\n');
}
