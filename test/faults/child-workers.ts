// Worker processes that a test may kill or stop: a dead one is replaced, one that stands still is joined by a second and
// woken when all its time-outs are over.
import { type ChildProcess, fork } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Workers } from './bench';

/** Longer than any time-out of an activity. In milliseconds. */
const STOPPED_MS = 13_000;

/** Time enough for a worker that was woken to send what it had in hand. In milliseconds. */
const AWAKE_MS = 8_000;

/** @param folder of plans and of the configuration; @param count how many processes share the work */
export function childWorkers(folder: string, bundle: string, count = 1): Workers {
  const children = new Set<ChildProcess>();
  let stopping = false;
  let watch: NodeJS.Timeout | undefined;
  let spawn: () => Promise<void> = () => Promise.resolve();

  const open = (config: string, address: string): Promise<void> =>
    new Promise((ready, failed) => {
      const child = fork(resolve(__dirname, 'worker-child.ts'), [folder, config, address, bundle], {
        execArgv: ['-r', resolve(__dirname, 'register.js')],
      });
      children.add(child);
      child.once('message', () => ready());
      child.once('exit', () => {
        children.delete(child);
        failed(new Error('the worker ended before it was ready'));
        if (!stopping && children.size < count) spawn().catch(() => undefined);
      });
    });

  /** A worker that stands still gets company, and is woken later. */
  const standIn = (): void => {
    for (const name of readdirSync(folder).filter((file) => file.endsWith('.met'))) {
      const file = join(folder, name);
      const { signal, pid } = JSON.parse(readFileSync(file, 'utf8')) as { signal: string; pid: number };
      rmSync(file);
      if (signal !== 'SIGSTOP') continue;
      spawn().catch(() => undefined);
      setTimeout(() => {
        const woken = [...children].find((child) => child.pid === pid);
        woken?.kill('SIGCONT');
        // It has shown what it does; were it to stay, there would be more and more of them.
        setTimeout(() => children.size > count && woken?.kill('SIGTERM'), AWAKE_MS).unref();
      }, STOPPED_MS).unref();
    }
  };

  return {
    async start(document, address) {
      stopping = false;
      const config = join(folder, 'muster.json');
      writeFileSync(config, JSON.stringify(document));
      spawn = () => open(config, address);
      await Promise.all(Array.from({ length: count }, spawn));
      watch = setInterval(standIn, 100);
    },
    async stop() {
      stopping = true;
      clearInterval(watch);
      await Promise.all(
        [...children].map(
          (child) =>
            new Promise<void>((gone) => {
              child.once('exit', () => gone());
              if (child.pid !== undefined && existsSync(`/proc/${child.pid}`)) child.kill('SIGCONT');
              child.kill('SIGTERM');
              setTimeout(() => child.kill('SIGKILL'), 15_000).unref();
            }),
        ),
      );
    },
  };
}
