// How a connection proves who it is: headers that never change, headers made for each call, or a session that is
// exchanged for a credential, kept, renewed before it ends and once more when the vendor says 401.
import type { Call } from './call';
import type { NotDone, Outcome } from './outcome';

export interface Auth {
  /** Headers for one call, or the outcome of the log-in that failed. */
  headers(
    login: Login,
  ): Promise<{ ok: true; headers: Record<string, string> } | { ok: false; outcome: NotDone }>;
  /** Forgets the session that made these headers; false where there is no session to renew. */
  renew(headers: Record<string, string>): boolean;
  /** Tells whether a 403 means rejected credentials, where the vendor does not say so by a 401. */
  readonly afterForbidden?: { probe: Call<'credentials-accepted'> };
}

/** Sends a log-in call without credentials headers. */
export type Login = <T>(call: Call<T>) => Promise<Outcome<T>>;

export function headerAuth(
  make: () => Record<string, string>,
  afterForbidden?: Auth['afterForbidden'],
): Auth {
  return {
    headers: () => Promise.resolve({ ok: true, headers: make() }),
    renew: () => false,
    ...(afterForbidden && { afterForbidden }),
  };
}

/**
 * @param lifetimeMs how long a session lives; it is renewed when nine tenths of it have passed
 * @param call exchanges the credential for the session's token
 */
export function sessionAuth(
  lifetimeMs: number,
  call: Call<string>,
  header: (token: string) => Record<string, string>,
): Auth {
  let session: { token: string; until: number } | undefined;
  let pending: Promise<Outcome<string>> | undefined;
  return {
    async headers(login) {
      if (session && Date.now() < session.until) return { ok: true, headers: header(session.token) };
      // One renewal at a time: whoever comes second waits for the first one's answer.
      pending ??= login(call).finally(() => {
        pending = undefined;
      });
      const outcome = await pending;
      if (outcome.kind !== 'done') return { ok: false, outcome: asLoginFailure(outcome) };
      session = { token: outcome.value, until: Date.now() + lifetimeMs * 0.9 };
      return { ok: true, headers: header(session.token) };
    },
    renew(headers) {
      // A call that was under way with an older token must not throw away the newer one.
      if (session && sameHeaders(header(session.token), headers)) session = undefined;
      return true;
    },
  };
}

/** The call behind the log-in was never sent: an unanswered log-in is `unsent` for it, a refused one `barred`. */
function asLoginFailure(outcome: NotDone): NotDone {
  const { message, vendorStatus } = outcome;
  const status = vendorStatus === undefined ? {} : { vendorStatus };
  if (outcome.kind === 'refused' || outcome.kind === 'barred') return { kind: 'barred', message, ...status };
  const { retryAfterMs } = outcome;
  return { kind: 'unsent', message, ...status, ...(retryAfterMs !== undefined && { retryAfterMs }) };
}

function sameHeaders(a: Record<string, string>, b: Record<string, string>): boolean {
  return Object.entries(a).every(([name, value]) => b[name] === value);
}
