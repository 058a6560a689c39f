// The desk of a run: where it asks an operator when it cannot go on, and where decisions and cancellations come in. A question
// stands until it is answered; what is decided is recorded with its reason before the step goes on with it.
import { ApplicationFailure, CancelledFailure, condition, workflowInfo } from '@temporalio/workflow';
import type { Decision, ProblemCode, Resolving, ResultDocument } from '../../src/account/result';
import { local } from './calls';
import { Amended, Skipped, Undoing } from './interruptions';
import type { DecisionInput } from './messages';
import type { Trouble } from './protocol';
import type { AccountRun } from './run';

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
/** What a parked step can do with a decision that concerns it alone. */
export interface OpenQuestion<Ruling> {
  step: string;
  trouble: Trouble;
  decisions: Decision[];
  /** What `resolve` may say, where it is among the decisions. */
  resolveBy?: Resolving[];
  /** False while it is not known what exists: then nothing is undone without a person's word. */
  certain?: boolean;
  /** Turns a decision into what the step needs; throws ApplicationFailure with a sentence when it is not believed. */
  rule(decision: DecisionInput): Promise<Ruling>;
}

/** What takes a run out of the step that asked. */
type Interruption = CancelledFailure | Skipped | Amended | Undoing;

function isInterruption(answer: unknown): answer is Interruption {
  return [CancelledFailure, Skipped, Amended, Undoing].some((kind) => answer instanceof kind);
}

/** Rejected credentials keep their name: when the connection is released, an undo goes on by itself like any other run. */
function blocked(trouble: Trouble): Trouble {
  return trouble.code === 'credentials-rejected' ? trouble : { ...trouble, code: 'undo-blocked' };
}

export class Desk {
  private question?: { open: OpenQuestion<unknown>; answer?: unknown };
  private cancelAsked = false;
  /** An undo that was decided while the run was under way. */
  private undoAsked: Trouble | undefined;
  /** Undo is under way: it can't be cancelled, and what stops it is `undo-blocked`. */
  private undoing = false;

  constructor(private readonly run: AccountRun) {}

  /** Stands still until an operator decides. */
  async park<Ruling>(open: OpenQuestion<Ruling>): Promise<Ruling> {
    const { run } = this;
    const { step } = open;
    const trouble = this.undoing ? blocked(open.trouble) : open.trouble;
    if (!this.undoing && this.undoesBecauseOf(trouble, open)) throw new Undoing(trouble);
    // One question at a time: a second one of the same run waits until the first is answered.
    await condition(() => this.question === undefined);
    const question: { open: OpenQuestion<unknown>; answer?: unknown } = { open };
    this.question = question;
    run.standStill({
      step,
      code: trouble.code,
      message: trouble.message,
      vendorStatus: trouble.vendorStatus ?? null,
      since: new Date().toISOString(),
      decisions: this.decisionsOn(open),
      ...(open.resolveBy && { resolveBy: open.resolveBy }),
    });
    await run.tellParent();
    await condition(() => 'answer' in question);
    delete this.question;
    run.begin(step);
    await run.goOn(step);
    if (isInterruption(question.answer)) throw question.answer;
    return question.answer as Ruling;
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
    return this.run.plan.onFailure === 'compensate' && (asked || UNDONE_AFTER.includes(code));
  }

  /** A cancellation from outside: taken note of at once, heeded where nothing is in the air. */
  cancel(): void {
    this.cancelAsked = true;
    const { question } = this;
    if (!question || 'answer' in question || this.undoing) return;
    if (this.run.plan.onFailure === 'compensate' && (question.open.certain ?? true)) {
      question.answer = new Undoing(CANCELLED);
    } else if (this.run.nothingMade()) {
      question.answer = new CancelledFailure('cancelled before anything was made');
    } else
      this.run.note('It was asked to be cancelled: decide whether to undo, or go on with another decision.');
  }

  /** Asked between looks and sends, when it is known what exists. */
  async heedCancel(step = 'cancel'): Promise<void> {
    if (this.undoing) return;
    if (this.undoAsked) throw new Undoing(this.undoAsked);
    if (!this.cancelAsked) return;
    if (this.run.nothingMade()) throw new CancelledFailure('cancelled before anything was made');
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

  /** From here on, what stops the run is a blocked undo. */
  beginUndo(): void {
    this.undoing = true;
  }

  /** Whether a decision makes sense now; a sentence when it does not. Looks at state only. */
  refuses(decision: Decision): string | undefined {
    const problem = this.run.result.problem;
    if (decision === 'undo' && this.run.result.status === 'running' && !this.undoing && !this.undoAsked)
      return undefined;
    if (!problem || !this.question) return `Nothing is parked here: the run is ${this.run.result.status}.`;
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
    this.run.witness(step, `operator decided: ${decision}`, input.reason);
    question.answer = answer;
    return this.run.document();
  }

  /** Decided while the run is under way: heeded as soon as nothing is in the air. */
  private undoSoon({ reason }: DecisionInput): ResultDocument {
    this.undoAsked = { code: 'cancelled', message: `undo: ${reason}` };
    this.run.witness('undo', 'operator decided: undo', reason);
    return this.run.document();
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
      request: this.run.request,
      workflowId,
      set,
      made: this.run.result.made,
    });
    return new Amended(request, plan);
  }

  /** Whether somebody wants this run to stop what it does, as soon as nothing is in the air. */
  get stopAsked(): boolean {
    return !this.undoing && (this.cancelAsked || this.undoAsked !== undefined);
  }
}
