// `npm run bench`: measures, prints one table, and writes bench/results/<time>.json with all that is needed to repeat it.
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { resolve } from 'node:path';
import Table from 'cli-table3';
import { Command, Option } from 'commander';
import { crashes, growth, type Measured, type Sizes, unlimited, wayPast } from './bulk';
import { compare } from './compare';

const MEASUREMENTS: Readonly<Record<string, (sizes: Sizes) => Promise<Measured[]>>> = {
  people: compare,
  growth,
  unlimited,
  'way-past': wayPast,
  crashes,
};

interface Options {
  rows: string;
  rate: string;
  rounds: string;
  postgres?: boolean;
  only?: string[];
}

/** @returns the exit code: 1 where a goal does not hold */
export async function main(argv: readonly string[]): Promise<number> {
  const program = new Command('npm run bench --')
    .description(
      'Measures Muster against a fast local vendor: single people beside a plain Temporal program for the same job, and bulk jobs.',
    )
    .option('--rows <n>', 'rows of the large jobs', '10000')
    .option('--rate <n>', "the vendor's limit, requests a second", '50')
    .option('--rounds <n>', 'rounds of single people', '3')
    .option(
      '--postgres',
      'single people also on a Temporal server on PostgreSQL (programs as in "npm run topology -- --help")',
    )
    .addOption(new Option('--only <names...>', 'some of them').choices(Object.keys(MEASUREMENTS)))
    .parse([...argv], { from: 'user' });
  const options = program.opts<Options>();
  const { rows, rate, rounds, postgres = false } = options;
  const sizes = { rows: Number(rows), rate: Number(rate), rounds: Number(rounds), postgres };
  const measured: Measured[] = [];
  for (const [name, measure] of Object.entries(MEASUREMENTS)) {
    if (options.only && !options.only.includes(name)) continue;
    process.stderr.write(`${name} …\n`);
    measured.push(...(await measure(sizes)));
  }
  process.stdout.write(`${tableOf(measured)}\n`);
  const file = save(argv, measured);
  process.stderr.write(`${file}\n`);
  return measured.every(({ holds }) => holds) ? 0 : 1;
}

function tableOf(measured: readonly Measured[]): string {
  const table = new Table({
    head: ['what', 'measured', 'goal', ''],
    style: { head: [], border: [] },
    wordWrap: true,
    colWidths: [44, 60, 24, 6],
  });
  table.push(...measured.map(({ what, figure, goal, holds }) => [what, figure, goal, holds ? 'ok' : 'no']));
  return table.toString();
}

function save(argv: readonly string[], measured: readonly Measured[]): string {
  const folder = resolve(__dirname, 'results');
  mkdirSync(folder, { recursive: true });
  const at = new Date().toISOString();
  const file = resolve(folder, `${at.slice(0, 19).replace(/[:T]/g, '-')}.json`);
  const record = {
    command: `npm run bench -- ${argv.join(' ')}`.trim(),
    at,
    commit: execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim(),
    node: process.version,
    machine: { cpus: cpus().length, model: cpus()[0]?.model, memoryGiB: Math.round(totalmem() / 2 ** 30) },
    measured,
  };
  writeFileSync(file, `${JSON.stringify(record, undefined, 2)}\n`);
  return file;
}
