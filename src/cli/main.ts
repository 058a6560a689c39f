#!/usr/bin/env node
// The command line: finds the command, runs it, and turns how it went into an exit code.
import { Command } from 'commander';
import { COMMANDS } from './commands';
import { EXIT, endingOf } from './exit';
import { packageVersion } from './package-root';
import { live, say, tint } from './screen';

async function main(argv: readonly string[]): Promise<void> {
  const program = new Command('muster')
    .description("Creates people's accounts at vendors, exactly once, durably.")
    .option('--config <file>', 'the configuration (else MUSTER_CONFIG, else ./muster.yaml)')
    .version(packageVersion(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({ outputError: (text, write) => write(tint.red(text)) })
    .showHelpAfterError('(--help says more)')
    .exitOverride()
    .addHelpText(
      'after',
      [
        '',
        'stdout holds the answer (one JSON document with --json), stderr everything else.',
        'Exit codes: 0 done, 1 failed or compensated, 2 wrong use or bad input, 3 parked: waits for a decision,',
        '            4 Temporal not reachable, 130 Ctrl-C (the work goes on).',
        '',
        'Example:',
        '  muster demo',
      ].join('\n'),
    );
  const wanted = commandIn(argv);
  for (const [name, { summary, load }] of Object.entries(COMMANDS)) {
    const command = program.command(name).description(summary);
    if (name === wanted) (await load()).define(command);
  }
  await program.parseAsync([...argv], { from: 'user' });
}

/** The command's name in the arguments: the first word that is no option, nor the value of one. */
function commandIn(argv: readonly string[]): string | undefined {
  const words = argv.filter((word, i) => !word.startsWith('-') && argv[i - 1] !== '--config');
  return words[0] === 'help' ? words[1] : words[0];
}

// `muster list | head` is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(process.exitCode ?? EXIT.done);
});

main(process.argv.slice(2)).catch((error: unknown) => {
  live('');
  const { code, message } = endingOf(error);
  if (message !== undefined) say(message);
  // Temporal's native part, once started, would keep a process alive that gave up half-way.
  process.stdout.write('', () => process.exit(code));
});
