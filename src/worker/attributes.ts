// A run that writes a search attribute which its namespace does not know stands still without a word: Temporal tries its task
// again for ever. So a worker looks before it begins.
import type { ConnectionLike } from '@temporalio/client';
import { registrationState } from '../temporal/registration';
import { MUSTER_SEARCH_ATTRIBUTES } from '../temporal/search-attributes';
import type { WorkerContext } from './context';

/** The namespace lacks search attributes, or has some of another type. */
export class SearchAttributesError extends Error {
  override readonly name = 'SearchAttributesError';
}

/**
 * Where nobody tells, the worker goes on and says that it does not know.
 * @throws SearchAttributesError
 */
export async function requireSearchAttributes(
  connection: Pick<ConnectionLike, 'operatorService' | 'workflowService'>,
  namespace: string,
  log: Pick<WorkerContext['log'], 'warn'>,
): Promise<void> {
  const state = await registrationState(connection, namespace).catch(() => undefined);
  if (state === undefined) {
    log.warn('it could not be asked whether the search attributes are registered', { namespace });
    return;
  }
  const types = new Map<string, string>(Object.entries(MUSTER_SEARCH_ATTRIBUTES));
  const typed = (names: string[]) => names.map((name) => `${name} (${types.get(name)})`).join(', ');
  const { missing, wrong } = state;
  const faults = [
    ...(missing.length > 0 ? [`lacks ${typed(missing)}`] : []),
    ...(wrong.length > 0 ? [`has with another type ${typed(wrong)}`] : []),
  ];
  if (faults.length > 0)
    throw new SearchAttributesError(
      `Temporal's namespace ${namespace} ${faults.join(' and ')}: search attributes without which runs would stand still. Register them with "muster doctor --fix".`,
    );
}
