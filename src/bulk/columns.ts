// What the columns of a CSV roster mean (interface.md, "A roster"). The header is read once; a row's cells then only
// follow it.
import { closest } from '../config/words';
import { accountSchema, type KnownConnections } from '../request/check';
import { personSchema } from '../request/schema';
import type { Fault } from '../vendors/definition';
import { type CellField, cellField, fieldNames } from './cell-types';
import { connectionNamed, unknownConnection } from './defaults';

export type Column =
  | { kind: 'key' | 'connections' | 'onFailure'; name: string }
  | ({ kind: 'person'; name: string } & CellField)
  | ({ kind: 'account'; name: string; connection: string } & CellField)
  /** Written by Muster into results; what it says is passed over. */
  | { kind: 'result'; name: string }
  /** Spreadsheets leave such columns; they have to be empty. */
  | { kind: 'nameless'; name: '' };

const OWN = ['key', 'connections', 'onFailure'] as const;
const OLD_LINES = 'the lines end with carriage returns alone; save the file with line feeds';
const NEEDED = ['key', 'firstName', 'lastName', 'email'];
const RESULT_COLUMNS = ['status', 'reason', 'what_to_do'];

/** Whether a column is one that Muster adds to results. */
export function isResultColumn(name: string): boolean {
  return RESULT_COLUMNS.includes(name.trim()) || name.trim().startsWith('result.');
}

/** The columns of a header row, and what is wrong with it. `faults` is empty for a header that rows can be read by. */
export function readHeader(
  known: KnownConnections,
  cells: readonly string[],
): { columns: Column[]; faults: Omit<Fault, 'line'>[] } {
  if (cells.some((cell) => cell.includes('\r')))
    return { columns: [], faults: [{ path: '', message: OLD_LINES }] };
  const meant = cells.map((cell) => columnOf(known, cell.trim()));
  const columns = meant.filter((column) => 'kind' in column);
  if (!columns.some(({ kind }) => kind !== 'nameless' && kind !== 'result')) {
    return { columns, faults: [{ path: '', message: noHeader(known, cells) }] };
  }
  const faults = meant.flatMap((column, index) =>
    'kind' in column ? [] : [{ path: place(cells[index] ?? '', index), message: column.message }],
  );
  return { columns, faults: [...faults, ...repeated(columns), ...missing(columns, faults.length === 0)] };
}

function columnOf(known: KnownConnections, name: string): Column | { message: string } {
  if (name === '') return { kind: 'nameless', name };
  if (isResultColumn(name)) return { kind: 'result', name };
  const own = OWN.find((kind) => kind === name);
  if (own !== undefined) return { kind: own, name };
  const path = name.split('.');
  const person = cellField(personSchema, path[0] === 'person' ? path.slice(1) : path);
  if (typeof person === 'object') return { kind: 'person', name, ...person };
  return accountColumn(known, name, path);
}

function accountColumn(
  known: KnownConnections,
  name: string,
  [connectionName = '', ...path]: string[],
): Column | { message: string } {
  const connection = connectionNamed(known, connectionName);
  if (connection === undefined) {
    const close = closest(name, knownColumns(known));
    if (close !== undefined) return { message: `is not a known column; did you mean ${close}?` };
    const isName = path.length > 0 && /^[a-z][a-z0-9-]*$/.test(connectionName);
    if (isName) return { message: unknownConnection(known, connectionName) };
    return { message: 'is not a known column; rename it, or take it away' };
  }
  const schema = accountSchema(connection.vendor);
  const names = fieldNames(schema).map((field) => `${connectionName}.${field}`);
  if (path.length === 0) {
    return {
      message: `is a connection, of which a column names a field (${names[0]}); who has an account there stands in the column connections`,
    };
  }
  const field = cellField(schema, path);
  if (field === 'no-cell') {
    return { message: 'holds more than a cell can tell; take the column away, or give the roster as NDJSON' };
  }
  if (field !== undefined) return { kind: 'account', name, connection: connectionName, ...field };
  const close = closest(name, names);
  const hint = close === undefined ? `known are ${names.join(', ')}` : `did you mean ${close}?`;
  return { message: `is not a field of ${connectionName}; ${hint}` };
}

function knownColumns(known: KnownConnections): string[] {
  const accounts = Object.entries(known.connections).flatMap(([name, { vendor }]) =>
    fieldNames(accountSchema(vendor)).map((field) => `${name}.${field}`),
  );
  return [...OWN, ...fieldNames(personSchema), ...accounts];
}

/** The first line may hold people: nothing of it is repeated. */
function noHeader(known: KnownConnections, cells: readonly string[]): string {
  const [only = '', ...more] = cells;
  for (const [separator, word] of [
    [';', 'semicolons'],
    ['\t', 'tabs'],
  ] as const) {
    const parts = more.length === 0 ? only.split(separator) : [];
    if (parts.some((part) => 'kind' in columnOf(known, part.trim()) && part.trim() !== '')) {
      return `the cells are separated by ${word}; save the file with commas`;
    }
  }
  return 'is not a header: none of its cells names a column; begin with a line such as key,firstName,lastName,email,connections';
}

function repeated(columns: readonly Column[]): Omit<Fault, 'line'>[] {
  const first = new Map<string, string>();
  return columns.flatMap((column) => {
    if (column.kind === 'nameless' || column.kind === 'result') return [];
    const id = meaning(column);
    const other = first.get(id);
    if (other === undefined) first.set(id, column.name);
    if (other === undefined) return [];
    const also = other === column.name ? 'is there twice' : `means the same as ${other}`;
    return [{ path: column.name, message: `${also}; keep one of the two` }];
  });
}

/** What a column stands for, whatever it is called. */
function meaning(column: Column): string {
  if (column.kind === 'person') return ['person', ...column.at].join('\n');
  return column.kind === 'account' ? [column.connection, ...column.at].join('\n') : column.kind;
}

function missing(columns: readonly Column[], rest: boolean): Omit<Fault, 'line'>[] {
  const there = columns.map((column) => (column.kind === 'person' ? column.at.join('.') : column.kind));
  const absent = rest ? NEEDED.filter((name) => !there.includes(name)) : [];
  return absent.map((name) => ({ path: name, message: 'there is no such column; every row needs one' }));
}

/** A header cell as a place; what does not look like a name could be somebody's data. */
function place(cell: string, index: number): string {
  return /^[\w .-]{1,80}$/.test(cell.trim()) ? cell.trim() : `column ${index + 1}`;
}
