// Where rosters are, and places inside of them.

/** Where to look for a roster. */
export interface RosterPlace {
  /** A path, or an https address. */
  source: string;
  /** Absolute path of the folder that rosters are read from. */
  importsDir: string;
}

export type RosterFormat = 'csv' | 'ndjson';

/** Larger files are refused. */
export const MOST_BYTES = 1_000_000_000;

/** A place between two lines of a file: bytes from its start, lines from 1. */
export interface Place {
  byte: number;
  line: number;
}

/** A place between two rows: `row` is the number, from 1, of the one that follows. */
export interface RosterPosition extends Place {
  row: number;
}

/** Before the first row, and before the header where there is one. */
export const START: RosterPosition = { byte: 0, line: 1, row: 1 };
