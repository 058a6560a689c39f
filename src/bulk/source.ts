// Where a roster comes from: a file below the imports folder, with no way out of it, or a web address.
import { constants } from 'node:fs';
import { type FileHandle, open, realpath, stat } from 'node:fs/promises';
import { extname, isAbsolute, relative, resolve, sep } from 'node:path';
import { addressLabel, type Download, download, keptDownload } from './download';
import { MOST_BYTES, type RosterFormat } from './place';
import { rosterFault } from './roster-error';

/** A roster that is there. */
export interface RosterFile {
  /** Absolute path of a regular file. */
  path: string;
  format: RosterFormat;
  /** The source in a form that means the same in any folder: a path relative to the imports folder, or the address. */
  source: string;
  /** The source as it may be shown. */
  name: string;
}

export interface OpenOptions {
  importsDir: string;
  signal?: AbortSignal;
  /** Of a roster that was seen before: what is still here of it is not fetched again. */
  sha256?: string;
}

/**
 * Finds a roster; an address is downloaded.
 * @throws RosterError if there is none, it may not be read, or it can't be fetched
 */
export async function openRoster(source: string, options: OpenOptions): Promise<RosterFile> {
  return isAddress(source) ? fetched(source, options) : local(source, options.importsDir);
}

export function isAddress(source: string): boolean {
  return /^[a-z][a-z0-9+.-]+:\/\//i.test(source);
}

/** The source as files and messages may name it: an address may hold a secret. */
export function sourceName(source: string): string {
  return isAddress(source) ? addressLabel(source) : source;
}

async function fetched(source: string, { sha256, signal }: OpenOptions): Promise<RosterFile> {
  const name = addressLabel(source);
  if (!/^https?:/i.test(source) || !URL.canParse(source)) {
    throw rosterFault(name, 'is not an address to fetch from; give an https address, or a path');
  }
  const kept: Download | undefined = sha256 === undefined ? undefined : await keptDownload(sha256);
  const { path, format } = kept ?? (await download(source, signal));
  return { path, format: format ?? (await formatByContent(path, name)), source, name };
}

async function local(source: string, importsDir: string): Promise<RosterFile> {
  const folder = await realpath(importsDir).catch((error: NodeJS.ErrnoException) => {
    throw rosterFault(importsDir, `the folder of rosters (bulk.importsDir) ${unreadable(error)}`);
  });
  const path = await firstThere(source, folder);
  const inside = relative(folder, path);
  if (inside === '' || inside === '..' || inside.startsWith(`..${sep}`) || isAbsolute(inside)) {
    throw rosterFault(
      source,
      `lies outside of ${importsDir} (bulk.importsDir), and rosters are read from there only`,
    );
  }
  const found = await stat(path);
  if (!found.isFile()) throw rosterFault(source, found.isDirectory() ? 'is a folder' : 'is not a plain file');
  if (found.size > MOST_BYTES)
    throw rosterFault(source, `is larger than ${MOST_BYTES / 1_000_000} MB; split it`);
  return {
    path,
    format: formatByName(path) ?? (await formatByContent(path, source)),
    source: inside,
    name: source,
  };
}

/** The real path of a file in the imports folder or, if there is none, by that path from here. */
async function firstThere(source: string, folder: string): Promise<string> {
  const candidates = [...new Set([resolve(folder, source), resolve(source)])];
  for (const candidate of candidates) {
    const found = await realpath(candidate).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
      throw rosterFault(source, unreadable(error));
    });
    if (found !== undefined) return found;
  }
  throw rosterFault(source, `there is no such file in ${folder} (bulk.importsDir)`);
}

function unreadable(error: NodeJS.ErrnoException): string {
  return error.code === 'ENOENT'
    ? 'does not exist'
    : `cannot be read (${error.code ?? 'for no known reason'})`;
}

/** Opens a plain file for reading. @throws RosterError */
export async function openFile(path: string, name: string): Promise<FileHandle> {
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  return open(path, flags).catch((error: NodeJS.ErrnoException) => {
    throw rosterFault(name, unreadable(error));
  });
}

function formatByName(path: string): RosterFormat | undefined {
  const extension = extname(path).toLowerCase();
  if (extension === '.csv') return 'csv';
  return extension === '.ndjson' || extension === '.jsonl' ? 'ndjson' : undefined;
}

/** By its first character. Files that are plainly something else are named. */
async function formatByContent(path: string, name: string): Promise<RosterFormat> {
  const file = await openFile(path, name);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(4096), 0, 4096, 0);
    const start = buffer
      .toString('latin1', 0, bytesRead)
      .replace(/^\xef\xbb\xbf/, '')
      .trimStart();
    if (start.startsWith('['))
      throw rosterFault(name, 'is a JSON list; put one object on each line (NDJSON)');
    return start.startsWith('{') ? 'ndjson' : 'csv';
  } finally {
    await file.close();
  }
}
