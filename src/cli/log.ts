// The log of the commands that hold a worker: JSON lines on stderr, a short line for a terminal; MUSTER_LOG sets the level.
import type { Logger } from '@temporalio/common';
import { createLog, LOG_LEVELS, type LogLevelName } from '../worker/logging';
import { UsageError } from './exit';
import { isTerminal, say, tint } from './screen';

/**
 * @param usual the level where MUSTER_LOG is not set
 * @throws UsageError when MUSTER_LOG is no level
 */
export function logFromEnvironment(usual: LogLevelName): Logger {
  const asked = process.env.MUSTER_LOG?.toLowerCase() || usual;
  const level = LOG_LEVELS.find((name) => name === asked);
  if (level === undefined) throw new UsageError(`MUSTER_LOG: is none of ${LOG_LEVELS.join(', ')}`);
  return createLog({ level, ...(isTerminal && { to: { write: (line) => say(pretty(line)) } }) });
}

const PAINT: Readonly<Record<string, (text: string) => string>> = {
  info: tint.cyan,
  warn: tint.yellow,
  error: tint.red,
};

function pretty(line: string): string {
  const { level, time, message = '', ...rest } = JSON.parse(line) as Record<string, unknown>;
  const word = String(level);
  const details = Object.entries(rest).map(
    ([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  );
  const paint = PAINT[word] ?? tint.dim;
  return `${tint.dim(String(time).slice(11, 19))} ${paint(word.padEnd(5))} ${message} ${tint.dim(details.join(' '))}`.trimEnd();
}
