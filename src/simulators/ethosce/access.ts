// Who is asking, as measured: Basic that logs in each time, session cookies and their token, lock-out, page cache,
// maintenance. A rejected log-in is never said to be one: the request goes on as an anonymous one.
import { createHash, randomBytes } from 'node:crypto';
import type { VendorReply, VendorRequest } from '../contract';
import { htmlPage, text } from '../replies';
import { csrfFailed, page } from './replies';
import type { LiveEthosceSettings } from './store';

/** The account behind a request, with what it may do. */
export interface Viewer {
  readonly name: string | null;
  may(right: string): boolean;
}

/** The doorkeeper of one site. */
export interface Access {
  /** Cached pages, maintenance, session token and CSRF; a reply ends the request. */
  admit(request: VendorRequest): VendorReply | undefined;
  viewer(request: VendorRequest): Viewer;
  /** Adds the session cookie, and keeps or stamps cached pages. */
  finish(request: VendorRequest, reply: VendorReply): VendorReply;
  state(): unknown;
}

const SIX_HOURS = 6 * 3600_000;
const ONE_HOUR = 3600_000;
const COOKIE = `SESS${createHash('sha256').update('ethosce-simulator').digest('hex').slice(0, 32)}`;
const ANONYMOUS: Viewer = { name: null, may: () => false };

interface Visit {
  readonly viewer: Viewer;
  readonly newSession?: string;
}

/** Opens the door of one site. */
export function createAccess(settings: LiveEthosceSettings): Access {
  const sessions = new Map<string, string>();
  const failures: { at: number; address: string; account: string | null }[] = [];
  const cache = new Map<string, VendorReply>();
  const visits = new WeakMap<VendorRequest, Visit>();

  function visit(request: VendorRequest): Visit {
    const known = visits.get(request);
    if (known !== undefined) return known;
    const made = identify(request);
    visits.set(request, made);
    return made;
  }

  function identify(request: VendorRequest): Visit {
    const cookie = sessionCookie(request);
    if (request.expired) {
      if (cookie !== undefined) sessions.delete(cookie);
      return { viewer: ANONYMOUS };
    }
    // With a valid session nothing looks at the Basic header.
    const owner = cookie === undefined ? undefined : sessions.get(cookie);
    if (owner !== undefined) return { viewer: viewerOf(owner) };
    const name = logIn(request);
    if (name === undefined) return { viewer: ANONYMOUS };
    const newSession = randomBytes(24).toString('base64url');
    sessions.set(newSession, name);
    return { viewer: viewerOf(name), newSession };
  }

  function viewerOf(name: string): Viewer {
    return { name, may: (right) => settings.rights.includes(right) };
  }

  function logIn(request: VendorRequest): string | undefined {
    const given = basic(request.headers.authorization);
    if (given === undefined || !/^restws.*/.test(given.name)) return undefined;
    const account = given.name.toLowerCase();
    const expected = passwordOf(given.name);
    const recent = (since: number, of: (entry: (typeof failures)[number]) => boolean): number =>
      failures.filter((entry) => entry.at > request.now - since && of(entry)).length;
    const address = request.remoteAddress;
    const locked =
      recent(ONE_HOUR, (entry) => entry.address === address) >= settings.addressLimit ||
      recent(SIX_HOURS, (entry) => entry.address === address && entry.account === account) >=
        settings.lockAfter;
    if (!locked && expected !== undefined && expected === given.password) {
      // Success forgives the account, not the address.
      for (const entry of failures) if (entry.account === account) entry.account = null;
      return given.name;
    }
    failures.push({ at: request.now, address, account });
    return undefined;
  }

  function passwordOf(name: string): string | undefined {
    if (name.toLowerCase() === settings.username.toLowerCase()) {
      return settings.blocked ? undefined : settings.password;
    }
    return settings.otherAccounts[name];
  }

  function sessionToken(request: VendorRequest): VendorReply {
    const { viewer, newSession } = visit(request);
    const session = newSession ?? sessionCookie(request);
    return viewer.name === null || session === undefined
      ? page(403)
      : text(200, tokenOf(session), 'text/plain');
  }

  function lacksToken(request: VendorRequest): boolean {
    const cookie = sessionCookie(request);
    if (cookie === undefined || !['POST', 'PUT', 'DELETE'].includes(request.method)) return false;
    return request.headers['x-csrf-token'] !== tokenOf(cookie);
  }

  function fromCache(request: VendorRequest): VendorReply | undefined {
    if (!settings.pageCache) cache.clear();
    if (request.method !== 'GET' || sessionCookie(request) !== undefined) return undefined;
    const kept = cache.get(request.url);
    return kept && { ...kept, headers: { ...kept.headers, 'x-drupal-cache': 'HIT' } };
  }

  return {
    admit(request) {
      const kept = fromCache(request);
      if (kept !== undefined) return kept;
      const { viewer } = visit(request);
      if (settings.maintenance) {
        if (viewer.name === null) return page(503);
        const moved = htmlPage(302, 'Found', 'The document has moved.');
        return { ...moved, headers: { ...moved.headers, location: `${request.origin}/` } };
      }
      if (request.path === '/restws/session/token' && request.method === 'GET') return sessionToken(request);
      return viewer.name !== null && lacksToken(request) ? csrfFailed() : undefined;
    },
    viewer: (request) => visit(request).viewer,
    finish(request, reply) {
      const { viewer, newSession } = visits.get(request) ?? { viewer: ANONYMOUS };
      if (newSession !== undefined) {
        const cookie = `${COOKIE}=${newSession}; path=/; HttpOnly`;
        return { ...reply, headers: { ...reply.headers, 'set-cookie': cookie } };
      }
      const isPage = reply.body.startsWith('<!DOCTYPE html>') && [403, 404].includes(reply.status);
      const isFirst = reply.headers['x-drupal-cache'] === undefined;
      if (!settings.pageCache || viewer.name !== null || request.method !== 'GET' || !isPage || !isFirst)
        return reply;
      const kept = { ...reply, headers: { ...reply.headers, 'cache-control': 'public, max-age=0' } };
      cache.set(request.url, kept);
      return { ...kept, headers: { ...kept.headers, 'x-drupal-cache': 'MISS' } };
    },
    state: () => ({ sessions: sessions.size, failedLogIns: failures.length, cachedPages: [...cache.keys()] }),
  };
}

function basic(header: string | undefined): { name: string; password: string } | undefined {
  const encoded = /^Basic (\S+)$/i.exec(header ?? '')?.[1];
  if (encoded === undefined) return undefined;
  const given = Buffer.from(encoded, 'base64').toString('utf8');
  const cut = given.indexOf(':');
  return cut < 0 ? undefined : { name: given.slice(0, cut), password: given.slice(cut + 1) };
}

function sessionCookie(request: VendorRequest): string | undefined {
  return new RegExp(`(?:^|;\\s*)${COOKIE}=([^;]+)`).exec(request.headers.cookie ?? '')?.[1];
}

function tokenOf(session: string): string {
  return createHash('sha256').update(`token of ${session}`).digest('base64url');
}
