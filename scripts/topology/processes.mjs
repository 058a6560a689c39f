// The programs of the proof: started with what they say in a file, killed or stopped, and none left behind, however this
// script ends.
import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** @typedef {{ name: string, exited: Promise<string>, end(signal: NodeJS.Signals): Promise<string>, kill(signal: NodeJS.Signals): Promise<string>, lastSaid(): string }} Program */

/** @type {Program[]} */
const running = [];

/**
 * @param {string} name
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ log: string, env: Record<string, string>, uid?: number, gid?: number, cwd?: string, stopBy?: NodeJS.Signals }} options
 * @returns {Promise<Program>}
 */
export async function start(name, command, args, { log, env, stopBy = 'SIGTERM', ...where }) {
  const { bindToThisProcess } = await import('../../dist/src/dev/processes.js');
  const out = openSync(log, 'a');
  const child = spawn(command, args, { ...where, env, stdio: ['ignore', out, out], detached: true });
  closeSync(out);
  bindToThisProcess(child);
  /** @type {Promise<string>} */
  const exited = new Promise((resolve) => {
    child.once('exit', (code, signal) => resolve(signal ?? String(code)));
    child.once('error', (error) => resolve(error.message));
  });
  const kill = async (/** @type {NodeJS.Signals} */ signal) => {
    child.kill(signal);
    return exited;
  };
  const program = {
    name,
    exited,
    kill,
    async end(/** @type {NodeJS.Signals} */ signal) {
      const late = setTimeout(() => child.kill('SIGKILL'), 60_000);
      const how = await kill(signal);
      clearTimeout(late);
      return how;
    },
    lastSaid: () =>
      readFileSync(log, 'utf8')
        .trim()
        .split('\n')
        .slice(-8)
        .map((line) => line.slice(0, 300))
        .join('\n'),
  };
  running.push({ ...program, end: () => program.end(stopBy) });
  void exited.then(() => {
    const at = running.findIndex((one) => one.exited === exited);
    if (at >= 0) running.splice(at, 1);
  });
  return program;
}

/** Stops what still runs, last started first. */
export async function stopAll() {
  for (let program = running.at(-1); program; program = running.at(-1)) {
    await program.end('SIGTERM');
    await sleep(0);
  }
}

/**
 * @param {Program} program the one that should make it true
 * @param {() => boolean | Promise<boolean>} look
 */
export async function until(program, look, seconds = 60) {
  /** @type {string | undefined} */
  let ended;
  void program.exited.then((how) => {
    ended = how;
  });
  const late = performance.now() + seconds * 1000;
  while (!(await look())) {
    if (ended !== undefined) throw new Error(`${program.name} ended (${ended}):\n${program.lastSaid()}`);
    if (performance.now() > late)
      throw new Error(`${program.name} was not ready within ${seconds} s:\n${program.lastSaid()}`);
    await sleep(100);
  }
}
