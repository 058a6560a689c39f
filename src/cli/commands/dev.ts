// muster dev: a playground that lasts until Ctrl-C, and keeps its runs for the next time.
import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import { DEFAULT_CONFIG_FILE } from '../../config/load';
import { startEnvironment } from '../../dev/environment';
import { readDevState } from '../../dev/state';
import { EXIT, type ExitCode, UsageError } from '../exit';
import { catchInterrupts } from '../interrupt';
import { logFromEnvironment } from '../log';
import { say } from '../screen';
import type { GlobalOptions } from '../session';
import { addressesText } from '../surroundings';
import { examples, runs } from '../words';

export function define(command: Command): void {
  command
    .addHelpText(
      'after',
      [
        '',
        'Starts an embedded Temporal server (unless TEMPORAL_ADDRESS names one), its UI on port 8233 or a free one,',
        'simulated vendors, and a worker; with --config (or MUSTER_CONFIG), the connections of that file in place of',
        'simulators. Data and keys stay in .muster/; other muster commands in this folder find it by themselves.',
        'Simulated vendors start empty each time.',
        examples('muster dev', 'muster dev --config muster.yaml'),
      ].join('\n'),
    )
    .action(runs(dev));
}

async function dev(options: GlobalOptions): Promise<ExitCode> {
  const cwd = process.cwd();
  const here = await readDevState(cwd);
  if (here.status === 'live')
    throw new UsageError(`An environment runs in this folder already (process ${here.state.pid}).`);
  const configFile = options.config ?? (process.env.MUSTER_CONFIG || undefined);
  if (configFile === undefined && existsSync(DEFAULT_CONFIG_FILE))
    say(`${DEFAULT_CONFIG_FILE} is not used: say --config ${DEFAULT_CONFIG_FILE} to work with its vendors.`);

  const interrupts = catchInterrupts(() => say('Stopped at once.'));
  const environment = await startEnvironment({
    cwd,
    env: process.env,
    keepData: true,
    log: logFromEnvironment('warn'),
    onProgress: (message) => say(`${message} …`),
    ...(configFile !== undefined && { configFile }),
  });
  try {
    say(addressesText(environment));
    say(
      '\nReady. In this folder: muster onboard FILE, muster list, muster show ID. Ctrl-C stops; runs are kept.',
    );
    await Promise.race([interrupts.asked, environment.broken]);
  } finally {
    say('Stopping …');
    await environment.stop();
    interrupts.release();
  }
  return EXIT.done;
}
