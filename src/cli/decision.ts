// What the decisions share: which run is meant, the mandatory reason, and seeing what comes of it.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import type { ResultDocument } from '../account/result';
import type { RunHandle } from '../client/handle';
import type { ListedRun } from '../client/list';
import type { Muster } from '../client/muster';
import { parseAccountId } from '../temporal/names';
import { EXIT, type ExitCode, exitCodeOf, UsageError } from './exit';
import { follow } from './follow';
import { resultText } from './report';
import { answer, answerJson, say, tint } from './screen';
import { type GlobalOptions, withMuster } from './session';

export interface DecisionOptions extends GlobalOptions {
  reason: string;
  detach?: boolean;
  json?: boolean;
}

/** Adds what every decision takes. */
export function decisionOptions(command: Command): Command {
  return command
    .argument('<id>', '<connection>/<key>, or the key of a person of whom one account is parked')
    .requiredOption('--reason <text>', 'why; recorded in the run')
    .option('--detach', 'do not wait for what comes of it')
    .option('--json', 'print the result document');
}

/** A worker that is there answers in far less. */
const PATIENCE_MS = 5_000;
const UNHEARD =
  'No worker has taken the decision yet; start one with "muster worker". Ctrl-C stops waiting: see with "muster show" then.';

/** Takes a decision, then follows the run until it has ended or is parked again. */
export async function decide(
  id: string,
  options: DecisionOptions,
  decision: (handle: RunHandle) => Promise<ResultDocument>,
): Promise<ExitCode> {
  if (options.reason.trim() === '') throw new UsageError('--reason: is empty; say why, in a few words');
  return withMuster(options, async (muster) => {
    const handle = await parkedRun(muster, id);
    const impatience = setTimeout(() => say(tint.yellow(UNHEARD)), PATIENCE_MS);
    const decided = await decision(handle)
      .catch((error: unknown) => throwPlainly(error, handle))
      .finally(() => clearTimeout(impatience));
    say(`${handle.id}: the decision is recorded.`);
    const document = options.detach ? decided : await follow(muster, handle);
    if (options.json) answerJson(document);
    else if (!options.detach) answer(resultText(document));
    return options.detach ? EXIT.done : exitCodeOf(document.status);
  });
}

/** Temporal takes no update for an ended run, and says no more than that there is none. */
async function throwPlainly(error: unknown, handle: RunHandle): Promise<never> {
  if ((error as Error).name !== 'UnknownRunError') throw error;
  const { status } = await handle.progress();
  throw new UsageError(`${handle.id}: has ended (${status}); there is nothing to decide`);
}

/** What parked a moment ago may not show in Temporal's list yet. */
const LIST_LAGS_MS = 2_000;
const LOOK_EVERY_MS = 200;

/** Exported for its test. */
export async function parkedRuns(muster: Muster, key: string): Promise<ListedRun[]> {
  for (let waited = 0; ; waited += LOOK_EVERY_MS) {
    const runs = await muster.list({ key, parked: true });
    if (runs.length > 0 || waited >= LIST_LAGS_MS) return runs;
    await sleep(LOOK_EVERY_MS);
  }
}

async function parkedRun(muster: Muster, id: string): Promise<RunHandle> {
  if (parseAccountId(id)) return muster.handle(id);
  if (id.includes('/') && !id.startsWith('person/'))
    throw new UsageError(`${id}: is no account; decisions are taken on <connection>/<key>`);
  const key = id.replace(/^person\//, '');
  const [only, ...more] = await parkedRuns(muster, key);
  if (!only) throw new UsageError(`${key}: no account of this person waits for a decision`);
  if (more.length > 0)
    throw new UsageError(
      `${key}: several accounts wait for a decision; name one: ${[only, ...more].map((run) => run.id).join(', ')}`,
    );
  return muster.handle(only.id);
}
