// muster list: account runs by what Temporal's own list says of them, without asking the runs.
import type { Command } from 'commander';
import type { ListedRun } from '../../client/list';
import { ageText } from '../age';
import { EXIT, type ExitCode } from '../exit';
import { answer, answerJson, ink, say } from '../screen';
import { type GlobalOptions, withMuster } from '../session';
import { table } from '../table';
import { count, examples, runs } from '../words';

interface Options extends GlobalOptions {
  parked?: boolean;
  connection?: string;
  job?: string;
  key?: string;
  limit: number;
  json?: boolean;
}

export function define(command: Command): void {
  command
    .option('--parked', 'only what waits for a decision, by reason')
    .option('--connection <name>', 'only runs of this connection')
    .option('--job <id>', 'only runs that this bulk job started')
    .option('--key <key>', 'only runs of this person')
    .option('--limit <n>', 'at most so many', count, 1000)
    .option('--json', 'print an array of {id, connection, key, status, stage, waitingOn, reason, since}')
    .addHelpText('after', examples('muster list --parked', 'muster list --connection ethosce --json'))
    .action(runs(list));
}

async function list({ json, config, ...filter }: Options): Promise<ExitCode> {
  const found = await withMuster({ ...(config !== undefined && { config }) }, (muster) =>
    muster.list(filter),
  );
  found.sort((a, b) => b.since.localeCompare(a.since));
  if (json) answerJson(found);
  else if (found.length === 0) say(filter.parked ? 'Nothing waits for a decision.' : 'There are no runs.');
  else answer(filter.parked ? parkedText(found, new Date()) : listText(found));
  if (filter.parked && !json && found.length > 0) say('\nmuster show ID says what happened, and what to do.');
  if (found.length === filter.limit) say(`Only ${filter.limit} are shown; --limit shows more.`);
  return EXIT.done;
}

function listText(found: readonly ListedRun[]): string {
  const rows = found.map(({ id, status, stage, waitingOn, reason, since }) => [
    id,
    status === 'parked' ? ink.yellow(status) : status,
    stage ?? '',
    waitingOn === 'nobody' ? '' : waitingOn,
    reason ?? '',
    since,
  ]);
  return table(['run', 'status', 'stage', 'waits for', 'reason', 'since'], rows);
}

/** Grouped by reason, the reason with most runs first; the oldest of each first, since it waits longest. */
function parkedText(found: readonly ListedRun[], now: Date): string {
  const groups = new Map<string, ListedRun[]>();
  for (const run of found.toReversed()) {
    const reason = run.reason ?? 'unknown';
    groups.set(reason, [...(groups.get(reason) ?? []), run]);
  }
  return [...groups]
    .sort(([, a], [, b]) => b.length - a.length)
    .map(([reason, waiting]) => {
      const rows = waiting.map(({ id, stage, since }) => [
        `  ${id}`,
        stage ?? '',
        ageText(now.getTime() - Date.parse(since)),
      ]);
      return `${ink.yellow(reason)} (${waiting.length})\n${table(['  run', 'stage', 'waits'], rows)}`;
    })
    .join('\n\n');
}
