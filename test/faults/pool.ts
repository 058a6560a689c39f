// Runs many cases at once on one bench, and starts its worker anew when all that is left waits for that.
import type { Bench } from './bench';
import { type Case, runCase, type Verdict } from './run-case';

export interface PoolOptions {
  /** At most; fewer where the machine is busy, or everything would run into its time-outs. */
  concurrency: number;
  onVerdict?: (verdict: Verdict) => void;
}

/** @param cases in the order of the bench's sites */
export async function runAll(
  cases: readonly Case[],
  bench: Bench,
  { concurrency, onVerdict }: PoolOptions,
): Promise<Verdict[]> {
  const verdicts: Verdict[] = [];
  const waiting: (() => void)[] = [];
  let next = 0;
  let active = 0;
  let restarting = false;
  let limit = Math.min(concurrency, 8);
  let kick = (): void => undefined;
  const gauge = setInterval(() => {
    measure(bench).then((ms) => {
      const wish = ms > BUSY_MS ? Math.max(FEWEST, Math.floor(limit * 0.7)) : limit + 2;
      limit = Math.min(concurrency, wish);
      kick();
    }, kick);
  }, 500);

  return new Promise<Verdict[]>((resolve, reject) => {
    const goOn = (): void => {
      // Who waits for a new worker makes room for others.
      while (!restarting && active < limit && next < cases.length) {
        const index = next++;
        active += 1;
        run(index).then(() => {
          active -= 1;
          goOn();
        }, reject);
      }
      if (active > 0 || restarting) return;
      if (waiting.length > 0) restart();
      else if (next >= cases.length) resolve(verdicts);
    };
    const restart = (): void => {
      restarting = true;
      bench.restartWorker().then(() => {
        restarting = false;
        for (const wake of waiting.splice(0)) {
          active += 1;
          wake();
        }
        goOn();
      }, reject);
    };
    const restarted = (): Promise<void> => {
      active -= 1;
      const woken = new Promise<void>((wake) => waiting.push(wake));
      goOn();
      return woken;
    };
    const run = async (index: number): Promise<void> => {
      const one = cases[index];
      const site = bench.sites[index];
      if (!one || !site) throw new Error('there is a site for each case');
      const verdict = await runCase(one, bench, site, restarted);
      verdicts.push(verdict);
      onVerdict?.(verdict);
    };
    kick = goOn;
    goOn();
  }).finally(() => clearInterval(gauge));
}

const FEWEST = 3;
/** A question to Temporal that takes longer than this says that the machine has enough to do. */
const BUSY_MS = 80;

async function measure({ muster }: Bench): Promise<number> {
  const began = performance.now();
  await muster.client.workflowService.getSystemInfo({});
  return performance.now() - began;
}
