// What is wrong with a roster, as lines that people can act on. No fault repeats a value of a row.
import { faultLine } from '../config/faults';
import type { Fault } from '../vendors/definition';

/** More would not be read. */
export const MOST_FAULTS = 100;

/** A roster that can't be taken. The message has one line for each listed fault: `line 12: person.email: …`. */
export class RosterError extends Error {
  override readonly name = 'RosterError';

  /**
   * @param faults the first ones, `MOST_FAULTS` at most; `line` is the line of the file where the row begins
   * @param total how many there are in all
   */
  constructor(
    readonly faults: readonly Fault[],
    readonly total: number = faults.length,
  ) {
    const more = total - faults.length;
    const lines = faults.map(rosterFaultLine);
    super(
      [...lines, ...(more > 0 ? [`and ${more} more ${more === 1 ? 'fault' : 'faults'}`] : [])].join('\n'),
    );
  }
}

function rosterFaultLine(fault: Fault): string {
  return fault.line === undefined ? faultLine(fault) : `line ${fault.line}: ${faultLine(fault)}`;
}

/** One fault of the roster as a whole. @param name the roster as people know it, without secrets */
export function rosterFault(name: string, message: string): RosterError {
  return new RosterError([{ path: '', message: `${name}: ${message}` }]);
}

/** One fault after which the rest can't be read. */
export function lineFault(line: number, message: string, path = ''): RosterError {
  return new RosterError([{ path, message, line }]);
}

/** Faults as they are found, in bounded memory. */
export interface FaultList {
  add(...faults: readonly Fault[]): void;
  /** The faults found so far, if any. */
  error(): RosterError | undefined;
}

export function createFaultList(): FaultList {
  const listed: Fault[] = [];
  let total = 0;
  return {
    add(...faults) {
      total += faults.length;
      listed.push(...faults.slice(0, MOST_FAULTS - listed.length));
    },
    error: () => (total === 0 ? undefined : new RosterError(listed, total)),
  };
}
