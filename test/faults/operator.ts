// The operator of the sweep: looks at the vendor itself and answers parked runs with what is true there.
import { setTimeout as sleep } from 'node:timers/promises';
import type { AccountResult, Problem, ResultDocument } from '../../src/account/result';
import { DecisionRefusedError, type Resolution, RunHandle } from '../../src/client';
import type { Decided, Scenario, Stage, VendorFacts } from './contract';

/** More decisions than this about one person, and the run is going round in circles. */
const MOST_ROUNDS = 20;
/** Longer than this without parking or ending, and the run stands still. In milliseconds. */
const STANDSTILL_MS = 120_000;
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
  for (let round = 1; round <= MOST_ROUNDS; round += 1) {
    const document = await handle.result({ signal: AbortSignal.timeout(STANDSTILL_MS) });
    const result = document.accounts[connection];
    if (!result) throw new Error('the result document lacks the account');
    if (result.status === 'failed' && /Start the same request again/.test(result.problem?.message ?? '')) {
      await startAgain(watch);
      continue;
    }
    if (result.status !== 'parked' || !result.problem) return document;
    try {
      await decide(handle, watch, result, result.problem);
    } catch (error) {
      // It went on by itself, or it is too early to believe it: look again, a little later.
      if (!(error instanceof DecisionRefusedError)) throw error;
      await sleep(1_000);
    }
  }
  const said = watch.decided.map(({ step, code, decision }) => `${step} ${code}: ${decision}`).join('; ');
  throw new Error(`${MOST_ROUNDS} decisions, and it has not ended (${said})`);
}

async function startAgain({ stage, decided }: Watch): Promise<void> {
  await stage.bench.muster.onboard(stage.request);
  decided.push({ at: Date.now(), step: '', code: 'cut off', decision: 'start again' });
}

async function decide(
  handle: RunHandle,
  watch: Watch,
  result: AccountResult,
  problem: Problem,
): Promise<void> {
  const { decisions, code, step } = problem;
  const note = (decision: string, word?: Resolution) =>
    watch.decided.push({ ...about(problem), decision, ...(word && { word }) });
  const wish = watch.scenario.decide?.(problem);
  if (wish && decisions.includes(wish)) {
    note(wish);
    await handle.undo({ reason: REASON });
  } else if (decisions.includes('settle')) {
    watch.settled.push(...result.debts.map(({ what }) => what));
    note('settle');
    await handle.settleDebts({ reason: REASON });
  } else if (code === 'credentials-rejected') {
    await watch.restarted();
    note('retry');
    await handle.retry({ reason: REASON });
  } else if (decisions.includes('resolve') && IN_DOUBT.includes(code)) {
    const word = watch.facts.truth(watch.stage, step);
    note('resolve', word);
    try {
      await handle.resolve({ reason: REASON, ...word });
    } catch (error) {
      // Not every step takes every word; then it has to look again by itself.
      watch.decided.pop();
      if (!(error instanceof DecisionRefusedError) || !decisions.includes('retry')) throw error;
      note('retry');
      await handle.retry({ reason: REASON });
    }
  } else if (decisions.includes('retry')) {
    note('retry');
    await handle.retry({ reason: REASON });
  } else throw new Error(`parked as ${code} in ${step}, and no decision is open: ${decisions.join(', ')}`);
}

const IN_DOUBT: readonly string[] = ['outcome-unknown', 'conflict', 'several-matches', 'form-changed'];

function about({ step, code }: Problem): Pick<Decided, 'at' | 'step' | 'code'> {
  return { at: Date.now(), step, code };
}
