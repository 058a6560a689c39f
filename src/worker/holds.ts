// What this worker knows of held connections (design.md, "A held connection"). It watches the holds that are open, keeps
// the transports of its own connections barred as long as the credentials that it has are among the rejected ones, and opens
// a hold when a vendor rejects them. Credentials that it has not proven yet are tried by one worker at a time.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { credentialsChangedSignal, type HoldTimes } from '../../workflows/connection-hold/messages';
import type { MusterConfig } from '../config/schema';
import { connectTimeout, FENCE_MS } from '../http/fence';
import type { Barred, NotDone, Unsent } from '../http/outcome';
import type { Gate, Transport } from '../http/transport';
import type { Turn } from '../http/trial';
import { fingerprint, type KeyRing, matchesFingerprint } from '../privacy/keys';
import { holdId } from '../temporal/names';
import { credentialsIn } from '../vendors/probe';
import type { WorkerContext } from './context';
import { HELD, type Meaning, meaningOf, ON_TRIAL, OUTDATED, PROBED_FIRST } from './hold-meaning';
import { type Hold, openHold, openHolds, readHold, startTrial } from './hold-runs';

/** All in milliseconds. */
export interface HoldTiming extends HoldTimes {
  /** How often a worker looks for holds. */
  watchMs: number;
}

const MINUTE = 60_000;

const USUAL: HoldTiming = {
  watchMs: 5_000,
  firstProbeMs: 30 * MINUTE,
  probeEveryMs: 120 * MINUTE,
  releaseGapMs: 6_000,
};

export interface HoldsOptions {
  config: MusterConfig;
  keys: KeyRing;
  temporal: Client;
  log: WorkerContext['log'];
  timing?: Partial<HoldTiming>;
}

/** A worker's own view of one connection. */
interface Watched {
  name: string;
  /** Keyed hash of its credentials. */
  mine: string;
  transport?: Transport;
  /** Nothing is sent. */
  barred: boolean;
  /** A rejection of which no hold knows yet. */
  untold?: string;
  /** When a hold was last told that there are other credentials here. */
  toldAt?: number;
  /** Counts what this worker heard from the vendor itself, so that an older reading of the hold does not undo it. */
  epoch: number;
}

/** So often a hold is told of other credentials, should the first word have come to nothing. */
const TELL_AGAIN_MS = MINUTE;
const TRIAL_LOOK_MS = 100;
/** How long a hold may take to show a rejection before others may try. */
const SHOWN_MS = 2_000;

export class Holds {
  private readonly watched: ReadonlyMap<string, Watched>;
  private readonly timing: HoldTiming;
  private readonly stopping = new AbortController();
  private watching: Promise<void> | undefined;

  constructor(private readonly options: HoldsOptions) {
    const { config, keys, timing } = options;
    this.timing = { ...USUAL, ...timing };
    this.watched = new Map(
      Object.entries(config.connections).map(([name, connection]) => {
        const mine = fingerprint(keys, credentialsIn(connection));
        return [name, { name, mine, barred: false, epoch: 0 }];
      }),
    );
  }

  /** What the connection's transport asks and tells. */
  gateOf(name: string): Gate {
    const watched = this.of(name);
    return {
      enter: () => this.enter(watched),
      rejected: (outcome) => this.rejected(watched, outcome),
    };
  }

  /** Watches over the transports until `stop`. */
  start(transports: ReadonlyMap<string, Transport>): void {
    for (const [name, transport] of transports) this.of(name).transport = transport;
    this.watching = this.watch();
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.watching;
  }

  /** Keyed hash of the connection's credentials. */
  credentialsOf(name: string): string {
    return this.of(name).mine;
  }

  /** Whether this worker has the credentials that a keyed hash was taken of. */
  has(name: string, credentials: string): boolean {
    const { config, keys } = this.options;
    const connection = config.connections[name];
    return (
      connection !== undefined && matchesFingerprint(keys, credentialsIn(connection), credentials) === true
    );
  }

  /** A probe of this worker's was answered. */
  heard(name: string, found: 'accepted' | 'rejected'): void {
    const watched = this.of(name);
    watched.epoch += 1;
    watched.barred = found === 'rejected';
  }

  /** Since when (ISO 8601 UTC) these credentials are held; undefined where they are not. */
  async heldSince(name: string): Promise<string | undefined> {
    const hold = await readHold(this.options.temporal, name);
    return hold && this.meaning(this.of(name), hold) === 'held' ? hold.since : undefined;
  }

  private of(name: string): Watched {
    const watched = this.watched.get(name);
    if (!watched) throw new Error(`there is no connection ${name}`);
    return watched;
  }

  private async watch(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      try {
        await this.look();
      } catch (error) {
        this.options.log.warn('held connections could not be looked at', { error });
      }
      await sleep(this.timing.watchMs, undefined, { signal }).catch(() => undefined);
    }
  }

  /** One list of all holds; only what concerns a connection of this worker is read closely. */
  private async look(): Promise<void> {
    const open = await openHolds(this.options.temporal);
    for (const watched of this.watched.values())
      if (watched.barred || watched.untold !== undefined || open.has(holdId(watched.name)))
        await this.follow(watched);
  }

  private async follow(watched: Watched): Promise<void> {
    if (watched.untold !== undefined) await this.tell(watched, watched.untold);
    const { epoch } = watched;
    const hold = await readHold(this.options.temporal, watched.name);
    if (watched.epoch !== epoch || watched.untold !== undefined) return;
    const meaning = hold ? this.meaning(watched, hold) : 'free';
    if (meaning === 'held') return this.bar(watched, HELD);
    if (meaning === 'outdated') return this.bar(watched, OUTDATED);
    if (meaning === 'other') return this.tellOfOthers(watched);
    if (!watched.barred) return;
    watched.barred = false;
    watched.transport?.unbar();
    this.options.log.info('connection released', { connection: watched.name });
  }

  private meaning({ name }: Watched, hold: Hold): Meaning {
    return meaningOf(hold, (credentials) => this.has(name, credentials));
  }

  private bar(watched: Watched, outcome: Barred | Unsent): void {
    if (!watched.barred)
      this.options.log.warn('connection held', { connection: watched.name, outcome: outcome.kind });
    watched.barred = true;
    watched.transport?.bar(outcome);
  }

  /** The vendor said no: nothing more is sent here, and all others are to know. */
  private async rejected(watched: Watched, { vendorStatus }: Barred): Promise<void> {
    watched.epoch += 1;
    watched.barred = true;
    const status = vendorStatus === undefined ? '' : ` (HTTP ${vendorStatus})`;
    watched.untold = `The vendor rejected the credentials${status}.`;
    this.options.log.warn('credentials rejected', { connection: watched.name });
    try {
      await this.tell(watched, watched.untold);
    } catch (error) {
      this.options.log.warn('the hold could not be opened yet', { connection: watched.name, error });
    }
  }

  private async tell(watched: Watched, message: string): Promise<void> {
    const { config, temporal } = this.options;
    const { name, mine } = watched;
    const connection = config.connections[name];
    if (!connection) return;
    await openHold(temporal, {
      name,
      connection,
      times: this.times(),
      rejection: { credentials: mine, message },
    });
    // A hold that was open already shows a further rejection only once it has read it.
    for (let waited = 0; waited < SHOWN_MS; waited += TRIAL_LOOK_MS) {
      const hold = await readHold(temporal, name);
      if (hold?.rejected.includes(mine)) break;
      await sleep(TRIAL_LOOK_MS);
    }
    delete watched.untold;
  }

  private times(): HoldTimes {
    const { firstProbeMs, probeEveryMs, releaseGapMs } = this.timing;
    return { firstProbeMs, probeEveryMs, releaseGapMs };
  }

  private async tellOfOthers(watched: Watched): Promise<void> {
    if (watched.toldAt !== undefined && Date.now() - watched.toldAt < TELL_AGAIN_MS) return;
    const handle = this.options.temporal.workflow.getHandle(holdId(watched.name));
    await handle.signal(credentialsChangedSignal, watched.mine);
    watched.toldAt = Date.now();
  }

  /** Unproven credentials: one worker at a time, and none while a hold is open. */
  private async enter(watched: Watched): Promise<Turn | NotDone> {
    try {
      const turn = await this.takeTurn(watched);
      if (!turn) return ON_TRIAL;
      const refusal = await this.refusal(watched).catch(async (error: unknown) => {
        await turn.leave();
        throw error;
      });
      if (!refusal) return turn;
      await turn.leave();
      return refusal;
    } catch {
      const message = 'Temporal could not be asked whether the connection is held';
      return { kind: 'unsent', message };
    }
  }

  private async takeTurn({ name }: Watched): Promise<Turn | undefined> {
    const { config, temporal } = this.options;
    const timeoutMs = config.connections[name]?.timeoutMs ?? MINUTE;
    // A worker that dies in the middle leaves its turn open for so long.
    const longestMs = 4 * (timeoutMs + connectTimeout(timeoutMs));
    const until = Date.now() + FENCE_MS;
    for (;;) {
      const turn = await startTrial(temporal, name, longestMs);
      if (turn || Date.now() > until) return turn;
      await sleep(TRIAL_LOOK_MS);
    }
  }

  /** Why nothing is to be sent now; undefined where it may be tried. */
  private async refusal(watched: Watched): Promise<NotDone | undefined> {
    const hold = await readHold(this.options.temporal, watched.name);
    if (!hold?.open) return undefined;
    switch (this.meaning(watched, hold)) {
      case 'held':
        this.bar(watched, HELD);
        return HELD;
      case 'outdated':
        this.bar(watched, OUTDATED);
        return OUTDATED;
      case 'other':
        await this.tellOfOthers(watched);
        return PROBED_FIRST;
      case 'free':
        return undefined;
    }
  }
}
