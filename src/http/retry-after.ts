// Reads a Retry-After header: seconds, or an HTTP date (RFC 9110, 10.2.3).

/** A vendor that asks for more than this is asked again after this. */
const LONGEST_MS = 24 * 60 * 60 * 1000;

/** The three legal forms of a date, nothing else that Date.parse would swallow; the last one leaves its GMT out. */
const DATE =
  /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*(, \d\d[ -][A-Z][a-z]{2}[ -]\d{2,4} \S{8} GMT| .{15} \d{4})$/;

/** @returns milliseconds to wait, at least 0 and at most a day; undefined when the header is absent or unreadable. */
export function retryAfterMs(header: string | undefined, now: number): number | undefined {
  const text = header?.trim();
  if (!text) return undefined;
  if (/^\d+$/.test(text)) return Math.min(Number(text) * 1000, LONGEST_MS);
  if (!DATE.test(text)) return undefined;
  const at = Date.parse(/GMT$/.test(text) ? text : `${text} GMT`);
  return Number.isNaN(at) ? undefined : Math.min(Math.max(at - now, 0), LONGEST_MS);
}
