// An account run from its first event to its last: check the request, answer queries and decisions, run the vendor's
// sequence, and, where that is decided, undo what it made. Every vendor's workflow is one call of this.
import {
  ApplicationFailure,
  allHandlersFinished,
  CancellationScope,
  condition,
  isCancellation,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { Beginning } from '../../activities/account';
import type { AccountPlan } from '../../src/account/plan';
import { emptyAccount, type ResultDocument, resultDocument } from '../../src/account/result';
import type { RequestDocument } from '../../src/request/schema';
import { secretSignal } from '../secret-escrow/messages';
import { call, causeOf, local } from './calls';
import { decisionHandlers } from './decisions';
import { Undoing } from './interruptions';
import { progress } from './messages';
import type { Trouble } from './protocol';
import { alreadyRead } from './quick-reads';
import { AccountRun, runBefore } from './run';
import { compensate, type UndoStep } from './undo';

/** What a vendor tells: how an account comes to be, and how what was made in a step is taken back. */
export interface Sequence<Account> {
  provision(run: AccountRun<Account>): Promise<void>;
  undo: UndoStep<Account>;
  /** Called when all is undone and no debt is left. */
  undone?(run: AccountRun<Account>): Promise<void>;
}

/** `undo` takes back what earlier runs of this account made; `remove` also disables what they adopted. */
export type Purpose = 'provision' | 'undo' | 'remove';

export async function accountRun<Account>(
  request: RequestDocument,
  sequence: Sequence<Account>,
  purpose: Purpose = 'provision',
): Promise<ResultDocument> {
  let run: AccountRun<Account> | undefined;
  setHandler(progress, () => run?.document() ?? resultDocument(request.key, notYet(request)), {
    description: 'The result document as it stands.',
  });
  decisionHandlers(() => run as AccountRun | undefined);
  setHandler(secretSignal, (handle, told) => run?.witness('create', `password ${handle}`, told), {
    description: 'Sent by the escrow of a password that the vendor made; not for operators.',
  });
  const { plan, inheritance, early } = await begin(request, purpose);
  alreadyRead(early);
  const { parent } = workflowInfo();
  const earlier = Promise.resolve(inheritance);
  const account = new AccountRun<Account>(plan as AccountPlan<Account>, request, earlier, parent);
  run = account;
  CancellationScope.current().cancelRequested.catch(() => account.desk.cancel());
  // Once something may have been sent, a run is carried to an end that leaves nothing unsaid.
  await CancellationScope.nonCancellable(async () => {
    await carryOut(account, sequence, purpose);
    await condition(allHandlersFinished);
  });
  return account.document();
}

async function carryOut<Account>(
  run: AccountRun<Account>,
  { provision, undo, undone }: Sequence<Account>,
  purpose: Purpose,
): Promise<void> {
  const because =
    purpose === 'provision'
      ? await unlessUndone(() => provision(run).then(() => run.heedCancel()))
      : await run.takeOver(purpose === 'remove');
  if (because) {
    await compensate(run, undo, because);
    await undone?.(run);
  }
  run.end(because ? 'compensated' : 'done');
}

/** @returns why what was made is to be undone; undefined when all went well */
async function unlessUndone(provision: () => Promise<void>): Promise<Trouble | undefined> {
  try {
    await provision();
    return undefined;
  } catch (error) {
    if (error instanceof Undoing) return error.trouble;
    throw error;
  }
}

async function begin(request: RequestDocument, purpose: Purpose): Promise<Beginning> {
  const { workflowId, runId } = workflowInfo();
  const looks = purpose === 'provision';
  try {
    return await call('check the request, read what earlier runs left, verify', local.beginAccountRun, {
      request,
      workflowId,
      runId,
      before: runBefore(),
      looks,
    });
  } catch (error) {
    if (isCancellation(error)) throw error;
    const cause = causeOf(error);
    throw ApplicationFailure.nonRetryable(
      cause instanceof Error ? cause.message : String(cause),
      'invalid-request',
    );
  }
}

function notYet(request: RequestDocument): Record<string, ReturnType<typeof emptyAccount>> {
  return Object.fromEntries(
    Object.keys(request.accounts ?? {}).map((connection) => [connection, emptyAccount('running')]),
  );
}
