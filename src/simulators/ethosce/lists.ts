// RESTWS lists: filters by property, `full`, `limit`, `page`, `sort`, and the links around them, as measured.
import type { VendorReply, VendorRequest } from '../contract';
import { data, Refusal, restws } from './replies';
import { collated } from './store';

/** How one property can be asked for. */
export interface Column<Row> {
  readonly kind: 'number' | 'text';
  readonly of: (row: Row) => string | null;
}

/** What a list needs to know of its resource. */
export interface ListSource<Row> {
  readonly resource: string;
  readonly columns: Readonly<Record<string, Column<Row>>>;
  /** Refuses a property that may not be asked for; called for each filter. */
  checkFilter(property: string): void;
  idOf(row: Row): string;
  show(row: Row): unknown;
}

const CONTROLS = ['sort', 'direction', 'page', 'limit', 'full'];
const MAX_LIMIT = 100;

/** Answers a list request from the rows that reads may see. */
export function answerList<Row>(
  request: VendorRequest,
  rows: readonly Row[],
  source: ListSource<Row>,
): VendorReply {
  const { query } = request;
  let hits = [...rows];
  for (const [property, wanted] of filtersOf(query)) {
    source.checkFilter(property);
    const column = source.columns[property];
    if (column === undefined) throw new Refusal(restws(412, `Not a valid filter: ${property}`));
    hits = hits.filter((row) => matches(column, column.of(row), wanted));
  }
  hits = sorted(hits, query, source);
  const limit = limitOf(query.get('limit'));
  const pageNumber = Math.max(0, Number.parseInt(query.get('page') ?? '0', 10) || 0);
  // RESTWS rounds down, so an exact multiple of the limit has an empty page at its end.
  const last = Math.floor(hits.length / limit);
  if (pageNumber > last) throw new Refusal(restws(404, "Page doesn't exist."));
  const shown = hits.slice(pageNumber * limit, (pageNumber + 1) * limit);
  const list =
    query.get('full') === '0' ? shown.map((row) => reference(request, row, source)) : shown.map(source.show);
  return data(200, { ...linksOf(request, source.resource, pageNumber, last), list });
}

function reference<Row>(request: VendorRequest, row: Row, source: ListSource<Row>): unknown {
  const id = source.idOf(row);
  return { uri: `${request.origin}/${source.resource}/${id}`, id: Number(id), resource: source.resource };
}

// `mail[]=a&mail[]=b` asks for one of the two.
function filtersOf(query: URLSearchParams): Map<string, string[]> {
  const filters = new Map<string, string[]>();
  for (const [key, value] of query) {
    if (CONTROLS.includes(key)) continue;
    const property = key.replace(/\[\d*\]$/, '').replace(/^property_/, '');
    filters.set(property, [...(filters.get(property) ?? []), value]);
  }
  return filters;
}

function matches<Row>(column: Column<Row>, value: string | null, wanted: readonly string[]): boolean {
  if (column.kind === 'number') return wanted.some((each) => asNumber(each) === asNumber(value ?? '0'));
  return value !== null && wanted.some((each) => collated(each) === collated(value));
}

// The database reads text in a number's place as 0.
function asNumber(text: string): number {
  return Number.parseInt(text, 10) || 0;
}

function sorted<Row>(rows: Row[], query: URLSearchParams, source: ListSource<Row>): Row[] {
  const property = query.get('sort');
  if (property === null) return rows;
  const column = source.columns[property];
  if (column === undefined) throw new Refusal(restws(412, `Not a valid sort: ${property}`));
  const sign = query.get('direction')?.toUpperCase() === 'DESC' ? -1 : 1;
  const key = (row: Row): string => column.of(row) ?? '';
  return rows.sort((a, b) =>
    column.kind === 'number'
      ? sign * (asNumber(key(a)) - asNumber(key(b)))
      : sign * key(a).localeCompare(key(b)),
  );
}

function limitOf(given: string | null): number {
  const limit = Number.parseInt(given ?? '', 10);
  return limit > 0 ? Math.min(limit, MAX_LIMIT) : MAX_LIMIT;
}

// Links have no `.json`, whatever was asked for.
function linksOf(
  request: VendorRequest,
  resource: string,
  pageNumber: number,
  last: number,
): Record<string, string> {
  const base = `${request.origin}/${resource}`;
  const own = [...request.query].map(([key, value]) => `${raw(key)}=${raw(value)}`);
  const rest = own.filter((pair) => !pair.startsWith('page='));
  const at = (number: number): string => `${base}?${[...rest, `page=${number}`].join('&')}`;
  return {
    self: own.length === 0 ? base : `${base}?${own.join('&')}`,
    first: at(0),
    last: at(last),
    ...(pageNumber > 0 ? { prev: at(pageNumber - 1) } : {}),
    ...(pageNumber < last ? { next: at(pageNumber + 1) } : {}),
  };
}

function raw(part: string): string {
  return encodeURIComponent(part).replace(
    /[!'()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
