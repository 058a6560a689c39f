// Opens the client's connection to Temporal; the one place that tells an unreachable server from other trouble.
import { Connection, type ConnectionOptions } from '@temporalio/client';
import { TemporalUnreachableError } from './connect';

/** @throws TemporalUnreachableError when nobody answers in time */
export async function openConnection(options: ConnectionOptions): Promise<Connection> {
  try {
    return await Connection.connect({ connectTimeout: '5s', ...options });
  } catch (error) {
    throw new TemporalUnreachableError(
      `Temporal cannot be reached at ${options.address}: ${error instanceof Error ? error.message : error}`,
    );
  }
}
