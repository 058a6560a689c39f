// What a plan needs to know beside the vendors' looks: whether a run of the request would be started at all, and what earlier
// runs left. No vendor call; all may run twice.
import type { AccountPlan, Inheritance } from '../src/account/plan';
import { accountRunPlan, type Encounter, encounter, personRunPlan, type RunPlan } from '../src/client/start';
import { fingerprint } from '../src/privacy/keys';
import { accountsOf } from '../src/request/accounts';
import { musterReason, musterWaitingOn } from '../src/temporal/search-attributes';
import { workerContext } from '../src/worker/context';
import { readRunsOf } from '../src/worker/earlier-runs';
import { accountPlan } from './support/account-plan';
import { checked } from './support/request';

/**
 * What a request meets at one account. `running`: the same request is under way; `waitsFor`: the problem code of a parked one.
 * `taken`: a different request is, and this one would be refused.
 */
export type Meeting =
  | { is: 'free'; past: Inheritance }
  | { is: 'done'; userId: string | null }
  | { is: 'running'; waitsFor: string | null }
  | { is: 'taken'; by: string };

export interface Prospect {
  plan: AccountPlan;
  meeting: Meeting;
}

/** Checks a request and finds out what each of its accounts meets. @throws `invalid-request` */
export async function prospectsOf(input: { request: unknown }): Promise<Prospect[]> {
  const { config, keys } = workerContext();
  const request = await checked(config, input.request);
  const accounts = accountsOf(request);
  // A request with several accounts has a run of its own, by the same rule.
  const whole = accounts.length > 1 ? await meet(personRunPlan(keys, request)) : undefined;
  return Promise.all(
    accounts.map(async ({ connection }) => ({
      plan: accountPlan(config, request, connection),
      meeting: await meetingOf(accountRunPlan(config, keys, request, connection), connection, whole),
    })),
  );
}

/** An encounter, and the id of the run that was met. */
interface Met {
  workflowId: string;
  encounter: Encounter;
}

async function meet(run: RunPlan): Promise<Met> {
  const { temporal, keys } = workerContext();
  const { workflowId } = run;
  return { workflowId, encounter: await encounter(temporal, keys, run) };
}

async function meetingOf(run: RunPlan, connection: string, whole: Met | undefined): Promise<Meeting> {
  const { temporal } = workerContext();
  const own = await meet(run);
  for (const { workflowId, encounter } of whole ? [whole, own] : [own]) {
    if (encounter.is === 'same-done')
      return { is: 'done', userId: encounter.document.accounts[connection]?.userId ?? null };
    if (encounter.is === 'different-running')
      return { is: 'taken', by: `${workflowId} (run ${encounter.runId})` };
  }
  if (own.encounter.is === 'same-running') return underWay(own.workflowId, own.encounter.runId);
  return { is: 'free', past: await readRunsOf(temporal, run.workflowId) };
}

async function underWay(workflowId: string, runId: string): Promise<Meeting> {
  const { typedSearchAttributes: is } = await workerContext()
    .temporal.workflow.getHandle(workflowId, runId)
    .describe();
  const parked = is.get(musterWaitingOn) === 'operator';
  return { is: 'running', waitsFor: parked ? (is.get(musterReason) ?? null) : null };
}

/** A keyed hash of each thing that was seen: tells whether it moved, and nothing else. */
export async function fingerprintAll(input: { seen: unknown[] }): Promise<string[]> {
  const { keys } = workerContext();
  return input.seen.map((seen) => fingerprint(keys, seen));
}
