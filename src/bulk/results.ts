// The results of a job as files (interface.md, "Command line"): each row of the roster as it was given, with what
// became of it, in one of four files; and a summary. They are written beside their places and moved there when they are
// whole and add up, the summary last: where it stands, the others belong to it.
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type JobSummary, ROW_STATUSES, type RowOutcome, type RowStatus } from './outcome';
import { openPart, type Part } from './part';
import type { RosterPlace } from './place';
import type { RosterRow } from './reader';
import { layoutOf } from './result-layout';
import type { PinnedRoster } from './roster';
import { createTally } from './tally';

export type { JobSummary, RowOutcome, RowStatus } from './outcome';

export interface Results {
  /** Rows come in any order, each once. @throws RangeError for one that came before */
  write(row: RosterRow, outcome: RowOutcome): Promise<void>;
  /** Puts the files into their places. @throws Error that says what is missing, if they don't add up; nothing is left then */
  close(summary: JobSummary): Promise<void>;
  /** Leaves nothing behind. */
  abandon(): Promise<void>;
}

const FILES: Record<RowStatus, string> = {
  succeeded: 'succeeded',
  failed: 'failed',
  waiting: 'waiting',
  'not-started': 'not_started',
};
const SUMMARY = 'summary.json';

/**
 * Begins the results of a job.
 * @param dir made if it is not there; its owner alone may look into it
 * @param connections the connections that have a column of ids, in that order (CSV)
 * @throws RosterError if the roster is no longer the one that was pinned
 */
export async function openResults(
  dir: string,
  place: RosterPlace,
  pinned: Pick<PinnedRoster, 'sha256' | 'rows'>,
  connections: readonly string[],
): Promise<Results> {
  const layout = await layoutOf(place, pinned, connections);
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const parts = new Map<RowStatus, Part>();
  const tally = createTally(pinned.rows);

  async function abandon(): Promise<void> {
    for (const part of parts.values()) await part.remove();
  }

  async function finish(summary: JobSummary): Promise<void> {
    tally.requireWhole(summary);
    // From here on the folder may hold files of two jobs: no summary says otherwise.
    await rm(join(dir, SUMMARY), { force: true });
    for (const part of parts.values()) await part.finish();
    const whole = await openPart(join(dir, SUMMARY));
    try {
      await whole.write(`${JSON.stringify(summary, null, 2)}\n`);
      await whole.finish();
    } catch (error) {
      await whole.remove();
      throw error;
    }
  }

  try {
    for (const status of ROW_STATUSES) {
      const part = await openPart(join(dir, `${FILES[status]}.${layout.format}`));
      parts.set(status, part);
      await part.write(layout.head);
    }
  } catch (error) {
    await abandon();
    throw error;
  }
  return {
    async write(row, outcome) {
      const text = layout.line(row.raw, outcome);
      tally.count(row.row, outcome.status);
      await parts.get(outcome.status)?.write(text);
    },
    async close(summary) {
      try {
        await finish(summary);
      } catch (error) {
        await abandon();
        throw error;
      }
    },
    abandon,
  };
}
