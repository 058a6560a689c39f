// A process-local pace for the further calls of an activity that makes several: the first one is paced by the server.
import { setTimeout as sleep } from 'node:timers/promises';

/** @returns waits for the next free slot at the given rate; at once where there is no rate. */
export function createPace(requestsPerSecond: number | undefined): (signal?: AbortSignal) => Promise<void> {
  if (!requestsPerSecond) return () => Promise.resolve();
  const interval = 1000 / requestsPerSecond;
  let nextSlot = 0;
  return async (signal) => {
    const now = performance.now();
    const slot = Math.max(now, nextSlot);
    nextSlot = slot + interval;
    if (slot > now) await sleep(slot - now, undefined, signal ? { signal } : {});
  };
}
