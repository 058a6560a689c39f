// Proves the topology of docker-compose.yml from binaries, without a container engine: PostgreSQL, Temporal's server on it,
// simulated vendors and two `muster worker` processes onboard made-up people through faults, while a worker and then the
// server are killed with SIGKILL. Judged by what the vendors saw: everyone exists exactly once, every run is done.
//   npm run build && npm run topology -- --server PATH --sql-tool PATH
// Exit: 0 proved · 1 not proved · 2 wrong use, or a program is missing (the message says how to get it)
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { findPrograms, MissingError } from './topology/binaries.mjs';
import { startPostgres, startTemporal } from './topology/cluster.mjs';
import { judge } from './topology/judge.mjs';
import { callsInAir, onboardAll } from './topology/people.mjs';
import { stopAll } from './topology/processes.mjs';
import { scrape, startWorker, writeConfig } from './topology/workers.mjs';

const HELP = `Usage: npm run topology -- [options]

  --server FILE      Temporal's server (else MUSTER_TEMPORAL_SERVER, else temporal-server on PATH)
  --sql-tool FILE    its schema tool (else MUSTER_TEMPORAL_SQL_TOOL, else temporal-sql-tool on PATH)
  --temporal FILE    the Temporal CLI (else MUSTER_TEMPORAL_CLI, PATH, Muster's cache, or fetched once)
  --postgres FOLDER  PostgreSQL's programs (else MUSTER_POSTGRES_BIN, /usr/lib/postgresql/*/bin, or PATH)
  --people N         how many people are onboarded at every vendor (default 24)
  --keep             leave the folder with data and logs`;

const OPTIONS = /** @type {const} */ ({
  server: { type: 'string' },
  'sql-tool': { type: 'string' },
  temporal: { type: 'string' },
  postgres: { type: 'string' },
  people: { type: 'string', default: '24' },
  keep: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
});

const began = performance.now();
/** @param {string} message */
const say = (message) =>
  process.stderr.write(`${((performance.now() - began) / 1000).toFixed(1).padStart(6)} s  ${message}\n`);

function readArguments() {
  try {
    return parseArgs({ options: OPTIONS }).values;
  } catch (error) {
    throw new MissingError(`${error instanceof Error ? error.message : error}\n\n${HELP}`);
  }
}

async function main() {
  const values = readArguments();
  if (values.help) return void process.stdout.write(`${HELP}\n`);
  const count = Number(values.people);
  if (!Number.isInteger(count) || count < 6)
    throw new MissingError('--people: at least 6, so that there is a middle');
  const programs = await findPrograms(values, say);
  const folder = mkdtempSync(join(tmpdir(), 'muster-topology-'));
  chmodSync(folder, 0o755);
  const clear = () => values.keep || rmSync(folder, { recursive: true, force: true });
  const interrupted = async () => {
    await stopAll();
    clear();
    process.exit(130);
  };
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, interrupted);
  try {
    process.exitCode = (await prove(programs, folder, count)) ? 0 : 1;
  } finally {
    await stopAll();
    clear();
    if (values.keep) say(`Data and logs are in ${folder}`);
  }
}

/**
 * @param {import('./topology/binaries.mjs').Programs} programs
 * @param {string} folder
 * @param {number} count
 */
async function prove(programs, folder, count) {
  const { startSimulators } = await import('../dist/src/simulators/index.js');
  const postgres = await startPostgres(programs, folder);
  say(`PostgreSQL ${programs.versions.postgres} runs, reached with a password`);
  const temporal = await startTemporal(programs, folder, postgres);
  say(
    `Temporal server ${programs.versions.server} runs on it; schema, namespace and search attributes are made`,
  );
  const simulators = await startSimulators();
  const file = writeConfig(folder, simulators);
  const start = (/** @type {number} */ number) =>
    startWorker(number, { folder, file, address: temporal.address });
  const workers = await Promise.all([start(1), start(2)]);
  say('Two workers are ready');

  const events = {
    /** A third are done: a worker dies in the middle of its calls. */
    async third() {
      const inAir = await callsInAir(simulators);
      await workers[0].process.kill('SIGKILL');
      say(`killed worker 1 (SIGKILL); creates in the air: ${inAir}`);
      workers[0] = await start(3);
      say('worker 3 is ready in its place');
    },
    /** Two thirds are done: the server dies, with all its services. */
    async twoThirds() {
      const inAir = await callsInAir(simulators);
      await temporal.kill();
      const told = await Promise.all(workers.map(({ isReady }) => isReady()));
      say(
        `killed the Temporal server (SIGKILL); creates in the air: ${inAir}, workers ready: ${told.filter(Boolean).length} of 2`,
      );
      await temporal.start();
      await Promise.all(workers.map((worker) => worker.untilReady()));
      say('the server runs again on the same database; the workers are ready by themselves');
    },
  };
  const onboarded = await onboardAll({ count, file, address: temporal.address, simulators, say, events });
  say('every run has ended');
  const metrics = await Promise.all(workers.map(scrape));
  const exits = await Promise.all(workers.map((worker) => worker.process.end('SIGTERM')));
  say(`workers stopped by SIGTERM, exit codes ${exits.join(', ')}`);
  const isProved = judge({ onboarded, simulators, metrics, exits });
  await simulators.close();
  return isProved;
}

main().catch(async (error) => {
  await stopAll();
  process.stderr.write(`${error instanceof MissingError ? error.message : error.stack}\n`);
  process.exitCode = error instanceof MissingError ? 2 : 1;
});
