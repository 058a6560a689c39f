// A roster's content, pinned by its SHA-256: who reads a page of it reads what was checked when the job started.
import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import type { RosterPlace } from './place';
import { rosterFault } from './roster-error';
import { openFile, openRoster, type RosterFile } from './source';

/** A roster that is being read. */
export interface OpenedRoster {
  file: RosterFile;
  /** The bytes from a place on. Each call begins anew. */
  chunks(byte: number): AsyncIterable<Buffer>;
  /** @throws RosterError if the file is no longer what was opened */
  requireUnchanged(): Promise<void>;
  /** Reads it whole. @throws RosterError if it is written to meanwhile */
  measure(): Promise<{ sha256: string; bytes: number }>;
  /** Its hash, without reading where an earlier look at the same file tells. */
  hash(): Promise<string>;
  close(): Promise<void>;
}

/** So many bytes are checked at a stretch; more would keep other work of the process waiting. */
const CHUNK = 65_536;

/** SHA-256 by what tells a file's content from what it was before. */
const hashes = new Map<string, string>();
const MOST_HASHES = 1000;

/** Opens a roster for its first, whole reading. @throws RosterError */
export async function openAnew(place: RosterPlace, signal?: AbortSignal): Promise<OpenedRoster> {
  return opened(await openRoster(place.source, { importsDir: place.importsDir, signal }), signal);
}

/** Opens a roster that a job was started with. @throws RosterError if it is no longer the same */
export async function openPinned(
  place: RosterPlace,
  sha256: string,
  signal?: AbortSignal,
): Promise<OpenedRoster> {
  const file = await openRoster(place.source, { importsDir: place.importsDir, signal, sha256 });
  const roster = await opened(file, signal);
  try {
    if ((await roster.hash()) !== sha256) {
      const advice = 'put back the one that it was started with, or start a new job with this one';
      throw rosterFault(file.name, `the roster changed since the job started; ${advice}`);
    }
    return roster;
  } catch (error) {
    await roster.close();
    throw error;
  }
}

async function opened(file: RosterFile, signal?: AbortSignal): Promise<OpenedRoster> {
  const handle = await openFile(file.path, file.name);
  const identity = await identityOf(handle, file.path);

  async function* chunks(byte: number): AsyncGenerator<Buffer> {
    for (let at = byte; ; ) {
      signal?.throwIfAborted();
      const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(CHUNK), 0, CHUNK, at);
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
      at += bytesRead;
    }
  }

  async function requireUnchanged(): Promise<void> {
    if ((await identityOf(handle, file.path)) === identity) return;
    throw rosterFault(file.name, 'changed while it was read; start again once it is written to the end');
  }

  async function measure() {
    const sum = createHash('sha256');
    let bytes = 0;
    for await (const chunk of chunks(0)) {
      sum.update(chunk);
      bytes += chunk.length;
    }
    await requireUnchanged();
    const sha256 = sum.digest('hex');
    if (await hasSettled(handle)) remember(identity, sha256);
    return { sha256, bytes };
  }

  const hash = async () => hashes.get(identity) ?? (await measure()).sha256;
  return { file, chunks, requireUnchanged, measure, hash, close: () => handle.close() };
}

function remember(identity: string, sha256: string): void {
  const oldest = hashes.size >= MOST_HASHES ? hashes.keys().next().value : undefined;
  if (oldest !== undefined) hashes.delete(oldest);
  hashes.set(identity, sha256);
}

/** A file that is written to twice within a tick of the clock shows no difference: one so young is looked at again. */
async function hasSettled(handle: FileHandle): Promise<boolean> {
  return Date.now() - (await handle.stat()).ctimeMs > 1000;
}

async function identityOf(handle: FileHandle, path: string): Promise<string> {
  const { dev, ino, size, mtimeNs, ctimeNs } = await handle.stat({ bigint: true });
  return [path, dev, ino, size, mtimeNs, ctimeNs].join(' ');
}
