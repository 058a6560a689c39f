// Temporal itself may be away for a while: stopped by a test, or starved on a busy machine.
import { setTimeout as sleep } from 'node:timers/promises';
import { isGrpcServiceError, ServiceError } from '@temporalio/client';
import { TemporalUnreachableError } from '../../src/temporal/connect';

/** Asks again as long as Temporal itself is away. */
export async function reached<T>(ask: () => Promise<T>): Promise<T> {
  for (let left = 30; ; left -= 1) {
    try {
      return await ask();
    } catch (error) {
      if (left === 0 || !isServiceError(error)) throw error;
      await sleep(1_000);
    }
  }
}

export function isServiceError(error: unknown): boolean {
  return (
    error instanceof ServiceError || isGrpcServiceError(error) || error instanceof TemporalUnreachableError
  );
}
