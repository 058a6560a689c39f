// Waiting for what may take days, over a worker's connection. Such a connection cannot be told to give a call up (the SDK's
// withAbortSignal does nothing there, as of 1.24), only that it has to end by a time.
import type { Client } from '@temporalio/client';
import { isGrpcDeadlineError } from '@temporalio/client';

/** So long a call that nobody waits for any more goes on at most. Temporal itself lets a waiting call return after about as long. */
const PIECE_MS = 20_000;

/**
 * Makes a call that waits, again and again, until it answers.
 * @throws the signal's reason once it is aborted
 */
export async function patientCall<T>(
  client: Client,
  signal: AbortSignal,
  call: () => Promise<T>,
): Promise<T> {
  for (;;) {
    signal.throwIfAborted();
    try {
      return await client.withDeadline(Date.now() + PIECE_MS, call);
    } catch (error) {
      if (!isGrpcDeadlineError(error)) throw error;
    }
  }
}
