// A file's bytes as blocks of whole lines, proven to be UTF-8 text. A line feed is never part of another character, so
// each block can be looked at on its own.
import { isUtf8 } from 'node:buffer';
import type { Place } from './place';
import { lineFault } from './roster-error';

/** Longer lines, and rows, are a fault: most often a quote that was never closed. */
export const LONGEST_LINE = 1_000_000;
const LINE_FEED = 0x0a;
const BOM = Buffer.from([0xef, 0xbb, 0xbf]);

/** Whole lines, of which only a file's last may lack its line feed. The place is that of the first byte. */
export interface Block extends Place {
  bytes: Buffer;
}

/**
 * @param chunks the file from `from.byte` on
 * @throws RosterError at the first line that is no text, or too long
 */
export async function* wholeLines(chunks: AsyncIterable<Buffer>, from: Place): AsyncGenerator<Block> {
  let { byte, line } = from;
  let rest: Buffer[] = [];
  let restLength = 0;
  let first = byte === 0;

  const block = (bytes: Buffer): Block => {
    const skip = first && bytes.subarray(0, 3).equals(BOM) ? 3 : 0;
    first = false;
    const found = { bytes: bytes.subarray(skip), byte: byte + skip, line };
    requireText(found);
    byte += bytes.length;
    line += countLineFeeds(bytes);
    return found;
  };

  for await (const chunk of chunks) {
    if (byte === 0 && restLength === 0) refuseOther(chunk);
    const end = chunk.lastIndexOf(LINE_FEED) + 1;
    const head = chunk.subarray(0, end);
    if (restLength + (end === 0 ? chunk.length : chunk.indexOf(LINE_FEED)) > LONGEST_LINE) {
      throw lineFault(line, `is longer than ${LONGEST_LINE / 1_000_000} MB; is this a CSV or NDJSON file?`);
    }
    if (end > 0) {
      yield block(Buffer.concat([...rest, head]));
      rest = [];
      restLength = 0;
    }
    if (end < chunk.length) {
      rest.push(chunk.subarray(end));
      restLength += chunk.length - end;
    }
  }
  if (restLength > 0) yield block(Buffer.concat(rest));
}

export function countLineFeeds(bytes: Buffer): number {
  let count = 0;
  for (let at = bytes.indexOf(LINE_FEED); at !== -1; at = bytes.indexOf(LINE_FEED, at + 1)) count += 1;
  return count;
}

const SAVE_AS = 'save it as "CSV UTF-8"';

/** UTF-16 is told by its mark, or by every other byte being zero; spreadsheets are archives, whatever they are called. */
function refuseOther(start: Buffer): void {
  const mark = start.toString('latin1', 0, 2);
  if (mark === 'PK') throw lineFault(1, `the file is a spreadsheet or an archive, not text; ${SAVE_AS}`);
  const sample = start.subarray(0, 4096);
  const zeros = sample.filter((byte) => byte === 0).length;
  if (mark === '\xff\xfe' || mark === '\xfe\xff' || zeros > sample.length / 5) {
    throw lineFault(1, `the file is UTF-16, not UTF-8 text; ${SAVE_AS}`);
  }
}

function requireText({ bytes, line }: Block): void {
  const zero = bytes.indexOf(0);
  if (zero !== -1) {
    const at = line + countLineFeeds(bytes.subarray(0, zero));
    throw lineFault(at, 'has a NUL byte in it, which no text has; take it away');
  }
  if (isUtf8(bytes)) return;
  const at = line + countLineFeeds(bytes.subarray(0, firstBadLine(bytes)));
  throw lineFault(
    at,
    `is not UTF-8 text (Windows-1252, most likely: programs save "CSV" that way); ${SAVE_AS}`,
  );
}

/** Offset of the first line that is not UTF-8. */
function firstBadLine(bytes: Buffer): number {
  let start = 0;
  for (;;) {
    const feed = bytes.indexOf(LINE_FEED, start);
    if (feed === -1 || !isUtf8(bytes.subarray(start, feed))) return start;
    start = feed + 1;
  }
}
