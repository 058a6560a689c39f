// The workers: each a process of its own, `muster worker` with the same configuration, reached by its health endpoint only.
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stringify } from 'yaml';
import { start, until } from './processes.mjs';

const MAIN = fileURLToPath(new URL('../../dist/src/cli/main.js', import.meta.url));

/** Vendors by the names of their connections. */
export const CONNECTIONS = {
  'pha-demo': 'pha',
  ethosce: 'ethosce',
  onefile: 'onefile',
  hotdocs: 'hotdocs',
  regpack: 'regpack',
};

/** As muster.yaml refers to what is elsewhere. @param {string} name */
const reference = (name) => `\${${name}}`;

/**
 * One muster.yaml for all: secrets from files, ports from the environment of each worker.
 * @param {string} folder
 * @param {Record<string, any>} simulators
 */
export function writeConfig(folder, simulators) {
  writeFileSync(join(folder, 'muster_key'), `${randomBytes(32).toString('base64')}\n`, { mode: 0o600 });
  // Short, so that a lost answer is settled within the proof; as short as the fence lets it be.
  const quick = { timeout: '1s', settle: { for: '6s' }, waitFor: '2m' };
  const connections = Object.entries(CONNECTIONS).map(([name, vendor]) => [
    name,
    { ...simulators[vendor].connection(), ...quick },
  ]);
  const limited = { ethosce: { requestsPerSecond: 50 } };
  const document = {
    connections: Object.fromEntries(
      connections.map(([name, keys]) => [name, { ...keys, .../** @type {any} */ (limited)[name] }]),
    ),
    encryption: { keys: { first: reference('file:./muster_key') }, activeKey: 'first' },
    worker: { healthPort: reference('HEALTH_PORT'), metricsPort: reference('METRICS_PORT') },
  };
  const file = join(folder, 'muster.yaml');
  writeFileSync(file, stringify(document), { mode: 0o600 });
  return file;
}

/**
 * @param {number} number
 * @param {{ folder: string, file: string, address: string }} options
 */
export async function startWorker(number, { folder, file, address }) {
  const { freePort } = await import('../../dist/src/dev/ports.js');
  const [health, metrics] = [await freePort('127.0.0.1'), await freePort('127.0.0.1')];
  const process_ = await start(`Worker ${number}`, process.execPath, [MAIN, 'worker', '--config', file], {
    log: join(folder, `worker-${number}.log`),
    cwd: folder,
    env: {
      PATH: process.env.PATH ?? '',
      TEMPORAL_ADDRESS: address,
      HEALTH_PORT: String(health),
      METRICS_PORT: String(metrics),
    },
  });
  const isReady = () =>
    fetch(`http://127.0.0.1:${health}/readyz`).then(
      ({ ok }) => ok,
      () => false,
    );
  const untilReady = () => until(process_, isReady);
  await untilReady();
  return { number, process: process_, isReady, untilReady, metrics: `http://127.0.0.1:${metrics}/metrics` };
}

/**
 * What Prometheus would get of a worker.
 * @param {{ number: number, metrics: string }} worker
 * @returns {Promise<{ number: number, vendorCalls: number, sdk: number }>}
 */
export async function scrape({ number, metrics }) {
  const lines = (await (await fetch(metrics)).text()).split('\n');
  const calls = lines.filter((line) => line.startsWith('muster_vendor_calls_total{'));
  return {
    number,
    vendorCalls: calls.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0),
    sdk: new Set(lines.flatMap((line) => /^# TYPE (temporal_\w+)/.exec(line)?.[1] ?? [])).size,
  };
}
