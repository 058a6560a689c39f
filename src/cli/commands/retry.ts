// muster retry: the parked step is tried again.
import type { Command } from 'commander';
import { type DecisionOptions, decide, decisionOptions } from '../decision';
import { examples, runs } from '../words';

export function define(command: Command): void {
  decisionOptions(command)
    .addHelpText(
      'after',
      examples('muster retry ethosce/hr-000123 --reason "the site is back, says their support"'),
    )
    .action(
      runs((id: string, options: DecisionOptions) =>
        decide(id, options, (handle) => handle.retry({ reason: options.reason })),
      ),
    );
}
