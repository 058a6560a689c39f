// The process of the embedded server: started apart from the terminal, bound to our own life, its last words kept.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, open, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { bindToThisProcess } from './processes';

const STOP_TIMEOUT_MS = 10_000;
const DRAIN_TIMEOUT_MS = 2_000;
const TAIL_LINES = 15;

/** What the server may see of our environment: keys and passwords of vendors are not among it. */
const ENVIRONMENT =
  /^(PATH|HOME|TMPDIR|TEMP|TMP|TZ|LANG|XDG_.*|USERPROFILE|(LOCAL)?APPDATA|SYSTEMROOT|GOMAXPROCS)$/i;

/** How a process ended. */
export interface ServerExit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** Keeps the last lines of what a stream says. */
function tailOf(stream: Readable | null): () => string {
  let text = '';
  stream?.setEncoding('utf8').on('data', (chunk: string) => {
    text = (text + chunk).slice(-8192);
  });
  return () => text;
}

const lastLines = (text: string) => text.trim().split('\n').slice(-TAIL_LINES).join('\n');

/** A process just started. */
export interface ServerProcess {
  child: ChildProcess;
  /** Never rejects. */
  exited: Promise<ServerExit>;
  /** The last lines it wrote, or why it could not be started. */
  lastSaid(): Promise<string>;
}

/**
 * Starts the server. What it says goes to `logFile`, made readable to its owner alone, if there is one.
 * A program that can't be started shows as an `exited` and in `lastSaid`.
 */
export async function spawnServer(
  binary: string,
  args: string[],
  logFile: string | undefined,
): Promise<ServerProcess> {
  if (logFile !== undefined) await mkdir(dirname(logFile), { recursive: true });
  const log = logFile === undefined ? undefined : await open(logFile, 'a', 0o600);
  try {
    const child = spawn(binary, args, {
      // In a process group of its own, so that Ctrl-C in the terminal leaves it to us to stop it in order.
      detached: true,
      windowsHide: true,
      stdio: ['ignore', log?.fd ?? 'pipe', log?.fd ?? 'pipe'],
      env: Object.fromEntries(Object.entries(process.env).filter(([name]) => ENVIRONMENT.test(name))),
    });
    let spawnError: Error | undefined;
    const exited = new Promise<ServerExit>((resolve) => {
      child.once('exit', (code, signal) => resolve({ code, signal }));
      child.on('error', (error) => {
        spawnError = error;
        resolve({ code: null, signal: null });
      });
    });
    bindToThisProcess(child);
    const [said, complained] = [tailOf(child.stdout), tailOf(child.stderr)];
    // Its pipes may be read to their ends only after it has exited.
    const drained = new Promise((resolve) => child.once('close', resolve));
    // Nothing of the server keeps this process from ending; then the server ends too.
    child.unref();
    for (const stream of [child.stdout, child.stderr]) (stream as unknown as { unref?(): void })?.unref?.();
    const lastSaid = async () => {
      if (spawnError) return spawnError.message;
      if (logFile !== undefined) return lastLines(await readFile(logFile, 'utf8'));
      if (child.exitCode !== null)
        await Promise.race([drained, sleep(DRAIN_TIMEOUT_MS, undefined, { ref: false })]);
      // Two pipes have no order between them: what it complained of comes last, and so is always shown.
      return lastLines(`${said().trimEnd()}\n${complained()}`);
    };
    return { child, exited, lastSaid };
  } finally {
    await log?.close();
  }
}

/** Sends a signal, SIGKILL after 10 seconds, and waits for the end. */
export async function end({ child, exited }: ServerProcess, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
  child.kill(signal);
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
  await exited;
  clearTimeout(timer);
}
