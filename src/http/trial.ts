// Credentials that no answer has proven yet are tried by one call at a time: vendors lock an account after a few
// failures, and the first look of a single run makes several calls at once. Other processes are kept out by a gate.
import { setTimeout as sleep } from 'node:timers/promises';
import { FENCE_MS } from './fence';
import type { NotDone, Outcome, Unsent } from './outcome';

/** A turn to try the credentials with, over all processes; it must be given back. */
export interface Turn {
  leave(): Promise<void>;
}

/** Asks for the turn, or learns why nothing is to be sent. Never rejects. */
export type Enter = () => Promise<Turn | NotDone>;

export interface Trial {
  /** Carries out a call: alone until one of them was answered as only an accepted caller is, then as it comes. */
  inTurn<T>(call: () => Promise<Outcome<T>>): Promise<Outcome<T>>;
  /** The credentials were accepted. */
  prove(): void;
  /** What was known of them is not sure any more. */
  doubt(): void;
}

/** No activity waits longer than this for its turn: what waits has not been sent, and may come back. */
const LONGEST_WAIT_MS = FENCE_MS;

const BUSY: Unsent = { kind: 'unsent', message: "another call is trying the connection's credentials" };

export function createTrial(enter?: Enter): Trial {
  let proven = false;
  let trying: Promise<void> | undefined;

  async function alone<T>(call: () => Promise<Outcome<T>>): Promise<Outcome<T>> {
    const turn = await enter?.();
    if (turn && 'kind' in turn) return turn;
    try {
      return await call();
    } finally {
      await turn?.leave();
    }
  }

  return {
    async inTurn(call) {
      const until = performance.now() + LONGEST_WAIT_MS;
      while (trying && !proven) if (!(await endsBefore(trying, until))) return BUSY;
      if (proven) return call();
      const outcome = alone(call);
      const done = () => {
        trying = undefined;
      };
      trying = outcome.then(({ kind }) => {
        proven ||= isProof(kind);
        done();
      }, done);
      return outcome;
    },
    prove() {
      proven = true;
    },
    doubt() {
      proven = false;
    },
  };
}

/** Only a caller whose credentials were accepted is answered so. */
export function isProof(kind: Outcome<unknown>['kind']): boolean {
  return kind === 'done' || kind === 'refused';
}

async function endsBefore(ended: Promise<void>, until: number): Promise<boolean> {
  const over = new AbortController();
  const late = sleep(Math.max(0, until - performance.now()), false, { signal: over.signal });
  try {
    return await Promise.race([ended.then(() => true), late]);
  } finally {
    over.abort();
    late.catch(() => undefined);
  }
}
