// What runs ask Temporal about issued passwords: whether one is in escrow, dropping those of an account that is undone, and
// deleting the run that held one. No vendor call; all may run twice.
import { isGrpcServiceError, WorkflowNotFoundError } from '@temporalio/client';
import { listSecrets, readSecret } from '../src/client/secrets';
import { secretId } from '../src/temporal/names';
import { workerContext } from '../src/worker/context';
import { dropSignal } from '../workflows/secret-escrow/messages';

interface SecretsOf {
  connection: string;
  key: string;
}

/**
 * The handle of a user's password, whatever has become of it since; null where none was kept.
 * @param input.handles of sends whose answer did not come; they are asked first, since the list may lag
 */
export async function findSecret(
  input: SecretsOf & { userId: string; handles: string[] },
): Promise<string | null> {
  const { connection, key, userId, handles } = input;
  const { temporal } = workerContext();
  const known = await Promise.all(handles.map((handle) => readSecret(temporal, handle)));
  const listed = known.some((record) => record?.userId === userId)
    ? []
    : await listSecrets(temporal, { connection, key, all: true });
  const found = [...known, ...listed].findLast(
    (record) => record?.userId === userId && record.state !== 'dropped',
  );
  return found?.handle ?? null;
}

/**
 * Drops the passwords of an account that nobody has revealed.
 * @param input.handle one that is known, since the list may lag
 * @returns the handles of those that were dropped
 */
export async function dropSecrets(
  input: SecretsOf & { handle: string | null; reason: string },
): Promise<string[]> {
  const { connection, key, handle, reason } = input;
  const { temporal } = workerContext();
  const listed = await listSecrets(temporal, { connection, key });
  const known = handle === null ? undefined : await readSecret(temporal, handle);
  const unclaimed = new Set(
    [...listed, ...(known ? [known] : [])]
      .filter(({ state }) => state === 'unclaimed')
      .map((record) => record.handle),
  );
  for (const each of unclaimed)
    await temporal.workflow.getHandle(secretId(each)).signal(dropSignal, { reason }).catch(passOverMissing);
  return [...unclaimed];
}

const GRPC_NOT_FOUND = 5;

/**
 * Has a run that has ended deleted, with its history. The server takes up to a minute for it, so this is asked until it is so.
 * @returns whether it is gone
 */
export async function deleteRun({
  workflowId,
  runId,
}: {
  workflowId: string;
  runId: string;
}): Promise<boolean> {
  const { temporal } = workerContext();
  const { namespace } = temporal.options;
  const execution = { workflowId, runId };
  await temporal.workflowService
    .deleteWorkflowExecution({ namespace, workflowExecution: execution })
    .catch(passOverMissing);
  try {
    await temporal.workflowService.getWorkflowExecutionHistory({ namespace, execution, maximumPageSize: 1 });
    return false;
  } catch (error) {
    passOverMissing(error);
    return true;
  }
}

function passOverMissing(error: unknown): void {
  if (error instanceof WorkflowNotFoundError) return;
  if (isGrpcServiceError(error) && error.code === GRPC_NOT_FOUND) return;
  throw error;
}
