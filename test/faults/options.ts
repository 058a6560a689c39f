// What `npm run sweep` can be told.
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';

export interface SweepOptions {
  /** All by default. */
  vendor?: string[];
  /** The one case with this id. */
  case?: string;
  /** Cases with this text in their id. */
  only?: string;
  /** Cases of this row of the table. */
  group?: string;
  /** For the random schedules; drawn if left out. */
  seed?: number;
  /** Random schedules of each thorough scenario. */
  random: number;
  /** Cases at once, at most. */
  concurrency: number;
  list?: true;
  verbose?: true;
  withoutProcesses?: true;
}

/**
 * Prints help, or one line that says what is wrong.
 * @returns the exit code in place of the options when there is nothing more to do
 */
export function readOptions(args: readonly string[], vendors: readonly string[]): SweepOptions | number {
  const command = new Command('npm run sweep --')
    .description(
      'Onboards people at simulated vendors while every call meets every fault, on a real Temporal server, and holds ' +
        'each ending against the rules: one account or none, no create on a guess, nothing untrue in the result.',
    )
    .addOption(new Option('--vendor <name...>', 'only this vendor').choices(vendors))
    .option('--group <row>', 'only the cases of this row of the table')
    .option('--only <text>', 'only cases with this text in their id')
    .option('--case <id>', 'one case, by its whole id')
    .option('--seed <number>', 'of the random schedules (drawn and printed if left out)', whole)
    .option('--random <number>', 'how many random schedules each thorough scenario gets', whole, 30)
    .option(
      '--concurrency <number>',
      'how many cases at once, at most; fewer while the machine is busy',
      some,
      60,
    )
    .option('--without-processes', 'do not kill or stop workers, nor the Temporal server')
    .option('--list', 'print the ids and stop; without those of killed and stopped processes')
    .option('--verbose', 'tell of every case what was decided and sent, not only of broken ones')
    .addHelpText(
      'after',
      '\nstdout holds the table, stderr what is broken as soon as it is known.\n' +
        'Exit codes: 0 no case broke a rule, 1 one did, 2 wrong use.',
    )
    .showSuggestionAfterError(false)
    .allowExcessArguments(false)
    .exitOverride();
  try {
    return command.parse([...args], { from: 'user' }).opts<SweepOptions>();
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : WRONG_USE;
    throw error;
  }
}

export const WRONG_USE = 2;

function whole(text: string): number {
  const number = Number(text);
  if (!/^\d+$/.test(text) || number >= 2 ** 31)
    throw new InvalidArgumentError('Give a whole number below 2^31.');
  return number;
}

function some(text: string): number {
  const number = whole(text);
  if (number === 0) throw new InvalidArgumentError('At least one.');
  return number;
}
