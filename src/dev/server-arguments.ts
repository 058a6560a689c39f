// The command line of the embedded server: what its options mean to the Temporal CLI, and the settings that make it
// quick.
import type { Database } from './database';
import type { EmbeddedServerOptions } from './embedded-server';
import { isAtLeast } from './temporal-cli';

/**
 * What makes a small server quick, measured with four activities in a row: 450 ms without, 110 ms with. It otherwise
 * polls its own queues 20 times a second, which costs up to 50 ms on every hop of a run.
 */
const DYNAMIC_CONFIG = {
  'history.transferProcessorMaxPollRPS': 1000,
  // Timers and retries otherwise wait up to a second longer than asked.
  'history.timerProcessorMaxTimeShift': '10ms',
  // On for development servers, and then each read of a search attribute reads the database twice.
  'system.forceSearchAttributesCacheRefreshOnRead': false,
  'matching.enableFairness': true,
  // One partition spares forwarding, keeps slow rate limits exact and priorities in order.
  'matching.numTaskqueueReadPartitions': 1,
  'matching.numTaskqueueWritePartitions': 1,
} as const;

/**
 * Of a server that writes to disk: its list of runs is written at most half a second late, all that happened at once, and a
 * run that has ended by then is written once instead of three times.
 */
const ON_DISK = {
  'history.visibilityProcessorMaxPollRPS': 2,
  'history.visibilityTaskBatchSize': 1000,
} as const;

/** The ports that were chosen. */
export interface Ports {
  port: number;
  /** Unset: no UI. */
  uiPort?: number;
}

/**
 * The arguments of the Temporal CLI for these options.
 * @param database left out: it keeps everything in memory
 */
export function serverArguments(
  options: EmbeddedServerOptions,
  { port, uiPort }: Ports,
  cliVersion: string,
  database?: Database,
): string[] {
  const { ip = '127.0.0.1', namespace = 'default', codecEndpoint, searchAttributes = {} } = options;
  const args = ['server', 'start-dev', '--log-level=warn'];
  args.push(`--ip=${ip}`, `--port=${port}`, `--namespace=${namespace}`);
  if (database) {
    args.push(`--db-filename=${database.file}`);
    args.push(...database.pragmas.map((pragma) => `--sqlite-pragma=${pragma}`));
  }
  for (const [name, value] of Object.entries({ ...DYNAMIC_CONFIG, ...(database && ON_DISK) })) {
    args.push(`--dynamic-config-value=${name}=${JSON.stringify(value)}`);
  }
  for (const [name, type] of Object.entries(searchAttributes)) {
    args.push(`--search-attribute=${name}=${type}`);
  }
  if (uiPort === undefined) {
    args.push('--headless');
  } else {
    args.push(`--ui-port=${uiPort}`);
    if (codecEndpoint !== undefined) args.push(`--ui-codec-endpoint=${codecEndpoint}`);
    // Else the UI fetches news from the internet.
    if (isAtLeast(cliVersion, '1.9.0')) args.push('--ui-disable-news-fetch');
  }
  return [...args, ...(options.extraArgs ?? [])];
}
