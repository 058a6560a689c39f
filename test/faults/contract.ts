// What the sweep has to be told of a vendor: people to onboard there, what is then true, and which of its calls create.
import type { Ability } from '../../src/account/plan';
import type { AccountResult, Problem, ResultDocument } from '../../src/account/result';
import type { Resolution } from '../../src/client';
import type { RequestDocument } from '../../src/request/schema';
import type { SimulatedVendor, Simulator } from '../../src/simulators';
import type { RecordedRequest, SimulatedPerson } from '../../src/simulators/contract';
import type { Bench } from './bench';
import type { HeardNo } from './heard';

/** One person, at a vendor and a connection of their own. */
export interface Stage {
  bench: Bench;
  simulator: Simulator;
  connection: string;
  request: RequestDocument;
}

/** A kind of person, and what is asked for them. */
export interface Scenario {
  name: string;
  /** Settings of the simulated vendor. */
  settings?: Record<string, unknown>;
  /** Further keys of the connection. */
  connection?: Record<string, unknown>;
  account: (key: string) => Record<string, unknown>;
  onFailure?: 'park' | 'compensate';
  /** Puts there what was there before us. */
  seed?: (simulator: Simulator, request: RequestDocument) => void;
  /** What happened before the run that is swept. `toItsEnd` lets the operator answer where a busy machine parks it. */
  prelude?: (stage: Stage, toItsEnd: () => Promise<ResultDocument>) => Promise<void>;
  /** `onboard` by default. */
  act?: 'onboard' | 'remove';
  ends: 'done' | 'compensated';
  /** Overrides the operator where the scenario is about a decision. */
  decide?: (problem: Problem) => 'undo' | undefined;
  /** Mails that the person may get. Default none. */
  mails?: number;
}

export interface Create {
  ability: Ability;
  /** Calls that look for what it makes. */
  looks: readonly string[];
  /** Tells sends of one thing from those of another. */
  of?: (request: RecordedRequest) => string;
}

export interface VendorFacts {
  vendor: SimulatedVendor;
  scenarios: readonly Scenario[];
  /** The setting of the simulated vendor that holds what it knows us by. */
  secret: string;
  /** Logs in with every call: there is no session or token that could run out. */
  sessionless?: boolean;
  /** By the name of the call. */
  creates: Readonly<Record<string, Create>>;
  /** What an operator finds at the vendor about a step. */
  truth(stage: Stage, step: string): Resolution;
  /** What is wrong with an account that is done; one sentence each. */
  wrongs(
    account: SimulatedPerson,
    ending: Pick<Ending, 'stage' | 'scenario' | 'before' | 'decided' | 'result' | 'password'>,
  ): string[];
}

/** A decision that the operator took. */
export interface Decided {
  at: number;
  step: string;
  code: string;
  decision: string;
  word?: Resolution;
}

/** All that is known when a case is over. */
export interface Ending {
  facts: VendorFacts;
  scenario: Scenario;
  stage: Stage;
  document: ResultDocument;
  result: AccountResult;
  /** The password under the handle that the result names. */
  password: string | null;
  /** The vendor's people before the swept run. */
  before: SimulatedPerson[];
  /** Requests since then. */
  requests: RecordedRequest[];
  decided: Decided[];
  /** Sends whose "no" stands in the history of one of its runs. */
  heard: HeardNo[];
  /** Debts that were settled, by what they said. */
  settled: string[];
  /** Answers may have been lost between worker and Temporal, not only between vendor and worker. */
  interrupted: boolean;
  /** The run was asked to be cancelled. */
  cancelled: boolean;
  /** How many requests there were before the swept run. */
  base: number;
  /** Search attributes and memo of the run, as Temporal shows them. */
  attributes: unknown;
}

/** The person's accounts at the vendor, whoever made them. */
export function accountsOf({ simulator, request }: Pick<Stage, 'simulator' | 'request'>): SimulatedPerson[] {
  const email = request.person.email.toLowerCase();
  return simulator.people().filter((person) => person.email.toLowerCase() === email);
}
