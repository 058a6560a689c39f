// How a vendor declares one of its calls: the request, the answers that prove it done, and the shape of its refusals.
// Declared as data, so that what is sent can be compared with the vendor's document without sending it.
import type { z } from 'zod';
import type { Reply } from './exchange';
import type { RefusalCode } from './outcome';

export interface Call<T> {
  /** As logs, metrics and messages name it, e.g. `EthosCE: create user`. */
  name: string;
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Path below the connection's base address, beginning with a slash. */
  path: string;
  query?: Record<string, string>;
  headers?: Record<string, string>;
  /** Sent as JSON. */
  json?: unknown;
  /** The replies that mean done, by status; each must be proven by its body. */
  answers: readonly Answer<T>[];
  /** Reads the vendor's own kind of refusal; undefined where the reply is not one. */
  refusal: RefusalShape;
  /** How long to leave the vendor alone after a 429 that does not say, in milliseconds. */
  busyForMs?: number;
}

export interface Answer<T> {
  status: readonly number[];
  read: (reply: Reply) => Reading<T>;
}

/** What a body proved: the value, or why it proves nothing. */
export type Reading<T> = { ok: true; value: T } | { ok: false; why: string };

export type RefusalShape = (reply: Reply) => { message: string; code?: RefusalCode } | undefined;

/** A JSON body of the given shape; the content type must say JSON. */
export function json<S extends z.ZodType, T = z.output<S>>(
  schema: S,
  take?: (value: z.output<S>) => T | undefined,
): (reply: Reply) => Reading<T> {
  return (reply) => {
    if (!isJson(reply))
      return { ok: false, why: `the reply is ${reply.contentType || 'of no type'}, not JSON` };
    const body = parse(reply.text);
    if (body === undefined) return { ok: false, why: 'the reply is not readable JSON' };
    const read = schema.safeParse(body);
    if (!read.success) {
      const issue = read.error.issues[0];
      return {
        ok: false,
        why: `the reply lacks what it owes: ${issue?.path.join('.') || 'body'}: ${issue?.message}`,
      };
    }
    const value = take ? take(read.data) : (read.data as T);
    return value === undefined ? { ok: false, why: 'the reply lacks what it owes' } : { ok: true, value };
  };
}

/** A plain text body that passes the check. */
export function text<T>(take: (text: string) => T | undefined): (reply: Reply) => Reading<T> {
  return (reply) => {
    const value = looksLikeHtml(reply) ? undefined : take(reply.text.trim());
    return value === undefined
      ? { ok: false, why: 'the reply is not the text that was expected' }
      : { ok: true, value };
  };
}

/** An empty body. */
export function empty<T>(value: T): (reply: Reply) => Reading<T> {
  return (reply) =>
    reply.text.trim() === '' ? { ok: true, value } : { ok: false, why: 'the reply should have been empty' };
}

/** Any body but a web page: for calls whose success is told by the status alone. */
export function anything<T>(value: T): (reply: Reply) => Reading<T> {
  return (reply) =>
    looksLikeHtml(reply) ? { ok: false, why: 'the reply is a web page' } : { ok: true, value };
}

export function isJson({ contentType }: Reply): boolean {
  return contentType === 'application/json' || contentType.endsWith('+json');
}

export function looksLikeHtml({ contentType, text }: Reply): boolean {
  return (
    /^\s*<(!doctype|html|head|body)/i.test(text) ||
    (contentType === 'text/html' && /<\/?[a-z]+[^>]*>/i.test(text))
  );
}

/** @returns undefined where the text is no JSON. */
export function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
