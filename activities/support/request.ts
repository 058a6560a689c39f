import { Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import type { MusterConfig } from '../../src/config/schema';
import { checkedRequest, RequestError } from '../../src/request/check';
import type { RequestDocument } from '../../src/request/schema';
import { workerContext } from '../../src/worker/context';
import { startedInPlainText } from '../../src/worker/plain-input';

/** The request of a run, checked as the client does it. @throws ApplicationFailure (`invalid-request`), one line a fault */
export async function checked(config: MusterConfig, request: unknown): Promise<RequestDocument> {
  await refusePlainText();
  try {
    return checkedRequest(config, request);
  } catch (error) {
    if (error instanceof RequestError) throw invalid(error.message);
    throw error;
  }
}

/** @throws `invalid-request` where the configuration wants requests encrypted and this run's is not */
async function refusePlainText(): Promise<void> {
  const { config, temporal } = workerContext();
  const { workflowExecution } = Context.current().info;
  if (config.encryption?.acceptPlain !== false || !workflowExecution) return;
  if (await startedInPlainText(temporal, workflowExecution.workflowId, workflowExecution.runId))
    throw invalid(
      'The request came in plain text. Start runs with the client of "muster/client" or the codec of "muster/codec", or set encryption.acceptPlain.',
    );
}

export function invalid(message: string): ApplicationFailure {
  Context.current().log.warn('request refused');
  return ApplicationFailure.nonRetryable(message, 'invalid-request');
}
