// A run's document for somebody who only looks. A run that is open is asked itself, which takes a worker; without one the
// list still says where it stands.
import { emptyAccount, type ProblemCode, type ResultDocument, resultDocument } from '../account/result';
import type { RunHandle } from '../client/handle';
import type { Muster } from '../client/muster';
import { parseAccountId } from '../temporal/names';
import { EXIT, ExpectedError } from './exit';
import { say, tint } from './screen';

/** A worker that is there answers in far less. */
const PATIENCE_MS = 5_000;

/** The document as it stands, unless no worker answers soon. @throws UnknownRunError, ServiceError */
export function progressSoon(muster: Muster, handle: RunHandle): Promise<ResultDocument> {
  return muster.client.withDeadline(Date.now() + PATIENCE_MS, () => handle.progress());
}

/** Whether a question to a run failed on the way, as it does when no worker answers it. */
export function isUnanswered(error: unknown): boolean {
  return (
    error instanceof Error && (error.name === 'ServiceError' || error.name === 'QueryNotRegisteredError')
  );
}

/** @throws UnknownRunError; ExpectedError where only a worker could tell */
export async function standing(muster: Muster, handle: RunHandle): Promise<ResultDocument> {
  try {
    return await progressSoon(muster, handle);
  } catch (error) {
    if (!isUnanswered(error)) throw error;
    return fromList(muster, handle.id);
  }
}

async function fromList(muster: Muster, id: string): Promise<ResultDocument> {
  const account = parseAccountId(id);
  const listed = account && (await muster.list(account)).find((run) => run.id === id);
  if (!listed)
    throw new ExpectedError(
      `${id} is open; how it stands only a worker can say, and none answers. Start one with "muster worker".`,
      EXIT.failed,
    );
  const { connection, key, status, stage, reason, since } = listed;
  say(tint.yellow('No worker answers, so steps and evidence are missing; start one with "muster worker".'));
  const result = emptyAccount(status === 'parked' ? 'parked' : 'running');
  if (result.status === 'parked')
    result.problem = {
      step: stage ?? '',
      code: (reason ?? 'outcome-unknown') as ProblemCode,
      message: 'It waits for a decision; which ones are open, the run says once a worker is there.',
      vendorStatus: null,
      since,
      decisions: [],
    };
  return resultDocument(key, { [connection]: result });
}
