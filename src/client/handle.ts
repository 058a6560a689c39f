// A handle on one account's or person's run: its result, its progress, the decisions, and following it.
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Client, WorkflowNotFoundError, WorkflowUpdateFailedError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import {
  amend,
  type DecisionInput,
  resolve,
  retry,
  settle,
  skip,
  undo,
} from '../../workflows/account-run/messages';
import type { ResultDocument } from '../account/result';
import { DecisionRefusedError, UnknownRunError } from './errors';
import { documentNow, type Standing, standingOf, untilSettled } from './standing';

/** Common to all decisions. */
export interface Reasoned {
  /** Why; recorded in the run. */
  reason: string;
  /** The same id gives the same answer, however often it is sent. */
  updateId?: string;
}

/** What is true at the vendor, as an operator found it. Exactly one of the three. */
export type Resolution =
  | { userId: string; exists?: never; notCreated?: never }
  | { exists: true; userId?: never; notCreated?: never }
  | { notCreated: true; userId?: never; exists?: never };

const FOLLOW_EVERY_MS = 300;

export class RunHandle {
  constructor(
    private readonly client: Client,
    /** `<connection>/<key>` or `person/<key>`. */
    readonly id: string,
    /** The run that it was made for; the latest if left out. */
    readonly runId?: string,
  ) {}

  /** The result document once the run has ended or is parked. */
  async result(options: { signal?: AbortSignal } = {}): Promise<ResultDocument> {
    const runId = this.runId ?? (await this.known(standingOf(this.client, this.id))).runId;
    return this.known(untilSettled(this.client, this.id, runId, options.signal));
  }

  /** Whether it has ended, and whom it waits for; needs no worker. */
  standing(): Promise<Standing> {
    return this.known(standingOf(this.client, this.id, this.runId));
  }

  /** The result document as it stands. */
  progress(): Promise<ResultDocument> {
    return this.known(documentNow(this.client, this.id, this.runId));
  }

  /** The result document each time that it changes, until the run has ended or is parked. */
  async *follow(options: { signal?: AbortSignal } = {}): AsyncGenerator<ResultDocument, void, void> {
    let last = '';
    while (!options.signal?.aborted) {
      const document = await this.progress();
      const text = JSON.stringify(document);
      if (text !== last) yield document;
      last = text;
      if (document.status !== 'running') return;
      await sleep(FOLLOW_EVERY_MS);
    }
  }

  /** Try the parked step again. */
  retry(input: Reasoned): Promise<ResultDocument> {
    return this.decide(retry.name, input, {});
  }

  /** Say what is true at the vendor; what can be read back there is. */
  resolve(input: Reasoned & Resolution & { step?: string }): Promise<ResultDocument> {
    const { reason, updateId, ...rest } = input;
    return this.decide(resolve.name, { reason, ...(updateId && { updateId }) }, rest);
  }

  /** Go on without the parked step. */
  skip(input: Reasoned & { step?: string }): Promise<ResultDocument> {
    return this.decide(skip.name, input, input.step ? { step: input.step } : {});
  }

  /** Correct the request, field by field (`account.classroomId`, `person.phone`; null takes one away), and try again. */
  amend(input: Reasoned & { set: Record<string, unknown> }): Promise<ResultDocument> {
    return this.decide(amend.name, input, { set: input.set });
  }

  /** Undo what this run made, newest first. */
  undo(input: Reasoned): Promise<ResultDocument> {
    return this.decide(undo.name, input, {});
  }

  /** The debts of an undo are settled: the run ends. */
  settleDebts(input: Reasoned): Promise<ResultDocument> {
    return this.decide(settle.name, input, {});
  }

  /** @throws DecisionRefusedError with the run's sentence */
  private async decide(
    name: string,
    { reason, updateId = randomUUID() }: Reasoned,
    rest: Omit<DecisionInput, 'reason'>,
  ): Promise<ResultDocument> {
    try {
      const handle = this.client.workflow.getHandle(this.id, this.runId);
      return await this.known(
        handle.executeUpdate<ResultDocument, [DecisionInput]>(name, {
          updateId,
          args: [{ ...rest, reason }],
        }),
      );
    } catch (error) {
      if (!(error instanceof WorkflowUpdateFailedError)) throw error;
      const { cause } = error;
      throw new DecisionRefusedError(cause instanceof ApplicationFailure ? cause.message : String(cause));
    }
  }

  private async known<T>(asked: Promise<T>): Promise<T> {
    try {
      return await asked;
    } catch (error) {
      if (error instanceof WorkflowNotFoundError)
        throw new UnknownRunError(`There is no run ${this.id} that is open or remembered.`);
      throw error;
    }
  }
}
