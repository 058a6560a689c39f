// What a cell of a vendor's field becomes: told by the vendor's own schema of an account, so that a new vendor's fields
// need no word here.
import { z } from 'zod';

/** Turns a cell that is not empty into the field's value. What does not fit stays text, for the check to name. */
export type Convert = (cell: string) => unknown;

/** A field that cells can give: where it stands in the account, and what its cells become. */
export interface CellField {
  at: string[];
  convert: Convert;
}

/**
 * The field of an account that a column names.
 * @param path `['roles']`, `['fields', 'ULN']`: the column's name after the connection, in pieces
 * @returns undefined if there is none; `'no-cell'` for one whose value no cell can hold (a list of objects)
 */
export function cellField(account: z.ZodType, path: readonly string[]): CellField | 'no-cell' | undefined {
  return step(account, path, []);
}

function step(given: z.ZodType, path: readonly string[], at: string[]): ReturnType<typeof cellField> {
  const schema = unwrap(given);
  const [name, ...rest] = path;
  if (name === undefined) {
    const convert = converter(schema);
    return convert === undefined ? 'no-cell' : { at, convert };
  }
  if (path.includes('') || path.includes('__proto__')) return undefined;
  if (schema instanceof z.ZodObject) {
    const part = Object.hasOwn(schema.shape, name) ? (schema.shape[name] as z.ZodType) : undefined;
    return part && step(part, rest, [...at, name]);
  }
  if (schema instanceof z.ZodRecord) {
    const value = unwrap(schema.valueType as z.ZodType);
    // Free JSON is stepped into; where values are plain, a dot is part of the name.
    if (rest.length > 0 && members(value).some(isRecordSchema)) return step(value, rest, [...at, name]);
    return step(value, [], [...at, path.join('.')]);
  }
  const inside = members(schema).find((member) => member !== schema && isRecordSchema(member));
  if (inside !== undefined) return step(inside, path, at);
  return members(schema).some((member) => member instanceof z.ZodArray) ? 'no-cell' : undefined;
}

/** The names that may follow at a place, as far as they are fixed; for "did you mean". */
export function fieldNames(account: z.ZodType, prefix = ''): string[] {
  const schema = unwrap(account);
  if (!(schema instanceof z.ZodObject)) return [];
  return Object.entries(schema.shape).flatMap(([name, part]) => {
    const inner = fieldNames(part as z.ZodType, `${prefix}${name}.`);
    return inner.length > 0 ? inner : [`${prefix}${name}`];
  });
}

function converter(schema: z.ZodType): Convert | undefined {
  const kinds = members(schema);
  const has = (kind: abstract new (...args: never[]) => z.ZodType) =>
    kinds.some((member) => member instanceof kind);
  // Where any text will do, a cell is that text: "No" or "0042" must not change on the way.
  if (has(z.ZodString)) return (cell) => cell;
  const list = kinds.find((member) => member instanceof z.ZodArray);
  if (list !== undefined) return listConverter(list.element as z.ZodType);
  if (!has(z.ZodNumber) && !has(z.ZodBoolean) && !has(z.ZodEnum)) return undefined;
  return (cell) => {
    const word = cell.trim();
    if (has(z.ZodNumber) && /^-?\d{1,17}(\.\d{1,17})?$/.test(word)) return Number(word);
    if (has(z.ZodBoolean) && /^(true|false)$/i.test(word)) return word.toLowerCase() === 'true';
    return cell;
  };
}

function listConverter(element: z.ZodType): Convert | undefined {
  const item = converter(unwrap(element));
  if (item === undefined) return undefined;
  return (cell) => {
    const items = cell.split(';').map((part) => part.trim());
    return (items.at(-1) === '' ? items.slice(0, -1) : items).map(item);
  };
}

/** The alternatives of a union, or the schema alone. */
function members(schema: z.ZodType): z.ZodType[] {
  if (!(schema instanceof z.ZodUnion)) return [schema];
  return (schema.options as z.ZodType[]).flatMap((option) => members(unwrap(option)));
}

function isRecordSchema(schema: z.ZodType): boolean {
  return schema instanceof z.ZodRecord || schema instanceof z.ZodObject;
}

function unwrap(schema: z.ZodType): z.ZodType {
  if (schema instanceof z.ZodLazy || schema instanceof z.ZodOptional || schema instanceof z.ZodNullable) {
    return unwrap(schema.unwrap() as z.ZodType);
  }
  return schema;
}
