// muster show: a run's card: what exists where, how we know, and what to do next.
import type { Command } from 'commander';
import type { ResultDocument } from '../../account/result';
import type { SecretRecord } from '../../account/secret';
import type { Muster } from '../../client/muster';
import { type ExitCode, exitCodeOf } from '../exit';
import { inDetail } from '../follow';
import { cardText } from '../report';
import { answer, answerJson } from '../screen';
import { type GlobalOptions, withMuster } from '../session';
import { standing } from '../standing';
import { examples, runs } from '../words';

interface Options extends GlobalOptions {
  json?: boolean;
}

export function define(command: Command): void {
  command
    .argument('<id>', '<connection>/<key>, person/<key>, or a key')
    .option('--json', 'print the result document, and how passwords stand that vendors made')
    .addHelpText(
      'after',
      [
        '',
        "Ends with the run's exit code: 0 done or under way, 1 failed or compensated, 3 parked.",
        examples('muster show pha-demo/hr-000123', 'muster show hr-000123 --json'),
      ].join('\n'),
    )
    .action(runs(show));
}

function show(id: string, options: Options): Promise<ExitCode> {
  return withMuster(options, async (muster) => {
    const handle = await muster.handle(id);
    const document = await inDetail(muster, handle.id, await standing(muster, handle));
    const secrets = await secretsOf(muster, document);
    if (options.json) answerJson({ ...document, secrets });
    else answer(cardText(document, secrets));
    return exitCodeOf(document.status);
  });
}

/** Of the accounts shown: those that their results name, and those that the list knows (an undone account's). */
async function secretsOf(muster: Muster, { key, accounts }: ResultDocument): Promise<SecretRecord[]> {
  const named = Object.values(accounts).flatMap(({ secret }) => (secret === null ? [] : [secret]));
  const known = await Promise.all(named.map((handle) => muster.secret(handle)));
  const listed = await muster.secrets({ key, all: true });
  const all = [...known, ...listed].filter((record) => record !== undefined);
  const shown = all.filter(({ connection }) => connection in accounts);
  return [...new Map(shown.map((record) => [record.handle, record])).values()];
}
