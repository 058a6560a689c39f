// What `muster doctor` looks at. Each finding is a sentence; nothing is changed unless asked for.
import type { Client } from '@temporalio/client';
import type { Muster } from '../../client/muster';
import type { ConfigError } from '../../config/config-error';
import { loadConfig } from '../../config/load';
import type { ClientConfig } from '../../config/schema';
import type { TemporalSettings, TemporalUnreachableError } from '../../temporal/connect';
import { activityQueue, WORKFLOW_QUEUE } from '../../temporal/names';
import { NoOperatorError, otherWays, registerMissing, registrationState } from '../../temporal/registration';
import { EXIT, type ExitCode } from '../exit';
import { isPolled } from '../pollers';
import { type Bearings, clientConfigAt } from '../session';

export interface Finding {
  /** What was looked at. */
  check: string;
  ok: boolean;
  says: string;
}

/** A finding, and what the program ends with if it is a bad one. */
export interface GradedFinding extends Finding {
  code: ExitCode;
}

function graded(check: string, says: string, code: ExitCode = EXIT.done): GradedFinding {
  return { check, ok: code === EXIT.done, says, code };
}

/** The configuration as clients read it: the worker's own secrets are the worker's business. */
export function findConfiguration(bearings: Bearings): { config?: ClientConfig; finding: GradedFinding } {
  const check = 'configuration';
  try {
    const config =
      bearings.temporal instanceof Error
        ? loadConfig({ ...(bearings.configFile && { file: bearings.configFile }), secrets: 'leave' })
        : clientConfigAt(bearings);
    const names = Object.keys(config.connections);
    return { config, finding: graded(check, `${config.file}: ${names.join(', ')}`) };
  } catch (error) {
    if ((error as Error).name !== 'ConfigError') throw error;
    return { finding: graded(check, (error as ConfigError).message, EXIT.usage) };
  }
}

export function findKeys(config: ClientConfig, temporal: Bearings['temporal']): GradedFinding {
  const check = 'encryption';
  const { encryption } = config;
  if (encryption)
    return graded(check, `${Object.keys(encryption.keys).length} key(s), ${encryption.activeKey} encrypts`);
  if (!(temporal instanceof Error) && temporal.dev)
    return graded(check, 'the key that "muster dev" made for this folder');
  return graded(check, 'encryption: is missing; "muster keys new" makes a key', EXIT.usage);
}

export function unreachable(error: TemporalUnreachableError): GradedFinding {
  return graded('Temporal', error.message, EXIT.unreachable);
}

/** @param client connected */
export async function findServer(client: Client, { connection }: TemporalSettings): Promise<GradedFinding> {
  const { serverVersion } = await client.workflowService.getSystemInfo({});
  const { namespace } = client.options;
  const where = `${connection.address}, server ${serverVersion}`;
  try {
    await client.workflowService.describeNamespace({ namespace });
    return graded('Temporal', `${where}, namespace ${namespace}`);
  } catch {
    return graded(
      'Temporal',
      `${where}: there is no namespace ${namespace}, or it may not be read`,
      EXIT.failed,
    );
  }
}

/** @param fix registers what is missing */
export async function findSearchAttributes(client: Client, fix: boolean): Promise<GradedFinding> {
  const check = 'search attributes';
  const { namespace } = client.options;
  const { missing, wrong, operator } = await registrationState(client.connection, namespace);
  if (wrong.length > 0)
    return graded(
      check,
      `${wrong.join(', ')}: registered with another type; use another namespace`,
      EXIT.failed,
    );
  if (missing.length === 0)
    return graded(check, operator ? 'all registered' : 'all known (their types could not be asked)');
  const standing = `${missing.join(', ')}: not registered, so runs would stand still`;
  const elsewhere = `${standing}. Muster may not register them here:\n${otherWays(missing, namespace)}`;
  if (!operator) return graded(check, elsewhere, EXIT.failed);
  if (!fix) return graded(check, `${standing}; "muster doctor --fix" registers them`, EXIT.failed);
  try {
    await registerMissing(client.connection, namespace);
    return graded(check, `registered now: ${missing.join(', ')}`);
  } catch (error) {
    if (!(error instanceof NoOperatorError)) throw error;
    return graded(check, elsewhere, EXIT.failed);
  }
}

/** Whether somebody polls the queue of the workflows, and each connection's own. */
export async function findWorkers(client: Client, { connections }: ClientConfig): Promise<GradedFinding[]> {
  const own = Object.entries(connections).flatMap(([name, { requestsPerSecond }]) => {
    const queue = activityQueue(name, requestsPerSecond);
    return queue === WORKFLOW_QUEUE ? [] : [[queue, 'activity'] as const];
  });
  const queues = [[WORKFLOW_QUEUE, 'workflow'] as const, ...own];
  return Promise.all(
    queues.map(async ([queue, kind]) =>
      (await isPolled(client, queue, kind))
        ? graded(`worker on ${queue}`, 'polls')
        : graded(`worker on ${queue}`, 'none polls; start one with "muster worker"', EXIT.failed),
    ),
  );
}

/** What each vendor says to its connection's credentials; a worker asks, reading only. */
export async function findVendors(muster: Pick<Muster, 'inspect'>): Promise<GradedFinding[]> {
  const inspections = await muster.inspect();
  return inspections.map(({ connection, outcome, message }) =>
    graded(`vendor of ${connection}`, message, outcome === 'done' ? EXIT.done : EXIT.failed),
  );
}
