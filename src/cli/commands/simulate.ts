// muster simulate: the simulated vendors alone, for programs that want to be tried against them.
import type { Command } from 'commander';
import { PLAYGROUND } from '../../dev/playground';
import { simulatedVendors, startSimulators } from '../../simulators';
import { EXIT, type ExitCode, ExpectedError, UsageError } from '../exit';
import { catchInterrupts } from '../interrupt';
import { answerJson, say } from '../screen';
import { examples, port, runs } from '../words';

interface Options {
  portBase?: number;
  host: string;
}

export function define(command: Command): void {
  command
    .option('--port-base <port>', 'ports from this one on, a vendor each (else free ones)', port)
    .option('--host <address>', 'listen here', '127.0.0.1')
    .addHelpText(
      'after',
      [
        '',
        'Prints one JSON document: "simulators" with the address of each vendor, and "connections" as muster.yaml takes',
        'them. Each address answers under /__admin/ (people, state, requests, mails, faults, settings, seed, reset).',
        examples(
          'muster simulate --port-base 4100',
          'curl -s http://127.0.0.1:4100/__admin/people',
          `curl -s http://127.0.0.1:4101/__admin/faults -H 'content-type: application/json' -d '{"kind":"drop-after","call":"create user"}'`,
        ),
      ].join('\n'),
    )
    .action(runs(simulate));
}

async function simulate({ portBase, host }: Options): Promise<ExitCode> {
  if (portBase !== undefined && portBase + simulatedVendors.length - 1 > 65_535)
    throw new UsageError(`--port-base: leaves no room for ${simulatedVendors.length} ports`);
  const interrupts = catchInterrupts();
  const ports =
    portBase === undefined
      ? undefined
      : Object.fromEntries(simulatedVendors.map((vendor, i) => [vendor, portBase + i]));
  const running = await startSimulators({ host, ...(ports && { ports }) }).catch((error: unknown) => {
    const { code, port: taken } = error as NodeJS.ErrnoException & { port?: number };
    throw code === 'EADDRINUSE' ? new ExpectedError(`Port ${taken} is in use.`, EXIT.usage) : error;
  });
  const named = Object.entries(PLAYGROUND).map(([name, vendor]) => [name, running[vendor]] as const);
  answerJson({
    simulators: Object.fromEntries(named.map(([, { vendor, url }]) => [vendor, url])),
    connections: Object.fromEntries(named.map(([name, simulator]) => [name, simulator.connection()])),
  });
  say('The simulated vendors run until Ctrl-C.');
  await interrupts.asked;
  await running.close();
  interrupts.release();
  return EXIT.done;
}
