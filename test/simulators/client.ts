// A bare HTTP client for these tests: sends exactly the headers given (no cookies, no redirects), reads text.
import { request } from 'undici';

export interface Sent {
  headers?: Record<string, string>;
  /** Objects are sent as JSON, with `Content-Type: application/json` unless headers say otherwise. */
  body?: unknown;
}

export interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  type: string;
  text: string;
  /** The body parsed; undefined when it is no JSON. */
  json: unknown;
}

export async function send(url: string, method: string, sent: Sent = {}): Promise<Answer> {
  const { headers = {}, body } = sent;
  const isText = typeof body === 'string' || body === undefined;
  const reply = await request(url, {
    method: method as 'GET',
    headers: isText ? headers : { 'content-type': 'application/json', ...headers },
    body: isText ? body : JSON.stringify(body),
  });
  const text = await reply.body.text();
  return {
    status: reply.statusCode,
    headers: reply.headers,
    type: String(reply.headers['content-type'] ?? ''),
    text,
    json: parsed(text),
  };
}

/** `send` bound to one origin and to headers that every request carries. */
export function caller(origin: () => string, usual: () => Record<string, string> = () => ({})) {
  return (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) =>
    send(`${origin()}${path}`, method, { headers: { ...usual(), ...headers }, body });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
