// muster skip: the run goes on without the parked step.
import type { Command } from 'commander';
import { type DecisionOptions, decide, decisionOptions } from '../decision';
import { examples, runs } from '../words';

interface Options extends DecisionOptions {
  step: string;
}

export function define(command: Command): void {
  decisionOptions(command)
    .requiredOption('--step <name>', 'the parked step, as "muster show" names it')
    .addHelpText(
      'after',
      examples('muster skip ethosce/hr-000123 --step roles --reason "their admin sets the roles by hand"'),
    )
    .action(
      runs((id: string, options: Options) =>
        decide(id, options, (handle) => handle.skip({ step: options.step, reason: options.reason })),
      ),
    );
}
