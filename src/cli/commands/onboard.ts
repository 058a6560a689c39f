// muster onboard: starts a request, or attaches to the run of the same request, and follows it.
import type { Command } from 'commander';
import { checkedRequest } from '../../request/check';
import { EXIT, type ExitCode, exitCodeOf } from '../exit';
import { follow, leftRunning } from '../follow';
import { readRequest } from '../input';
import { resultText } from '../report';
import { answer, answerJson, say } from '../screen';
import { type GlobalOptions, withMuster } from '../session';
import { examples, runs } from '../words';

interface Options extends GlobalOptions {
  detach?: boolean;
  json?: boolean;
}

export function define(command: Command): void {
  command
    .argument('<file>', 'a request as JSON, or - for stdin')
    .option('--detach', 'start it, print its id, and do not wait')
    .option('--json', 'print the result document (with --detach: {"id", "runId"})')
    .addHelpText(
      'after',
      [
        '',
        'The same request again attaches to its run: nothing is sent twice.',
        examples(
          'muster onboard examples/people/ada-lovelace.json',
          'cat request.json | muster onboard - --json',
        ),
      ].join('\n'),
    )
    .action(runs(onboard));
}

async function onboard(file: string, options: Options): Promise<ExitCode> {
  const input = await readRequest(file);
  return withMuster(
    options,
    async (muster) => {
      const handle = await muster.onboard(checkedRequest(muster.config, input));
      const { id, runId } = handle;
      if (options.detach) {
        if (options.json) answerJson({ id, runId });
        else answer(id);
        say(leftRunning(id));
        return EXIT.done;
      }
      say(`${id} is under way; Ctrl-C leaves it running.`);
      const document = await follow(muster, handle);
      if (options.json) answerJson(document);
      else answer(resultText(document));
      return exitCodeOf(document.status);
    },
    (config) => void checkedRequest(config, input),
  );
}
