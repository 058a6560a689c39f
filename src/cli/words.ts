// What the commands' definitions share: the end of a help text, and how an action's exit code gets out.
import { type Command, InvalidArgumentError } from 'commander';
import { parseThreshold, type Threshold } from '../bulk/thresholds';
import { parseDuration } from '../config/durations';
import type { ExitCode } from './exit';

/** Lines that start with `muster` or hold a pipe to it are commands; others are remarks. */
export function examples(...lines: string[]): string {
  return ['', lines.length > 1 ? 'Examples:' : 'Example:', ...lines.map((line) => `  ${line}`)].join('\n');
}

type Action<Args extends readonly unknown[], Options> = (
  ...args: [...Args, options: Options]
) => Promise<ExitCode>;

/** Makes commander's action of a function that takes the arguments and all options, and gives the exit code. */
export function runs<Args extends readonly unknown[], Options>(action: Action<Args, Options>) {
  return async (...given: unknown[]): Promise<void> => {
    const command = given.at(-1) as Command;
    const args = given.slice(0, -2) as unknown as Args;
    process.exitCode = await action(...args, command.optsWithGlobals() as Options);
  };
}

/** For options that take a port. */
export function port(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < 1 || value > 65_535)
    throw new InvalidArgumentError('Expected a port from 1 to 65535.');
  return value;
}

/** For options that take a positive whole number. */
export function count(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < 1 || !Number.isSafeInteger(value))
    throw new InvalidArgumentError('Expected a whole number above 0.');
  return value;
}

/** For options that take a number of rows or a share of them. */
export function share(text: string): string {
  if (!parseThreshold(text))
    throw new InvalidArgumentError('Expected a whole number, or a share such as 5%.');
  return text;
}

/** For options that take a duration; in milliseconds. */
export function duration(text: string): number {
  const ms = parseDuration(text);
  if (ms === undefined) throw new InvalidArgumentError('Expected a duration such as 30s, 10m or 2h.');
  return ms;
}

/** For options that take names separated by spaces. */
export function names(text: string): string[] {
  const given = text.split(/\s+/).filter(Boolean);
  if (given.length === 0) throw new InvalidArgumentError('Expected names, separated by spaces.');
  return given;
}

/** For options that take a number of accounts, or a part of all of them. */
export function threshold(text: string): Threshold {
  const value = parseThreshold(text);
  if (!value)
    throw new InvalidArgumentError('Expected a whole number such as 20, or a percentage such as 5%.');
  return value;
}
