// One account's run: its result as it grows, its steps, and how it stands still and says why. Every vendor's sequence is
// written against this; nothing here knows a vendor.
import {
  ActivityFailure,
  ApplicationFailure,
  CancellationScope,
  CancelledFailure,
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
  COMPENSATED,
  type Debt,
  type Decision,
  emptyAccount,
  type Made,
  type ProblemCode,
  type ResultDocument,
  resultDocument,
} from '../../src/account/result';
import type { NotDone } from '../../src/http/outcome';
import type { RequestDocument } from '../../src/request/schema';
import {
  musterDebts,
  musterReason,
  musterSince,
  musterStage,
  musterWaitingOn,
} from '../../src/temporal/search-attributes';
import { local } from './calls';
import { accountCard } from './card';
import { Amended, Skipped, Undoing } from './interruptions';
import { accountChanged, type DecisionInput } from './messages';
import type { Trouble } from './protocol';

const CANCELLED: Trouble = {
  code: 'cancelled',
  message: 'It was asked to be cancelled, and something is made already.',
};
/** After these, `compensate` undoes; unknown, barred and unavailable always wait or park. */
const UNDONE_AFTER: readonly ProblemCode[] = [
  'refused',
  'conflict',
  'several-matches',
  'form-changed',
  'misconfigured',
  'cancelled',
];
const MOST_EVIDENCE = 60;
const FIRST_WAIT_MS = 5_000;
const LONGEST_WAIT_MS = 10 * 60_000;
/** Waits are lengthened by up to this part of them, so that runs that fell together do not come back together. */
const SPREAD = 0.5;

/** What a parked step can do with a decision that concerns it alone. */
export interface OpenQuestion<Ruling> {
  step: string;
  trouble: Trouble;
  decisions: Decision[];
  /** False while it is not known what exists: then nothing is undone without a person's word. */
  certain?: boolean;
  /** Turns a decision into what the step needs; throws ApplicationFailure with a sentence when it is not believed. */
  rule(decision: DecisionInput): Promise<Ruling>;
}

export class AccountRun<Account = unknown> {
  readonly result: AccountResult = emptyAccount('running');
  /** What earlier runs of this account left; read while the first look is under way. */
  readonly inheritance: Promise<Inheritance>;
  private question?: { open: OpenQuestion<unknown>; answer?: unknown };
  private cancelAsked = false;
  /** An undo that was decided while the run was under way. */
  private undoAsked: Trouble | undefined;
  /** Undo is under way: it can't be cancelled, and what stops it is `undo-blocked`. */
  private undoing = false;

  constructor(
    public plan: AccountPlan<Account>,
    public request: RequestDocument,
    private readonly reportTo: { workflowId: string; runId: string } | undefined,
  ) {
    const { workflowId, runId } = workflowInfo();
    this.inheritance = local.readEarlierRuns({ workflowId, runId });
    this.inheritance.catch(() => undefined);
    this.begin('verify');
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
    for (;;) {
      this.begin(name);
      try {
        await this.heedCancel(name);
        const value = await work();
        this.finish(name);
        return value;
      } catch (error) {
        if (error instanceof Amended) {
          this.request = error.request;
          this.plan = error.plan as AccountPlan<Account>;
          continue;
        }
        if (!(error instanceof Skipped)) throw error;
        this.result.steps[name] = 'skipped';
        this.show();
        return undefined;
      }
    }
  }

  /** A step that can't be left out: the run stands on what it gives. */
  async mustStep<T>(name: string, work: () => Promise<T>): Promise<T> {
    const value = await this.step(name, work);
    if (value === undefined) throw new Error(`step ${name} was skipped, and cannot be`);
    return value;
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
          const least = Math.max(Math.min(FIRST_WAIT_MS * 2 ** waits, LONGEST_WAIT_MS), failure.retryAfterMs);
          // Deterministic: a workflow's Math.random is seeded by its run.
          const ms = Math.ceil(least * (1 + SPREAD * Math.random()));
          if (waits === 0) this.waitForVendor(step, failure.trouble);
          await this.pause(ms, 'the vendor is away; asked again afterwards');
          waitedMs += ms;
          waits += 1;
          continue;
        }
        waitedMs = 0;
        waits = 0;
        await this.park({
          step,
          trouble: failure.trouble,
          decisions: skippable ? ['retry', 'amend', 'skip'] : ['retry', 'amend'],
          rule: () => Promise.resolve(undefined),
        });
      }
    }
  }

  /** Stands still until an operator decides; the decision is recorded before the step goes on with it. */
  async park<Ruling>(open: OpenQuestion<Ruling>): Promise<Ruling> {
    const { step } = open;
    const trouble: Trouble = this.undoing ? { ...open.trouble, code: 'undo-blocked' } : open.trouble;
    const decisions = this.decisionsOn(open);
    if (!this.undoing && this.undoesBecauseOf(trouble, open)) throw new Undoing(trouble);
    // One question at a time: a second one of the same run waits until the first is answered.
    await condition(() => this.question === undefined);
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
    if (
      answer instanceof CancelledFailure ||
      answer instanceof Skipped ||
      answer instanceof Amended ||
      answer instanceof Undoing
    )
      throw answer;
    return answer as Ruling;
  }

  /** What makes sense whatever the step: undo, as long as it is not what stands still; amending only what is not yet made. */
  private decisionsOn({ decisions }: OpenQuestion<unknown>): Decision[] {
    if (this.undoing) return decisions.filter((decision) => decision !== 'amend');
    return [...decisions, 'undo'];
  }

  /** When `compensate` undoes by itself (design.md): never while it is unknown what exists. */
  private undoesBecauseOf({ code }: Trouble, { certain = true }: OpenQuestion<unknown>): boolean {
    if (!certain) return false;
    const asked = this.cancelAsked && code === 'cancelled';
    return this.plan.onFailure === 'compensate' && (asked || UNDONE_AFTER.includes(code));
  }

  /** Waits, but not beyond a cancellation. */
  private async pause(ms: number, summary: string): Promise<void> {
    if (this.undoing) return sleep(ms, { summary });
    await CancellationScope.cancellable(async () => {
      await Promise.race([
        sleep(ms, { summary }),
        condition(() => this.cancelAsked || this.undoAsked !== undefined),
      ]);
      CancellationScope.current().cancel();
    }).catch((error: unknown) => {
      if (!isCancellation(error)) throw error;
    });
    await this.heedCancel();
  }

  /** A cancellation from outside: taken note of at once, heeded where nothing is in the air. */
  cancel(): void {
    this.cancelAsked = true;
    const { question } = this;
    if (!question || 'answer' in question || this.undoing) return;
    if (this.plan.onFailure === 'compensate' && (question.open.certain ?? true)) {
      question.answer = new Undoing(CANCELLED);
    } else if (this.nothingMade()) {
      question.answer = new CancelledFailure('cancelled before anything was made');
    } else this.note('It was asked to be cancelled: decide whether to undo, or go on with another decision.');
  }

  /** Asked between looks and sends, when it is known what exists. */
  async heedCancel(step = 'cancel'): Promise<void> {
    if (this.undoing) return;
    if (this.undoAsked) throw new Undoing(this.undoAsked);
    if (!this.cancelAsked) return;
    if (this.nothingMade()) throw new CancelledFailure('cancelled before anything was made');
    await this.park({
      step,
      trouble: CANCELLED,
      decisions: ['retry'],
      rule: () => {
        this.cancelAsked = false;
        return Promise.resolve(undefined);
      },
    });
  }

  private nothingMade(): boolean {
    return Object.keys(this.result.made).length === 0;
  }

  /** From here on, what stops the run is a blocked undo. */
  beginUndo(): void {
    this.undoing = true;
  }

  /** Writes down, before it is sent, what a step may make; and after it, what it did. */
  record(step: string, made: Made): void {
    this.result.made[step] = made;
  }

  /** Nothing of ours came of a step after all. */
  unrecord(step: string): void {
    delete this.result.made[step];
  }

  /** Something that no call can remove: a person has to. */
  owe(debt: Omit<Debt, 'since'>): void {
    this.result.debts.push({ ...debt, since: new Date().toISOString() });
  }

  /** A run with debts stays open until somebody says that they are settled. */
  async untilDebtsSettled(): Promise<void> {
    const { debts } = this.result;
    if (debts.length === 0) return;
    upsertSearchAttributes([{ key: musterDebts, value: debts.length }]);
    await this.park({
      step: 'undo',
      trouble: { code: 'undo-blocked', message: debts.map(({ instruction }) => instruction).join(' ') },
      decisions: ['settle'],
      rule: () => Promise.resolve(undefined),
    });
    this.result.debts = [];
    delete this.result.steps.undo;
    upsertSearchAttributes([{ key: musterDebts, value: 0 }]);
  }

  /**
   * For a removal: what earlier runs of this account left. Where it is not on record, an account counts as adopted.
   * @param adoptedToo whether an account that we did not make is to be disabled
   */
  async takeOver(adoptedToo: boolean): Promise<Trouble> {
    const { userId, provenance, ids, made } = await this.inheritance;
    Object.assign(this.result, { userId, provenance, ids, steps: {} });
    this.result.made = { ...made };
    if (adoptedToo && userId !== null && !made.create)
      this.result.made = { create: { how: 'adopted', id: userId }, ...made };
    return { code: 'cancelled', message: 'removal was asked for' };
  }

  end(status: 'done' | 'compensated'): void {
    this.result.status = status;
    this.result.problem = null;
    if (status === COMPENSATED) this.attributes(COMPENSATED, 'nobody', undefined, new Date());
    this.show();
  }

  /** Whether a decision makes sense now; a sentence when it does not. Looks at state only. */
  refuses(decision: Decision): string | undefined {
    const problem = this.result.problem;
    if (decision === 'undo' && this.result.status === 'running' && !this.undoing && !this.undoAsked)
      return undefined;
    if (!problem || !this.question) return `Nothing is parked here: the run is ${this.result.status}.`;
    if ('answer' in this.question) return 'A decision has been taken already; see what comes of it.';
    if (problem.decisions.includes(decision)) return undefined;
    return `'${decision}' makes no sense for a run parked as ${problem.code} in step ${problem.step}; open are: ${problem.decisions.join(', ')}.`;
  }

  /** Takes a decision, once it is believed. */
  async decide(decision: Decision, input: DecisionInput): Promise<ResultDocument> {
    const question = this.question;
    const refusal = this.refuses(decision);
    if (!question && !refusal) return this.undoSoon(input);
    if (!question || refusal)
      throw ApplicationFailure.nonRetryable(refusal ?? 'Nothing is parked.', 'invalid-decision');
    const { step } = question.open;
    if (input.step && input.step !== step)
      throw ApplicationFailure.nonRetryable(
        `The run is parked in step ${step}, not in ${input.step}.`,
        'invalid-decision',
      );
    const answer = await this.answerFor(decision, input, question.open);
    // Another decision may have been taken while this one was being proven.
    const late = this.refuses(decision);
    if (late || this.question !== question)
      throw ApplicationFailure.nonRetryable(late ?? 'Too late.', 'invalid-decision');
    this.witness(step, `operator decided: ${decision}`, input.reason);
    question.answer = answer;
    return this.document();
  }

  /** Decided while the run is under way: heeded as soon as nothing is in the air. */
  private undoSoon({ reason }: DecisionInput): ResultDocument {
    this.undoAsked = { code: 'cancelled', message: `undo: ${reason}` };
    this.witness('undo', 'operator decided: undo', reason);
    return this.document();
  }

  private async answerFor(
    decision: Decision,
    input: DecisionInput,
    open: OpenQuestion<unknown>,
  ): Promise<unknown> {
    if (decision === 'skip') return new Skipped();
    if (decision === 'undo')
      return new Undoing({ code: open.trouble.code, message: `undo: ${open.trouble.message}` });
    if (decision !== 'amend') return open.rule(input);
    const { workflowId } = workflowInfo();
    const set = input.set ?? {};
    const { request, plan } = await local.amendRequest({
      request: this.request,
      workflowId,
      set,
      made: this.result.made,
    });
    return new Amended(request, plan);
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

  show(): void {
    setCurrentDetails(accountCard(this.plan, this.result));
  }

  private async tellParent(): Promise<void> {
    if (!this.reportTo) return;
    const parent = getExternalWorkflowHandle(this.reportTo.workflowId, this.reportTo.runId);
    // The parent may have ended (children outlive it); then there is nobody to tell.
    await parent.signal(accountChanged, this.plan.connection, this.result).catch(() => undefined);
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

// compatibility while files move
export { accountRun } from './lifecycle';
