// Faults and their places: paths in words, and which fault makes another one needless.
import type { Fault, PartFault } from '../vendors/definition';

/** Keys and indexes from the top of a document to a place in it. */
export type Path = readonly (string | number)[];

/** A fault whose place is still in pieces. */
export interface PlacedFault {
  at: Path;
  message: string;
}

/** `accounts.regpack.children[0].key`. A key that could hold an address, or is long, is not repeated. */
export function pathText(path: Path): string {
  return path.map(segmentText).join('').replace(/^\./, '');
}

function segmentText(segment: string | number): string {
  if (typeof segment === 'number') return `[${segment}]`;
  if (/^[\w-]{1,64}$/.test(segment)) return `.${segment}`;
  return /^[\w .:/-]{0,64}$/.test(segment) ? `[${JSON.stringify(segment)}]` : '["…"]';
}

/** One line: where, then what. */
export function faultLine({ path, message }: Fault): string {
  return path === '' ? message : `${path}: ${message}`;
}

export function toFault({ at, message }: PlacedFault): Fault {
  return { path: pathText(at), message };
}

/** Puts a vendor's faults where its part stands in the document. */
export function placeFaults(faults: readonly PartFault[], account: Path, person: Path): PlacedFault[] {
  return faults.map((fault) => ({
    at: [...(fault.in === 'person' ? person : account), ...fault.at],
    message: fault.message,
  }));
}

/** Leaves out what is said about a place, or a part of one, that another fault already names. */
export function withoutCovered(faults: readonly PlacedFault[], known: readonly PlacedFault[]): PlacedFault[] {
  return faults.filter(({ at }) => !known.some((other) => other.at.every((part, i) => part === at[i])));
}
