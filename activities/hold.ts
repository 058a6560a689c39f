// The calls of a connection's hold and of an inspection: the probe of the credentials, which reads only, and telling parked
// runs to go on.
import { Context } from '@temporalio/activity';
import { WorkflowNotFoundError } from '@temporalio/client';
import type { NotDone, Outcome } from '../src/http/outcome';
import { musterConnection, musterReason, musterWaitingOn } from '../src/temporal/search-attributes';
import { probeOf } from '../src/vendors/probe';
import { vendorOf } from '../src/vendors/registry';
import { workerContext } from '../src/worker/context';
import { retrySignal } from '../workflows/account-run/messages';

/** What a probe found out. `elsewhere`: this worker has other credentials than those meant, and sent nothing. */
export type Probed =
  | { found: 'accepted' | 'rejected' | 'nothing'; credentials: string; message: string }
  | { found: 'elsewhere' };

/** Tries a held connection's credentials. @param input.credentials those that are meant; whichever are there if left out */
export async function probeHeldConnection(input: {
  connection: string;
  credentials?: string;
}): Promise<Probed> {
  const { connection, credentials } = input;
  const { holds, config, transports } = workerContext();
  const settings = config.connections[connection];
  const transport = transports.get(connection);
  if (!settings || !transport) return { found: 'elsewhere' };
  if (credentials !== undefined && !holds.has(connection, credentials)) return { found: 'elsewhere' };
  const outcome = await transport.probe(probeOf(settings), { signal: Context.current().cancellationSignal });
  const found = foundBy(outcome);
  if (found !== 'nothing') holds.heard(connection, found);
  return {
    found,
    credentials: holds.credentialsOf(connection),
    message: say(settings.vendor, outcome),
  };
}

function foundBy({ kind }: Outcome<unknown>): 'accepted' | 'rejected' | 'nothing' {
  if (kind === 'done' || kind === 'refused') return 'accepted';
  return kind === 'barred' ? 'rejected' : 'nothing';
}

/** What a connection's vendor says to its credentials; `held`: nothing was sent, since the connection is held. */
export interface Inspection {
  connection: string;
  vendor: string;
  outcome: Outcome<unknown>['kind'] | 'held';
  /** One sentence, without secrets. */
  message: string;
}

/** Asks a connection's vendor by a call that reads only. */
export async function inspectCredentials({ connection }: { connection: string }): Promise<Inspection> {
  const { holds, config, transports } = workerContext();
  const settings = config.connections[connection];
  const transport = transports.get(connection);
  if (!settings || !transport)
    return {
      connection,
      vendor: '',
      outcome: 'unsent',
      message: "This worker's configuration has no such connection.",
    };
  const { vendor } = settings;
  const held = await holds.heldSince(connection);
  if (held) {
    const message = `held since ${held}: the vendor rejected these credentials, and nothing is sent; see connection/${connection}`;
    return { connection, vendor, outcome: 'held', message };
  }
  const outcome = await transport.send(probeOf(settings), { signal: Context.current().cancellationSignal });
  return { connection, vendor, outcome: outcome.kind, message: say(vendor, outcome) };
}

function say(vendor: Parameters<typeof vendorOf>[0], outcome: Outcome<unknown>): string {
  return outcome.kind === 'done'
    ? `${vendorOf(vendor).title} accepts the credentials.`
    : withoutWords(outcome);
}

/** A refused log-in may quote the vendor, and a vendor whatever it was sent. */
function withoutWords({ kind, message, vendorStatus }: NotDone): string {
  if (kind !== 'barred') return message;
  return `The vendor rejected the credentials${vendorStatus === undefined ? '' : ` (HTTP ${vendorStatus})`}.`;
}

/** @returns the ids of the runs that were told to go on */
export async function retryParked(input: { connection: string; limit: number }): Promise<string[]> {
  const { connection, limit } = input;
  const { temporal } = workerContext();
  const told: string[] = [];
  const query = [
    `MusterConnection = '${connection}'`,
    `MusterReason = 'credentials-rejected'`,
    `MusterWaitingOn = 'operator'`,
    `MusterKey IS NOT NULL`,
    `ExecutionStatus = 'Running'`,
  ].join(' AND ');
  for await (const { workflowId, runId } of temporal.workflow.list({ query })) {
    // The list may lag behind; a run that meanwhile is parked for something else is not ours to move.
    if (!(await isParked(workflowId))) continue;
    const reason = "the vendor accepts the connection's credentials again";
    await temporal.workflow.getHandle(workflowId, runId).signal(retrySignal, { reason });
    told.push(workflowId);
    if (told.length >= limit) break;
  }
  return told;
}

/** How many of these runs still, or again, stand still for their credentials. */
export async function countStillParked({ workflowIds }: { workflowIds: string[] }): Promise<number> {
  let parked = 0;
  for (const workflowId of workflowIds) if (await isParked(workflowId)) parked += 1;
  return parked;
}

async function isParked(workflowId: string): Promise<boolean> {
  try {
    const { status, typedSearchAttributes: is } = await workerContext()
      .temporal.workflow.getHandle(workflowId)
      .describe();
    return (
      status.name === 'RUNNING' &&
      is.get(musterConnection) !== undefined &&
      is.get(musterReason) === 'credentials-rejected' &&
      is.get(musterWaitingOn) === 'operator'
    );
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return false;
    throw error;
  }
}
