// The queries, updates and signals of Muster's workflows (interface.md, "Temporal").
import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { Ledger, LedgerEntry } from '../../src/account/plan';
import type { AccountResult, ResultDocument } from '../../src/account/result';

/** What an operator sends with a decision; checked by the activity `checkDecision`. */
export interface DecisionInput {
  reason: string;
  step?: string;
  userId?: string;
  exists?: boolean;
  notCreated?: boolean;
  set?: Record<string, unknown>;
}

export const progress = defineQuery<ResultDocument>('progress');
export const retry = defineUpdate<ResultDocument, [DecisionInput]>('retry');
export const resolve = defineUpdate<ResultDocument, [DecisionInput]>('resolve');
export const skip = defineUpdate<ResultDocument, [DecisionInput]>('skip');
export const amend = defineUpdate<ResultDocument, [DecisionInput]>('amend');
export const undo = defineUpdate<ResultDocument, [DecisionInput]>('undo');
/** Debts of an undo are settled. */
export const settle = defineUpdate<ResultDocument, [DecisionInput]>('settle');
/** Twins of updates, for Temporal's batch operations. */
export const retrySignal = defineSignal<[DecisionInput]>('retry');
export const undoSignal = defineSignal<[DecisionInput]>('undo');
/** From an account run to the person's run that started it, when it parks and when it goes on. */
export const accountChanged = defineSignal<[string, AccountResult]>('accountChanged');
/** What an account's ledger holds. */
export const ledgerQuery = defineQuery<Ledger>('ledger');
export const recordSignal = defineSignal<[string, LedgerEntry]>('record');
