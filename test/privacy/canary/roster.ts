// Requests as a CSV roster, and as its cells, to compare what a job's results make of them.
import { stringify } from 'csv-stringify/sync';

interface Row {
  key: string;
  person: object;
  accounts: object;
}

/** Requests as the cells of a CSV roster, by their columns. */
export function cellsOf(requests: readonly Row[]) {
  const cells = requests.map(({ key, person, accounts }) => ({
    key,
    ...flat(person),
    connections: Object.keys(accounts).join(' '),
    ...flat(accounts),
  }));
  const columns = [...new Set(cells.flatMap((row) => Object.keys(row)))];
  return cells.map(
    (row: Record<string, string>): Record<string, string> =>
      Object.fromEntries(columns.map((column) => [column, row[column] ?? ''])),
  );
}

function flat(value: object, before = ''): Record<string, string> {
  return Object.assign(
    {},
    ...Object.entries(value).map(([name, part]) =>
      typeof part === 'object' ? flat(part, `${before}${name}.`) : { [`${before}${name}`]: String(part) },
    ),
  );
}

export function csvOf(requests: readonly Row[]): string {
  return stringify(cellsOf(requests), { header: true });
}
