// The operator of the sweep: looks at the vendor itself and answers parked runs with what is true there.
import { setTimeout as sleep } from 'node:timers/promises';
import type { AccountResult, Problem, ResultDocument } from '../../src/account/result';
import { DecisionRefusedError, type Resolution, RunHandle, UnknownRunError } from '../../src/client';
import type { Decided, Scenario, Stage, VendorFacts } from './contract';
import { isServiceError, reached } from './reached';

/** More decisions than this about one person, and the run is going round in circles. */
const MOST_DECISIONS = 12;
/** In milliseconds. */
const LONGEST_CASE_MS = 900_000;
/** Longer than this without parking or ending, and the run stands still. In milliseconds. */
const STANDSTILL_MS = 600_000;
/** By then a held connection has been probed, found to be good, and its runs go on. In milliseconds. */
const RELEASED_MS = 60_000;
/** What is noted where a run was cut off. */
export const START_AGAIN = 'start again';
const REASON = 'seen at the vendor';

export interface Watch {
  stage: Stage;
  scenario: Scenario;
  facts: VendorFacts;
  decided: Decided[];
  settled: string[];
  /** Has the worker started anew, so that rejected credentials are tried again. */
  restarted: () => Promise<void>;
}

/** Answers until the run has ended. @throws when it never does */
export async function operate(watch: Watch): Promise<ResultDocument> {
  const { connection, request, bench } = watch.stage;
  const handle = new RunHandle(bench.muster.client, `${connection}/${request.key}`);
  const until = Date.now() + LONGEST_CASE_MS;
  const released = Date.now() + RELEASED_MS;
  while (watch.decided.length < MOST_DECISIONS && Date.now() < until) {
    const signal = AbortSignal.timeout(STANDSTILL_MS);
    const document = await reached(() => handle.result({ signal })).catch(async (error: unknown) => {
      throw signal.aborted ? new Error(`it stands still: ${await pendingOf(watch, handle.id)}`) : error;
    });
    const result = document.accounts[connection];
    if (!result) throw new Error('the result document lacks the account');
    if (result.status === 'failed' && /Start the same request again/.test(result.problem?.message ?? '')) {
      await startAgain(watch);
      continue;
    }
    if (result.status !== 'parked' || !result.problem) return document;
    if (result.problem.code === 'credentials-rejected' && Date.now() < released) {
      await sleep(1_000);
      continue;
    }
    try {
      await decide(handle, watch, result, result.problem);
    } catch (error) {
      // It went on by itself, maybe to its end, or it is too early to believe it: look again, a little later.
      if (!(notTaken(error) || isServiceError(error))) throw error;
      await sleep(1_000);
    }
  }
  const said = watch.decided.map(({ step, code, decision }) => `${step} ${code}: ${decision}`).join('; ');
  throw new Error(`after ${watch.decided.length} decisions it has not ended (${said})`);
}

function notTaken(error: unknown): boolean {
  return error instanceof DecisionRefusedError || error instanceof UnknownRunError;
}

/** What Temporal waits for in a run. */
async function pendingOf({ stage }: Watch, id: string): Promise<string> {
  const { raw } = await stage.bench.muster.client.workflow.getHandle(id).describe();
  const activities = (raw.pendingActivities ?? []).map(
    ({ activityType, attempt, lastFailure }) =>
      `${activityType?.name} attempt ${attempt} ${lastFailure?.message ?? ''}`,
  );
  const task = raw.pendingWorkflowTask ? [`workflow task attempt ${raw.pendingWorkflowTask.attempt}`] : [];
  return [...activities, ...task].join(', ') || 'nothing is pending';
}

async function startAgain({ stage, decided }: Watch): Promise<void> {
  await reached(() => stage.bench.muster.onboard(stage.request));
  decided.push({ at: Date.now(), step: '', code: 'cut off', decision: START_AGAIN });
}

async function decide(
  handle: RunHandle,
  watch: Watch,
  result: AccountResult,
  problem: Problem,
): Promise<void> {
  const { decisions, code, step } = problem;
  const take = async (decision: string, act: () => Promise<unknown>, word?: Resolution) => {
    // Noted first: an answer that is lost on the way back does not undo the decision.
    const entry = { at: Date.now(), step, code, decision, ...(word && { word }) };
    watch.decided.push(entry);
    try {
      await act();
    } catch (error) {
      if (notTaken(error)) watch.decided.splice(watch.decided.indexOf(entry), 1);
      throw error;
    }
  };
  const reason = REASON;
  const wish = watch.scenario.decide?.(problem);
  if (wish && decisions.includes(wish)) return take(wish, () => handle.undo({ reason }));
  if (decisions.includes('settle')) {
    watch.settled.push(...result.debts.map(({ what }) => what));
    return take('settle', () => handle.settleDebts({ reason }));
  }
  if (code === 'credentials-rejected') await watch.restarted();
  else if (decisions.includes('resolve') && IN_DOUBT.includes(code)) {
    const word = watch.facts.truth(watch.stage, step);
    try {
      return await take('resolve', () => handle.resolve({ reason, ...word }), word);
    } catch (error) {
      // Not every step takes every word; then it has to look again by itself.
      if (!(error instanceof DecisionRefusedError) || !decisions.includes('retry')) throw error;
    }
  }
  if (!decisions.includes('retry'))
    throw new Error(`parked as ${code} in ${step}, and no decision is open: ${decisions.join(', ')}`);
  return take('retry', () => handle.retry({ reason }));
}

const IN_DOUBT: readonly string[] = ['outcome-unknown', 'conflict', 'several-matches', 'form-changed'];
