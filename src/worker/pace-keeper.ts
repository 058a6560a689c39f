// Slows a connection's queue down while its vendor answers 429, and lets it come back to its configured rate. The limit is the
// server's, so all workers together keep it, and it outlives them: every worker looks at what the server holds, and any of them
// lifts what one of them has lowered.
import type { Client } from '@temporalio/client';
import { temporal } from '@temporalio/proto';
import type { MusterConfig } from '../config/schema';
import type { CallReport } from '../http/transport';
import { activityQueue } from '../temporal/names';
import type { WorkerContext } from './context';

const TOO_MANY = 429;
/** How long the server may take to answer. */
const PATIENCE_MS = 5_000;

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

/** Kept by the server beside the limit: by it a worker knows what another one has lowered, of any version of Muster. */
const LOWERED = 'the vendor answers 429';
const LIFTED = 'the vendor takes the configured rate again';

/** What the server holds about a queue. */
export interface QueueLimit {
  /** Nothing but the workers' own rate, a limit that Muster has lowered, or one that somebody else has set. */
  by: 'nobody' | 'muster' | 'others';
  perSecond: number;
  /** Another one after every setting, also after one to the same value. */
  revision: string;
}

/**
 * A connection's rate by what its vendor answers: halved at a 429, raised while there is none. Pure.
 *
 * The server knows no conditional setting, so workers that share a queue keep out of each other's way like this:
 * - Each change builds on what was read just before it. Two that read the same set the same, whoever comes last.
 * - A raise wants a setting that this worker has seen unchanged for the whole quiet time. A worker that hears a 429 always sets
 *   anew, be it to the same value, which makes all others wait again; so does each raise, so that one at a time raises.
 * - Who hears a 429 and finds the limit lower than known leaves it: another one has answered the same spell.
 * Between reading and setting lie milliseconds. A lowering that is lost there comes back with the next 429.
 */
export class Rate {
  private known: QueueLimit | undefined;
  private lookedAt = Number.NEGATIVE_INFINITY;
  private heardAt = Number.NEGATIVE_INFINITY;

  constructor(
    readonly configured: number,
    private readonly timing: PaceTiming,
  ) {}

  /** @returns whether a 429 counts; those that come with it don't */
  tooMany(now: number): boolean {
    if (now - this.heardAt < this.timing.settleMs) return false;
    this.heardAt = now;
    return true;
  }

  /** Whether the server is to be looked at. Also when nothing is known to be lowered: who lowered it may be gone for good. */
  isDue(now: number): boolean {
    return now - this.lookedAt >= this.timing.raiseEveryMs;
  }

  /** After a 429. @returns the rate to set, if any */
  lower(found: QueueLimit, now: number): number | undefined {
    const before = this.known;
    this.see(found, now);
    // Somebody meant that limit: it would be lost when ours is lifted.
    if (found.by === 'others') return undefined;
    const current = this.effective(found);
    if (before && current < this.effective(before)) return undefined;
    const lowered = Math.max(SLOWEST_PER_SECOND, current * SLOWER);
    return lowered < this.configured ? lowered : undefined;
  }

  /** When it is due. @returns the rate to set, if any; the configured one at the end */
  raise(found: QueueLimit, now: number): number | undefined {
    const isUnchanged = found.revision === this.known?.revision;
    this.see(found, now);
    if (found.by !== 'muster') return undefined;
    // Left from a time when more was configured: the server lets it go before the workers' own rate.
    if (found.perSecond > this.configured) return this.configured;
    if (!isUnchanged || now - this.heardAt < this.timing.raiseEveryMs) return undefined;
    return Math.min(this.configured, found.perSecond * FASTER);
  }

  /** Takes note of what the server holds. */
  see(found: QueueLimit, now: number): void {
    this.known = found;
    this.lookedAt = now;
  }

  private effective({ by, perSecond }: QueueLimit): number {
    return by === 'nobody' ? this.configured : Math.min(this.configured, perSecond);
  }
}

/** One connection's rate, and its queue on the server. */
interface Queue {
  connection: string;
  rate: Rate;
  /** One look at the server after the other: a raise must not overtake a 429. */
  turn: Promise<void>;
  isBusy: boolean;
  /** The last look failed, and that has been said. */
  isSilent: boolean;
}

export class PaceKeeper {
  private readonly queues: ReadonlyMap<string, Queue>;
  private readonly timing: PaceTiming;
  private readonly stopping = new AbortController();
  private looking: NodeJS.Timeout | undefined;

  constructor(
    private readonly client: Client,
    config: MusterConfig,
    private readonly log: WorkerContext['log'],
    given: Partial<PaceTiming> = {},
  ) {
    const timing = { ...USUAL, ...given };
    this.timing = timing;
    this.queues = new Map(
      Object.entries(config.connections).flatMap(([connection, { requestsPerSecond }]) => {
        if (requestsPerSecond === undefined) return [];
        const rate = new Rate(requestsPerSecond, timing);
        const queue = { connection, rate, turn: Promise.resolve(), isBusy: false, isSilent: false };
        return [[connection, queue] as const];
      }),
    );
  }

  /** Takes over what earlier workers have left lowered. Nobody waits for it: a worker works without. */
  start(): void {
    this.look();
    this.looking = setInterval(() => this.look(), this.timing.raiseEveryMs / 4);
    this.looking.unref();
  }

  /** Told of every exchange. */
  heard(connection: string, { vendorStatus }: CallReport): void {
    if (vendorStatus !== TOO_MANY) return;
    const queue = this.queues.get(connection);
    if (queue?.rate.tooMany(Date.now())) this.take(queue, (found) => queue.rate.lower(found, Date.now()));
  }

  /** What is lowered stays so, for the vendor's sake: the workers that are left, or the next one, lift it. */
  stop(): void {
    clearInterval(this.looking);
    this.stopping.abort();
  }

  private look(): void {
    for (const queue of this.queues.values()) {
      if (queue.isBusy || !queue.rate.isDue(Date.now())) continue;
      this.take(queue, (found) => queue.rate.raise(found, Date.now()));
    }
  }

  /** Reads what the server holds, and sets what follows from it. */
  private take(queue: Queue, decide: (found: QueueLimit) => number | undefined): void {
    queue.turn = queue.turn.then(async () => {
      if (this.stopping.signal.aborted) return;
      queue.isBusy = true;
      try {
        // Else an answer that does not come would hold a shutdown up.
        await this.client.withDeadline(Date.now() + PATIENCE_MS, async () => {
          const found = await this.ask(queue);
          const wanted = found && decide(found);
          if (wanted !== undefined) await this.set(queue, wanted);
        });
      } finally {
        queue.isBusy = false;
      }
    });
  }

  /** @returns undefined where the server does not say; it is asked again at the next look */
  private async ask(queue: Queue): Promise<QueueLimit | undefined> {
    const { connection, rate } = queue;
    try {
      const { config } = await this.client.workflowService.describeTaskQueue({
        namespace: this.client.options.namespace,
        taskQueue: { name: activityQueue(connection, rate.configured) },
        taskQueueType: temporal.api.enums.v1.TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY,
        reportConfig: true,
      });
      queue.isSilent = false;
      return readLimit(config);
    } catch (error) {
      if (!queue.isSilent) this.warn('it could not be asked whether the pace is lowered', connection, error);
      queue.isSilent = true;
      return undefined;
    }
  }

  /** Slower is a kindness, not a promise: where the server does not take it, each run still waits as its vendor asks. */
  private async set({ connection, rate }: Queue, requestsPerSecond: number): Promise<void> {
    const { configured } = rate;
    const isLifted = requestsPerSecond >= configured;
    try {
      const { config } = await this.client.workflowService.updateTaskQueueConfig({
        namespace: this.client.options.namespace,
        identity: this.client.options.identity,
        taskQueue: activityQueue(connection, configured),
        taskQueueType: temporal.api.enums.v1.TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY,
        updateQueueRateLimit: isLifted
          ? { reason: LIFTED }
          : { rateLimit: { requestsPerSecond }, reason: LOWERED },
      });
      rate.see(readLimit(config), Date.now());
      this.log.info('pace changed', { connection, requestsPerSecond, configured });
    } catch (error) {
      this.warn('pace could not be changed', connection, error);
    }
  }

  private warn(message: string, connection: string, error: unknown): void {
    if (this.stopping.signal.aborted) return;
    this.log.warn(message, { connection, error: error instanceof Error ? error.message : String(error) });
  }
}

function readLimit(config: temporal.api.taskqueue.v1.ITaskQueueConfig | null | undefined): QueueLimit {
  const { rateLimit, metadata } = config?.queueRateLimit ?? {};
  const revision = `${metadata?.updateTime?.seconds ?? 0}.${metadata?.updateTime?.nanos ?? 0}`;
  const perSecond = rateLimit?.requestsPerSecond ?? undefined;
  if (perSecond === undefined) return { by: 'nobody', perSecond: Number.POSITIVE_INFINITY, revision };
  return { by: metadata?.reason === LOWERED ? 'muster' : 'others', perSecond, revision };
}
