// One case from its first request to its verdict.
import { setTimeout as sleep } from 'node:timers/promises';
import type { AccountResult } from '../../src/account/result';
import { DifferentRequestError, RunHandle } from '../../src/client';
import type { RequestDocument } from '../../src/request/schema';
import type { Bench, Site } from './bench';
import { aimed } from './calls';
import {
  accountsOf,
  type Decided,
  type Ending,
  type Scenario,
  type Stage,
  type VendorFacts,
} from './contract';
import type { Disturbance } from './disturbances';
import { heardNos } from './heard';
import { operate } from './operator';
import { reached } from './reached';
import { breaches } from './rules';
import type { Variant } from './variants';

export interface Case {
  /** Names it for good: `ethosce/new/create-user/1/drop-after`. */
  id: string;
  /** Row of the table. */
  group: string;
  facts: VendorFacts;
  scenario: Scenario;
  faults: readonly { name: string; nth: number; variant: Variant }[];
  disturbance?: Disturbance;
}

export interface Verdict {
  case: Case;
  broken: string[];
  decided: Decided[];
  /** What the run asked of its vendor. */
  requests: Ending['requests'];
  seconds: number;
}

export async function runCase(
  one: Case,
  bench: Bench,
  site: Site,
  restarted: () => Promise<void>,
): Promise<Verdict> {
  const began = Date.now();
  const decided: Decided[] = [];
  const stage = stageOf(bench, site, one.scenario);
  const base = { requests: 0 };
  try {
    const ending = await play(one, stage, base, decided, restarted);
    return verdict(one, breaches(ending), decided, ending.requests, began);
  } catch (error) {
    const requests = site.simulator.requests().slice(base.requests);
    await bench.muster.client.workflow
      .getHandle(`${site.connection}/${stage.request.key}`)
      .terminate('the case is over')
      .catch(() => undefined);
    return verdict(one, [(error as Error).message], decided, requests, began);
  }
}

function verdict(
  one: Case,
  broken: string[],
  decided: Decided[],
  requests: Ending['requests'],
  began: number,
): Verdict {
  return { case: one, broken, decided, requests, seconds: (Date.now() - began) / 1000 };
}

function stageOf(bench: Bench, { connection, simulator }: Site, scenario: Scenario): Stage {
  const key = `k-${connection}`;
  const request: RequestDocument = {
    key,
    person: {
      firstName: 'Orla',
      lastName: 'Fenwick-Tern',
      email: `orla.fenwick@${connection}.example.org`,
      dateOfBirth: '1990-01-31',
      sex: 'F',
      address: {
        street: '1 Quay Row',
        city: 'Philadelphia',
        province: 'PA',
        postalCode: '19109-77',
        country: 'us',
      },
    },
    accounts: { [connection]: scenario.account(key) },
    onFailure: scenario.onFailure ?? 'park',
  };
  return { bench, simulator, connection, request };
}

async function play(
  { facts, scenario, faults, disturbance }: Case,
  stage: Stage,
  from: { requests: number },
  decided: Decided[],
  restarted: () => Promise<void>,
): Promise<Ending> {
  const { simulator, request, connection, bench } = stage;
  scenario.seed?.(simulator, request);
  await scenario.prelude?.(stage, () =>
    operate({ stage, scenario, facts, decided: [], settled: [], restarted }),
  );
  const base = simulator.requests().length;
  from.requests = base;
  const before = structuredClone(accountsOf(stage));
  for (const { name, nth, variant } of faults) simulator.inject(aimed(variant, { name, nth }));
  const settled: string[] = [];
  const watch = {
    stage,
    scenario: disturbance?.scenario?.(scenario) ?? scenario,
    facts,
    decided,
    settled,
    restarted,
  };
  const disturbed = disturbance?.arrange?.(stage);
  // Awaited below; until then what goes wrong in it is nobody's.
  disturbed?.catch(() => undefined);
  await (disturbance?.start ?? start)(stage, scenario);
  let document = await operate(watch);
  await disturbed;
  if (disturbance?.afterwards) {
    await disturbance.afterwards(stage);
    document = await operate(watch);
  }
  const handle = new RunHandle(bench.muster.client, `${connection}/${request.key}`);
  const { searchAttributes, memo } = await bench.muster.client.workflow.getHandle(handle.id).describe();
  const result = document.accounts[connection];
  if (!result) throw new Error('the result document lacks the account');
  const ending: Ending = {
    facts,
    scenario,
    stage,
    document,
    result,
    password: result.status === 'done' ? await revealed(stage, result) : null,
    before,
    base,
    requests: ownOf(simulator.requests().slice(base), disturbance),
    decided,
    heard: await reached(() => heardNos(bench.muster.client, handle.id)),
    settled,
    interrupted: disturbance?.interrupts ?? false,
    cancelled: disturbance?.cancels ?? false,
    attributes: [searchAttributes, memo],
  };
  if (result.status === 'done') await sameAgain(stage, simulator.requests().length);
  return ending;
}

async function revealed({ bench }: Stage, { secret }: AccountResult): Promise<string | null> {
  if (secret === null) return null;
  const asking = { reason: 'to compare it', by: 'the sweep' };
  return (await reached(() => bench.muster.revealSecret(secret, asking))).password;
}

function ownOf(requests: Ending['requests'], disturbance: Disturbance | undefined): Ending['requests'] {
  return requests.filter((_, index) => !disturbance?.isEcho?.(requests, index));
}

async function start({ bench, request, connection }: Stage, { act }: Scenario): Promise<void> {
  const { muster } = bench;
  if (act !== 'remove') return void (await reached(() => muster.onboard(request)));
  const id = `${connection}/${request.key}`;
  const { runId } = await muster.client.workflow.getHandle(id).describe();
  await muster.remove({ key: request.key, connections: [connection] });
  // The removal of the account is a run of its own, under the same id.
  while ((await muster.client.workflow.getHandle(id).describe()).runId === runId) await sleep(100);
}

/** The same request after it went well: attached to that run, nothing is sent. */
async function sameAgain({ bench, request, simulator }: Stage, requests: number): Promise<void> {
  try {
    const { status } = await (await bench.muster.onboard(request)).result();
    if (status !== 'done') throw new Error(`the same request again is ${status}`);
  } catch (error) {
    if (error instanceof DifferentRequestError) throw new Error('the same request again counts as another');
    throw error;
  }
  const more = simulator.requests().length - requests;
  if (more > 0) throw new Error(`the same request again asked the vendor ${more} times`);
}
