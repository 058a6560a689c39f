// A connection's way to its vendor: base address, credentials, pool, pace. Carries out declared calls and answers with
// their outcome. Credentials that were rejected once are not sent again until somebody lifts the bar (accounts lock after
// a few failures); only a probe goes past it.
import type { Dispatcher } from 'undici';
import { personalTexts, withoutPersonal } from '../request/personal';
import type { Auth } from './auth';
import type { Call } from './call';
import { classify, isForbidden, isUnauthorized } from './classify';
import { type Exchange, exchange, type NetworkOptions, openDispatcher } from './exchange';
import type { Barred, Outcome, Unsent } from './outcome';
import { createPace } from './pace';
import { createTrial, type Enter, isProof } from './trial';

export interface TransportOptions extends Omit<NetworkOptions, 'origin'> {
  /** Origin and, if any, a prefix of the path. */
  baseUrl: string;
  auth: Auth;
  requestsPerSecond?: number;
  /** Told of every exchange; holds nothing personal. */
  onCall?: (report: CallReport) => void;
  /**
   * Texts that no message of an outcome may repeat, beside those that a call itself sent: secrets, and what is known of
   * the person.
   */
  unsaid?: () => readonly string[];
  /** What all processes together know of the credentials; left out, this one minds itself alone. */
  gate?: Gate;
}

export interface Gate {
  /** Asked before credentials that this process has not proven are sent. */
  enter: Enter;
  /** Told of a rejection before anybody else hears of it. Never rejects. */
  rejected(outcome: Barred): Promise<void>;
}

export interface CallReport {
  call: string;
  outcome: Outcome<unknown>['kind'];
  vendorStatus?: number;
  durationMs: number;
}

export interface SendOptions {
  signal?: AbortSignal;
  /**
   * Set for a create: a fresh connection of its own, and a sentence of the guard, asked right before the first byte,
   * holds it back (`unsent`, stale).
   */
  guard?: () => string | undefined;
  /** Set for every call of an activity but the first: the server paces activities, this process their further calls. */
  paced?: boolean;
}

export interface Transport {
  send<T>(call: Call<T>, options?: SendOptions): Promise<Outcome<T>>;
  /** Makes a call even past the bar, to learn whether the credentials are accepted; sets or lifts the bar by its answer. */
  probe<T>(call: Call<T>, options?: Pick<SendOptions, 'signal'>): Promise<Outcome<T>>;
  /** From now on nothing is sent; every call ends as told. */
  bar(outcome: Barred | Unsent): void;
  /** The credentials may be tried again. */
  unbar(): void;
  close(): Promise<void>;
}

export function createTransport(options: TransportOptions): Transport {
  const { baseUrl, auth, timeoutMs, onCall, gate } = options;
  const base = new URL(baseUrl);
  const prefix = base.pathname.replace(/\/+$/, '');
  const network: NetworkOptions = { ...options, origin: base.origin };
  const pool = openDispatcher(network);
  const pace = createPace(options.requestsPerSecond);
  let barred: Barred | Unsent | undefined;
  // Whoever waited behind a rejected call needs no turn any more.
  const trial = createTrial(gate && (async () => barred ?? gate.enter()));
  let told = false;
  let probing: Promise<Outcome<unknown>> | undefined;

  async function once<T>(
    call: Call<T>,
    headers: Record<string, string>,
    send: SendOptions,
  ): Promise<Exchange> {
    const request = {
      method: call.method,
      path: prefix + call.path + queryOf(call),
      headers: {
        accept: 'application/json',
        'accept-encoding': 'identity',
        'user-agent': 'muster',
        ...(call.json !== undefined && { 'content-type': 'application/json' }),
        ...headers,
        ...call.headers,
      },
      ...(call.json !== undefined && { body: JSON.stringify(call.json) }),
    };
    const dispatcher: Dispatcher = send.guard ? openDispatcher(network) : pool;
    try {
      return await exchange(dispatcher, base.origin, request, { timeoutMs, ...send });
    } finally {
      if (send.guard) await dispatcher.destroy();
    }
  }

  /** The call, with the vendor's words rid of all that is personal or secret before anything else is made of them. */
  function discreet<T>(call: Call<T>, headers: Record<string, string>): Call<T> {
    return {
      ...call,
      refusal(reply) {
        const said = call.refusal(reply);
        if (!said) return undefined;
        const sent = personalTexts([call.json, call.query]);
        const values = [...sent, ...tokensIn(headers), ...(options.unsaid?.() ?? [])];
        const clean = (text: string) => withoutPersonal(text, values);
        // First the whole reply: half a value, where a long text was cut off, would not be known again.
        const { message } = call.refusal({ ...reply, text: clean(reply.text) }) ?? said;
        return { ...said, message: clean(message) };
      },
    };
  }

  async function report<T>(call: Call<T>, work: () => Promise<Outcome<T>>): Promise<Outcome<T>> {
    const begun = performance.now();
    const outcome = await work();
    const status = 'vendorStatus' in outcome ? { vendorStatus: outcome.vendorStatus } : {};
    onCall?.({ call: call.name, outcome: outcome.kind, ...status, durationMs: performance.now() - begun });
    return outcome;
  }

  /** A call that asks for the credentials' sake alone: there a 401 and a 403 mean the same. */
  const ask = <T>(call: Call<T>, headers: Record<string, string>): Promise<Outcome<T>> =>
    report(call, async () => {
      const reply = await once(call, headers, {});
      if (isUnauthorized(reply) || isForbidden(reply)) return rejected(call, reply.status);
      return classify(discreet(call, headers), reply, Date.now());
    });
  const login = <T>(call: Call<T>): Promise<Outcome<T>> => ask(call, {});

  function rejected(call: Call<unknown>, vendorStatus: number): Barred {
    return {
      kind: 'barred',
      message: `${call.name}: the vendor rejected the connection's credentials`,
      vendorStatus,
    };
  }

  async function attempt<T>(call: Call<T>, send: SendOptions): Promise<Outcome<T>> {
    for (let renewed = false; ; renewed = true) {
      const credentials = await auth.headers(login);
      if (!credentials.ok) return credentials.outcome;
      const reply = await once(call, credentials.headers, send);
      if (isUnauthorized(reply)) {
        if (auth.renew(credentials.headers) && !renewed) continue;
        return rejected(call, reply.status);
      }
      if (isForbidden(reply)) return forbidden(call, reply, credentials.headers);
      return classify(discreet(call, credentials.headers), reply, Date.now());
    }
  }

  /** A 403 is a missing right, unless the vendor has a way to tell and it says that the credentials are not accepted. */
  async function forbidden<T>(
    call: Call<T>,
    reply: Exchange & { kind: 'reply' },
    headers: Record<string, string>,
  ): Promise<Outcome<T>> {
    if (auth.afterForbidden) {
      if (auth.afterForbidden.probe === (call as Call<unknown>)) return rejected(call, reply.status);
      if (barred) return barred;
      // A password that was changed meets many calls at once: one probe answers for all of them.
      probing ??= ask(auth.afterForbidden.probe, headers).then((outcome) => {
        if (outcome.kind === 'barred') bar(rejected(call, reply.status));
        probing = undefined;
        return outcome;
      });
      const { kind } = await probing;
      if (kind === 'barred') return rejected(call, reply.status);
      if (kind !== 'done')
        return {
          kind: 'unknown',
          message: `${call.name}: forbidden, and it could not be told why`,
          vendorStatus: 403,
        };
    }
    const words = discreet(call, headers).refusal(reply)?.message ?? 'Forbidden';
    return {
      kind: 'refused',
      code: 'misconfigured',
      message: `${call.name}: the connection's account lacks a right at the vendor (${words})`,
      vendorStatus: reply.status,
    };
  }

  function lift(): void {
    barred = undefined;
    told = false;
  }

  /** The vendor's own no, and not an earlier one's echo: told once. */
  async function heed(outcome: Barred): Promise<void> {
    if (told) return;
    told = true;
    bar(outcome);
    await gate?.rejected(outcome);
  }

  function bar(outcome: Barred | Unsent): void {
    barred = outcome;
    trial.doubt();
  }

  return {
    async send(call, send = {}) {
      if (send.paced && !barred) await pace(send.signal);
      // Whether the credentials are still accepted is being asked: what is sent meanwhile could be one failure too many.
      await probing;
      if (barred) return barred;
      return trial.inTurn(async () => {
        if (barred) return barred;
        const outcome = await report(call, () => attempt(call, send));
        if (outcome.kind === 'barred') await heed(outcome);
        return outcome;
      });
    },
    async probe(call, send = {}) {
      const outcome = await report(call, () => attempt(call, send));
      if (outcome.kind === 'barred') bar(outcome);
      if (isProof(outcome.kind)) {
        lift();
        trial.prove();
      }
      return outcome;
    },
    bar,
    unbar: lift,
    close: () => pool.destroy(),
  };
}

/** `Bearer abc` is said as a whole, or without its first word. */
function tokensIn(headers: Record<string, string>): string[] {
  return Object.values(headers).flatMap((value) => [value, ...value.split(' ').slice(1)]);
}

function queryOf(call: Call<unknown>): string {
  const query = Object.entries(call.query ?? {})
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
    .join('&');
  return query && `?${query}`;
}
