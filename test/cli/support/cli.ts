// Starts Muster's command line as a process in a folder of its own, as a person or a script would.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Build, buildCli } from './build';

export interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

export interface StartOptions {
  /** Added to an environment without any of Muster's or Temporal's variables. */
  env?: Record<string, string>;
  /** Given on stdin; empty if left out. */
  input?: string;
}

/** A command that has been started. */
export class Started {
  stdout = '';
  stderr = '';
  readonly ended: Promise<Ended>;
  private readonly heard: (() => void)[] = [];

  constructor(readonly process: ChildProcess) {
    const hear = (stream: 'stdout' | 'stderr') =>
      process[stream]?.setEncoding('utf8').on('data', (text: string) => {
        this[stream] += text;
        for (const tell of this.heard.splice(0)) tell();
      });
    hear('stdout');
    hear('stderr');
    this.ended = new Promise((resolve) => {
      process.once('close', (code) => {
        resolve({ code, stdout: this.stdout, stderr: this.stderr });
        for (const tell of this.heard.splice(0)) tell();
      });
    });
  }

  /** Waits until stdout and stderr together hold `text`; jest's time-out is the bound. */
  async until(text: string): Promise<void> {
    while (!(this.stdout + this.stderr).includes(text)) {
      if (this.process.exitCode !== null)
        throw new Error(`ended with ${this.process.exitCode} before it said "${text}":\n${this.stderr}`);
      await new Promise<void>((resolve) => this.heard.push(resolve));
    }
  }

  kill(signal: NodeJS.Signals): void {
    this.process.kill(signal);
  }
}

/** One compiled Muster for a test file, and folders to start it in. */
export class Cli {
  private readonly folders: string[] = [];
  private readonly running: Started[] = [];

  private constructor(private readonly build: Build) {}

  /** Compiles; to be closed in `afterAll`. */
  static async open(): Promise<Cli> {
    return new Cli(await buildCli());
  }

  /** An empty folder of its own, with the given files in it. */
  folder(files: Record<string, string> = {}): string {
    const folder = mkdtempSync(join(tmpdir(), 'muster-cli-'));
    this.folders.push(folder);
    for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
    return folder;
  }

  start(cwd: string, args: readonly string[], { env = {}, input = '' }: StartOptions = {}): Started {
    const child = spawn(process.execPath, [this.build.main, ...args], {
      cwd,
      env: { ...plainEnvironment(), ...env },
    });
    child.stdin.on('error', () => {});
    child.stdin.end(input);
    const started = new Started(child);
    this.running.push(started);
    return started;
  }

  run(cwd: string, args: readonly string[], options: StartOptions = {}): Promise<Ended> {
    return this.start(cwd, args, options).ended;
  }

  async close(): Promise<void> {
    for (const started of this.running) started.kill('SIGKILL');
    await Promise.all(this.running.map((started) => started.ended));
    for (const folder of this.folders) rmSync(folder, { recursive: true, force: true });
    this.build.remove();
  }
}

function plainEnvironment(): Record<string, string> {
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^(TEMPORAL_|MUSTER_(?!TEMPORAL_CLI))/.test(name) && name !== 'FORCE_COLOR',
  );
  return { ...(Object.fromEntries(kept) as Record<string, string>), NO_COLOR: '1' };
}
