// The kinds of value that keys of muster.yaml have, as zod schemas.
import { z } from 'zod';
import { parseDuration } from './durations';
import { expected } from './words';

/** A duration as people write it, in milliseconds once read. */
export function duration() {
  const error = expected('a duration: 500ms, 30s, 5m, 2h or 7d', 'is not a duration');
  return z.string({ error }).transform((value, context) => {
    const ms = parseDuration(value);
    if (ms !== undefined && ms > 0) return ms;
    context.addIssue({ code: 'custom', message: error({ code: 'custom', input: value }) });
    return z.NEVER;
  });
}

/** Digits are read as a number too, since `${NAME}` always gives text. */
export function wholeNumber(what = 'a whole number', min = 1, max = Number.MAX_SAFE_INTEGER) {
  const error = expected(what, 'is not one');
  return z.preprocess(
    (value) => (typeof value === 'string' && /^\d{1,16}$/.test(value) ? Number(value) : value),
    z.int({ error }).min(min, { error }).max(max, { error }),
  );
}

export function port() {
  return wholeNumber('a port, 1 to 65535', 1, 65_535);
}

const LOOPBACK = ['127.0.0.1', 'localhost', '[::1]'];

/** Simulated vendors in a network of containers (deploy/simulators.env): never set where real people are onboarded. */
export function mayBePlain(hostname: string): boolean {
  const named = process.env.MUSTER_PLAIN_HTTP_HOSTS?.split(',') ?? [];
  return LOOPBACK.includes(hostname) || named.includes(hostname);
}

/** An address without credentials, query or fragment; https, or http to this machine. The last slash is dropped. */
export function baseUrl(what = 'an https address such as https://vendor.example') {
  return z.string({ error: expected(what) }).transform((value, context) => {
    const message = urlFault(value, what);
    if (message === undefined) return value.replace(/\/+$/, '');
    context.addIssue({ code: 'custom', message });
    return z.NEVER;
  });
}

/** A web origin as browsers send it: scheme, host and port, without a path. */
export function origin() {
  const what = 'an origin such as http://localhost:8233';
  return baseUrl(what).transform((value, context) => {
    const { origin: sent } = new URL(value);
    if (sent === value.toLowerCase()) return sent;
    context.addIssue({ code: 'custom', message: `has more than scheme, host and port; expected ${what}` });
    return z.NEVER;
  });
}

function urlFault(value: string, what: string): string | undefined {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (url === undefined || !/^https?:\/\//i.test(value)) return `is not a web address; expected ${what}`;
  if (url.username !== '' || url.password !== '') {
    return 'has credentials in it; give them under their own keys';
  }
  if (url.search !== '' || url.hash !== '' || /[?#]/.test(value)) {
    return `has a query or fragment; expected ${what}`;
  }
  if (url.protocol === 'http:' && !mayBePlain(url.hostname)) {
    return 'would send credentials and personal data unencrypted; use https (http is for 127.0.0.1, localhost and [::1] only)';
  }
  return undefined;
}

/** A path below a base address: begins with a slash, does not end with one. */
export function urlPath(example: string) {
  const error = expected(`a path such as ${example}`, 'is not a path');
  return z.string({ error }).regex(/^(\/[^/?#\s]+)+$/, { error });
}

/** An IANA time zone of this Node's own table. */
export function timeZone() {
  const error = expected('a time zone such as Europe/London', 'is not a time zone');
  return z.string({ error }).refine(isTimeZone, { error });
}

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return /^[A-Z]/.test(name);
  } catch {
    return false;
  }
}

/** Yes or no, as YAML writes it. */
export function flag() {
  return z.boolean({ error: expected('true or false') });
}

/** Any JSON object: keys and values are the vendor's own business. */
export function jsonObject() {
  return z.record(z.string(), z.json(), { error: expected('an object') });
}
