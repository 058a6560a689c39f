// What the measurements of single people need of whoever is measured: Muster, or the baseline.
import type { Client } from '@temporalio/client';
import type { Simulator } from '../src/simulators';

export interface Sample {
  key: string;
  firstName: string;
  lastName: string;
  email: string;
  roles: number[];
}

export interface Begun {
  workflowId: string;
  /** Resolves once the person is all there. */
  ended(): Promise<unknown>;
}

export interface Contestant {
  readonly name: string;
  readonly vendor: Simulator;
  readonly client: Client;
  /** All processes of its engine: Temporal's, and its database's where there is one. */
  readonly serverPids: number[];
  readonly workerPid: number;
  /** Resolves once it polls. */
  startWorker(): Promise<void>;
  /** SIGKILL. */
  killWorker(): Promise<void>;
  begin(person: Sample): Promise<Begun>;
  close(): Promise<void>;
}

const ROLES = [105847459, 175031666];

/** So many made-up people. */
export function samples(name: string, count: number): Sample[] {
  return Array.from({ length: count }, (_, one) => ({
    key: `${name}-${one}`,
    firstName: 'Ines',
    lastName: 'Heron',
    email: `${name}-${one}@example.org`,
    roles: ROLES,
  }));
}
