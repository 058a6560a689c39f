// Follows a run for somebody who waits at the command line: a living line on a terminal, a line for each change
// elsewhere. Ctrl-C stops the following, never the run.
import { setTimeout as sleep } from 'node:timers/promises';
import type { AccountResult, ResultDocument } from '../account/result';
import type { RunHandle } from '../client/handle';
import type { Muster } from '../client/muster';
import { accountId, parseAccountId, WORKFLOW_QUEUE } from '../temporal/names';
import { EXIT, ExpectedError } from './exit';
import { catchInterrupts } from './interrupt';
import { isPolled } from './pollers';
import { isTerminal, live, say, tint } from './screen';
import { isUnanswered, progressSoon, standing } from './standing';

const LOOK_EVERY_MS = 400;
const SPINNER = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];

/**
 * Waits until the run has ended or is parked, and shows on stderr how it gets there.
 * @throws ExpectedError (130) when the user stops waiting
 */
export async function follow(muster: Muster, handle: RunHandle): Promise<ResultDocument> {
  const interrupts = catchInterrupts();
  const ended = new AbortController();
  const signal = AbortSignal.any([interrupts.signal, ended.signal]);
  const showing = showProgress(muster, handle, signal);
  try {
    return await handle.result({ signal: interrupts.signal });
  } catch (error) {
    if (interrupts.signal.aborted) throw new ExpectedError(leftRunning(handle.id), EXIT.interrupted);
    // It is parked, and the worker that could tell more is gone.
    if (isUnanswered(error)) return standing(muster, handle);
    throw error;
  } finally {
    ended.abort();
    interrupts.release();
    await showing;
    live('');
  }
}

/** How to come back to a run that nobody waits for. */
export function leftRunning(id: string): string {
  return `${id} goes on without us. See how it stands: muster show ${id}`;
}

/** Never rejects: what it cannot show, it does not show. */
async function showProgress(muster: Muster, handle: RunHandle, signal: AbortSignal): Promise<void> {
  const shown = new Map<string, string>();
  let warned = false;
  for (let turn = 0; !signal.aborted; turn += 1) {
    const document = await progressSoon(muster, handle).catch(() => undefined);
    if (signal.aborted) return;
    if (document) show(await inDetail(muster, handle.id, document), shown, turn);
    else if (!warned && !(await isPolled(muster.client, WORKFLOW_QUEUE).catch(() => true))) {
      warned = true;
      say(tint.yellow(`No worker polls the task queue ${WORKFLOW_QUEUE}; start one with "muster worker".`));
    }
    await sleep(LOOK_EVERY_MS, undefined, { signal }).catch(() => undefined);
  }
}

/** A person's run hears of its accounts only when they park or end; until then they are asked themselves. */
export async function inDetail(
  muster: Muster,
  id: string,
  document: ResultDocument,
): Promise<ResultDocument> {
  if (parseAccountId(id)) return document;
  const accounts = await Promise.all(
    Object.entries(document.accounts).map(async ([connection, account]) => {
      if (account.status !== 'running') return [connection, account] as const;
      const handle = await muster.handle(accountId(connection, document.key));
      const own = await handle.progress().catch(() => undefined);
      const now = own?.accounts[connection];
      // An earlier run's end is not this run's.
      return [connection, now?.status === 'running' ? now : account] as const;
    }),
  );
  return { ...document, accounts: Object.fromEntries(accounts) };
}

function show(document: ResultDocument, shown: Map<string, string>, turn: number): void {
  const parts = Object.entries(document.accounts).map(
    ([connection, account]) => [connection, stageOf(account)] as const,
  );
  if (isTerminal) {
    const spinner = SPINNER[turn % SPINNER.length] ?? '';
    live(`${spinner} ${document.key}  ${parts.map((part) => part.join(': ')).join(' · ')}`);
    return;
  }
  for (const [connection, stage] of parts) {
    if (shown.get(connection) === stage) continue;
    shown.set(connection, stage);
    say(`${accountId(connection, document.key)}: ${stage}`);
  }
}

function stageOf({ status, steps, problem }: AccountResult): string {
  if (problem) return `${status} (${problem.code})`;
  if (status !== 'running') return status;
  const now = Object.entries(steps).findLast(([, state]) => state === 'pending');
  return now ? now[0] : 'running';
}
