// Which Temporal CLI Muster wants: the program whose `server start-dev` is the embedded server.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The version Muster was tried with, and the one it fetches when none is there. */
export const TEMPORAL_CLI_VERSION = '1.9.1';
/** The oldest one that will do: its server (1.29) is the first that shares a task queue fairly. */
export const MINIMUM_CLI_VERSION = '1.5.0';
/** File name of the program on this system. */
export const TEMPORAL_EXECUTABLE = process.platform === 'win32' ? 'temporal.exe' : 'temporal';

const VERSION_TIMEOUT_MS = 20_000;

/** Whether version `a` is `b` or later; both `major.minor.patch`. */
export function isAtLeast(a: string, b: string): boolean {
  return a.localeCompare(b, 'en', { numeric: true }) >= 0;
}

/** The version a Temporal CLI tells of itself. @throws Error saying why the file is none, or won't run. */
export async function cliVersion(path: string): Promise<string> {
  const { stdout } = await run(path, ['--version'], { timeout: VERSION_TIMEOUT_MS, windowsHide: true });
  const version = /^temporal version (\d+\.\d+\.\d+)/m.exec(stdout)?.[1];
  if (version === undefined) throw new Error('it does not answer "--version" as the Temporal CLI does');
  return version;
}

/** The version of a usable CLI. @throws Error as {@link cliVersion}, and if the version is too old. */
export async function usableCliVersion(path: string): Promise<string> {
  const version = await cliVersion(path);
  if (!isAtLeast(version, MINIMUM_CLI_VERSION)) {
    throw new Error(`version ${version} is too old: ${MINIMUM_CLI_VERSION} or later is needed`);
  }
  return version;
}
