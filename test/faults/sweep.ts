// `npm run sweep`: every fault at every call of every vendor. Options: --vendor NAME, --only TEXT (part of a case's id),
// --case ID, --seed N, --random N (schedules a vendor), --concurrency N, --list, --verbose, --without-processes.
import { mkdirSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { DefaultLogger, Runtime } from '@temporalio/worker';
import type { EmbeddedServer } from '../../src/dev/embedded-server';
import { bundleWorkflows } from '../../src/worker/bundle';
import { startTestServer } from '../support/temporal-server';
import { Bench, type Workers, workerHere } from './bench';
import { disturbed, pairs, placesOf, record, singles } from './cases';
import { runAll } from './pool';
import { isBroken, repeatLine, table } from './report';
import type { Case, Verdict } from './run-case';
import { FACTS } from './vendors';

/** A bench holds a server for each of its cases. */
const CASES_A_BENCH = 400;
const BUNDLE = resolve(__dirname, '../../node_modules/.cache/muster-test/sweep-bundle.js');

const OPTIONS = {
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
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31));
  const vendors = values.case ? [values.case.split('/')[0]] : values.vendor;
  const facts = FACTS.filter(({ vendor }) => !vendors || vendors.includes(vendor));
  const scenario = values.case?.split('/')[1];
  const told = facts.map((one) => ({
    ...one,
    scenarios: one.scenarios.filter(({ name }) => !scenario || name === scenario),
  }));
  say(`seed ${seed}`);
  mkdirSync(resolve(BUNDLE, '..'), { recursive: true });
  writeFileSync(BUNDLE, await bundleWorkflows(new DefaultLogger('WARN')));
  const workers = workerHere({ codePath: BUNDLE });
  const server = await startTestServer();
  try {
    const recorded = await record(server, workers, told);
    const cases = recorded
      .flatMap((one) => [...singles(one), ...pairs(one), ...disturbed(one)])
      .filter(({ id }) => (values.case ? id === values.case : id.includes(values.only ?? '')));
    if (values.list) {
      for (const { id } of cases) process.stdout.write(`${id}\n`);
      return 0;
    }
    const verdicts = await sweep(cases, server, workers, Number(values.concurrency), values.verbose);
    return report(verdicts, seed);
  } finally {
    await server.stop();
  }
}

async function sweep(
  cases: readonly Case[],
  server: EmbeddedServer,
  workers: Workers,
  concurrency: number,
  verbose: boolean,
): Promise<Verdict[]> {
  const verdicts: Verdict[] = [];
  const began = Date.now();
  const onVerdict = (verdict: Verdict) => {
    verdicts.push(verdict);
    if (isBroken(verdict) || verbose) tell(verdict);
    if (verdicts.length % 50 === 0)
      say(`${verdicts.length} of ${cases.length} after ${Math.round((Date.now() - began) / 1000)} s`);
  };
  for (let from = 0; from < cases.length; from += CASES_A_BENCH) {
    const some = cases.slice(from, from + CASES_A_BENCH);
    const bench = await Bench.open(server, placesOf(some), workers);
    try {
      await runAll(some, bench, { concurrency, onVerdict });
    } finally {
      await bench.close();
    }
  }
  return verdicts;
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
