// muster debts: what undo could not remove, with what a person has to do; settled by a person's word.
import type { Command } from 'commander';
import { type DecisionOptions, decide, decisionOptions } from '../decision';
import { EXIT, type ExitCode } from '../exit';
import { answer, answerJson, say } from '../screen';
import { type GlobalOptions, withMuster } from '../session';
import { table } from '../table';
import { examples, runs } from '../words';

interface Options extends GlobalOptions {
  json?: boolean;
}

export function define(command: Command): void {
  command
    .option('--json', 'print an array of {id, connection, key, userId, what, instruction, since}')
    .addHelpText(
      'after',
      examples('muster debts', 'muster debts settle pha-demo/hr-000123 --reason "archived"'),
    )
    .action(runs(list));
  decisionOptions(command.command('settle').description('says that the debts of a run are settled')).action(
    runs((id: string, options: DecisionOptions) =>
      decide(id, options, (handle) => handle.settleDebts({ reason: options.reason })),
    ),
  );
}

async function list(options: Options): Promise<ExitCode> {
  const debts = await withMuster(options, (muster) => muster.debts());
  if (options.json) answerJson(debts);
  else if (debts.length === 0) say('There are no debts.');
  else
    answer(
      table(
        ['run', 'what', 'to do', 'since'],
        debts.map(({ id, what, instruction, since }) => [id, what, instruction, since]),
      ),
    );
  return EXIT.done;
}
