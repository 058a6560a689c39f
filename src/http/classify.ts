// Turns an exchange into its outcome, by the one table of design.md ("What a vendor call can end as"). The only place
// that reads status codes. A 401 and a 403 are left to the transport, which knows about sessions and rights.
import type { Call } from './call';
import type { Exchange, Reply } from './exchange';
import type { Outcome } from './outcome';
import { outline } from './refusals';
import { retryAfterMs } from './retry-after';

export function classify<T>(call: Call<T>, exchange: Exchange, now: number): Outcome<T> {
  if (exchange.kind === 'broken') {
    if (exchange.sent) return { kind: 'unknown', message: `${call.name}: ${exchange.message}` };
    return {
      kind: 'unsent',
      message: `${call.name}: ${exchange.message}`,
      ...(exchange.heldBack && { stale: 'age' }),
    };
  }
  return classifyReply(call, exchange, now);
}

function classifyReply<T>(call: Call<T>, reply: Reply, now: number): Outcome<T> {
  const answer = call.answers.find(({ status }) => status.includes(reply.status));
  const reading = answer?.read(reply);
  if (reading?.ok) return { kind: 'done', value: reading.value };

  const vendorStatus = reply.status;
  const asked = retryAfterMs(reply.headers['retry-after'], now);
  const wait = asked ?? (reply.status === 429 ? call.busyForMs : undefined);
  const retryAfter = wait === undefined ? {} : { retryAfterMs: wait };
  if (reply.status === 429)
    return { kind: 'unsent', message: `${call.name}: too many requests`, vendorStatus, ...retryAfter };
  if (reply.status < 500) {
    const refusal = call.refusal(reply);
    if (refusal) return { kind: 'refused', code: 'refused', ...refusal, vendorStatus };
  }
  return {
    kind: 'unknown',
    message: `${call.name}: ${whyUnknown(reply, reading)}`,
    vendorStatus,
    ...retryAfter,
  };
}

function whyUnknown(reply: Reply, reading: { ok: false; why: string } | { ok: true } | undefined): string {
  if (reply.status >= 300 && reply.status < 400)
    return `${outline(reply)}: a redirect, which is not followed; check the connection's baseUrl, or the vendor's maintenance page`;
  return reading?.ok === false ? `${outline(reply)}: ${reading.why}` : outline(reply);
}

export function isUnauthorized(exchange: Exchange): exchange is Reply {
  return exchange.kind === 'reply' && exchange.status === 401;
}

export function isForbidden(exchange: Exchange): exchange is Reply {
  return exchange.kind === 'reply' && exchange.status === 403;
}
