// How a row and its outcome stand in a results file, in the roster's own format.
import { type Options, stringify } from 'csv-stringify/sync';
import { isResultColumn } from './columns';
import { guardCell } from './guard';
import type { RowOutcome } from './outcome';
import { openPinned } from './pin';
import type { RosterFormat, RosterPlace } from './place';
import { headerOf, type RawRow } from './reader';
import type { PinnedRoster } from './roster';

export interface ResultLayout {
  format: RosterFormat;
  /** What the files begin with. */
  head: string;
  /** A row with its outcome, line feed included. */
  line(raw: RawRow, outcome: RowOutcome): string;
}

/**
 * @param connections those that have a column of ids, in that order
 * @throws RosterError if the roster is no longer the one that was pinned
 */
export async function layoutOf(
  place: RosterPlace,
  { sha256 }: Pick<PinnedRoster, 'sha256'>,
  connections: readonly string[],
): Promise<ResultLayout> {
  const roster = await openPinned(place, sha256);
  try {
    if (roster.file.format === 'ndjson') return { format: 'ndjson', head: '', line: ndjsonLine };
    const { cells, marked } = await headerOf(roster);
    return csvLayout(cells, marked, connections);
  } finally {
    await roster.close();
  }
}

function ndjsonLine(raw: RawRow, { status, reason, whatToDo, ids, document }: RowOutcome): string {
  const given = 'document' in raw ? raw.document : {};
  const result = { status, reason, whatToDo, ids, ...(document && { document }) };
  return `${JSON.stringify({ ...given, result })}\n`;
}

// A cell may hold either half of a line end.
const CSV: Options = { record_delimiter: '\r\n', quoted_match: /[\r\n]/ };

/** The roster's own columns, without what an earlier job added, and ours after them. */
function csvLayout(header: readonly string[], marked: boolean, connections: readonly string[]): ResultLayout {
  const own = header.map((name) => !isResultColumn(name));
  const ours = ['status', 'reason', 'what_to_do', ...connections.map((name) => `result.${name}`)];
  const line = (cells: readonly string[], added: readonly string[]) =>
    stringify([[...cells.filter((_, index) => own[index]), ...added].map(guardCell)], CSV);
  return {
    format: 'csv',
    head: `${marked ? '\uFEFF' : ''}${line(header, ours)}`,
    line(raw, { status, reason, whatToDo, ids }) {
      const homeless = Object.keys(ids).filter((name) => !connections.includes(name));
      if (homeless.length > 0)
        throw new RangeError(`there is no column for the ids at ${homeless.join(', ')}`);
      const added = [status, reason, whatToDo, ...connections.map((name) => ids[name] ?? '')];
      return line('cells' in raw ? raw.cells : [], added);
    },
  };
}
