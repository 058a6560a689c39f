// Checks an object part by part, so that one fault does not hide the next.
import { z } from 'zod';
import type { Path, PlacedFault } from './faults';
import { kindOf, plainSentence, unknownKey } from './words';

/**
 * Checks an object part by part: every fault, and the parts that are valid (with their defaults).
 * `value` is the whole, in the schema's output type, if `faults` is empty.
 * @param at where the object stands in its document
 */
export function parseParts<Schema extends z.ZodObject>(
  schema: Schema,
  input: unknown,
  at: Path,
): { value: Partial<z.output<Schema>>; faults: PlacedFault[] } {
  const whole = schema.safeParse(input, { error: plainSentence });
  if (whole.success) return { value: whole.data as Partial<z.output<Schema>>, faults: [] };
  const faults = whole.error.issues.flatMap((issue) => issueFaults(schema, issue, at));
  if (typeof input !== 'object' || input === null || Array.isArray(input)) {
    return { value: {}, faults: [{ at, message: `is ${kindOf(input)}; expected an object` }] };
  }
  return { value: soundParts(schema, input, whole.error.issues) as Partial<z.output<Schema>>, faults };
}

/** What is left when every faulty place is taken out, or the whole part around it where that is not enough. */
function soundParts(schema: z.ZodObject, input: object, issues: readonly z.core.$ZodIssue[]): object {
  const parts = structuredClone(input) as Record<string, unknown>;
  for (const issue of issues) {
    const places =
      issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [...issue.path, key]) : [issue.path];
    for (const place of places) takeOut(parts, place);
  }
  const lenient = schema.partial();
  const first = lenient.safeParse(parts);
  if (first.success) return first.data;
  for (const issue of first.error.issues) takeOut(parts, issue.path.slice(0, 1));
  const second = lenient.safeParse(parts);
  return second.success ? second.data : {};
}

function takeOut(root: Record<string, unknown>, place: readonly PropertyKey[]): void {
  const parent = place.slice(0, -1).reduce<unknown>(member, root);
  const last = place.at(-1);
  // An item of a list stays: the others would move up, and be reported under a wrong number.
  if (typeof parent !== 'object' || parent === null || Array.isArray(parent) || last === undefined) return;
  Reflect.deleteProperty(parent, last);
}

function member(node: unknown, key: PropertyKey): unknown {
  return typeof node === 'object' && node !== null && Object.hasOwn(node, key)
    ? (node as Record<PropertyKey, unknown>)[key]
    : undefined;
}

function issueFaults(schema: z.ZodType, issue: z.core.$ZodIssue, at: Path): PlacedFault[] {
  const inside = issue.path.map((part) => (typeof part === 'symbol' ? part.toString() : part));
  if (issue.code !== 'unrecognized_keys') return [{ at: [...at, ...inside], message: issue.message }];
  const known = knownKeys(schema, inside);
  return issue.keys.map((key) => ({ at: [...at, ...inside, key], message: unknownKey(key, known) }));
}

/** The keys of the object schema that stands at a path. */
function knownKeys(schema: z.ZodType, path: Path): string[] {
  let node = unwrap(schema);
  for (const part of path) {
    const next = stepInto(node, part);
    if (next === undefined) return [];
    node = unwrap(next);
  }
  return node instanceof z.ZodObject ? Object.keys(node.shape) : [];
}

function stepInto(schema: z.ZodType, part: string | number): z.ZodType | undefined {
  if (schema instanceof z.ZodObject) return schema.shape[part] as z.ZodType | undefined;
  if (schema instanceof z.ZodArray) return schema.element as z.ZodType;
  if (schema instanceof z.ZodRecord) return schema.valueType as z.ZodType;
  return undefined;
}

function unwrap(schema: z.ZodType): z.ZodType {
  if (
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault ||
    schema instanceof z.ZodNullable
  ) {
    return unwrap(schema.unwrap() as z.ZodType);
  }
  return schema;
}
