// Credentials that no answer has proven yet are tried by one call at a time: vendors lock an account after a few
// failures, and the first look of a single run makes several calls at once.
import type { Outcome } from './outcome';

/** Carries out a call: alone until one of them was answered as only an accepted caller is, then as it comes. */
export type InTurn = <T>(call: () => Promise<Outcome<T>>) => Promise<Outcome<T>>;

export function createTrial(): InTurn {
  let proven = false;
  let trying: Promise<void> | undefined;
  return async (call) => {
    while (trying && !proven) await trying;
    if (proven) return call();
    const outcome = call();
    const done = () => {
      trying = undefined;
    };
    trying = outcome.then(({ kind }) => {
      proven ||= kind === 'done' || kind === 'refused';
      done();
    }, done);
    return outcome;
  };
}
