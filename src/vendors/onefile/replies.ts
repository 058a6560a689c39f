// How OneFile's replies are read (vendor-docs/onefile.txt; vendors.md 2.3 for what the document leaves open): an id comes as
// number or digits, a search answers an array, or 204 with nothing, and a filter is not trusted until every hit obeys it.
import { z } from 'zod';
import { type Answer, type Call, empty, json, type Reading } from '../../http/call';
import { plainRefusal } from '../../http/refusals';

/** The limit is 300 calls a minute, and its 429 need not say how long to wait. */
const BUSY_MS = 60_000;

/** A call of API v2.1; `path` begins behind the version. */
export function onefileCall<T>(
  name: string,
  method: 'GET' | 'POST',
  path: string,
  answers: readonly Answer<T>[],
  body?: unknown,
): Call<T> {
  return {
    name: `OneFile: ${name}`,
    method,
    path: `/api/v2.1/${path}`,
    ...(body !== undefined && { json: body }),
    answers,
    refusal: plainRefusal,
    busyForMs: BUSY_MS,
  };
}

export const id = z.union([z.int().positive(), z.string().regex(/^[1-9]\d*$/)]).transform(String);

/** Rows of a search. A 200 owes an array; an empty body with it is no proof that nobody is there. */
export function rows<S extends z.ZodType, T>(row: S, take: (rows: z.output<S>[]) => Reading<T>): Answer<T>[] {
  const then = (reading: Reading<z.output<S>[]>) => (reading.ok ? take(reading.value) : reading);
  return [
    { status: [200], read: (reply) => then(json(z.array(row))(reply)) },
    { status: [204], read: (reply) => then(empty<z.output<S>[]>([])(reply)) },
  ];
}

/** What a search proves whose hits do not obey its filter: nothing. */
export function passedOver(filter: string): { ok: false; why: string } {
  return {
    ok: false,
    why: `the reply passes over the filter ${filter}, so it does not tell who or what is there`,
  };
}
