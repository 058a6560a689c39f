// muster secret: the passwords that vendors made, which nobody sees until somebody asks, with a reason, and then once.
import { hostname, userInfo } from 'node:os';
import type { Command } from 'commander';
import { accountId } from '../../temporal/names';
import { EXIT, type ExitCode, UsageError } from '../exit';
import { answer, answerJson, say, tint } from '../screen';
import { type GlobalOptions, withMuster } from '../session';
import { table } from '../table';
import { examples, runs } from '../words';

interface ListOptions extends GlobalOptions {
  connection?: string;
  key?: string;
  all?: boolean;
  json?: boolean;
}

interface RevealOptions extends GlobalOptions {
  reason: string;
  json?: boolean;
}

export function define(command: Command): void {
  command.addHelpText(
    'after',
    examples('muster secret list', 'muster secret reveal HANDLE --reason "handed to the learner in person"'),
  );
  command
    .command('list')
    .description('passwords that nobody has revealed yet')
    .option('--connection <name>', 'only those of this connection')
    .option('--key <key>', 'only those of this person')
    .option('--all', 'also those that were revealed, have expired or were dropped')
    .option('--json', 'print an array of {handle, connection, key, userId, state, since, expires, end}')
    .action(runs(list));
  command
    .command('reveal')
    .description('shows a password, once; it is deleted then')
    .argument('<handle>', 'as a result, "muster show" or "muster secret list" names it')
    .requiredOption('--reason <text>', 'why; recorded, with who asked and when')
    .option('--json', 'print {handle, connection, key, userId, username, password}')
    .addHelpText(
      'after',
      [
        '',
        'stdout holds the password alone. Should it not arrive (a broken pipe, a lost connection), the same command by the',
        'same person, with the same reason, shows it again within a quarter of an hour; after that it is gone.',
      ].join('\n'),
    )
    .action(runs(reveal));
}

async function list({ json, config, ...filter }: ListOptions): Promise<ExitCode> {
  const found = await withMuster({ ...(config !== undefined && { config }) }, (muster) =>
    muster.secrets(filter),
  );
  if (json) answerJson(found);
  else if (found.length === 0)
    say(filter.all ? 'No password is on record.' : 'No password waits to be revealed.');
  else {
    const rows = found.map(({ handle, connection, key, state, since, expires }) => [
      handle,
      accountId(connection, key),
      state,
      since,
      expires,
    ]);
    answer(table(['handle', 'account', 'state', 'since', 'expires'], rows));
  }
  return EXIT.done;
}

/** A worker that is there answers in far less. */
const PATIENCE_MS = 5_000;
const UNHEARD = 'No worker has answered yet; start one with "muster worker". Nothing is lost by Ctrl-C.';

function reveal(handle: string, options: RevealOptions): Promise<ExitCode> {
  const reason = options.reason.trim();
  if (reason === '') throw new UsageError('--reason: is empty; say why, in a few words');
  return withMuster(options, async (muster) => {
    const impatience = setTimeout(() => say(tint.yellow(UNHEARD)), PATIENCE_MS);
    const by = `${userInfo().username}@${hostname()}`;
    const secret = await muster.revealSecret(handle, { reason, by }).finally(() => clearTimeout(impatience));
    const { received, ...shown } = secret;
    const { connection, key, userId, username, password } = shown;
    const whose = `${accountId(connection, key)}, user ${userId}`;
    say(`${whose}${username === null ? '' : `, log-in name ${username}`}. Shown once:`);
    if (options.json) answerJson(shown);
    else answer(password);
    await printed();
    await received().catch(() =>
      say(tint.yellow('Temporal could not be told that it arrived; it is deleted in a quarter of an hour.')),
    );
    return EXIT.done;
  });
}

/** When all that stdout was given has left this process. */
function printed(): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write('', (error) => (error ? reject(error) : resolve()));
  });
}
