// Passwords that a vendor makes and sends with its answer: the activity that gets the answer puts them into an escrow of their
// own before it returns, and returns a handle, so that no run of an account ever holds one.
import { setTimeout as sleep } from 'node:timers/promises';
import { Context } from '@temporalio/activity';
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import { TypedSearchAttributes } from '@temporalio/common';
import type { IssuedAccount, Keeping, SecretRecord } from '../../src/account/secret';
import type { Outcome } from '../../src/http/outcome';
import { sealSecret } from '../../src/privacy/secret';
import { accountId, parseAccountId, SECRET_ESCROW, secretId, WORKFLOW_QUEUE } from '../../src/temporal/names';
import { musterConnection, musterKey, musterStage } from '../../src/temporal/search-attributes';
import { workerContext } from '../../src/worker/context';
import type { EscrowInput, EscrowMemo } from '../../workflows/secret-escrow/messages';

/** A vendor's answer to a create, as its call reads it. Never leaves the activity. */
export interface Issued {
  id: string;
  username?: string;
  password?: string;
}

/** Kept of the activity's time, to tell its outcome; in milliseconds. */
const TO_TELL_MS = 1_500;
const SLOWEST_RETRY_MS = 1_000;

/**
 * Sends a create, and takes the password out of its outcome. Once the vendor has answered it does not reject: what was created
 * is created, whatever becomes of the password.
 * @param handle made by the account's run, so that it can ask for it where this activity's own answer is lost
 */
export async function sendForPassword(
  handle: string,
  send: () => Promise<Outcome<Issued | null>>,
): Promise<Outcome<IssuedAccount | null>> {
  const until = Date.now() + Context.current().info.startToCloseTimeoutMs - TO_TELL_MS;
  const outcome = await send();
  if (outcome.kind !== 'done' || outcome.value === null) return outcome as Outcome<null>;
  const { id, username, password } = outcome.value;
  const secret: Keeping =
    password === undefined
      ? { lost: "the vendor's answer held none" }
      : await keepPassword(handle, { id, username: username ?? null, password }, until);
  return { kind: 'done', value: { id, ...(username && { username }), secret } };
}

interface ToKeep {
  id: string;
  username: string | null;
  password: string;
}

/** Tries as long as the activity may live. */
async function keepPassword(handle: string, issued: ToKeep, until: number): Promise<Keeping> {
  for (let wait = 100; ; wait = Math.min(2 * wait, SLOWEST_RETRY_MS)) {
    try {
      await startEscrow(handle, issued, Math.max(1, until - Date.now()));
      return { kept: handle };
    } catch (error) {
      // The handle is this send's alone: whoever started it, it was this very activity.
      if (error instanceof WorkflowExecutionAlreadyStartedError) return { kept: handle };
      if (Date.now() + wait < until) {
        await sleep(wait);
        continue;
      }
      Context.current().log.error('a password that the vendor made could not be kept', {
        why: error instanceof Error ? error.name : 'unknown',
      });
      return { lost: 'Temporal did not take it in time' };
    }
  }
}

async function startEscrow(
  handle: string,
  { id, username, password }: ToKeep,
  withinMs: number,
): Promise<void> {
  const { temporal, keys, config } = workerContext();
  const account = parseAccountId(Context.current().info.workflowExecution?.workflowId ?? '');
  if (!account) throw new Error('only an account run keeps passwords');
  const { connection, key } = account;
  const now = Date.now();
  const record: SecretRecord = {
    handle,
    connection,
    key,
    userId: id,
    state: 'unclaimed',
    since: new Date(now).toISOString(),
    expires: new Date(now + config.secrets.keepForMs).toISOString(),
    end: null,
  };
  const input: EscrowInput = { record, sealed: sealSecret(keys, { handle, username, password }) };
  // The client tries again by itself, for longer than this activity may live.
  await temporal.withDeadline(Date.now() + withinMs, () =>
    temporal.workflow.start(SECRET_ESCROW, {
      workflowId: secretId(handle),
      taskQueue: WORKFLOW_QUEUE,
      args: [input],
      memo: { secret: record } satisfies EscrowMemo,
      typedSearchAttributes: new TypedSearchAttributes([
        { key: musterConnection, value: connection },
        { key: musterKey, value: key },
        { key: musterStage, value: record.state },
      ]),
      staticSummary: `password that the vendor made for ${accountId(connection, key)}`,
      workflowIdReusePolicy: 'REJECT_DUPLICATE',
      workflowIdConflictPolicy: 'FAIL',
    }),
  );
}
