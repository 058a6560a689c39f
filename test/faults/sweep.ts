// `npm run sweep`: every fault at every call of every vendor, and the create-once protocol by itself. `--help` tells its
// options.
import { mkdirSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { DefaultLogger } from '@temporalio/worker';
import type { EmbeddedServer } from '../../src/dev/embedded-server';
import { bundleWorkflows } from '../../src/worker/bundle';
import { GROUNDS, walkOf } from '../protocol/walk';
import { startTestServer } from '../support/temporal-server';
import { Bench, type Workers, workerHere } from './bench';
import { casesOf, placesOf, record } from './cases';
import type { VendorFacts } from './contract';
import { readOptions, type SweepOptions, WRONG_USE } from './options';
import { type PoolOptions, runAll } from './pool';
import { canStopProcesses, sweepProcesses } from './processes';
import { quiet } from './quiet';
import { isBroken, isGreen, type Result, report } from './report';
import type { Case, Verdict } from './run-case';
import { scheduleOf, schedules } from './schedules';
import { FACTS } from './vendors';
import { wired } from './wire';

/** A bench holds a server for each of its cases. */
const CASES_A_BENCH = 250;
const BUNDLE = resolve(__dirname, '../../node_modules/.cache/muster-test/sweep-bundle.js');

/** @returns the exit code */
export async function main(args: string[]): Promise<number> {
  const options = readOptions(
    args,
    FACTS.map(({ vendor }) => vendor),
  );
  if (typeof options === 'number') return options;
  quiet();
  const { case: wantedCase = '', only = '', group } = options;
  const facts = factsFor(options.vendor, wantedCase);
  if (facts.every(({ scenarios }) => scenarios.length === 0)) return unknownCase();
  const schedule = scheduleOf(wantedCase);
  const seed = schedule?.seed ?? options.seed ?? Math.floor(Math.random() * 2 ** 31);
  const count = schedule?.count ?? options.random;
  const wanted = (one: Case) =>
    wantedCase ? one.id === wantedCase : one.id.includes(only) && (!group || one.group === group);
  say(`seed ${seed}`);

  mkdirSync(resolve(BUNDLE, '..'), { recursive: true });
  writeFileSync(BUNDLE, await bundleWorkflows(new DefaultLogger('WARN')));
  const workers = workerHere({ codePath: BUNDLE });
  const server = await startTestServer();
  const result: Result = { seed, verdicts: [], walks: [] };
  const wires = await wired(facts);
  const onVerdict = telling(result.verdicts, options.verbose);
  try {
    const recorded = await record(server, workers, facts);
    const cases = [
      ...wires.cases,
      ...recorded.flatMap((one) => [...casesOf(one), ...schedules(one, seed, count)]),
    ].filter(wanted);
    if (options.list) {
      for (const { id } of cases) process.stdout.write(`${id}\n`);
      return 0;
    }
    if (isWhole(options)) result.walks = GROUNDS.map((ground) => ({ ground, walk: walkOf(ground) }));
    const processes = !options.withoutProcesses && canStopProcesses() && (!wantedCase || cases.length === 0);
    // Those with processes of their own mostly wait, so that both together take little longer than one.
    await Promise.all([
      sweep(cases, server, workers, { concurrency: options.concurrency, onVerdict }),
      processes && sweepProcesses(recorded, { bundle: BUNDLE, wanted, onVerdict }),
    ]);
  } catch (error) {
    process.stdout.write(report(result));
    throw error;
  } finally {
    await Promise.all([server.stop(), ...wires.proxies.map((proxy) => proxy.close())]);
  }
  if (result.verdicts.length === 0) return unknownCase();
  process.stdout.write(report(result));
  return isGreen(result) ? 0 : 1;
}

function unknownCase(): number {
  say('error: no case fits --vendor, --group, --only or --case; --list prints the ids there are');
  return WRONG_USE;
}

/** The vendors that are asked for; of a single case only its scenario. */
function factsFor(vendors: string[] | undefined, wantedCase: string): VendorFacts[] {
  const [vendor, scenario] = wantedCase.split('/');
  return FACTS.filter((one) =>
    vendor ? one.vendor === vendor : vendors?.includes(one.vendor) !== false,
  ).map((one) => ({ ...one, scenarios: one.scenarios.filter(({ name }) => !scenario || name === scenario) }));
}

/** Nothing was left out, so the protocol by itself belongs to it. */
function isWhole({ vendor, group, only, case: one }: SweepOptions): boolean {
  return !vendor && !group && !only && !one;
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

/** Collects verdicts, and tells at once of those that matter. */
function telling(verdicts: Verdict[], verbose = false): (verdict: Verdict) => void {
  const began = Date.now();
  return (verdict) => {
    verdicts.push(verdict);
    if (isBroken(verdict) || verbose) tell(verdict);
    if (verdicts.length % 50 === 0)
      say(`${verdicts.length} cases after ${Math.round((Date.now() - began) / 1000)} s`);
  };
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

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
