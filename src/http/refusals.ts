// The shapes in which vendors say no. What has none of them is `unknown`, never `refused`.
import { isJson, looksLikeHtml, parse, type RefusalShape } from './call';
import type { Reply } from './exchange';

const LONGEST_MESSAGE = 500;
const PLAIN_STATUSES: readonly number[] = [400, 404, 409, 422];
const RESTWS_STATUSES: readonly number[] = [403, 404, 406, 412, 422];

/** PHA, OneFile, HotDocs (error shapes not public): 400, 404, 409 or 422 with a JSON or short plain-text body. */
export const plainRefusal: RefusalShape = (reply) => {
  if (!PLAIN_STATUSES.includes(reply.status) || looksLikeHtml(reply)) return undefined;
  const body = isJson(reply) ? parse(reply.text) : reply.text.trim();
  if (body === undefined || body === '' || reply.text.length > 4000) return undefined;
  return { message: shorten(typeof body === 'string' ? body : (messageIn(body) ?? reply.text)) };
};

/** RESTWS (EthosCE): one line of HTML-escaped text that begins with its own status, served as text/html. */
export const restwsRefusal: RefusalShape = (reply) => {
  const line = reply.text.trim();
  if (!RESTWS_STATUSES.includes(reply.status) || line.includes('\n')) return undefined;
  if (!new RegExp(`^${reply.status} [A-Z]`).test(line)) return undefined;
  return { message: shorten(unescapeHtml(line)) };
};

/** Regpack: JSON with `success: false`, whatever the status. */
export const successFalseRefusal: RefusalShape = (reply) => {
  if (!isJson(reply)) return undefined;
  const body = parse(reply.text);
  if (typeof body !== 'object' || body === null || !('success' in body) || body.success !== false)
    return undefined;
  return { message: shorten(messageIn(body) ?? 'success: false') };
};

function messageIn(body: unknown): string | undefined {
  if (typeof body !== 'object' || body === null) return undefined;
  const fields = body as Record<string, unknown>;
  for (const name of ['message', 'msg', 'error_description', 'error', 'detail', 'title', 'errors']) {
    const value = fields[name];
    if (typeof value === 'string' && value) return value;
    if (typeof value === 'object' && value !== null) return JSON.stringify(value);
  }
  return undefined;
}

function unescapeHtml(text: string): string {
  return text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#039;', "'")
    .replaceAll('&amp;', '&');
}

function shorten(text: string): string {
  return text.length > LONGEST_MESSAGE ? `${text.slice(0, LONGEST_MESSAGE)}…` : text;
}

/** What a reply that proves nothing looked like, without its contents. */
export function outline(reply: Reply): string {
  const what = looksLikeHtml(reply)
    ? 'a web page'
    : reply.text === ''
      ? 'an empty body'
      : reply.contentType || 'no type';
  return `HTTP ${reply.status} with ${what}`;
}
