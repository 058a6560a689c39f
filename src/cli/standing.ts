// A run's document for somebody who only looks. A run that is open is asked itself, which takes a worker; without one the
// list still says where it stands.
import { emptyAccount, type ProblemCode, type ResultDocument, resultDocument } from '../account/result';
import type { RunHandle } from '../client/handle';
import type { Muster } from '../client/muster';
import { parseAccountId, WORKFLOW_QUEUE } from '../temporal/names';
import { EXIT, ExpectedError } from './exit';
import { isPolled } from './pollers';
import { say, tint } from './screen';

/** @throws UnknownRunError; ExpectedError where only a worker could tell */
export async function standing(muster: Muster, handle: RunHandle): Promise<ResultDocument> {
  try {
    return await handle.progress();
  } catch (error) {
    if ((error as Error).name === 'UnknownRunError') throw error;
    if (await isPolled(muster.client, WORKFLOW_QUEUE)) throw error;
    return fromList(muster, handle.id);
  }
}

async function fromList(muster: Muster, id: string): Promise<ResultDocument> {
  const account = parseAccountId(id);
  const listed = account && (await muster.list(account)).find((run) => run.id === id);
  if (!listed)
    throw new ExpectedError(
      `${id} is open, and only a worker can say how it stands; none polls the task queue ${WORKFLOW_QUEUE}. Start one with "muster worker".`,
      EXIT.failed,
    );
  const { connection, key, stage, reason, since } = listed;
  say(tint.yellow(`No worker answers, so steps and evidence are missing; start one with "muster worker".`));
  const result = emptyAccount(listed.status === 'parked' ? 'parked' : 'running');
  if (result.status === 'parked')
    result.problem = {
      step: stage ?? '',
      code: (reason ?? 'outcome-unknown') as ProblemCode,
      message: 'It is parked; its own words need a worker.',
      vendorStatus: null,
      since,
      decisions: [],
    };
  return resultDocument(key, { [connection]: result });
}
