// muster remove: offboarding. What Muster made for a person is undone, what it adopted is disabled.
import type { Command } from 'commander';
import { z } from 'zod';
import { EXIT, type ExitCode, exitCodeOf, UsageError } from '../exit';
import { follow, leftRunning } from '../follow';
import { readRequest } from '../input';
import { resultText } from '../report';
import { answer, answerJson, say } from '../screen';
import { type GlobalOptions, withMuster } from '../session';
import { examples, runs } from '../words';

interface Options extends GlobalOptions {
  reason: string;
  detach?: boolean;
  json?: boolean;
}

/** A request serves as it is: its key, and the connections of its accounts. */
const removal = z.looseObject({
  key: z.string().min(1),
  connections: z.array(z.string()).optional(),
  accounts: z.record(z.string(), z.unknown()).optional(),
});

export function define(command: Command): void {
  command
    .argument('<file>', 'a request, or {"key", "connections"}, as JSON; - for stdin')
    .requiredOption('--reason <text>', 'why; recorded in the run')
    .option('--detach', 'start it, print its id, and do not wait')
    .option('--json', 'print the result document')
    .addHelpText('after', examples('muster remove examples/people/ada-lovelace.json --reason "has left"'))
    .action(runs(remove));
}

async function remove(file: string, options: Options): Promise<ExitCode> {
  const read = removal.safeParse(await readRequest(file));
  if (!read.success)
    throw new UsageError('key: is missing; give a request, or {"key": "…", "connections": ["…"]}');
  const { key, accounts, connections = accounts && Object.keys(accounts) } = read.data;
  return withMuster(options, async (muster) => {
    const handle = await muster.remove({ key, ...(connections && { connections }), reason: options.reason });
    if (options.detach) {
      answer(handle.id);
      say(leftRunning(handle.id));
      return EXIT.done;
    }
    say(`${handle.id} is under way; Ctrl-C leaves it running.`);
    const document = await follow(muster, handle);
    if (options.json) answerJson(document);
    else answer(resultText(document));
    return document.status === 'compensated' ? EXIT.done : exitCodeOf(document.status);
  });
}
