// One account's run: its result as it grows, its steps, and how it stands still and says why. Every vendor's sequence is
// written against this; nothing here knows a vendor.
import {
  ActivityFailure,
  ApplicationFailure,
  CancellationScope,
  condition,
  getExternalWorkflowHandle,
  isCancellation,
  setCurrentDetails,
  sleep,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import type { AccountPlan, Inheritance } from '../../src/account/plan';
import {
  type AccountResult,
  type Decision,
  emptyAccount,
  type ProblemCode,
  type ResultDocument,
  resultDocument,
} from '../../src/account/result';
import type { NotDone } from '../../src/http/outcome';
import type { RequestDocument } from '../../src/request/schema';
import {
  musterReason,
  musterSince,
  musterStage,
  musterWaitingOn,
} from '../../src/temporal/search-attributes';
import { local } from './calls';
import { accountCard } from './card';
import { type DecisionInput, decisionHandlers } from './decisions';
import { accountChanged } from './messages';
import type { Trouble } from './protocol';

/** Thrown out of a step that an operator skips. */
class Skipped extends Error {}

const MOST_EVIDENCE = 60;
const FIRST_WAIT_MS = 5_000;
const LONGEST_WAIT_MS = 10 * 60_000;

/** What a parked step can do with a decision that concerns it alone. */
export interface OpenQuestion<Ruling> {
  step: string;
  trouble: Trouble;
  decisions: Decision[];
  /** Turns a decision into what the step needs; throws ApplicationFailure with a sentence when it is not believed. */
  rule(decision: DecisionInput): Promise<Ruling>;
}

export class AccountRun<Account = unknown> {
  readonly result: AccountResult = emptyAccount('running');
  /** What earlier runs of this account left; read while the first look is under way. */
  readonly inheritance: Promise<Inheritance>;
  private question?: { open: OpenQuestion<unknown>; answer?: unknown };

  constructor(
    readonly plan: AccountPlan<Account>,
    private readonly reportTo: { workflowId: string; runId: string } | undefined,
  ) {
    const { workflowId, runId } = workflowInfo();
    this.inheritance = local.readEarlierRuns({ workflowId, runId });
    this.inheritance.catch(() => undefined);
    this.show();
  }

  document(): ResultDocument {
    return resultDocument(this.plan.key, { [this.plan.connection]: this.result });
  }

  note(text: string): void {
    if (!this.result.notes.includes(text)) this.result.notes.push(text);
  }

  /** Records one look, send or decision. */
  witness(step: string, asked: string, found: string): void {
    const { evidence } = this.result;
    evidence.push({ at: new Date().toISOString(), step, asked, found });
    if (evidence.length > MOST_EVIDENCE) evidence.splice(1, evidence.length - MOST_EVIDENCE);
  }

  /** Runs one step of the sequence; undefined when an operator skipped it. */
  async step<T>(name: string, work: () => Promise<T>): Promise<T | undefined> {
    this.begin(name);
    try {
      const value = await work();
      this.finish(name);
      return value;
    } catch (error) {
      if (!(error instanceof Skipped)) throw error;
      this.result.steps[name] = 'skipped';
      this.show();
      return undefined;
    }
  }

  begin(step: string): void {
    this.result.steps[step] = 'pending';
  }

  finish(step: string): void {
    this.result.steps[step] = 'done';
    this.show();
  }

  /** A step that the sequence found needless. */
  skip(step: string, why: string): void {
    this.result.steps[step] = 'skipped';
    this.witness(step, 'nothing', why);
  }

  /**
   * Makes a call that may be repeated, for as long as it takes: waits while the vendor is away, parks when the vendor
   * refuses or the credentials are rejected, and tries again when an operator says so.
   */
  async safe<T>(step: string, call: () => Promise<T>, skippable = false): Promise<T> {
    let waitedMs = 0;
    let waits = 0;
    for (;;) {
      try {
        const value = await call();
        if (waits > 0) this.goOn(step);
        return value;
      } catch (error) {
        const failure = callFailure(error);
        if (failure.kind === 'unavailable' && waitedMs < this.plan.policy.waitForMs) {
          const ms = Math.max(Math.min(FIRST_WAIT_MS * 2 ** waits, LONGEST_WAIT_MS), failure.retryAfterMs);
          if (waits === 0) this.waitForVendor(step, failure.trouble);
          await sleep(ms, { summary: `the vendor is away; asked again afterwards` });
          waitedMs += ms;
          waits += 1;
          continue;
        }
        waitedMs = 0;
        waits = 0;
        await this.park({
          step,
          trouble: failure.trouble,
          decisions: skippable ? ['retry', 'skip'] : ['retry'],
          rule: () => Promise.resolve(undefined),
        });
      }
    }
  }

  /** Stands still until an operator decides; the decision is recorded before the step goes on with it. */
  async park<Ruling>(open: OpenQuestion<Ruling>): Promise<Ruling> {
    const { step, trouble, decisions } = open;
    const question: { open: OpenQuestion<unknown>; answer?: unknown } = { open };
    this.question = question;
    this.result.status = 'parked';
    this.result.steps[step] = 'parked';
    const since = new Date();
    this.result.problem = {
      step,
      code: trouble.code,
      message: trouble.message,
      vendorStatus: trouble.vendorStatus ?? null,
      since: since.toISOString(),
      decisions,
    };
    this.attributes(step, 'operator', trouble.code, since);
    this.show();
    await this.tellParent();
    await condition(() => 'answer' in question);
    delete this.question;
    this.result.steps[step] = 'pending';
    this.goOn(step);
    await this.tellParent();
    const answer = question.answer;
    if (answer instanceof Skipped) throw answer;
    return answer as Ruling;
  }

  /** Whether a decision makes sense now; a sentence when it does not. Looks at state only. */
  refuses(decision: Decision): string | undefined {
    const problem = this.result.problem;
    if (!problem || !this.question) return `Nothing is parked here: the run is ${this.result.status}.`;
    if ('answer' in this.question) return 'A decision has been taken already; see what comes of it.';
    if (problem.decisions.includes(decision)) return undefined;
    return `'${decision}' makes no sense for a run parked as ${problem.code} in step ${problem.step}; open are: ${problem.decisions.join(', ')}.`;
  }

  /** Takes a decision, once it is believed. */
  async decide(decision: Decision, input: DecisionInput): Promise<ResultDocument> {
    const question = this.question;
    const refusal = this.refuses(decision);
    if (!question || refusal)
      throw ApplicationFailure.nonRetryable(refusal ?? 'Nothing is parked.', 'invalid-decision');
    const { step } = question.open;
    if (input.step && input.step !== step)
      throw ApplicationFailure.nonRetryable(
        `The run is parked in step ${step}, not in ${input.step}.`,
        'invalid-decision',
      );
    const answer = decision === 'skip' ? new Skipped() : await question.open.rule(input);
    // Another decision may have been taken while this one was being proven.
    const late = this.refuses(decision);
    if (late || this.question !== question)
      throw ApplicationFailure.nonRetryable(late ?? 'Too late.', 'invalid-decision');
    this.witness(step, `operator decided: ${decision}`, input.reason);
    question.answer = answer;
    return this.document();
  }

  /** Ends the run as failed, with its result document in the failure's details. */
  fail(trouble: Trouble, step: string): ApplicationFailure {
    this.result.status = 'failed';
    const since = new Date().toISOString();
    this.result.problem = {
      step,
      ...trouble,
      vendorStatus: trouble.vendorStatus ?? null,
      since,
      decisions: [],
    };
    return failed(trouble.code, trouble.message, this.document());
  }

  private waitForVendor(step: string, trouble: Trouble): void {
    this.attributes(step, 'vendor', 'vendor-unavailable', new Date());
    this.witness(step, 'the vendor', `away: ${trouble.message}`);
    this.show();
  }

  private goOn(step: string): void {
    this.result.status = 'running';
    this.result.problem = null;
    this.attributes(step, 'nobody', undefined, new Date());
    this.show();
  }

  private attributes(
    stage: string,
    waitingOn: 'nobody' | 'vendor' | 'operator',
    reason: ProblemCode | undefined,
    since: Date,
  ): void {
    upsertSearchAttributes([
      { key: musterStage, value: stage },
      { key: musterWaitingOn, value: waitingOn },
      { key: musterReason, value: reason ?? null },
      { key: musterSince, value: since },
    ]);
  }

  private show(): void {
    setCurrentDetails(accountCard(this.plan, this.result));
  }

  private async tellParent(): Promise<void> {
    if (!this.reportTo) return;
    const parent = getExternalWorkflowHandle(this.reportTo.workflowId, this.reportTo.runId);
    // The parent may have ended (children outlive it); then there is nobody to tell.
    await parent.signal(accountChanged, this.plan.connection, this.result).catch(() => undefined);
  }
}

/** Runs a vendor's sequence for the one account of a request. */
export async function accountRun<Account>(
  request: RequestDocument,
  sequence: (run: AccountRun<Account>) => Promise<void>,
): Promise<ResultDocument> {
  const plan = (await prepare(request)) as AccountPlan<Account>;
  const parent = workflowInfo().parent;
  const run = new AccountRun<Account>(plan, parent);
  decisionHandlers(run);
  // Once something may have been sent, a run is carried to an end that leaves nothing unsaid.
  await CancellationScope.nonCancellable(() => sequence(run));
  run.result.status = 'done';
  setCurrentDetails(accountCard(plan, run.result));
  return run.document();
}

async function prepare(request: RequestDocument): Promise<AccountPlan> {
  try {
    return await local.prepareAccountRun({ request, workflowId: workflowInfo().workflowId });
  } catch (error) {
    if (isCancellation(error)) throw error;
    const cause = error instanceof ActivityFailure ? error.cause : undefined;
    const message = cause instanceof Error ? cause.message : String(error);
    throw ApplicationFailure.nonRetryable(message, 'invalid-request');
  }
}

/** A failed run carries its result document, so that whoever waits for it gets the same answer as from a run that ended well. */
function failed(code: ProblemCode, message: string, document: ResultDocument): ApplicationFailure {
  return ApplicationFailure.create({ message, type: code, nonRetryable: true, details: [document] });
}

interface CallFailure {
  kind: 'unavailable' | 'stopped';
  trouble: Trouble;
  retryAfterMs: number;
}

/** Reads what a safe activity threw (activities/support throws the outcome as the failure's details). */
function callFailure(error: unknown): CallFailure {
  if (!(error instanceof ActivityFailure)) throw error;
  const cause = error.cause;
  const outcome =
    cause instanceof ApplicationFailure ? (cause.details?.[0] as NotDone | undefined) : undefined;
  const message = cause?.message ?? error.message;
  const vendorStatus = outcome?.vendorStatus === undefined ? {} : { vendorStatus: outcome.vendorStatus };
  switch (outcome?.kind) {
    case 'refused':
      return { kind: 'stopped', trouble: { code: outcome.code, message, ...vendorStatus }, retryAfterMs: 0 };
    case 'barred':
      return {
        kind: 'stopped',
        trouble: { code: 'credentials-rejected', message, ...vendorStatus },
        retryAfterMs: 0,
      };
    default:
      return {
        kind: 'unavailable',
        trouble: { code: 'vendor-unavailable', message, ...vendorStatus },
        retryAfterMs: outcome?.retryAfterMs ?? 0,
      };
  }
}
