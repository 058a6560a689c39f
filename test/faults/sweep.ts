// `npm run sweep`: every fault at every call of every vendor. Options: --vendor NAME, --only TEXT (part of a case's id),
// --case ID, --group NAME (a row of the table), --seed N, --random N (schedules a vendor), --concurrency N, --list, --verbose, --without-processes.
import { mkdirSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { DefaultLogger } from '@temporalio/worker';
import type { EmbeddedServer } from '../../src/dev/embedded-server';
import { bundleWorkflows } from '../../src/worker/bundle';
import { startTestServer } from '../support/temporal-server';
import { Bench, type Workers, workerHere } from './bench';
import { disturbed, pairs, placesOf, record, singles } from './cases';
import type { VendorFacts } from './contract';
import { type PoolOptions, runAll } from './pool';
import { canStopProcesses, sweepProcesses } from './processes';
import { quiet } from './quiet';
import { isBroken, repeatLine, table } from './report';
import type { Case, Verdict } from './run-case';
import { scheduleOf, schedules } from './schedules';
import { FACTS } from './vendors';

/** A bench holds a server for each of its cases. */
const CASES_A_BENCH = 400;
const BUNDLE = resolve(__dirname, '../../node_modules/.cache/muster-test/sweep-bundle.js');

const OPTIONS = {
  group: { type: 'string' },
  vendor: { type: 'string', multiple: true },
  only: { type: 'string' },
  case: { type: 'string' },
  seed: { type: 'string' },
  random: { type: 'string', default: '30' },
  concurrency: { type: 'string', default: '60' },
  list: { type: 'boolean', default: false },
  verbose: { type: 'boolean', default: false },
  'without-processes': { type: 'boolean', default: false },
} as const;

/** @returns the exit code */
export async function main(args: string[]): Promise<number> {
  const { values } = parseArgs({ args, options: OPTIONS });
  quiet();
  const { case: wantedCase = '', only = '' } = values;
  const schedule = scheduleOf(wantedCase);
  const seed = schedule?.seed ?? Number(values.seed ?? Math.floor(Math.random() * 2 ** 31));
  const count = schedule?.count ?? Number(values.random);
  const wanted = ({ id, group }: Case) =>
    wantedCase ? id === wantedCase : id.includes(only) && (!values.group || group === values.group);
  say(`seed ${seed}`);

  mkdirSync(resolve(BUNDLE, '..'), { recursive: true });
  writeFileSync(BUNDLE, await bundleWorkflows(new DefaultLogger('WARN')));
  const workers = workerHere({ codePath: BUNDLE });
  const server = await startTestServer();
  const verdicts: Verdict[] = [];
  const began = Date.now();
  const onVerdict = (verdict: Verdict) => {
    verdicts.push(verdict);
    if (isBroken(verdict) || values.verbose) tell(verdict);
    if (verdicts.length % 50 === 0)
      say(`${verdicts.length} cases after ${Math.round((Date.now() - began) / 1000)} s`);
  };
  try {
    const recorded = await record(server, workers, factsFor(values.vendor, wantedCase));
    const cases = recorded
      .flatMap((one) => [...singles(one), ...pairs(one), ...disturbed(one), ...schedules(one, seed, count)])
      .filter(wanted);
    if (values.list) {
      for (const { id } of cases) process.stdout.write(`${id}\n`);
      return 0;
    }
    await sweep(cases, server, workers, { concurrency: Number(values.concurrency), onVerdict });
    if (!values['without-processes'] && canStopProcesses() && (!wantedCase || cases.length === 0))
      await sweepProcesses(recorded, { bundle: BUNDLE, wanted, onVerdict });
    return report(verdicts, seed);
  } catch (error) {
    report(verdicts, seed);
    throw error;
  } finally {
    await server.stop();
  }
}

/** The vendors that are asked for; of a single case only its scenario. */
function factsFor(vendors: string[] | undefined, wantedCase: string): VendorFacts[] {
  const [vendor, scenario] = wantedCase.split('/');
  return FACTS.filter((one) =>
    vendor ? one.vendor === vendor : vendors?.includes(one.vendor) !== false,
  ).map((one) => ({ ...one, scenarios: one.scenarios.filter(({ name }) => !scenario || name === scenario) }));
}

async function sweep(
  cases: readonly Case[],
  server: EmbeddedServer,
  workers: Workers,
  options: PoolOptions,
): Promise<void> {
  for (let from = 0; from < cases.length; from += CASES_A_BENCH) {
    const some = cases.slice(from, from + CASES_A_BENCH);
    const bench = await Bench.open(server, placesOf(some), workers);
    try {
      await runAll(some, bench, options);
    } finally {
      await bench.close();
    }
  }
}

function tell(verdict: Verdict): void {
  const { broken, decided, requests, seconds } = verdict;
  say(`${isBroken(verdict) ? 'BROKEN' : 'ok'} ${verdict.case.id} (${seconds.toFixed(1)} s)`);
  for (const sentence of broken) say(`  ${sentence}`);
  for (const { step, code, decision, word } of decided)
    say(`  decided: ${step} ${code}: ${decision} ${word ? JSON.stringify(word) : ''}`);
  for (const { at, call, status, fault, committed } of requests)
    say(
      `  ${at.slice(17)} ${call}: ${status ?? 'no answer'}${fault ? ` [${fault}]` : ''}${committed ? ' committed' : ''}`,
    );
}

function report(verdicts: readonly Verdict[], seed: number): number {
  process.stdout.write(`${table(verdicts)}\nseed ${seed}\n`);
  const broken = verdicts.filter(isBroken);
  for (const verdict of broken)
    process.stdout.write(`${repeatLine(verdict)}   # ${verdict.broken.join('; ')}\n`);
  return broken.length > 0 ? 1 : 0;
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
