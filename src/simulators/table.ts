// A vendor's table in memory. Rows may be there (constraints see them) before reads and searches show them.

/** Rows by id, in the order in which they were added. */
export interface Table<Row> {
  /** Adds or replaces; `visibleFrom` (milliseconds since 1970) hides it from `shown` until then. */
  put(id: string, row: Row, visibleFrom?: number): Row;
  /** The row, shown or not: what the database itself knows. */
  get(id: string): Row | undefined;
  /** The row as reads see it at that moment. */
  shown(id: string, now: number): Row | undefined;
  /** All rows as searches see them at that moment. */
  listed(now: number): Row[];
  all(): Row[];
  remove(id: string): boolean;
}

/** An empty table. */
export function createTable<Row>(): Table<Row> {
  const entries = new Map<string, { row: Row; visibleFrom: number }>();
  return {
    put(id, row, visibleFrom = 0) {
      entries.set(id, { row, visibleFrom });
      return row;
    },
    get: (id) => entries.get(id)?.row,
    shown(id, now) {
      const entry = entries.get(id);
      return entry !== undefined && entry.visibleFrom <= now ? entry.row : undefined;
    },
    listed: (now) => [...entries.values()].filter((entry) => entry.visibleFrom <= now).map(({ row }) => row),
    all: () => [...entries.values()].map(({ row }) => row),
    remove: (id) => entries.delete(id),
  };
}
