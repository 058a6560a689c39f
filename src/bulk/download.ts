// Rosters from web addresses. They hold people's data: they are kept in a folder that only this user can enter, under
// the hash of what they are, so that a later page of a job reads the very same bytes, and not longer than a week.
import { createHash, randomUUID } from 'node:crypto';
import { lstat, mkdir, open, readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Dispatcher, request } from 'undici';
import { mayBePlain } from '../config/fields';
import { MOST_BYTES, type RosterFormat } from './place';
import { RosterError, rosterFault } from './roster-error';

const DAY = 86_400_000;
const KEPT_FOR = 7 * DAY;
const MOST_REDIRECTS = 5;
const QUIET_FOR = 30_000;
const WHOLE_WITHIN = 600_000;

export interface Download {
  path: string;
  /** As the address or its answer tells; undefined where neither does. */
  format: RosterFormat | undefined;
}

/** The address as it may be shown: signed addresses carry their credentials in the query. */
export function addressLabel(address: string): string {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  return url === undefined ? 'the address' : `${url.origin}${url.pathname}`;
}

/**
 * Downloads a roster.
 * @throws RosterError if the address can't be used, does not answer with a file, or can't be reached
 */
export async function download(address: string, signal?: AbortSignal): Promise<Download> {
  const name = addressLabel(address);
  const url = allowedUrl(address, name);
  const limit = AbortSignal.timeout(WHOLE_WITHIN);
  const both = signal ? AbortSignal.any([signal, limit]) : limit;
  try {
    const reply = await answer(url, name, both);
    return await keep(reply, name, await formatOf(url, reply, name));
  } catch (error) {
    if (error instanceof RosterError) throw error;
    signal?.throwIfAborted();
    throw rosterFault(name, `cannot be fetched: ${reason(error)}`);
  }
}

/** The file of an earlier download, if it is still here. */
export async function keptDownload(sha256: string): Promise<Download | undefined> {
  const folder = await privateFolder();
  for (const format of ['csv', 'ndjson', undefined] as const) {
    const path = join(folder, fileName(sha256, format));
    const found = await stat(path).catch(absent);
    if (found === undefined) continue;
    // What is in use stays; a change of the time costs the next reader a look at the whole file.
    if (Date.now() - found.mtimeMs > DAY) await utimes(path, new Date(), new Date());
    return { path, format };
  }
  return undefined;
}

function allowedUrl(address: string, name: string): URL {
  const url = new URL(address);
  if (url.username !== '' || url.password !== '') {
    throw rosterFault(
      name,
      'has credentials in it, which would be kept with the job; use an address without',
    );
  }
  if (url.protocol === 'https:' || (url.protocol === 'http:' && mayBePlain(url.hostname))) return url;
  throw rosterFault(name, 'would send personal data unencrypted; use https');
}

/** The answer with the file; redirects are followed where they stay with the same server. */
async function answer(start: URL, name: string, signal: AbortSignal): Promise<Dispatcher.ResponseData> {
  let url = start;
  for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects += 1) {
    const reply = await request(url, {
      signal,
      headersTimeout: QUIET_FOR,
      bodyTimeout: QUIET_FOR,
      headers: {
        accept: 'text/csv, application/x-ndjson, */*;q=0.5',
        'accept-encoding': 'identity',
        'user-agent': 'muster',
      },
    });
    const { statusCode: status, headers } = reply;
    if (status === 200) return reply;
    await reply.body.dump();
    const location = [301, 302, 303, 307, 308].includes(status) ? single(headers.location) : undefined;
    if (location === undefined || !URL.canParse(location, url.href)) {
      throw rosterFault(name, `cannot be fetched: the server answered ${status}`);
    }
    url = new URL(location, url);
    if (url.origin !== start.origin) {
      throw rosterFault(name, `redirects to another server (${url.origin}); give the final address`);
    }
  }
  throw rosterFault(name, `redirects more than ${MOST_REDIRECTS} times`);
}

async function formatOf(
  url: URL,
  reply: Dispatcher.ResponseData,
  name: string,
): Promise<RosterFormat | undefined> {
  const type = single(reply.headers['content-type'])?.split(';')[0]?.trim().toLowerCase();
  const encoding = single(reply.headers['content-encoding']) ?? 'identity';
  const fault =
    type === 'text/html'
      ? 'answered with a web page, not a file; does the address need a log-in?'
      : encoding !== 'identity' && 'answered with a compressed file; offer it uncompressed';
  if (fault) {
    await reply.body.dump();
    throw rosterFault(name, fault);
  }
  if (/\.csv$/i.test(url.pathname)) return 'csv';
  if (/\.(ndjson|jsonl)$/i.test(url.pathname)) return 'ndjson';
  if (type === 'text/csv') return 'csv';
  const isNdjson = /^application\/(x-)?(ndjson|jsonl|jsonlines|json-lines)$/.test(type ?? '');
  return isNdjson ? 'ndjson' : undefined;
}

async function keep(
  { body, headers }: Dispatcher.ResponseData,
  name: string,
  format: RosterFormat | undefined,
): Promise<Download> {
  const folder = await privateFolder();
  await removeOld(folder);
  const incoming = join(folder, `incoming-${randomUUID()}`);
  const file = await open(incoming, 'wx', 0o600);
  try {
    const hash = createHash('sha256');
    let bytes = 0;
    for await (const chunk of body as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > MOST_BYTES)
        throw rosterFault(name, `is larger than ${MOST_BYTES / 1_000_000} MB; split it`);
      hash.update(chunk);
      await file.writeFile(chunk);
    }
    const promised = single(headers['content-length']);
    if (promised !== undefined && Number(promised) !== bytes) {
      throw rosterFault(name, 'broke off before the file was whole; try again');
    }
    const path = join(folder, fileName(hash.digest('hex'), format));
    await rename(incoming, path);
    return { path, format };
  } finally {
    await file.close();
    await rm(incoming, { force: true });
  }
}

function fileName(sha256: string, format: RosterFormat | undefined): string {
  return `${sha256}.${format ?? 'roster'}`;
}

/** Made if it is not there. One that somebody else made, or can look into, is not used. */
async function privateFolder(): Promise<string> {
  const folder = join(tmpdir(), `muster-rosters-${process.getuid?.() ?? 'user'}`);
  await mkdir(folder, { mode: 0o700 }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
  const found = await lstat(folder);
  const ours = process.getuid === undefined || (found.uid === process.getuid() && (found.mode & 0o077) === 0);
  if (found.isDirectory() && ours) return folder;
  throw rosterFault(folder, 'is not a folder of this user alone, and rosters are kept in it; remove it');
}

async function removeOld(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    const found = await stat(path).catch(absent);
    if (found !== undefined && Date.now() - found.mtimeMs > KEPT_FOR) await rm(path, { force: true });
  }
}

function absent(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
  return undefined;
}

function single(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header[0] : header;
}

function reason(error: unknown): string {
  const { name = '', code = '' } = error as Partial<NodeJS.ErrnoException>;
  if (name === 'TimeoutError') return `it took longer than ${WHOLE_WITHIN / 60_000} minutes`;
  const words: Record<string, string> = {
    ENOTFOUND: 'there is no server of that name',
    EAI_AGAIN: 'the name of the server cannot be looked up at present',
    ECONNREFUSED: 'the server refuses connections',
    ECONNRESET: 'the server broke the connection',
    UND_ERR_SOCKET: 'the server broke the connection',
    UND_ERR_CONNECT_TIMEOUT: 'the server does not answer',
    UND_ERR_HEADERS_TIMEOUT: 'the server does not answer',
    UND_ERR_BODY_TIMEOUT: 'the server stopped sending',
  };
  return words[code] ?? (code || name || 'no reason is known');
}
