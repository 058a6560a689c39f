// What the tests of rosters share: a folder of imports, rosters in it, and what is said about bad ones.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  checkRoster,
  type RosterError,
  type RosterPlace,
  type RosterRow,
  type RowDefaults,
  rowsOf,
} from '../../src/bulk/roster';
import { config } from '../request/support';

/** A temporary folder for the tests of a file. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'muster-roster-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export interface Imports {
  importsDir: string;
  /** Writes a roster and says where it is. */
  put(name: string, content: string | Buffer): RosterPlace;
  /** The faults of a CSV roster, one line each; `[]` for a sound one. */
  faultsOf(content: string | Buffer, defaults?: RowDefaults, name?: string): Promise<string[]>;
  /** The rows of a sound roster. */
  rowsIn(content: string | Buffer, defaults?: RowDefaults, name?: string): Promise<RosterRow[]>;
}

export function imports(): Imports {
  const importsDir = temporaryFolder();
  let number = 0;
  const put: Imports['put'] = (name, content) => {
    writeFileSync(join(importsDir, name), content);
    return { source: name, importsDir };
  };
  const fresh = (name: string, content: string | Buffer) => {
    number += 1;
    return put(`${number}-${name}`, content);
  };
  return {
    importsDir,
    put,
    async faultsOf(content, defaults = {}, name = 'roster.csv') {
      try {
        await checkRoster(fresh(name, content), config, defaults);
        return [];
      } catch (error) {
        if (!(error instanceof Error) || error.name !== 'RosterError') throw error;
        return (error as RosterError).message.split('\n');
      }
    },
    async rowsIn(content, defaults = {}, name = 'roster.csv') {
      const place = fresh(name, content);
      const pinned = await checkRoster(place, config, defaults);
      const rows: RosterRow[] = [];
      for await (const row of rowsOf(place, config, pinned, defaults)) rows.push(row);
      expect(rows).toHaveLength(pinned.rows);
      return rows;
    },
  };
}

/** A CSV text of rows of cells; nothing is quoted. */
export function csv(...rows: (string | number)[][]): string {
  return rows.map((cells) => `${cells.join(',')}\n`).join('');
}
