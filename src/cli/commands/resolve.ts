// muster resolve: an operator says what is true at the vendor; what can be read back there is read back.
import { type Command, Option } from 'commander';
import type { Resolution } from '../../client/handle';
import { type DecisionOptions, decide, decisionOptions } from '../decision';
import { UsageError } from '../exit';
import { examples, runs } from '../words';

interface Options extends DecisionOptions {
  userId?: string;
  exists?: boolean;
  notCreated?: boolean;
  step?: string;
}

export function define(command: Command): void {
  decisionOptions(command)
    .addOption(
      new Option('--user-id <id>', 'it exists: this is its id at the vendor').conflicts([
        'exists',
        'notCreated',
      ]),
    )
    .addOption(new Option('--exists', 'what the step makes exists already').conflicts('notCreated'))
    .option('--not-created', 'nothing was made: it is sent again')
    .option('--step <name>', 'the step that is meant; refused if another one is parked')
    .addHelpText(
      'after',
      examples(
        'muster resolve pha-demo/hr-000123 --user-id 1004 --reason "seen in Manage Users"',
        'muster resolve pha-demo/hr-000123 --exists --step assessment --reason "the form is filled in"',
        'muster resolve pha-demo/hr-000123 --not-created --reason "searched by e-mail: nobody"',
      ),
    )
    .action(runs(resolve));
}

async function resolve(id: string, options: Options) {
  const { reason, step } = options;
  const resolution = resolutionOf(options);
  return decide(id, options, (handle) =>
    handle.resolve({ ...resolution, reason, ...(step !== undefined && { step }) }),
  );
}

/** @throws UsageError */
function resolutionOf({ userId, exists, notCreated }: Options): Resolution {
  if (userId !== undefined) {
    if (userId.trim() === '') throw new UsageError('--user-id: is empty');
    return { userId };
  }
  if (exists) return { exists };
  if (notCreated) return { notCreated };
  throw new UsageError('Say what is true at the vendor: --user-id ID, --exists or --not-created');
}
