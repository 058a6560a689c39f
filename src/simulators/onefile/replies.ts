// OneFile's kinds of reply. Its error body is not public: JSON with a `message` is what clients read.
import type { VendorReply, VendorRequest } from '../contract';
import { asObject, htmlPage, isJsonType, type JsonObject, json, noBody } from '../replies';

/** A refusal with its sentence. */
export function refused(status: number, message: string): VendorReply {
  return json(status, { message });
}

/** What stands before the application answers in HTML; 429 and 500 are its own. */
export function failure(status: number): VendorReply {
  if (status === 429) return refused(429, 'Too Many Requests. Please wait before retrying.');
  if (status === 500) return refused(500, 'An error has occurred.');
  return htmlPage(status, `${status} - Server Error`, 'The service is unavailable.');
}

/** A change that has nothing to tell. */
export function changed(): VendorReply {
  return { ...noBody(204), wrote: true };
}

/** Ends the work on a request with a reply; nothing was changed. */
export class Refused extends Error {
  readonly reply: VendorReply;

  constructor(status: number, message: string) {
    super(message);
    this.reply = refused(status, message);
  }
}

/** The body's members, from JSON or a form; an empty body has none. Numbers of a form are text until checked. */
export function membersOf(request: VendorRequest): JsonObject {
  const { body, headers } = request;
  if (body === '') return {};
  if (headers['content-type']?.startsWith('application/x-www-form-urlencoded')) {
    return Object.fromEntries([...new URLSearchParams(body)].map(([name, value]) => [name, unformed(value)]));
  }
  if (!isJsonType(headers['content-type'])) {
    throw new Refused(415, 'The request contains an entity body but no supported Content-Type.');
  }
  const members = asObject(request.json);
  if (members === undefined) throw new Refused(400, 'The request body is not a valid JSON object.');
  return members;
}

// A form has no types: what reads as a whole number or a boolean is taken as one where that is expected.
function unformed(value: string): unknown {
  if (/^\d{1,9}$/.test(value)) return Number(value);
  return value === 'true' || value === 'false' ? value === 'true' : value;
}
