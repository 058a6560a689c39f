// Keeps every request as it came, with its secrets masked, and what became of it.
import type { RecordedRequest, VendorRequest } from './contract';
import { asObject } from './replies';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** A recording that is still being written. */
export type OpenRecord = Mutable<RecordedRequest>;

/** What a vendor wants hidden. */
export interface Secrets {
  readonly secretHeaders: readonly string[];
  readonly secretMembers?: readonly string[];
}

/** Makes the record of a request that has just come in whole. */
export function recordRequest(
  request: VendorRequest,
  call: string,
  number: number,
  secrets: Secrets,
): OpenRecord {
  return {
    number,
    at: new Date(request.now).toISOString(),
    method: request.method,
    path: request.path,
    query: Object.fromEntries(request.query),
    headers: maskedHeaders(request.headers, secrets.secretHeaders),
    body: maskedBody(request, secrets.secretMembers ?? []),
    call,
    status: null,
    fault: null,
    committed: false,
  };
}

function maskedHeaders(headers: VendorRequest['headers'], secret: readonly string[]): Record<string, string> {
  const hidden = new Set(['authorization', 'cookie', ...secret.map((name) => name.toLowerCase())]);
  const shown: Record<string, string> = {};
  for (const [name, value = ''] of Object.entries(headers)) {
    shown[name] = hidden.has(name) ? masked(value) : value;
  }
  return shown;
}

// The scheme of an Authorization header is no secret, and tests want to see it.
function masked(value: string): string {
  const scheme = /^(Basic|Bearer) \S/.exec(value)?.[1];
  return scheme === undefined ? '***' : `${scheme} ***`;
}

function maskedBody(request: VendorRequest, secret: readonly string[]): unknown {
  if (request.body === '') return null;
  if (request.json === undefined) return request.body;
  const object = asObject(request.json);
  if (object === undefined || secret.length === 0) return request.json;
  return Object.fromEntries(
    Object.entries(object).map(([name, value]) => [name, secret.includes(name) ? '***' : value]),
  );
}
