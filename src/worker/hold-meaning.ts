// What a hold means for a worker's own credentials, and how its calls end meanwhile.
import type { Barred, Unsent } from '../http/outcome';
import type { Hold } from './hold-runs';

/**
 * `held`: the credentials are among the rejected ones. `other`: they are not. `outdated`: they were rejected, and others
 * accepted since. `free`: nothing stands in their way; a hold that was ended from outside is none.
 */
export type Meaning = 'held' | 'other' | 'outdated' | 'free';

/** @param has whether this worker's credentials are those that a keyed hash was taken of */
export function meaningOf(
  { open, accepted, rejected }: Pick<Hold, 'open' | 'accepted' | 'rejected'>,
  has: (credentials: string) => boolean,
): Meaning {
  const rejectedHere = rejected.some(has);
  if (accepted !== null) return has(accepted) || !rejectedHere ? 'free' : 'outdated';
  if (!open) return 'free';
  return rejectedHere ? 'held' : 'other';
}

export const HELD: Barred = {
  kind: 'barred',
  message:
    'the connection is held: the vendor rejected its credentials, and nothing is sent until they are accepted',
};

export const OUTDATED: Unsent = {
  kind: 'unsent',
  message:
    "this worker's credentials were rejected, and others were accepted since: restart it with the new ones",
};
export const ON_TRIAL: Unsent = {
  kind: 'unsent',
  message: "another worker is trying the connection's credentials",
};
export const PROBED_FIRST: Unsent = {
  kind: 'unsent',
  message: 'the connection is held; its probe is about to try the new credentials',
};
