// The rows of a CSV file with their exact places, so that reading can begin again in the middle of a file.
import { CsvError, type Parser, parse } from 'csv-parse';
import type { Place } from './place';
import { lineFault } from './roster-error';
import { type Block, LONGEST_LINE } from './whole-lines';

/** One row: its cells as they are in the file, where it begins, and the place right after it. */
export interface CsvRecord {
  cells: string[];
  /** Line of its first character; a quoted cell may span more. */
  line: number;
  next: Place;
}

const SENTENCES: Record<string, string> = {
  CSV_QUOTE_NOT_CLOSED:
    'a quote is opened in this row and never closed; close it, or double it if it belongs to the text',
  INVALID_OPENING_QUOTE:
    'a quote stands inside a cell that does not begin with one; quote the whole cell, and double each quote inside it',
  CSV_INVALID_CLOSING_QUOTE:
    'text follows the closing quote of a cell; double each quote that belongs to the text',
  CSV_MAX_RECORD_SIZE: `the row is longer than ${LONGEST_LINE / 1_000_000} MB; is a quote left open?`,
};

/**
 * The rows that are not blank; a row whose cells are all empty is blank too, as spreadsheets leave them at the end.
 * @throws RosterError where quoting is broken
 */
export async function* csvRecords(blocks: AsyncIterable<Block>): AsyncGenerator<CsvRecord> {
  // The parser hands over what it has before it fails, which its own stream would drop.
  let records: { cells: string[]; bytes: number; emptyLines: number }[] = [];
  const parser = parse({
    relax_column_count: true,
    skip_empty_lines: true,
    record_delimiter: ['\r\n', '\n'],
    max_record_size: LONGEST_LINE,
    on_record: (cells: string[], { bytes, empty_lines: emptyLines }) => {
      records.push({ cells, bytes, emptyLines });
      return null;
    },
  });
  const lines = createLineMap();
  let start = 0;
  let end = 0;
  let emptyLines = 0;

  function* drain(): Generator<CsvRecord> {
    for (const { cells, bytes, emptyLines: empty } of records) {
      const line = lines.at(end) + empty - emptyLines;
      end = start + bytes;
      emptyLines = empty;
      if (cells.some((cell) => cell.trim() !== ''))
        yield { cells, line, next: { byte: end, line: lines.at(end) } };
    }
    records = [];
  }

  try {
    let first = true;
    for await (const block of blocks) {
      if (first) start = block.byte;
      if (first) end = block.byte;
      first = false;
      lines.add(block);
      const error = await write(parser, block.bytes);
      yield* drain();
      if (error) throw broken(error, lines.at(end) + emptyLinesOf(error) - emptyLines);
    }
    const error = await write(parser);
    yield* drain();
    if (error) throw broken(error, lines.at(end) + emptyLinesOf(error) - emptyLines);
  } finally {
    parser.destroy();
  }
}

/** @param bytes left out at the end */
function write(parser: Parser, bytes?: Buffer): Promise<Error | undefined> {
  return new Promise((resolve) => {
    const done = (error?: Error | null) => resolve(error ?? undefined);
    parser.once('error', done);
    const then = (error?: Error | null) => {
      parser.off('error', done);
      // The event of the same error follows; somebody has to hear it.
      if (error) parser.once('error', () => undefined);
      done(error);
    };
    if (bytes === undefined) parser.end(then);
    else parser.write(bytes, then);
  });
}

function emptyLinesOf(error: Error): number {
  return error instanceof CsvError && typeof error.empty_lines === 'number' ? error.empty_lines : 0;
}

function broken(error: Error, line: number): Error {
  const sentence = error instanceof CsvError ? SENTENCES[error.code] : undefined;
  if (sentence === undefined) return error;
  const { index } = error as CsvError & { index?: unknown };
  return lineFault(line, sentence, typeof index === 'number' ? `column ${index + 1}` : '');
}

/** Line numbers of places in the blocks that are being read. Places are asked for in ascending order. */
function createLineMap() {
  let feeds: number[] = [];
  let passed = 0;
  let line = 0;
  return {
    add({ bytes, byte, line: first }: Block) {
      if (line === 0) line = first;
      feeds = feeds.slice(passed);
      passed = 0;
      for (let at = bytes.indexOf(10); at !== -1; at = bytes.indexOf(10, at + 1)) feeds.push(byte + at);
    },
    at(byte: number): number {
      for (let feed = feeds[passed]; feed !== undefined && feed < byte; feed = feeds[passed]) {
        passed += 1;
        line += 1;
      }
      return line;
    },
  };
}
