// One account's run: its result as it grows, its steps, and how it stands still and says why. Every vendor's sequence is
// written against this; nothing here knows a vendor.
import {
  ApplicationFailure,
  getExternalWorkflowHandle,
  sleep,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import type { AccountPlan, Inheritance } from '../../src/account/plan';
import {
  type AccountResult,
  COMPENSATED,
  type Debt,
  emptyAccount,
  type Made,
  type Problem,
  type ProblemCode,
  type ResultDocument,
  resultDocument,
} from '../../src/account/result';
import type { RequestDocument } from '../../src/request/schema';
import { type Before, beforeIn } from '../../src/temporal/names';
import { musterDebts } from '../../src/temporal/search-attributes';
import { call, local, noMoreQuickCalls } from './calls';
import { accountCard, type Pause } from './card';
import { Desk, type OpenQuestion } from './desk';
import { Amended, Skipped } from './interruptions';
import { Listing } from './listing';
import { accountChanged } from './messages';
import { patiently } from './patience';
import type { Trouble } from './protocol';

const MOST_EVIDENCE = 60;

export class AccountRun<Account = unknown> {
  readonly result: AccountResult = emptyAccount('running');
  /** Where this run asks operators, and takes their decisions. */
  readonly desk: Desk;
  private readonly listing = new Listing();
  private pause: Pause | undefined;

  constructor(
    public plan: AccountPlan<Account>,
    public request: RequestDocument,
    /** What earlier runs of this account left. */
    public inheritance: Promise<Inheritance>,
    private readonly reportTo: { workflowId: string; runId: string } | undefined,
  ) {
    this.desk = new Desk(this);
    this.begin('verify');
    this.show();
  }

  /** After a reset: the run that read it is not this one any more, and may have sent meanwhile. */
  inheritAnew(): Promise<Inheritance> {
    this.inheritance = readEarlierRuns();
    return this.inheritance;
  }

  document(): ResultDocument {
    return resultDocument(this.plan.key, { [this.plan.connection]: this.result });
  }

  note(text: string): void {
    if (!this.result.notes.includes(text)) this.result.notes.push(text);
    this.show();
  }

  /** Records one look, send or decision. */
  witness(step: string, asked: string, found: string): void {
    const { evidence } = this.result;
    evidence.push({ at: new Date().toISOString(), step, asked, found });
    if (evidence.length > MOST_EVIDENCE) evidence.splice(1, evidence.length - MOST_EVIDENCE);
    this.show();
  }

  /** Runs one step of the sequence; undefined when an operator skipped it. */
  async step<T>(name: string, work: () => Promise<T>): Promise<T | undefined> {
    for (;;) {
      this.begin(name);
      try {
        await this.desk.heedCancel(name);
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
    if (value === undefined)
      throw ApplicationFailure.nonRetryable(`step ${name} was skipped, and cannot be`, 'invalid-decision');
    return value;
  }

  begin(step: string): void {
    this.result.steps[step] = 'pending';
    this.show();
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
  safe<T>(step: string, call: () => Promise<T>, skippable = false): Promise<T> {
    return patiently(this, step, call, skippable);
  }

  /** Stands still until an operator decides; the decision is recorded before the step goes on with it. */
  park<Ruling>(question: OpenQuestion<Ruling>): Promise<Ruling> {
    return this.desk.park(question);
  }

  /** Asked between looks and sends, when it is known what exists: heeds a cancellation or an undo. */
  heedCancel(step?: string): Promise<void> {
    return this.desk.heedCancel(step);
  }

  /** Whether nothing is at the vendor, or may be, that this run made. */
  nothingMade(): boolean {
    return Object.keys(this.result.made).length === 0;
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
    await this.desk.park({
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
    if (status === COMPENSATED)
      this.listing.set({ stage: COMPENSATED, waitingOn: 'nobody', since: new Date() });
    this.show();
  }

  /** Ends the run as failed, with its result document in the failure's details. */
  fail(trouble: Trouble, step: string): ApplicationFailure {
    this.result.status = 'failed';
    const since = new Date();
    this.result.problem = problemOf(step, trouble, since);
    this.listing.set({ stage: step, waitingOn: 'nobody', reason: trouble.code, since });
    this.show();
    return failed(trouble.code, trouble.message, this.document());
  }

  standStill(problem: Problem): void {
    noMoreQuickCalls();
    this.result.status = 'parked';
    this.result.steps[problem.step] = 'parked';
    this.result.problem = problem;
    const { step: stage, code: reason } = problem;
    this.listing.set({ stage, waitingOn: 'operator', reason, since: new Date(problem.since) });
    this.show();
  }

  /** The vendor takes no requests: said once, however often it is asked meanwhile. */
  async waitForVendor(step: string, trouble: Trouble): Promise<void> {
    if (this.listing.waitingOn === 'vendor') return;
    noMoreQuickCalls();
    const since = new Date();
    this.result.problem = problemOf(step, { ...trouble, code: 'vendor-unavailable' }, since);
    this.listing.set({ stage: step, waitingOn: 'vendor', reason: 'vendor-unavailable', since });
    this.witness(step, 'the vendor', `away: ${trouble.message}`);
    await this.tellParent();
  }

  /** Nothing is waited for any more. Free where nothing was. */
  async goOn(step: string): Promise<void> {
    this.result.status = 'running';
    this.result.problem = null;
    const waited = this.listing.waitingOn !== 'nobody';
    if (waited) this.listing.set({ stage: step, waitingOn: 'nobody', since: new Date() });
    this.show();
    if (waited) await this.tellParent();
  }

  /** Waits, and says on the card for what. @param ms milliseconds */
  async pauseFor(why: string, ms: number): Promise<void> {
    this.pause = { why, until: Date.now() + ms };
    this.show();
    try {
      await sleep(ms, { summary: why });
    } finally {
      this.pause = undefined;
    }
  }

  show(): void {
    this.listing.card(accountCard(this.plan, this.result, this.pause));
  }

  async tellParent(): Promise<void> {
    if (!this.reportTo) return;
    const parent = getExternalWorkflowHandle(this.reportTo.workflowId, this.reportTo.runId);
    // The parent may have ended (children outlive it); then there is nobody to tell.
    await parent.signal(accountChanged, this.plan.connection, this.result).catch(() => undefined);
  }
}

/** As it stands where nobody has to decide. */
function problemOf(step: string, { code, message, vendorStatus }: Trouble, since: Date): Problem {
  return {
    step,
    code,
    message,
    vendorStatus: vendorStatus ?? null,
    since: since.toISOString(),
    decisions: [],
  };
}

/** A failed run carries its result document, so that whoever waits for it gets the same answer as from a run that ended well. */
function failed(code: ProblemCode, message: string, document: ResultDocument): ApplicationFailure {
  return ApplicationFailure.create({ message, type: code, nonRetryable: true, details: [document] });
}

/** What is known of the run before this one without Temporal's list, which may lag. */
export function runBefore(): Before {
  const { runId, firstExecutionRunId, memo } = workflowInfo();
  // A reset makes another run, with the memo of the one it goes on from.
  if (runId !== firstExecutionRunId) return firstExecutionRunId;
  return beforeIn(memo);
}

function readEarlierRuns(): Promise<Inheritance> {
  const { workflowId, runId } = workflowInfo();
  const inheritance = call('what did earlier runs of this account leave?', local.readEarlierRuns, {
    workflowId,
    runId,
    before: runBefore(),
  });
  inheritance.catch(() => undefined);
  return inheritance;
}
