// The rows of an NDJSON file: one JSON object a line, with their exact places.
import { isRecord } from '../config/json';
import type { Place } from './place';
import type { Block } from './whole-lines';

/** One line that is not blank. `document` is undefined where it holds no JSON object. */
export interface NdjsonRecord {
  document: Record<string, unknown> | undefined;
  /** What is wrong with the line, where something is. */
  message?: string;
  line: number;
  next: Place;
}

const LINE_FEED = 0x0a;

export async function* ndjsonRecords(blocks: AsyncIterable<Block>): AsyncGenerator<NdjsonRecord> {
  for await (const { bytes, byte, line } of blocks) {
    let [start, at] = [0, line];
    while (start < bytes.length) {
      const feed = bytes.indexOf(LINE_FEED, start);
      const end = feed === -1 ? bytes.length : feed + 1;
      const text = bytes.toString('utf8', start, end);
      const next = { byte: byte + end, line: feed === -1 ? at : at + 1 };
      if (text.trim() !== '') yield { ...parseLine(text), line: at, next };
      start = end;
      at = next.line;
    }
  }
}

function parseLine(text: string): Pick<NdjsonRecord, 'document' | 'message'> {
  try {
    const document: unknown = JSON.parse(text);
    if (isRecord(document)) return { document };
    const what = Array.isArray(document) ? 'a list' : 'no object';
    return { document: undefined, message: `is ${what}; expected one request as a JSON object on each line` };
  } catch {
    // The parser's own words hold pieces of the line.
    return {
      document: undefined,
      message: 'is not JSON; expected one whole request as a JSON object on each line',
    };
  }
}
