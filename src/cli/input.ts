// Reads a request from a file or stdin. What is wrong is told by its place: the text itself may be personal data.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { UsageError } from './exit';
import { say } from './screen';

/** @param file a path, or `-` for stdin. @throws UsageError */
export async function readRequest(file: string): Promise<unknown> {
  return (await readPinnedRequest(file)).request;
}

/** The same, with the SHA-256 of the text in hexadecimal. @throws UsageError */
export async function readPinnedRequest(file: string): Promise<{ request: unknown; sha256: string }> {
  const name = file === '-' ? 'stdin' : file;
  const content = file === '-' ? await readStdin() : readText(file);
  const sha256 = createHash('sha256').update(content).digest('hex');
  return { request: parseJson(content.replace(/^\uFEFF/, ''), name), sha256 };
}

function readStdin(): Promise<string> {
  if (process.stdin.isTTY) say('Reading the request from the terminal; end it with Ctrl-D.');
  return text(process.stdin);
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unreadable';
    const why =
      { ENOENT: 'there is no such file', EISDIR: 'is a folder' }[code] ?? `cannot be read (${code})`;
    throw new UsageError(`${file}: ${why}`);
  }
}

function parseJson(content: string, name: string): unknown {
  if (content.trim() === '') throw new UsageError(`${name}: is empty; expected a request as JSON`);
  try {
    return JSON.parse(content);
  } catch {
    const before = content.slice(0, faultAt(content)).split('\n');
    const [line, column] = [before.length, (before.at(-1) ?? '').length + 1];
    throw new UsageError(`${name}:${line}:${column}: is not JSON; expected a request`);
  }
}

/** Index of the first character that can't stand where it does: every shorter text is only incomplete. */
function faultAt(content: string): number {
  let sound = 0;
  let broken = content.length;
  while (sound < broken) {
    const middle = Math.floor((sound + broken) / 2);
    if (isIncomplete(content.slice(0, middle + 1))) sound = middle + 1;
    else broken = middle;
  }
  return sound;
}

function isIncomplete(start: string): boolean {
  try {
    JSON.parse(start);
    return true;
  } catch (error) {
    const { message } = error as Error;
    const position = /at position (\d+)/.exec(message)?.[1];
    return /^(Unexpected end|Unterminated)/.test(message) || Number(position) >= start.length;
  }
}
