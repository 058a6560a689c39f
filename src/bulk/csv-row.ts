// One row of a CSV roster as a request, and the request's faults as faults of its cells.
import type { KnownConnections } from '../request/check';
import type { Fault } from '../vendors/definition';
import type { Column } from './columns';
import { connectionNamed, type RowDefaults, unknownConnection } from './defaults';
import { unguardCell } from './guard';

/** A request still to be checked, and what is wrong with the cells it was made of. */
export interface RowDocument {
  document: Record<string, unknown>;
  faults: Fault[];
}

/** @param cells as many as there are columns; an empty one says nothing */
export function documentOf(
  known: KnownConnections,
  columns: readonly Column[],
  cells: readonly string[],
  defaults: RowDefaults,
): RowDocument {
  const document: Record<string, unknown> = { person: {} };
  const accounts: Record<string, Record<string, unknown>> = {};
  const faults: Fault[] = [];
  let named: string[] = [];
  columns.forEach((column, index) => {
    const cell = unguardCell(cells[index] ?? '');
    if (cell.trim() === '' || column.kind === 'result') return;
    if (column.kind === 'connections') named = [...new Set(cell.trim().split(/\s+/))];
    else if (column.kind === 'person') put(document.person as object, column.at, column.convert(cell));
    else if (column.kind === 'account') {
      accounts[column.connection] ??= {};
      put(accounts[column.connection] as object, column.at, column.convert(cell));
    } else if (column.kind === 'nameless') {
      const message = 'has something in it, and the header gives it no name; name the column, or empty it';
      faults.push({ path: `column ${index + 1}`, message });
    } else document[column.kind] = cell;
  });
  const own = named.length > 0;
  const connections: readonly string[] = own ? named : (defaults.connections ?? Object.keys(accounts));
  for (const connection of connections) {
    if (connectionNamed(known, connection)) accounts[connection] ??= {};
    else faults.push({ path: 'connections', message: unknownConnection(known, connection) });
  }
  for (const name of Object.keys(accounts).filter((name) => !connections.includes(name))) {
    const who = own ? 'the row' : 'the job';
    const message = `has cells that are filled, but ${who} names no account there; name ${name} under connections, or empty them`;
    faults.push({ path: name, message });
    delete accounts[name];
  }
  if (Object.keys(accounts).length > 0) document.accounts = accounts;
  return { document, faults };
}

/** Sets a value at a path; the objects on the way are made. Paths come from a header that was read. */
function put(root: object, at: readonly string[], value: unknown): void {
  let node = root as Record<string, unknown>;
  for (const name of at.slice(0, -1)) {
    const next = Object.hasOwn(node, name) ? node[name] : {};
    node[name] = next;
    node = next as Record<string, unknown>;
  }
  node[at.at(-1) ?? ''] = value;
}

const NO_ACCOUNT = 'names no account; name connections in the column connections, or fill a cell of one';

/** A request's fault as the fault of a cell: `accounts.ethosce.roles[0]` stands in the column `ethosce.roles`. */
export function cellFault(columns: readonly Column[], { path, message }: Fault): Fault {
  if (path === 'accounts') return { path: 'connections', message: NO_ACCOUNT };
  const names = [path.replace(/^person\./, ''), path.replace(/^accounts\./, ''), path];
  const column = columns.find(({ name }) => names.some((wanted) => wanted.replace(/\[\d+\]$/, '') === name));
  return { path: column?.name ?? path.replace(/^(person|accounts)\./, ''), message };
}
