// What the process ends with (interface.md, "Command line"), and how errors that people can do something about are told:
// their sentence, without a stack trace.
import { CommanderError } from 'commander';
import type { Status } from '../account/result';

export const EXIT = {
  done: 0,
  /** Failed or compensated. */
  failed: 1,
  /** Wrong use or bad input. */
  usage: 2,
  /** Waits for a decision. */
  parked: 3,
  /** Temporal is not reachable. */
  unreachable: 4,
  /** Ctrl-C, as shells know it. */
  interrupted: 130,
} as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Wrong use that commander can't see. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Something that is told by its sentence alone, and ends with the given code. */
export class ExpectedError extends Error {
  override readonly name = 'ExpectedError';

  constructor(
    message: string,
    readonly exitCode: ExitCode,
  ) {
    super(message);
  }
}

/** A run's status as an exit code. One that is under way is no failure. */
export function exitCodeOf(status: Status): ExitCode {
  const codes = {
    done: EXIT.done,
    running: EXIT.done,
    parked: EXIT.parked,
    failed: EXIT.failed,
    compensated: EXIT.failed,
  } as const satisfies Record<Status, ExitCode>;
  return codes[status];
}

// By name: the modules that throw them are loaded only by the commands that need them.
const BY_NAME: Readonly<Record<string, ExitCode>> = {
  UsageError: EXIT.usage,
  ConfigError: EXIT.usage,
  RequestError: EXIT.usage,
  RosterError: EXIT.usage,
  PlanFileError: EXIT.usage,
  KeyRingError: EXIT.usage,
  SealError: EXIT.usage,
  UnknownRunError: EXIT.usage,
  DecisionRefusedError: EXIT.usage,
  JobInputError: EXIT.usage,
  PortInUseError: EXIT.usage,
  WorkerPortError: EXIT.usage,
  TemporalSettingsError: EXIT.usage,
  SearchAttributesError: EXIT.usage,
  NoOperatorError: EXIT.usage,
  DataFolderInUseError: EXIT.usage,
  DifferentRequestError: EXIT.failed,
  PlanningError: EXIT.failed,
  TemporalUnreachableError: EXIT.unreachable,
  TemporalCliNotFoundError: EXIT.unreachable,
  EmbeddedServerError: EXIT.unreachable,
};

/** gRPC status codes with which a server that went away shows. */
const GRPC_AWAY: readonly unknown[] = [4, 14];

export interface Ending {
  code: ExitCode;
  /** What to print on stderr; undefined where it has been printed. */
  message?: string;
}

/** What an error means to whoever started the command. */
export function endingOf(error: unknown): Ending {
  if (error instanceof CommanderError) return { code: error.exitCode === 0 ? EXIT.done : EXIT.usage };
  if (error instanceof ExpectedError) return { code: error.exitCode, message: error.message };
  if (!(error instanceof Error)) return { code: EXIT.failed, message: String(error) };
  const known = BY_NAME[error.name];
  if (known !== undefined) return { code: known, message: error.message };
  if (isGrpcAway(error))
    return { code: EXIT.unreachable, message: `Temporal does not answer any more: ${error.message}` };
  if (isTooLarge(error))
    return {
      code: EXIT.usage,
      message:
        'This is more than Temporal takes: 2 MB at a time, compressed and encrypted. Leave out what no vendor needs.',
    };
  return { code: EXIT.failed, message: error.stack ?? error.message };
}

/** The server's limit of a payload (2 MB), or of a call (4 MB). */
function isTooLarge({ message, cause }: Error): boolean {
  return /Blob data size exceeds limit|received message larger than max/.test(`${message} ${cause}`);
}

function isGrpcAway(error: Error): boolean {
  const { code, cause } = error as Error & { code?: unknown };
  const inner = typeof cause === 'object' && cause !== null ? (cause as { code?: unknown }).code : undefined;
  return GRPC_AWAY.includes(code) || GRPC_AWAY.includes(inner);
}
