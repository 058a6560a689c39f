// A file that appears in its place when it is whole, and not before.
import { randomUUID } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';

export interface Part {
  write(text: string): Promise<void>;
  /** Moves it into its place, over an older one. */
  finish(): Promise<void>;
  /** Takes it away, if it has not been moved. */
  remove(): Promise<void>;
}

/** Gathered before it is written: one call for each row would take most of the time. */
const ENOUGH = 65_536;

/** Begins a file that its owner alone may read. @param path where it will stand; its folder is there */
export async function openPart(path: string): Promise<Part> {
  const incoming = `${path}.${randomUUID()}.incoming`;
  const file = await open(incoming, 'wx', 0o600);
  let gathered: string[] = [];
  let length = 0;
  let closed = false;

  async function flush(): Promise<void> {
    const text = gathered.join('');
    gathered = [];
    length = 0;
    await file.writeFile(text);
  }

  async function close(): Promise<void> {
    if (closed) return;
    closed = true;
    await file.close();
  }

  return {
    async write(text) {
      gathered.push(text);
      length += text.length;
      if (length >= ENOUGH) await flush();
    },
    async finish() {
      await flush();
      await file.sync();
      await close();
      await rename(incoming, path);
    },
    async remove() {
      await close();
      await rm(incoming, { force: true });
    },
  };
}
