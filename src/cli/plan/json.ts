// A plan as one JSON document, written row by row: a roster may have very many.
import { once } from 'node:events';
import type { PlannedRow, PlanTotals } from '../../bulk/plan-totals';
import type { Exceeded } from '../../bulk/thresholds';

export class PlanJson {
  private rows = 0;

  async begin(source: string, sha256: string): Promise<void> {
    await print(`{"source":${JSON.stringify(source)},"sha256":"${sha256}","rows":[`);
  }

  async add(row: PlannedRow): Promise<void> {
    await print(`${this.rows === 0 ? '' : ','}\n${JSON.stringify(row)}`);
    this.rows += 1;
  }

  async end(totals: PlanTotals, exceeded: readonly Exceeded[]): Promise<void> {
    await print(`\n],"totals":${JSON.stringify(totals)},"exceeded":${JSON.stringify(exceeded)}}\n`);
  }
}

async function print(text: string): Promise<void> {
  if (!process.stdout.write(text)) await once(process.stdout, 'drain');
}
