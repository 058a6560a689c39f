// Looking into values of unknown shape.
import type { Path } from './faults';

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What stands at a path of keys; undefined if nothing does. */
export function valueAt(document: unknown, at: Path): unknown {
  return at.reduce<unknown>((node, key) => {
    return isRecord(node) && Object.hasOwn(node, key) ? node[key] : undefined;
  }, document);
}
