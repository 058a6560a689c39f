// The rows of an opened roster, from any place on, as checked requests or as faults with their lines.
import { type CheckedRequest, checkRequest, type KnownConnections } from '../request/check';
import type { RequestDocument } from '../request/schema';
import type { Fault } from '../vendors/definition';
import { type Column, readHeader } from './columns';
import { type CsvRecord, csvRecords } from './csv';
import { cellFault, documentOf } from './csv-row';
import { type RowDefaults, withDefaults } from './defaults';
import { ndjsonRecords } from './ndjson';
import type { OpenedRoster } from './pin';
import { type Place, type RosterPosition, START } from './place';
import { RosterError, rosterFault } from './roster-error';
import { wholeLines } from './whole-lines';

/** A row as the roster has it: the cells of a CSV row, or the object of an NDJSON line. */
export type RawRow = { cells: readonly string[] } | { document: Record<string, unknown> };

/** A sound row of a roster. */
export interface RosterRow {
  /** From 1; the header and blank lines don't count. */
  row: number;
  /** Line of the file where it begins, from 1. */
  line: number;
  request: RequestDocument;
  raw: RawRow;
}

/** A row that was read, sound or not. */
export type ReadRow = {
  /** Right after it. */
  next: RosterPosition;
  /** Gives a fault of the request its place in the file. */
  inFile(fault: Fault): Fault;
} & ({ ok: true; found: RosterRow } | { ok: false; faults: Fault[] });

/** What rows are read by. */
export interface RowRules {
  known: KnownConnections;
  defaults: RowDefaults;
}

/** @throws RosterError where the file can't be read on */
export async function* rowsFrom(
  roster: OpenedRoster,
  rules: RowRules,
  from: RosterPosition,
): AsyncGenerator<ReadRow> {
  const drafts =
    roster.file.format === 'csv' ? csvDrafts(roster, rules, from) : ndjsonDrafts(roster, rules, from);
  let { row } = from;
  for await (const { line, after, raw, judged, toCell } of drafts) {
    const inFile = (fault: Fault) => ({ ...toCell(fault), line });
    const read = { next: { ...after, row: row + 1 }, inFile };
    if (judged.ok) yield { ok: true, found: { row, line, request: judged.request, raw }, ...read };
    else yield { ok: false, faults: judged.faults.map(inFile), ...read };
    row += 1;
  }
}

interface Draft {
  line: number;
  /** Right after it. */
  after: Place;
  raw: RawRow;
  judged: CheckedRequest;
  /** Gives a fault of the request the name of its column. */
  toCell(fault: Fault): Fault;
}

const asItIs = (fault: Fault): Fault => fault;

async function* csvDrafts(
  roster: OpenedRoster,
  rules: RowRules,
  from: RosterPosition,
): AsyncGenerator<Draft> {
  const { header, columns } = await csvHeader(roster, rules.known);
  const start = from.byte > 0 ? from : header.next;
  const toCell = (fault: Fault) => cellFault(columns, fault);
  for await (const { line, next, cells } of csvRecords(wholeLines(roster.chunks(start.byte), start))) {
    yield { line, after: next, raw: { cells }, judged: judgeCells(rules, columns, cells), toCell };
  }
}

function judgeCells(
  { known, defaults }: RowRules,
  columns: readonly Column[],
  cells: readonly string[],
): CheckedRequest {
  if (cells.length !== columns.length) {
    const message = `has ${count(cells.length, 'cell')}, but the header has ${columns.length}; is there a comma too many, too few or without quotes?`;
    return { ok: false, faults: [{ path: '', message }] };
  }
  const { document, faults } = documentOf(known, columns, cells, defaults);
  const checked = checkRequest(known, withDefaults(document, defaults));
  if (checked.ok) return faults.length === 0 ? checked : { ok: false, faults };
  // Where a cell has been found fault with already, that there is no account is no news.
  const more = checked.faults.filter(({ path }) => faults.length === 0 || path !== 'accounts');
  return { ok: false, faults: [...faults, ...more] };
}

async function* ndjsonDrafts(
  roster: OpenedRoster,
  rules: RowRules,
  from: RosterPosition,
): AsyncGenerator<Draft> {
  for await (const record of ndjsonRecords(wholeLines(roster.chunks(from.byte), from))) {
    const { line, next: after, document, message = '' } = record;
    if (document === undefined) {
      const judged = { ok: false as const, faults: [{ path: '', message }] };
      yield { line, after, raw: { document: {} }, judged, toCell: asItIs };
      continue;
    }
    // What an earlier job's results added.
    const { result: _, ...given } = document;
    const judged = checkRequest(rules.known, withDefaults(given, rules.defaults));
    yield { line, after, raw: { document }, judged, toCell: asItIs };
  }
}

/** The first row of a CSV roster, as it is and as it is meant. @throws RosterError with all that is wrong with it */
async function csvHeader(roster: OpenedRoster, known: KnownConnections) {
  const header = await headerOf(roster);
  const { columns, faults } = readHeader(known, header.cells);
  if (faults.length > 0) throw new RosterError(faults.map((fault) => ({ ...fault, line: header.line })));
  return { header, columns };
}

/** The first row of a CSV roster, and whether the file begins with a byte order mark. @throws RosterError if it is empty */
export async function headerOf(roster: OpenedRoster): Promise<CsvRecord & { marked: boolean }> {
  let marked = false;
  async function* blocks() {
    for await (const block of wholeLines(roster.chunks(0), START)) {
      if (block.line === START.line) marked = block.byte > START.byte;
      yield block;
    }
  }
  for await (const record of csvRecords(blocks())) return { ...record, marked };
  throw rosterFault(roster.file.name, 'is empty; expected a header line and a line for each person');
}

function count(number: number, word: string): string {
  return `${number} ${number === 1 ? word : `${word}s`}`;
}
