// Names for the calls that a run makes, as precise as faults are aimed: by what is called, what it is asked by, and
// which of several it is.
import type { FaultPlan, RecordedRequest } from '../../src/simulators/contract';
import type { Variant } from './variants';

/** One call of a run, e.g. `find-user.mail` the 2nd time. */
export interface Spot {
  name: string;
  nth: number;
  /** Whether it changes something at the vendor. */
  writes: boolean;
}

export function nameOf({ call, query, body }: Pick<RecordedRequest, 'call' | 'query' | 'body'>): string {
  // Some vendors take what is searched for as a body.
  const asked = call.startsWith('search ') && typeof body === 'object' ? { ...body, ...query } : query;
  const by = Object.keys(asked)
    .sort()
    .map((key) => `.${key}`)
    .join('');
  return `${call.replaceAll(' ', '-')}${by}`;
}

/** The calls of a recorded run, in its order. */
export function spotsOf(requests: readonly RecordedRequest[]): Spot[] {
  const counts = new Map<string, number>();
  return requests.map((request) => {
    const name = nameOf(request);
    const nth = (counts.get(name) ?? 0) + 1;
    counts.set(name, nth);
    return { name, nth, writes: request.committed };
  });
}

export function aimed({ fault }: Variant, { name, nth }: Pick<Spot, 'name' | 'nth'>): FaultPlan {
  return { ...fault, match: (request) => nameOf(request) === name, nth };
}
