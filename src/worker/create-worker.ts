// The worker: one poller of the queue `muster` (workflows, and the activities of connections without a limit), and one
// of each rate-limited connection's own queue, whose limit the server enforces over all workers together.
import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from '@temporalio/client';
import {
  NativeConnection,
  type NativeConnectionOptions,
  Runtime,
  Worker,
  type WorkerOptions,
  type WorkflowBundleOption,
} from '@temporalio/worker';
import type { MusterConfig } from '../config/schema';
import { dataConverter } from '../privacy/data-converter';
import { parseKeyRing } from '../privacy/keys';
import { missingKeys } from '../temporal/connect';
import { activityQueue, WORKFLOW_QUEUE } from '../temporal/names';
import { vendorOf } from '../vendors/registry';
import { loadActivities } from './activities';
import { requireSearchAttributes } from './attributes';
import { BUILT_BUNDLE, bundleWorkflows } from './bundle';
import { ContextInterceptor, type WorkerContext } from './context';
import type { Readiness } from './health';
import { Holds, type HoldTiming } from './holds';
import { vendorCallMetrics } from './metrics';
import { PaceKeeper, type PaceTiming } from './pace-keeper';
import { openTransports } from './transports';

export interface MusterWorkerOptions {
  /** With secrets and keys. */
  config: MusterConfig;
  /** How Temporal is reached, or a connection that is open already (it is then left open). */
  temporal: NativeConnectionOptions | NativeConnection;
  namespace: string;
  log: WorkerContext['log'];
  /** Prebuilt workflow code; the one beside the compiled code if left out, or one made now where there is none. */
  workflowBundle?: WorkflowBundleOption;
  /** Runs whose state is kept in memory; each takes some 200 KB. Default 300. */
  maxCachedWorkflows?: number;
  /** When held connections are looked at, probed and released. */
  holds?: Partial<HoldTiming>;
  /** When a connection's rate is lowered and raised again. */
  pace?: Partial<PaceTiming>;
}

export interface MusterWorker {
  /** Polls until `shutdown`; rejects when a poller fails for good. */
  run(): Promise<void>;
  /** Takes no new work, waits for the calls in flight, then `run` returns. */
  shutdown(): void;
  /** Whether it takes work: every poller runs and Temporal answers. Never rejects. */
  readiness(): Promise<Readiness>;
  /** The task queues that it polls. */
  queues: readonly string[];
}

/** How long Temporal may take to answer before it counts as out of reach. */
const REACH_MS = 2_000;

/** @throws when there are no encryption keys, Temporal cannot be reached, or a search attribute is not registered */
export async function createMusterWorker(options: MusterWorkerOptions): Promise<MusterWorker> {
  const { config, namespace, log } = options;
  if (!config.encryption) throw missingKeys();
  const keys = parseKeyRing(config.encryption);
  const given = options.temporal instanceof NativeConnection ? options.temporal : undefined;
  const connection = given ?? (await NativeConnection.connect(options.temporal as NativeConnectionOptions));
  await requireSearchAttributes(connection, namespace, log);
  const converter = dataConverter(keys);
  const temporal = new Client({ connection, namespace, dataConverter: converter });
  const count = vendorCallMetrics(Runtime.instance().metricMeter);
  const holds = new Holds({ config, keys, temporal, log, ...(options.holds && { timing: options.holds }) });
  const pace = new PaceKeeper(temporal, config, log, options.pace);
  const transports = openTransports(
    config,
    (name, report) => {
      count(name, report);
      pace.heard(name, report);
      log.debug('vendor call', { connection: name, ...report });
    },
    (name) => holds.gateOf(name),
  );
  const stopping = new AbortController();
  const activities = loadActivities();
  const context: WorkerContext = {
    config,
    keys,
    temporal,
    transports,
    activities,
    holds,
    stopping: stopping.signal,
    log,
  };

  const shared = {
    connection,
    namespace,
    dataConverter: converter,
    activities,
    interceptors: { activity: [() => ({ inbound: new ContextInterceptor(context) })] },
    shutdownGraceTime: graceTime(config),
    // A cancellation comes with the answer to a heartbeat.
    maxHeartbeatThrottleInterval: '1s',
  } satisfies Partial<WorkerOptions>;
  const limited = Object.entries(config.connections).flatMap(([name, { requestsPerSecond }]) =>
    requestsPerSecond === undefined
      ? []
      : [{ queue: activityQueue(name, requestsPerSecond), requestsPerSecond }],
  );
  const workers = await Promise.all([
    Worker.create({
      ...shared,
      taskQueue: WORKFLOW_QUEUE,
      workflowBundle: await workflowCode(options),
      maxCachedWorkflows: options.maxCachedWorkflows ?? 300,
      // So long the next step of a run waits for a worker that has died before others may take it.
      stickyQueueScheduleToStartTimeout: '2s',
    }),
    ...limited.map(({ queue, requestsPerSecond }) =>
      Worker.create({ ...shared, taskQueue: queue, maxTaskQueueActivitiesPerSecond: requestsPerSecond }),
    ),
  ]);

  const stopAll = () => {
    stopping.abort();
    for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
  };
  return {
    async run() {
      holds.start(transports);
      pace.start();
      try {
        // When one poller fails for good, the others must not go on as if nothing were amiss.
        await Promise.all(workers.map((worker) => worker.run().finally(stopAll)));
      } finally {
        await holds.stop();
        pace.stop();
        await Promise.all([...transports.values()].map((transport) => transport.close()));
        if (!given) await connection.close();
      }
    },
    shutdown: stopAll,
    async readiness() {
      const reachable = await answers(connection);
      const running = workers.every((worker) => worker.getState() === 'RUNNING');
      return {
        ready: reachable && running,
        temporal: reachable ? 'reachable' : 'unreachable',
        pollers: Object.fromEntries(workers.map((worker) => [worker.options.taskQueue, worker.getState()])),
      };
    },
    queues: workers.map((worker) => worker.options.taskQueue),
  };
}

async function answers(connection: NativeConnection): Promise<boolean> {
  // The SDK would ask again for some ten seconds, whatever the deadline of one asking.
  const giveUp = new AbortController();
  const late = sleep(REACH_MS, false, { signal: giveUp.signal }).catch(() => false);
  const asked = connection
    .withAbortSignal(giveUp.signal, () => connection.workflowService.getSystemInfo({}))
    .then(
      () => true,
      () => false,
    );
  try {
    return await Promise.race([asked, late]);
  } finally {
    giveUp.abort();
  }
}

/**
 * Longer than the longest activity that makes a vendor create something, so that a shutdown cuts none off. In
 * milliseconds. Whoever stops the process must give it more than this before it is killed.
 */
export function graceTime(config: MusterConfig): number {
  const longest = Object.values(config.connections).map(
    ({ vendor, timeoutMs }) => (vendorOf(vendor).readsBeforeWrite + 1) * timeoutMs,
  );
  return Math.max(5_000, ...longest) + 5_000;
}

async function workflowCode({ workflowBundle }: MusterWorkerOptions): Promise<WorkflowBundleOption> {
  if (workflowBundle) return workflowBundle;
  return existsSync(BUILT_BUNDLE) ? { codePath: BUILT_BUNDLE } : { code: await bundleWorkflows() };
}
