// What activities find around them: the configuration, the connections with their transports, and Temporal. Held per
// worker and handed to each activity by an interceptor, so that activities are plain exported functions and two workers
// in one process do not meet.
import { AsyncLocalStorage } from 'node:async_hooks';
import { Context } from '@temporalio/activity';
import type { Client } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import type { ActivityExecuteInput, ActivityInboundCallsInterceptor, Next } from '@temporalio/worker';
import type { ConnectionConfig, ConnectionOf, MusterConfig } from '../config/schema';
import type { Transport } from '../http/transport';
import type { KeyRing } from '../privacy/keys';
import { personalTexts } from '../request/personal';
import type { VendorName } from '../vendors/registry';
import type { Activity } from './activities';
import type { Holds } from './holds';

export interface WorkerContext {
  config: MusterConfig;
  keys: KeyRing;
  /** For looking at runs; decodes with the worker's keys. */
  temporal: Client;
  transports: ReadonlyMap<string, Transport>;
  /** All that this worker runs, by name. */
  activities: Readonly<Record<string, Activity>>;
  /** Which connections are held. */
  holds: Holds;
  /** Aborted when this worker is to stop: what lasts long hands over then. */
  stopping: AbortSignal;
  log: Pick<Console, 'debug' | 'info' | 'warn' | 'error'>;
}

interface Surroundings {
  context: WorkerContext;
  /** What the activity was called with. */
  input: unknown;
}

const storage = new AsyncLocalStorage<Surroundings>();

/** What running activities want their heartbeats to carry. */
const details = new WeakMap<Context, () => unknown>();

/** Lets the heartbeats of the activity that calls this carry how far it has come. */
export function beatWith(snapshot: () => unknown): void {
  details.set(Context.current(), snapshot);
}

export function workerContext(): WorkerContext {
  const surroundings = storage.getStore();
  if (!surroundings) throw new Error('This runs in activities of a Muster worker only.');
  return surroundings.context;
}

/** What the activity that is under way knows of its person; nothing outside of one. */
export function knownOfPerson(): readonly string[] {
  return personalTexts(storage.getStore()?.input);
}

/** One connection, as an activity uses it. */
export interface OpenConnection<Name extends VendorName = VendorName> {
  config: ConnectionOf<Name>;
  transport: Transport;
}

/** @throws ApplicationFailure (`invalid-request`) when this worker's configuration has no such connection. */
export function connectionOf<Name extends VendorName>(name: string, vendor: Name): OpenConnection<Name> {
  const { config, transports } = workerContext();
  const connection: ConnectionConfig | undefined = config.connections[name];
  const transport = transports.get(name);
  if (!connection || !transport || connection.vendor !== vendor)
    throw ApplicationFailure.nonRetryable(
      `This worker's configuration has no connection ${name} of vendor ${vendor}.`,
      'invalid-request',
    );
  // The vendor was compared just above; TypeScript cannot follow a union there.
  return { config: connection as unknown as ConnectionOf<Name>, transport };
}

/** Twice within the silence after which the server takes a worker for dead. */
const HEARTBEAT_MS = 1_000;

/** Hands the worker's context to each activity and keeps its heart beating, so that cancellation and death are noticed. */
export class ContextInterceptor implements ActivityInboundCallsInterceptor {
  constructor(private readonly context: WorkerContext) {}

  async execute(
    input: ActivityExecuteInput,
    next: Next<ActivityInboundCallsInterceptor, 'execute'>,
  ): Promise<unknown> {
    const activity = Context.current();
    const beat = activity.info.isLocal
      ? undefined
      : setInterval(() => activity.heartbeat(details.get(activity)?.()), HEARTBEAT_MS);
    try {
      return await storage.run({ context: this.context, input: input.args }, () => next(input));
    } finally {
      clearInterval(beat);
    }
  }
}
