// Whether results add up: each row of the roster once, and as many of each kind as the job says.
import type { JobSummary, RowStatus } from './outcome';

export interface Tally {
  /** @throws RangeError for a row that the roster has not, or that was counted before */
  count(row: number, status: RowStatus): void;
  /** @throws Error that says what is missing */
  requireWhole(summary: JobSummary): void;
}

const MOST_NAMED = 5;

/** @param rows how many the roster has */
export function createTally(rows: number): Tally {
  const seen = new Uint8Array(rows);
  const counts: Record<RowStatus, number> = { succeeded: 0, failed: 0, waiting: 0, 'not-started': 0 };

  function missing(): string[] {
    const absent = rows - seen.reduce((sum, one) => sum + one, 0);
    const named: number[] = [];
    for (let at = seen.indexOf(0); at !== -1 && named.length < MOST_NAMED; at = seen.indexOf(0, at + 1)) {
      named.push(at + 1);
    }
    const more = absent > named.length ? ` and ${absent - named.length} more` : '';
    return absent === 0 ? [] : [`nothing is known of row ${named.join(', ')}${more}, of ${rows} rows`];
  }

  function differences(summary: JobSummary): string[] {
    const said = { ...summary, 'not-started': summary.notStarted };
    const kinds = (Object.keys(counts) as RowStatus[]).filter((status) => said[status] !== counts[status]);
    const different = kinds.map(
      (status) => `the job has ${said[status]} ${status}, its rows ${counts[status]}`,
    );
    return summary.rows === rows
      ? different
      : [...different, `the job has ${summary.rows} rows, its roster ${rows}`];
  }

  return {
    count(row, status) {
      if (seen[row - 1] === undefined) throw new RangeError(`the roster has no row ${row}`);
      if (seen[row - 1] === 1) throw new RangeError(`row ${row} was written before`);
      seen[row - 1] = 1;
      counts[status] += 1;
    },
    requireWhole(summary) {
      const faults = [...missing(), ...differences(summary)];
      if (faults.length > 0) throw new Error(`the results do not add up: ${faults.join('; ')}`);
    },
  };
}
