// What an account's run begins with: all that it needs to know before it asks its first question.
import { setTimeout as sleep } from 'node:timers/promises';
import type { AccountPlan, Inheritance } from '../src/account/plan';
import type { Answer, EarlyAnswer, Read } from '../src/account/reads';
import { singleAccount } from '../src/request/accounts';
import { accountId, type Before } from '../src/temporal/names';
import type { VendorDefinition } from '../src/vendors/definition';
import { vendorOf } from '../src/vendors/registry';
import { workerContext } from '../src/worker/context';
import { nothingBefore, readRunsBefore } from '../src/worker/earlier-runs';
import { readTogether } from './reads';
import { accountPlan } from './support/account-plan';
import { checked, invalid } from './support/request';

/** Checks an account run's request and fills in defaults and the connection's rules. @throws `invalid-request` */
export async function prepareAccountRun(input: {
  request: unknown;
  workflowId: string;
}): Promise<AccountPlan> {
  const { config } = workerContext();
  const request = await checked(config, input.request);
  const single = singleAccount(request);
  if (!single) throw invalid('accounts: an account run takes one account; start onboardPerson for several');
  const { connection } = single;
  if (accountId(connection, request.key) !== input.workflowId)
    throw invalid(
      `The run of this account must have the workflow id ${accountId(connection, request.key)}: it is the account's lock.`,
    );
  return accountPlan(config, request, connection);
}

/** What a run begins with: its plan, what earlier runs of its account left, and what it would ask the vendor first. */
export interface Beginning {
  plan: AccountPlan;
  inheritance: Inheritance;
  /** Empty where the vendor's calls are activities of their own. */
  early: EarlyAnswer[];
}

/**
 * @param input.before the run before it, as far as whoever started it knew; null where Temporal took it on condition that
 *   there was none
 * @param input.looks whether it will ask what is there
 * @throws `invalid-request`
 */
export async function beginAccountRun(input: {
  request: unknown;
  workflowId: string;
  runId: string;
  before: Before;
  looks: boolean;
}): Promise<Beginning> {
  const { runId, before, looks } = input;
  const plan = await prepareAccountRun(input);
  const inheritance = before === null ? nothingBefore(runId) : await readEarlierRuns(input);
  const early = looks && plan.policy.quickReads ? await readEarly(firstReadsOf(plan)) : [];
  return { plan, inheritance, early };
}

/** Longer than this and the run is not kept waiting for it: it asks again by itself. */
const EARLY_MS = 2_500;

async function readEarly(reads: Read[]): Promise<EarlyAnswer[]> {
  const answers = await Promise.all(
    reads.map(async (read) => {
      // What fails in another way than by the vendor's word is left to the run, which asks again and says so.
      const made = readTogether({ reads: [read] }).catch(() => []);
      const [answer] = await within(EARLY_MS, made, [TOO_SLOW]);
      return answer && { read, answer };
    }),
  );
  return answers.filter((answer) => answer !== undefined);
}

const TOO_SLOW: Answer = {
  failure: {
    type: 'unknown',
    message: `it took longer than ${EARLY_MS} ms`,
    nonRetryable: false,
    details: [],
  },
};

async function within<T>(ms: number, work: Promise<T>, otherwise: T): Promise<T> {
  const over = new AbortController();
  const late = sleep(ms, otherwise, { signal: over.signal }).catch(() => otherwise);
  try {
    return await Promise.race([work, late]);
  } finally {
    over.abort();
  }
}

function firstReadsOf({ vendor, connection, person, account }: AccountPlan): Read[] {
  const { firstReads } = vendorOf(vendor) as VendorDefinition;
  return firstReads?.({ connection, person, account }) ?? [];
}

/** Reads how far the account's earlier runs had come (design.md, "A run was terminated with a create in the air"). */
export async function readEarlierRuns(input: {
  workflowId: string;
  runId: string;
  before: Before;
}): Promise<Inheritance> {
  return readRunsBefore(workerContext().temporal, input);
}
