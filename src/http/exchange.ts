// One HTTP exchange by undici, ending in a whole reply or in a break that says whether the request had left. No redirect
// is followed and nothing is ever sent twice: the request is dispatched once, and a second start of it is refused.
import { readFileSync } from 'node:fs';
import { rootCertificates } from 'node:tls';
import { Agent, type Dispatcher, ProxyAgent } from 'undici';
import { connectTimeout } from './fence';

export interface HttpRequest {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Path with query, from the root of the origin. */
  path: string;
  headers: Record<string, string>;
  body?: string;
}

/** A reply that came whole. Header names are in lower case. */
export interface Reply {
  kind: 'reply';
  status: number;
  headers: Record<string, string>;
  /** Media type without parameters, in lower case; empty when there was none. */
  contentType: string;
  text: string;
}

/** No whole reply. `sent` is false only where the request provably never left. */
export interface Broken {
  kind: 'broken';
  sent: boolean;
  /** Set when the caller's own guard held the request back. */
  heldBack?: boolean;
  message: string;
}

export type Exchange = Reply | Broken;

export interface NetworkOptions {
  origin: string;
  timeoutMs: number;
  caFile?: string;
  proxy?: string;
}

/** A reply larger than this is not read to its end, in bytes. */
export const LARGEST_REPLY = 8 * 1024 * 1024;

/** The pool of one connection; a create makes one of its own and destroys it afterwards. */
export function openDispatcher({ timeoutMs, caFile, proxy }: NetworkOptions): Dispatcher {
  const tls = {
    timeout: connectTimeout(timeoutMs),
    ...(caFile ? { ca: [...rootCertificates, readFileSync(caFile, 'utf8')] } : {}),
  };
  const limits = { pipelining: 1, connections: 16, headersTimeout: timeoutMs, bodyTimeout: timeoutMs };
  return proxy
    ? new ProxyAgent({ ...limits, uri: proxy, requestTls: tls, proxyTls: tls, connect: tls })
    : new Agent({ ...limits, connect: tls });
}

export interface ExchangeOptions {
  timeoutMs: number;
  signal?: AbortSignal;
  /** Asked right before the first byte is written; a sentence holds the request back. */
  guard?: () => string | undefined;
}

/** Carries out one exchange. Never throws. */
export function exchange(
  dispatcher: Dispatcher,
  origin: string,
  request: HttpRequest,
  { timeoutMs, signal, guard }: ExchangeOptions,
): Promise<Exchange> {
  return new Promise((resolve) => {
    let started = false;
    let ended = false;
    let controller: Dispatcher.DispatchController | undefined;
    let head: { status: number; headers: Record<string, string> } | undefined;
    const chunks: Buffer[] = [];
    let size = 0;

    const end = (result: Exchange) => {
      if (ended) return;
      ended = true;
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      resolve(result);
      if (result.kind === 'broken') controller?.abort(new Error(result.message));
    };
    const broken = (message: string) => end({ kind: 'broken', sent: started, message });
    const onAbort = () => broken('cancelled');
    const timer = setTimeout(() => broken(`no whole reply within ${timeoutMs} ms`), timeoutMs);
    if (signal?.aborted) return onAbort();
    signal?.addEventListener('abort', onAbort, { once: true });

    const handler: Dispatcher.DispatchHandler = {
      onRequestStart(control) {
        if (ended) throw new Error('ended before it was sent');
        if (started) {
          broken('the connection was lost and the request would have been sent again');
          throw new Error('a request is never sent twice');
        }
        const held = guard?.();
        if (held) {
          end({ kind: 'broken', sent: false, heldBack: true, message: held });
          throw new Error(held);
        }
        controller = control;
        started = true;
      },
      onResponseStart(_control, status, headers) {
        if (status >= 200) head = { status, headers: flatten(headers) };
      },
      onResponseData(_control, chunk) {
        size += chunk.length;
        if (size > LARGEST_REPLY) broken(`the reply is larger than ${LARGEST_REPLY} bytes`);
        else chunks.push(chunk);
      },
      onResponseEnd() {
        if (!head) return broken('the reply had no head');
        end(toReply(head, Buffer.concat(chunks)));
      },
      onResponseError(_control, error) {
        broken(describe(error));
      },
    };
    try {
      dispatcher.dispatch({ ...request, origin, body: request.body ?? null }, handler);
    } catch (error) {
      broken(describe(error));
    }
  });
}

function toReply(head: { status: number; headers: Record<string, string> }, body: Buffer): Exchange {
  const encoding = head.headers['content-encoding'];
  if (encoding && encoding !== 'identity')
    return {
      kind: 'broken',
      sent: true,
      message: `the reply came in the encoding ${encoding}, which was not asked for`,
    };
  const contentType = (head.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
  return { kind: 'reply', ...head, contentType, text: body.toString('utf8') };
}

function flatten(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  const flat: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers))
    if (value !== undefined) flat[name.toLowerCase()] = Array.isArray(value) ? value.join(', ') : value;
  return flat;
}

/** undici and Node name their errors by code; the code says more than the text, and neither holds what was sent. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = (error as NodeJS.ErrnoException).code;
  if (error instanceof AggregateError && error.errors.length > 0) return describe(error.errors[0]);
  return code && !error.message.includes(code) ? `${code}: ${error.message}` : error.message;
}
