// Slows a connection's queue down while its vendor answers 429, and lets it come back to its configured rate. The limit is the
// server's, so all workers together keep it; each of them may lower it, and lets go of what it has lowered itself.
import type { Client } from '@temporalio/client';
import { temporal } from '@temporalio/proto';
import type { MusterConfig } from '../config/schema';
import type { CallReport } from '../http/transport';
import { activityQueue } from '../temporal/names';
import type { WorkerContext } from './context';

const TOO_MANY = 429;

/** All in milliseconds. */
export interface PaceTiming {
  /** 429s that come this close together count as one. */
  settleMs: number;
  /** Quiet time after which the rate is raised again. */
  raiseEveryMs: number;
}

const USUAL: PaceTiming = { settleMs: 5_000, raiseEveryMs: 20_000 };
const SLOWER = 0.5;
const FASTER = 1.5;
/** A request in so many seconds is always let through. */
const SLOWEST_PER_SECOND = 0.2;

/** A connection's rate by what its vendor answers: halved at a 429, raised while there is none. Pure. */
export class Rate {
  private current: number;
  private loweredAt = Number.NEGATIVE_INFINITY;
  private changedAt = Number.NEGATIVE_INFINITY;

  constructor(
    readonly configured: number,
    private readonly timing: PaceTiming,
  ) {
    this.current = configured;
  }

  /** @returns the new rate, where it changes */
  tooMany(now: number): number | undefined {
    if (now - this.loweredAt < this.timing.settleMs) return undefined;
    this.loweredAt = now;
    this.changedAt = now;
    this.current = Math.max(SLOWEST_PER_SECOND, this.current * SLOWER);
    return this.current;
  }

  /** @returns the new rate, where enough quiet time has passed; the configured one at the end */
  quiet(now: number): number | undefined {
    if (this.current >= this.configured || now - this.changedAt < this.timing.raiseEveryMs) return undefined;
    this.changedAt = now;
    this.current = Math.min(this.configured, this.current * FASTER);
    return this.current;
  }
}

export class PaceKeeper {
  private readonly rates: ReadonlyMap<string, Rate>;
  private readonly raising: NodeJS.Timeout;

  constructor(
    private readonly client: Client,
    config: MusterConfig,
    private readonly log: WorkerContext['log'],
    given: Partial<PaceTiming> = {},
  ) {
    const timing = { ...USUAL, ...given };
    this.rates = new Map(
      Object.entries(config.connections).flatMap(([name, { requestsPerSecond }]) =>
        requestsPerSecond === undefined ? [] : [[name, new Rate(requestsPerSecond, timing)]],
      ),
    );
    this.raising = setInterval(() => this.raise(), timing.raiseEveryMs / 4);
    this.raising.unref();
  }

  /** Told of every exchange. */
  heard(connection: string, { vendorStatus }: CallReport): void {
    if (vendorStatus !== TOO_MANY) return;
    const rate = this.rates.get(connection);
    const lowered = rate?.tooMany(Date.now());
    if (rate && lowered !== undefined) void this.set(connection, lowered, rate.configured);
  }

  stop(): void {
    clearInterval(this.raising);
  }

  private raise(): void {
    for (const [connection, rate] of this.rates) {
      const raised = rate.quiet(Date.now());
      if (raised !== undefined) void this.set(connection, raised, rate.configured);
    }
  }

  /** Slower is a kindness, not a promise: where the server does not take it, each run still waits as its vendor asks. */
  private async set(connection: string, requestsPerSecond: number, configured: number): Promise<void> {
    const lifted = requestsPerSecond >= configured;
    try {
      await this.client.workflowService.updateTaskQueueConfig({
        namespace: this.client.options.namespace,
        identity: this.client.options.identity,
        taskQueue: activityQueue(connection, configured),
        taskQueueType: temporal.api.enums.v1.TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY,
        updateQueueRateLimit: lifted
          ? { reason: 'the vendor takes the configured rate again' }
          : { rateLimit: { requestsPerSecond }, reason: 'the vendor answers 429' },
      });
      this.log.info('pace changed', { connection, requestsPerSecond, configured });
    } catch (error) {
      this.log.warn('pace could not be changed', { connection, error: (error as Error).message });
    }
  }
}
