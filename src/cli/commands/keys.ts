// muster keys: keys for the encryption of payloads.
import type { Command } from 'commander';
import { newKey } from '../../privacy/keys';
import { EXIT, type ExitCode } from '../exit';
import { answer, answerJson, say } from '../screen';
import { examples, runs } from '../words';

interface Options {
  json?: boolean;
}

export function define(command: Command): void {
  command.addHelpText('after', examples('muster keys new')).action(() => command.help({ error: true }));
  command
    .command('new')
    .description('print a new key: 32 random bytes in base64')
    .option('--json', 'print {"key": "…"}')
    .addHelpText('after', examples('export MUSTER_KEY_2026_11=$(muster keys new)'))
    .action(runs(make));
}

async function make({ json }: Options): Promise<ExitCode> {
  const key = newKey();
  if (json) answerJson({ key });
  else answer(key);
  const month = new Date().toISOString().slice(0, 7);
  const variable = `MUSTER_KEY_${month.replace('-', '_')}`;
  say('Keep it safe, and a copy elsewhere: without it no run that was encrypted with it can be read.');
  say(`Give it to every worker, client and codec server as ${variable}, and say in their muster.yaml:`);
  say('');
  say(['encryption:', '  keys:', `    "${month}": \${${variable}}`, `  activeKey: "${month}"`].join('\n'));
  say('');
  say(
    'Where there is a key already: keep its line, deploy this one everywhere, and only then change activeKey.',
  );
  return EXIT.done;
}
