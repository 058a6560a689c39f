// Writes what has become of a job's rows, as files that add up to the roster (interface.md, "Command line").
import { join } from 'node:path';
import type { Client } from '@temporalio/client';
import type { JobPlan, JobSummary } from '../bulk/job';
import type { RowOutcome } from '../bulk/outcome';
import { openResults } from '../bulk/results';
import { type RosterRow, rowsOf } from '../bulk/roster';
import { type Asking, outcomeOf } from '../bulk/row-standing';
import type { ClientConfig } from '../config/schema';

/** So many rows are asked about at once. */
const AT_ONCE = 20;

export interface ResultsOptions {
  /** Folder; by default one of the job's id in the configuration's `resultsDir`. */
  out?: string;
  /** Told how many rows have been written. */
  onProgress?: (rows: number) => void;
}

/** A job's results as they were written: the counts as of now, and where. */
export interface WrittenResults extends JobSummary {
  folder: string;
}

export async function writeResults(
  asking: Asking & { client: Client; config: ClientConfig },
  plan: Pick<JobPlan, 'sha256' | 'defaults'>,
  job: JobSummary & { sha256: string },
  { out, onProgress }: ResultsOptions = {},
): Promise<WrittenResults> {
  const { importsDir, resultsDir } = asking.config.bulk;
  const folder = out ?? join(resultsDir, job.id);
  const place = { source: job.source, importsDir };
  const results = await openResults(
    folder,
    place,
    { sha256: plan.sha256, rows: job.rows },
    Object.keys(asking.config.connections),
  );
  const counts = { succeeded: 0, failed: 0, waiting: 0, 'not-started': 0 };
  let written = 0;
  try {
    let batch: RosterRow[] = [];
    const flush = async () => {
      const outcomes = await Promise.all(batch.map((row) => outcomeOf(asking, row)));
      for (const [index, row] of batch.entries()) {
        const outcome = outcomes[index] as RowOutcome;
        counts[outcome.status] += 1;
        await results.write(row, outcome);
      }
      written += batch.length;
      batch = [];
      onProgress?.(written);
    };
    for await (const row of rowsOf(place, asking.config, plan, plan.defaults)) {
      batch.push(row);
      if (batch.length === AT_ONCE) await flush();
    }
    await flush();
    const summary = {
      ...job,
      succeeded: counts.succeeded,
      failed: counts.failed,
      waiting: counts.waiting,
      notStarted: counts['not-started'],
    };
    await results.close(summary);
    return { ...summary, folder };
  } catch (error) {
    await results.abandon();
    throw error;
  }
}
