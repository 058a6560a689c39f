// The few kinds of reply that all vendors build theirs from, and reading of untyped JSON.
import type { VendorReply } from './contract';

/** A JSON reply. */
export function json(
  status: number,
  value: unknown,
  contentType = 'application/json; charset=utf-8',
): VendorReply {
  return { status, headers: { 'content-type': contentType }, body: JSON.stringify(value) };
}

/** A text reply. */
export function text(status: number, body: string, contentType = 'text/plain; charset=utf-8'): VendorReply {
  return { status, headers: { 'content-type': contentType }, body };
}

/** A whole HTML page with a title and one sentence. */
export function htmlPage(status: number, title: string, sentence: string): VendorReply {
  const body = `<!DOCTYPE html>\n<html lang="en"><head><title>${title}</title></head>\n<body><h1>${title}</h1><p>${sentence}</p></body></html>\n`;
  return { status, headers: { 'content-type': 'text/html; charset=UTF-8' }, body };
}

/** A reply without a body. */
export function noBody(status: number): VendorReply {
  return { status, headers: {}, body: '' };
}

/** Marks a reply as that of a request which changed something. */
export function wrote(reply: VendorReply): VendorReply {
  return { ...reply, wrote: true };
}

/** A JSON object, as far as anyone can know. */
export type JsonObject = Record<string, unknown>;

/** The value as a JSON object, or undefined when it is anything else. */
export function asObject(value: unknown): JsonObject | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as JsonObject)
    : undefined;
}

/** The value as a string with something in it. */
export function asText(value: unknown): string | undefined {
  return typeof value === 'string' && value.trim() !== '' ? value : undefined;
}

/** Whether the media type (without its parameters) is JSON. */
export function isJsonType(contentType: string | undefined): boolean {
  return contentType?.split(';')[0]?.trim().toLowerCase() === 'application/json';
}

/** A day as `YYYY-MM-DD` that the calendar has. */
export function isCalendarDate(value: unknown): value is string {
  if (typeof value !== 'string' || !/^\d{4}-\d{2}-\d{2}$/.test(value)) return false;
  const day = new Date(`${value}T00:00:00Z`);
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(value);
}

/** An e-mail address as a careful vendor accepts it: ASCII, one @, a dotted host. */
export function isEmail(value: unknown): value is string {
  return (
    typeof value === 'string' &&
    value.length <= 254 &&
    /^[\w.!#$%&'*+/=?^`{|}~-]{1,64}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z0-9-]{2,}$/.test(
      value,
    )
  );
}
