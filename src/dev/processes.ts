// Processes we start: whether they live, and that none outlives us.
import { type ChildProcess, spawn } from 'node:child_process';
import type { Socket } from 'node:net';

/** Whether a process with this id exists (it may by now be another one: ids are used again). */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

// Reads until its parent says "done" or is gone, however it went; then stops the process it watches.
const WATCH = `trap '' INT TERM HUP
read -r word
[ "$word" = done ] && exit 0
kill -TERM "$1" 2>/dev/null || exit 0
for second in 1 2 3 4 5 6 7 8 9 10; do
  sleep 1
  kill -0 "$1" 2>/dev/null || exit 0
done
kill -KILL "$1"`;

/**
 * Makes sure that `child`, which runs in a process group of its own, ends when this process does. A small shell
 * sees this process's end of a pipe close, which happens even on SIGKILL. Without a shell (Windows) only an orderly
 * exit of this process takes the child along.
 * @returns that shell; it ends with the child.
 */
export function bindToThisProcess(child: ChildProcess): ChildProcess | undefined {
  const { pid } = child;
  if (pid === undefined) return undefined;
  const onExit = () => child.kill('SIGTERM');
  process.once('exit', onExit);
  child.once('exit', () => process.off('exit', onExit));
  if (process.platform === 'win32') return undefined;

  const watchdog = spawn('/bin/sh', ['-c', WATCH, 'muster-watchdog', String(pid)], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
    cwd: '/',
    env: { PATH: process.env.PATH },
  });
  // A missing shell costs the protection, not the server.
  watchdog.on('error', () => {});
  watchdog.stdin.on('error', () => {});
  child.once('exit', () => watchdog.stdin.end('done\n'));
  watchdog.unref();
  (watchdog.stdin as Socket).unref();
  return watchdog;
}
