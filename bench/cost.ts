// What processes cost, as Linux counts it: CPU time, bytes written, memory.
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

const TICKS_A_SECOND = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));

/** CPU time of processes so far, user and system, all threads. Milliseconds. */
export function cpuMs(pids: readonly number[]): number {
  return sum(pids, (pid) => {
    // The name, in brackets, may hold spaces; the fields behind it start with the third.
    const fields = read(pid, 'stat').split(') ')[1]?.split(' ') ?? [];
    return ((Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) / TICKS_A_SECOND) * 1000;
  });
}

/** Bytes that processes have had written to storage so far. */
export function bytesWritten(pids: readonly number[]): number {
  return sum(pids, (pid) => Number(/^write_bytes: (\d+)/m.exec(read(pid, 'io'))?.[1] ?? 0));
}

/** Greatest memory that a process has had so far, in MB. */
export function peakMemory(pid: number): number {
  return Math.round(Number(/VmHWM:\s+(\d+)/.exec(read(pid, 'status'))?.[1] ?? 0) / 1024);
}

/** A process and all that came of it. */
export function familyOf(pid: number): number[] {
  const parents = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => ({
      pid: Number(name),
      parent: Number(read(Number(name), 'stat').split(') ')[1]?.split(' ')[1]),
    }));
  const family = [pid];
  for (const one of family)
    family.push(...parents.filter(({ parent }) => parent === one).map((child) => child.pid));
  return family;
}

export function nameOf(pid: number): string {
  return read(pid, 'comm').trim();
}

/** Empty where the process has ended meanwhile. */
function read(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return '';
  }
}

function sum(pids: readonly number[], of: (pid: number) => number): number {
  return pids.reduce((total, pid) => total + of(pid), 0);
}
