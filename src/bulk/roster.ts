// Rosters: checking one whole before anything is sent, and reading it page by page afterwards. Rows are read as
// streams; of a whole roster only keys and addresses are kept in memory, to find what is there twice.
import type { KnownConnections } from '../request/check';
import { defaultsFaults, type RowDefaults } from './defaults';
import { createDuplicateCheck } from './duplicates';
import { type OpenedRoster, openAnew, openPinned } from './pin';
import { type RosterFormat, type RosterPlace, type RosterPosition, START } from './place';
import { type RosterRow, rowsFrom } from './reader';
import { createFaultList, RosterError, rosterFault } from './roster-error';

export { type RowDefaults, rowDefaultsSchema } from './defaults';
export { type RosterFormat, type RosterPlace, type RosterPosition, START } from './place';
export type { RawRow, RosterRow } from './reader';
export { RosterError } from './roster-error';

/** A roster as it was when its job started. */
export interface PinnedRoster {
  /** Of the file's bytes, in hexadecimal. */
  sha256: string;
  bytes: number;
  format: RosterFormat;
  /** How many people it has. */
  rows: number;
}

/** Rows that follow each other, and where the next page begins; null after the last row. */
export interface RosterPage {
  rows: RosterRow[];
  next: RosterPosition | null;
}

/**
 * Reads a roster whole: each row is checked as a request, and against the others. An address is fetched anew.
 * @throws RosterError with the faults, each with its line; whatever `signal` was aborted with
 */
export async function checkRoster(
  place: RosterPlace,
  known: KnownConnections,
  defaults: RowDefaults,
  signal?: AbortSignal,
): Promise<PinnedRoster> {
  const wrongDefaults = defaultsFaults(known, defaults);
  if (wrongDefaults.length > 0) throw new RosterError(wrongDefaults);
  const roster = await openAnew(place, signal);
  try {
    return await checkOpened(roster, known, defaults);
  } finally {
    await roster.close();
  }
}

async function checkOpened(
  roster: OpenedRoster,
  known: KnownConnections,
  defaults: RowDefaults,
): Promise<PinnedRoster> {
  const { sha256, bytes } = await roster.measure();
  const faults = createFaultList();
  const duplicates = createDuplicateCheck();
  let rows = 0;
  try {
    for await (const row of rowsFrom(roster, { known, defaults }, START)) {
      rows += 1;
      if (row.ok) faults.add(...duplicates(row.found.request, row.found.line).map(row.inFile));
      else faults.add(...row.faults);
    }
  } catch (error) {
    if (!(error instanceof RosterError)) throw error;
    // Beyond broken quoting nothing can be told; what was wrong before is still worth saying.
    faults.add(...error.faults);
  }
  await roster.requireUnchanged();
  const error = faults.error();
  if (error) throw error;
  const { format, name } = roster.file;
  if (rows === 0) throw rosterFault(name, 'has no people in it; expected a line for each person');
  return { sha256, bytes, format, rows };
}

/**
 * Reads a page of a roster that was checked.
 * @param from `START`, or `next` of the page before
 * @param limit how many rows at most, from 1
 * @throws RosterError if the roster is not the one that was pinned, or a row no longer fits the configuration
 */
export async function readRows(
  place: RosterPlace,
  known: KnownConnections,
  pinned: Pick<PinnedRoster, 'sha256'>,
  from: RosterPosition,
  limit: number,
  defaults: RowDefaults,
  signal?: AbortSignal,
): Promise<RosterPage> {
  if (limit < 1) throw new RangeError('a page has one row at least');
  const rows: RosterRow[] = [];
  let next: RosterPosition = from;
  for await (const row of pinnedRows(place, known, pinned, defaults, from, signal)) {
    if (rows.length === limit) return { rows, next };
    rows.push(row.found);
    next = row.next;
  }
  return { rows, next: null };
}

/** All rows of a roster that was checked, from a place on. @throws RosterError as `readRows` */
export async function* rowsOf(
  place: RosterPlace,
  known: KnownConnections,
  pinned: Pick<PinnedRoster, 'sha256'>,
  defaults: RowDefaults,
  from: RosterPosition = START,
  signal?: AbortSignal,
): AsyncGenerator<RosterRow> {
  for await (const { found } of pinnedRows(place, known, pinned, defaults, from, signal)) yield found;
}

/** A row, and the place after it. */
export interface PlacedRow {
  found: RosterRow;
  next: RosterPosition;
}

/** The same, each with the place from which a later reading goes on. */
export async function* pinnedRows(
  place: RosterPlace,
  known: KnownConnections,
  { sha256 }: Pick<PinnedRoster, 'sha256'>,
  defaults: RowDefaults,
  from: RosterPosition,
  signal: AbortSignal | undefined,
): AsyncGenerator<PlacedRow> {
  const roster = await openPinned(place, sha256, signal);
  try {
    for await (const row of rowsFrom(roster, { known, defaults }, from)) {
      if (!row.ok) throw new RosterError(row.faults);
      yield row;
    }
  } finally {
    try {
      await roster.requireUnchanged();
    } finally {
      await roster.close();
    }
  }
}
