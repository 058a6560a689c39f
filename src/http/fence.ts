// The fence of a create: how old its activity may be when the first byte leaves, and how long after that a lost create
// can still come to life at the vendor (design.md, "Ways to be fooled, and the fences against them").

/** A create may only be written while its activity is younger than this. */
export const FENCE_MS = 3_000;

/** The longest that making a connection may take; a shorter call time-out shortens it. */
export const CONNECT_MS = 10_000;

export function connectTimeout(timeoutMs: number): number {
  return Math.min(timeoutMs, CONNECT_MS);
}

/**
 * Age up to which a create's activity may still write.
 * @param readsBeforeWrite calls that the activity makes before the write, each of which may take the whole time-out
 */
export function fenceFor(timeoutMs: number, readsBeforeWrite: number): number {
  return FENCE_MS + readsBeforeWrite * timeoutMs;
}

/**
 * The shortest settling time that is safe: when it has passed, no earlier send of ours can still be written or be
 * waiting for its answer. In milliseconds, like its arguments.
 */
export function minimumSettle(timeoutMs: number, readsBeforeWrite: number): number {
  return fenceFor(timeoutMs, readsBeforeWrite) + connectTimeout(timeoutMs) + timeoutMs;
}
