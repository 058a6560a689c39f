// muster undo: what a run made is taken back, newest first. An account whose run has ended gets a run for it.
import type { Command } from 'commander';
import { parseAccountId } from '../../temporal/names';
import { type DecisionOptions, decide, decisionOptions } from '../decision';
import { EXIT, type ExitCode, exitCodeOf } from '../exit';
import { follow, leftRunning } from '../follow';
import { resultText } from '../report';
import { answer, answerJson, say } from '../screen';
import { withMuster } from '../session';
import { examples, runs } from '../words';

export function define(command: Command): void {
  decisionOptions(command)
    .addHelpText('after', examples('muster undo ethosce/hr-000123 --reason "the wrong person was sent"'))
    .action(runs(undo));
}

async function undo(id: string, options: DecisionOptions): Promise<ExitCode> {
  const account = parseAccountId(id);
  const ended = account && (await withMuster(options, (muster) => muster.hasEnded(id)));
  if (!account || !ended) return decide(id, options, (handle) => handle.undo({ reason: options.reason }));
  return withMuster(options, async (muster) => {
    const { connection, key } = account;
    const handle = await muster.remove({
      key,
      connections: [connection],
      keepAdopted: true,
      reason: options.reason,
    });
    say(`${id} has ended; ${handle.id} takes back what it made.`);
    if (options.detach) {
      say(leftRunning(handle.id));
      return EXIT.done;
    }
    const document = await follow(muster, handle);
    if (options.json) answerJson(document);
    else answer(resultText(document));
    return document.status === 'compensated' ? EXIT.done : exitCodeOf(document.status);
  });
}
