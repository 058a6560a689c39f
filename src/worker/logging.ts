// The worker's log: one JSON object a line, on stderr. Whatever came out of an activity or a workflow may quote a vendor, and
// a vendor may quote a person, so of such an error only its kind and its place in the code are written down; the whole of
// it is in the run's history, encrypted.
import type { Logger, LogLevel, LogMetadata } from '@temporalio/common';
import { type DestinationStream, destination, type Level, pino, stdTimeFunctions } from 'pino';

/** From the loudest to the quietest. */
export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error'] as const;
export type LogLevelName = (typeof LOG_LEVELS)[number];

export interface LogOptions {
  /** Default `info`. Every vendor call is told at `debug`. */
  level?: LogLevelName;
  /** Default stderr. */
  to?: DestinationStream;
}

/** A log that the SDK, its activities and Muster's own code all write to. */
export function createLog({ level = 'info', to }: LogOptions = {}): Logger {
  const out = pino(
    {
      level,
      base: undefined,
      messageKey: 'message',
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    to ?? destination({ dest: 2, sync: true }),
  );
  const write = (at: Level, message: string, meta: LogMetadata = {}) => out[at](tidy(meta), message);
  return {
    log: (at: LogLevel, message, meta) => write(at.toLowerCase() as Level, message, meta),
    trace: (message, meta) => write('trace', message, meta),
    debug: (message, meta) => write('debug', message, meta),
    info: (message, meta) => write('info', message, meta),
    warn: (message, meta) => write('warn', message, meta),
    error: (message, meta) => write('error', message, meta),
  };
}

/**
 * Plain words and numbers stay. Anything with parts is left out: at `trace` the SDK hands over whole tasks, with the decrypted
 * arguments of runs. Symbols of its metadata fall away by themselves.
 */
function tidy(meta: LogMetadata): Record<string, unknown> {
  const ofRun = 'workflowId' in meta || 'activityId' in meta;
  return Object.fromEntries(
    Object.entries(meta).map(([name, value]) => {
      if (value instanceof Error) return [name, describeError(value, ofRun)];
      return [name, typeof value === 'object' && value !== null ? LEFT_OUT : value];
    }),
  );
}

const LEFT_OUT = '[left out]';

interface DescribedError {
  name: string;
  type?: string;
  code?: string | number;
  /** Only of errors that did not come out of a run. */
  message?: string;
  /** Places in the code, without the message that a stack begins with. */
  stack?: string[];
  cause?: DescribedError;
}

function describeError(error: Error, ofRun: boolean): DescribedError {
  const { type, code } = error as { type?: unknown; code?: unknown };
  const places = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  return {
    name: error.name,
    ...(typeof type === 'string' && { type }),
    ...((typeof code === 'string' || typeof code === 'number') && { code }),
    ...(!ofRun && { message: error.message }),
    ...(places.length > 0 && { stack: places.map((place) => place.trim()) }),
    ...(error.cause instanceof Error && { cause: describeError(error.cause, ofRun) }),
  };
}
