// What the tests of src/dev share: folders of their own, stand-ins for the Temporal CLI, waiting for processes.
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { isAlive } from '../../src/dev/processes';

/** A folder that is gone after the test file. */
export function temporaryFolders(): () => Promise<string> {
  const folders: string[] = [];
  afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true }))));
  return async () => {
    const folder = await mkdtemp(join(tmpdir(), 'muster-test-'));
    folders.push(folder);
    return folder;
  };
}

/** The text of a stand-in for the Temporal CLI: tells `version`, and does `otherwise` for any other command. */
export const cliScript = (version: string, otherwise = 'exit 1'): string =>
  `#!/bin/sh
[ "$1" = --version ] && { echo "temporal version ${version} (Server 1.0.0, UI 2.0.0)"; exit 0; }
${otherwise}
`;

/** Writes an executable file and gives its path. */
export async function writeProgram(path: string, text: string): Promise<string> {
  await writeFile(path, text);
  await chmod(path, 0o755);
  return path;
}

/** Waits until a process is gone; jest's time-out is the bound. */
export async function untilGone(pid: number): Promise<void> {
  while (isAlive(pid)) await delay(20);
}
