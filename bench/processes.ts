// Processes of a measurement: when they are ready, and when they have ended.
import type { ChildProcess } from 'node:child_process';

/** Resolves once a process has said so on its stderr; rejects when it ends before. */
export function said(child: ChildProcess, word: RegExp): Promise<void> {
  return new Promise((ready, failed) => {
    let text = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      text = (text + chunk.toString()).slice(-4_000);
      if (word.test(text)) ready();
    });
    child.once('exit', (code) => failed(new Error(`it ended (${code}): ${text}`)));
  });
}

export async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  await new Promise((done) => child.once('exit', done));
}
