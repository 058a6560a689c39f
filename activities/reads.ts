// Several read-only activities as one: a workflow that makes its reads within its task pays once for all of them. May run twice.
import { Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import { msOptionalToNumber } from '@temporalio/common/lib/time';
import type { Answer, Read } from '../src/account/reads';
import { workerContext } from '../src/worker/context';

/** All at the same time; in their order. What one of them throws is its own answer and does not touch the others. */
export async function readTogether({ reads }: { reads: Read[] }): Promise<Answer[]> {
  return Promise.all(reads.map(answerOf));
}

async function answerOf({ name, input }: Read): Promise<Answer> {
  const activity = workerContext().activities[name];
  if (!activity) throw ApplicationFailure.nonRetryable(`This worker has no activity ${name}.`);
  try {
    return { value: await activity(input as never) };
  } catch (error) {
    if (!(error instanceof ApplicationFailure)) throw error;
    // As the SDK tells of an activity that fails.
    Context.current().log.warn('a read failed', { read: name, error });
    const { message, type, nonRetryable, details, nextRetryDelay } = error;
    const retryAfterMs = msOptionalToNumber(nextRetryDelay);
    return {
      failure: {
        message,
        type: type ?? 'unknown',
        nonRetryable: nonRetryable ?? false,
        details: details ?? [],
        ...(retryAfterMs !== undefined && { retryAfterMs }),
      },
    };
  }
}
