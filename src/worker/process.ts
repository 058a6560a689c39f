// A whole worker process, as `muster worker` runs it: log, metrics and health endpoints, the worker, and an orderly end on
// SIGTERM or Ctrl-C. `createMusterWorker` alone opens no port, so that tests and `muster dev` may run several.
import { lookup } from 'node:dns/promises';
import { setFlagsFromString } from 'node:v8';
import type { Logger } from '@temporalio/common';
import { Runtime } from '@temporalio/worker';
import type { MusterConfig } from '../config/schema';
import { hostAndPort, PortInUseError, requireFree } from '../dev/ports';
import { type TemporalSettings, TemporalUnreachableError } from '../temporal/connect';
import { createMusterWorker, type MusterWorker, type MusterWorkerOptions } from './create-worker';
import { type HealthServer, startHealthServer } from './health';
import { createLog } from './logging';
import { prometheusExporter } from './metrics';

export interface WorkerProcessOptions
  extends Pick<MusterWorkerOptions, 'workflowBundle' | 'maxCachedWorkflows'> {
  /** With secrets. Its `worker` says where health and metrics are served. */
  config: MusterConfig;
  temporal: TemporalSettings;
  /** Default: JSON lines on stderr at `info`. */
  log?: Logger;
  /** Whose `SIGTERM` and `SIGINT` events stop the worker; default: this process. */
  signals?: Pick<NodeJS.EventEmitter, 'on' | 'off'>;
}

export interface WorkerProcess {
  /** E.g. `http://127.0.0.1:9090`, with `/healthz` and `/readyz`. */
  healthUrl: string;
  /** E.g. `http://127.0.0.1:9464/metrics`. */
  metricsUrl: string;
  /** Takes no new work, waits for the calls in flight; `ended` then resolves. */
  stop(): void;
  /** Resolves once the worker has stopped in order; rejects when it failed for good. */
  ended: Promise<void>;
}

/**
 * Starts the worker of this process; once a process, since the SDK's runtime is the process's.
 * @throws WorkerPortError, TemporalUnreachableError, and whatever `createMusterWorker` throws
 */
export async function startWorkerProcess(options: WorkerProcessOptions): Promise<WorkerProcess> {
  const { temporal, log = createLog(), signals = process } = options;
  const config = withDevKeys(options.config, temporal);
  const { host, healthPort, metricsPort } = config.worker;
  // Before anything else: the SDK says only "address already in use", and no address.
  await checkPorts(config.worker);
  // The SDK takes an address here, and no name.
  const { address } = await lookup(host);
  installRuntime(log, hostAndPort(address, metricsPort));
  setFlagsFromString(COLLECT_AT);

  const worker = await createMusterWorker({
    ...options,
    config,
    temporal: temporal.connection,
    namespace: temporal.namespace,
    log,
  }).catch((error: unknown) => {
    throw isUnreachable(error) ? unreachable(temporal, error) : error;
  });
  const health = await startHealthServer({ host, port: healthPort, readiness: () => worker.readiness() });
  const urls = { healthUrl: health.url, metricsUrl: `http://${hostAndPort(host, metricsPort)}/metrics` };
  log.info('worker started', { ...urls, namespace: temporal.namespace, queues: worker.queues.join(' ') });
  return { ...urls, stop: () => worker.shutdown(), ended: untilEnd(worker, health, log, signals) };
}

/**
 * Garbage is collected once a heap has doubled. V8's own rule goes by the machine's memory: the heaps of a worker, which live on some
 * 75 MB, then grow for as long as it is busy (the process reached 704 MB in ten thousand rows).
 */
const COLLECT_AT = '--heap-growing-percent=100';

/** One of the worker's own addresses is taken. */
export class WorkerPortError extends Error {
  override readonly name = 'WorkerPortError';
}

async function checkPorts({ host, healthPort, metricsPort }: MusterConfig['worker']): Promise<void> {
  const wanted = { healthPort, metricsPort };
  if (healthPort === metricsPort)
    throw new WorkerPortError(
      `worker: healthPort and metricsPort are both ${healthPort}; give them different ports.`,
    );
  for (const [key, port] of Object.entries(wanted)) {
    await requireFree(host, port).catch((error: NodeJS.ErrnoException) => {
      const why =
        error instanceof PortInUseError
          ? error.message
          : `${host} cannot be listened on (${error.code ?? error.message})`;
      throw new WorkerPortError(
        `worker.${key}: ${why}; stop that one, or set worker.${key} (worker.host) to another in muster.yaml.`,
      );
    });
  }
}

function installRuntime(log: Logger, metricsAddress: string): void {
  Runtime.install({
    logger: log,
    // Ours below: they are told to the log, and end the process in order.
    shutdownSignals: [],
    telemetryOptions: {
      // Forwarded, or native warnings would pass by the log.
      logging: { filter: { core: 'WARN', other: 'ERROR' }, forward: {} },
      metrics: prometheusExporter(metricsAddress),
    },
  });
}

/** A folder where `muster dev` runs has a key without a line in muster.yaml. */
function withDevKeys(config: MusterConfig, { dev }: TemporalSettings): MusterConfig {
  if (config.encryption || !dev) return config;
  return { ...config, encryption: { ...dev.encryption, acceptPlain: true } };
}

async function untilEnd(
  worker: MusterWorker,
  health: HealthServer,
  log: Logger,
  signals: Pick<NodeJS.EventEmitter, 'on' | 'off'>,
): Promise<void> {
  const stop = (signal: NodeJS.Signals) => {
    log.info('stopping: no new work is taken, calls in flight are finished', { signal });
    worker.shutdown();
  };
  signals.on('SIGTERM', stop);
  signals.on('SIGINT', stop);
  try {
    await worker.run();
    log.info('worker stopped');
  } finally {
    signals.off('SIGTERM', stop);
    signals.off('SIGINT', stop);
    await health.close();
  }
}

function isUnreachable(error: unknown): error is Error {
  return error instanceof Error && error.name === 'TransportError';
}

function unreachable({ connection }: TemporalSettings, { message }: Error): TemporalUnreachableError {
  return new TemporalUnreachableError(`Temporal cannot be reached at ${connection.address}: ${message}`);
}
