// EthosCE's kinds of reply as measured: JSON, RESTWS' one line of text (served as text/html), whole HTML pages.
import type { VendorReply } from '../contract';
import { htmlPage, json, text, wrote } from '../replies';

const REASONS: Readonly<Record<number, string>> = {
  403: 'Forbidden',
  404: 'Not Found',
  406: 'Not Acceptable',
  412: 'Precondition Failed',
  422: 'Unprocessable Entity',
};

/** Ends the work on a request with a reply; nothing was changed. */
export class Refusal extends Error {
  constructor(readonly reply: VendorReply) {
    super(`refused with ${reply.status}`);
  }
}

/** RESTWS' own refusal: `406 Not Acceptable: …`, escaped, as text/html. */
export function restws(status: number, sentence?: string): VendorReply {
  const line = `${status} ${REASONS[status] ?? 'Error'}${sentence === undefined ? '' : `: ${escaped(sentence)}`}`;
  return text(status, line, 'text/html; charset=UTF-8');
}

/** RESTWS' refusal of a write that brings a session cookie without its token. */
export function csrfFailed(): VendorReply {
  return text(403, '403 Access Denied: CSRF validation failed', 'text/html; charset=UTF-8');
}

/** A whole page of the site. */
export function page(status: number): VendorReply {
  switch (status) {
    case 200:
      return htmlPage(200, 'User account | EthosCE', 'Member for 1 minute');
    case 403:
      return htmlPage(403, 'Access denied | EthosCE', 'You are not authorized to access this page.');
    case 404:
      return htmlPage(404, 'Page not found | EthosCE', 'The requested page could not be found.');
    case 503:
      return htmlPage(503, 'Site under maintenance', 'EthosCE is currently under maintenance.');
    default:
      return htmlPage(
        status,
        'Error | EthosCE',
        'The website encountered an unexpected error. Please try again later.',
      );
  }
}

/** The site's answer to an exception that nothing caught. */
export function crash(): VendorReply {
  return { ...page(500), reason: '500 Service unavailable (with message)' };
}

/** JSON, as RESTWS labels it. */
export function data(status: number, value: unknown): VendorReply {
  return json(status, value, 'application/json');
}

/** A created entity: 201 and a reference whose id is a string. */
export function createdReference(origin: string, resource: string, id: string): VendorReply {
  return wrote(data(201, { uri: `${origin}/${resource}/${id}`, id, resource }));
}

/** The answer to PUT and DELETE: 200 and an empty list. */
export function done(changed = true): VendorReply {
  const reply = data(200, []);
  return changed ? wrote(reply) : reply;
}

/** Drupal's check_plain. */
export function escaped(sentence: string): string {
  return sentence
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/"/g, '&quot;')
    .replace(/'/g, '&#039;');
}
