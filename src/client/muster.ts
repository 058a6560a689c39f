// The typed client of backend services: connects, starts requests, hands out handles.
import { Client, type Connection, WorkflowNotFoundError } from '@temporalio/client';
import { TypedSearchAttributes } from '@temporalio/common';
import type { Removal } from '../../workflows/remove-accounts';
import type { SecretRecord } from '../account/secret';
import { loadConfig } from '../config/load';
import type { ClientConfig } from '../config/schema';
import { dataConverter } from '../privacy/data-converter';
import type { KeyRing } from '../privacy/keys';
import { checkedRequest } from '../request/check';
import type { RequestDocument } from '../request/schema';
import { keyRingFor, type TemporalSettings, temporalSettings } from '../temporal/connect';
import { type Before, personId, REMOVE_ACCOUNTS, removalId, WORKFLOW_QUEUE } from '../temporal/names';
import { openConnection } from '../temporal/open-connection';
import { searchAttributesOf } from '../temporal/search-attributes';
import { DifferentRequestError, UnknownRunError } from './errors';
import { RunHandle } from './handle';
import { type Inspection, type InspectOptions, inspectConnections } from './inspect';
import { type JobClient, JobHandle, type JobOptions, startJob } from './job';
import { type ListedDebt, type ListedRun, type ListFilter, listDebts, listRuns } from './list';
import { type Planning, type PlanOptions, planOf, type RosterToPlan } from './plan';
import { Schedules } from './schedules';
import {
  listSecrets,
  type RevealedSecret,
  type RevealOptions,
  readSecret,
  revealSecret,
  type SecretFilter,
} from './secrets';
import { encounter, type RunPlan, requestPlan, startRun } from './start';

export interface ConnectOptions {
  /** The configuration, or the path of muster.yaml; by default as the command line finds it. */
  config?: ClientConfig | string;
  /** Where Temporal is; by default Temporal's own conventions, then what `muster dev` left in this folder. */
  temporal?: TemporalSettings;
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  /** What Temporal writes down, readable, beside each start and decision; by default `process@host`. Never an e-mail address. */
  identity?: string;
}

/** @throws ConfigError, TemporalUnreachableError */
export async function connectMuster(options: ConnectOptions = {}): Promise<Muster> {
  const { cwd = process.cwd(), env = process.env } = options;
  const settings = options.temporal ?? (await temporalSettings(cwd, env));
  const config =
    typeof options.config === 'object' ? options.config : clientConfig(options, settings, cwd, env);
  const keys = keyRingFor(config, settings);
  const connection = await openConnection(settings.connection);
  const client = new Client({
    connection,
    namespace: settings.namespace,
    dataConverter: dataConverter(keys),
    ...(options.identity !== undefined && { identity: options.identity }),
  });
  return new Muster(config, keys, client, connection);
}

/** The embedded server knows with which configuration it was started. */
function clientConfig(
  { config }: ConnectOptions,
  { dev }: TemporalSettings,
  cwd: string,
  env: NodeJS.ProcessEnv,
): ClientConfig {
  const file = typeof config === 'string' ? config : (env.MUSTER_CONFIG ?? dev?.config);
  return loadConfig({ ...(file && { file }), cwd, env, secrets: 'leave' });
}

export class Muster {
  constructor(
    readonly config: ClientConfig,
    private readonly keys: KeyRing,
    /** Temporal's own client, with the codec. */
    readonly client: Client,
    private readonly connection: Connection,
  ) {}

  /**
   * Starts a request, or attaches to the run of the same request.
   * @throws RequestError with every fault, DifferentRequestError
   */
  async onboard(request: RequestDocument): Promise<RunHandle> {
    const checked = checkedRequest(this.config, request);
    const plan = requestPlan(this.config, this.keys, checked);
    const started = await this.start(plan, null);
    if (started) return started;
    for (;;) {
      const met = await encounter(this.client, this.keys, plan);
      if (met.is === 'different-running') throw new DifferentRequestError(plan.workflowId, met.runId);
      if (met.is !== 'free') return new RunHandle(this.client, plan.workflowId, met.runId);
      const again = await this.start(plan, met.before);
      if (again) return again;
    }
  }

  /**
   * @param id a person's key, or a run's id (`<connection>/<key>`, `person/<key>`)
   * @throws UnknownRunError
   */
  async handle(id: string): Promise<RunHandle> {
    if (id.includes('/')) return new RunHandle(this.client, id);
    try {
      await this.client.workflow.getHandle(personId(id)).describe();
      return new RunHandle(this.client, personId(id));
    } catch (error) {
      if (!(error instanceof WorkflowNotFoundError)) throw error;
    }
    const ids = new Set((await this.list({ key: id })).map((run) => run.id));
    const [only, ...more] = ids;
    if (only && more.length === 0) return new RunHandle(this.client, only);
    throw new UnknownRunError(
      only
        ? `${id} has several runs: ${[...ids].join(', ')}. Name one.`
        : `There is no run of ${id} that is open or remembered.`,
    );
  }

  /**
   * Starts a bulk job over a roster.
   * @param source a path under the worker's `importsDir`, or an https address
   * @throws JobInputError
   */
  bulk(source: string, options: JobOptions = {}): Promise<JobHandle> {
    return startJob(this.jobs(), source, options);
  }

  /** A bulk job by its id. */
  job(id: string): JobHandle {
    return new JobHandle(this.jobs(), id.replace(/^bulk\//, ''));
  }

  private jobs(): JobClient {
    return { client: this.client, config: this.config, keys: this.keys };
  }

  /** Bulk jobs on a timetable. */
  get schedules(): Schedules {
    return new Schedules(this.client);
  }

  /** Undoes what Muster made for a person and disables what it adopted. */
  async remove(removal: Removal): Promise<RunHandle> {
    const { key } = removal;
    const { firstExecutionRunId } = await this.client.workflow.start(REMOVE_ACCOUNTS, {
      workflowId: removalId(key),
      taskQueue: WORKFLOW_QUEUE,
      args: [removal],
      typedSearchAttributes: new TypedSearchAttributes(searchAttributesOf({ key })),
      staticSummary: `removal of ${key}`,
      workflowIdConflictPolicy: 'USE_EXISTING',
    });
    return new RunHandle(this.client, removalId(key), firstExecutionRunId);
  }

  /** Whether the latest run of that id has ended. @throws UnknownRunError */
  async hasEnded(id: string): Promise<boolean> {
    return (await new RunHandle(this.client, id).standing()).ended;
  }

  /** Passwords that vendors made and nobody has revealed; with `all`, also those that are gone but remembered. */
  secrets(filter: SecretFilter = {}): Promise<SecretRecord[]> {
    return listSecrets(this.client, filter);
  }

  /** How a password stands; undefined where nothing is on record, or not any more. */
  secret(handle: string): Promise<SecretRecord | undefined> {
    return readSecret(this.client, handle);
  }

  /**
   * Shows a password that a vendor made, once; who asked and why is recorded. Call `received()` on what it gives.
   * @throws UnknownRunError, DecisionRefusedError where it is gone, SealError where its key is not configured here
   */
  revealSecret(handle: string, options: RevealOptions): Promise<RevealedSecret> {
    return revealSecret(this.client, this.keys, handle, options);
  }

  /** What undo could not remove, with what a person has to do about it. */
  debts(): Promise<ListedDebt[]> {
    return listDebts(this.client);
  }

  /**
   * Asks, through a worker and reading only, what the vendors say to the connections' credentials. Never rejects because of a
   * vendor.
   * @param connections all of the configuration if left out
   */
  inspect(
    connections: readonly string[] = Object.keys(this.config.connections),
    options: InspectOptions = {},
  ): Promise<Inspection[]> {
    return inspectConnections(this.client, this.config, connections, options);
  }

  /**
   * Tells what onboarding would do now with a request or a roster: an async iterator of rows, whose `totals` grow with them.
   * Asks the vendors through the workers, reading only.
   * @throws RequestError or RosterError with every fault, before anything is asked
   */
  plan(input: RequestDocument | RosterToPlan, options: PlanOptions = {}): Promise<Planning> {
    return planOf(this.client, this.config, input, options);
  }

  list(filter: ListFilter = {}): Promise<ListedRun[]> {
    return listRuns(this.client, filter);
  }

  close(): Promise<void> {
    return this.connection.close();
  }

  private async start(plan: RunPlan, before: Before): Promise<RunHandle | undefined> {
    const runId = await startRun(this.client, plan, before);
    return runId === undefined ? undefined : new RunHandle(this.client, plan.workflowId, runId);
  }
}
