// muster schedule: bulk jobs on a timetable. The roster is read anew each time; an unchanged one is left alone.
import { type Command, Option } from 'commander';
import { sourceFrom } from '../../client/job';
import type { ListedSchedule } from '../../client/schedules';
import { EXIT, type ExitCode } from '../exit';
import { answer, answerJson, ink, say } from '../screen';
import { type GlobalOptions, withMuster } from '../session';
import { table } from '../table';
import { count, duration, examples, names, runs, share } from '../words';

interface CreateOptions extends GlobalOptions {
  cron: string;
  roster: string;
  timeZone?: string;
  overlap?: keyof typeof OVERLAPS;
  jitter?: number;
  catchUp?: number;
  window?: number;
  maxFailures?: string;
  connections?: string[];
  paused?: boolean;
  note?: string;
}

const OVERLAPS = { skip: 'SKIP', 'buffer-one': 'BUFFER_ONE', 'cancel-other': 'CANCEL_OTHER' } as const;

interface NoteOption extends GlobalOptions {
  note: string;
}

export function define(command: Command): void {
  command.addHelpText(
    'after',
    examples(
      'muster schedule create nightly --cron "30 2 * * *" --time-zone Europe/London --roster imports/people.csv',
      'muster schedule pause nightly --note "HR system is being moved"',
    ),
  );
  command
    .command('create')
    .description('starts a bulk job at given times')
    .argument('<name>')
    .requiredOption('--cron <times>', 'five fields (minute hour day month weekday), or @daily and the like')
    .requiredOption(
      '--roster <source>',
      'a path under importsDir, or an https:// address; read anew each time',
    )
    .option('--time-zone <name>', 'such as Europe/London; by default UTC')
    .addOption(
      new Option(
        '--overlap <what>',
        'when the job before is still under way: leave this one out, start it after that, or cancel that',
      )
        .choices(Object.keys(OVERLAPS))
        .default('skip'),
    )
    .option('--jitter <duration>', 'start up to so much later, such as 10m', duration)
    .option(
      '--catch-up <duration>',
      'make up for times missed no longer ago than this; by default 1h',
      duration,
    )
    .option('--window <n>', 'how many people are worked on at once', count)
    .option('--max-failures <n>', 'start no more rows once more than N, or N%, have failed', share)
    .option('--connections <names>', 'for rows that name none, separated by spaces', names)
    .option('--paused', 'make it, but start nothing yet')
    .option('--note <text>', 'what it is for')
    .action(runs(create));
  command
    .command('list', { isDefault: true })
    .description('schedules, and when they start next')
    .option('--json', 'print an array of {name, cron, timeZone, paused, note, next, recent}')
    .action(runs(list));
  noted(command, 'pause', 'starts nothing until it is resumed', (name, note, { schedules }) =>
    schedules.pause(name, note),
  );
  noted(command, 'resume', 'starts jobs again', (name, note, { schedules }) => schedules.resume(name, note));
  plain(command, 'trigger', 'starts its job now', (name, { schedules }) => schedules.trigger(name));
  plain(command, 'delete', 'starts nothing any more; jobs under way go on', (name, { schedules }) =>
    schedules.delete(name),
  );
}

type Muster = Parameters<Parameters<typeof withMuster>[1]>[0];

function noted(
  command: Command,
  verb: string,
  description: string,
  work: (name: string, note: string, muster: Muster) => Promise<void>,
): void {
  command
    .command(verb)
    .description(description)
    .argument('<name>')
    .requiredOption('--note <text>', 'why; shown in the list')
    .action(
      runs((name: string, options: NoteOption) =>
        act(name, verb, options, (muster) => work(name, options.note, muster)),
      ),
    );
}

function plain(
  command: Command,
  verb: string,
  description: string,
  work: (name: string, muster: Muster) => Promise<void>,
): void {
  command
    .command(verb)
    .description(description)
    .argument('<name>')
    .action(
      runs((name: string, options: GlobalOptions) =>
        act(name, verb, options, (muster) => work(name, muster)),
      ),
    );
}

const DONE: Readonly<Record<string, string>> = {
  pause: 'is paused',
  resume: 'starts jobs again',
  trigger: 'has been told to start its job; see "muster schedule list"',
  delete: 'is deleted',
};

async function act(
  name: string,
  verb: string,
  options: GlobalOptions,
  work: (muster: Muster) => Promise<void>,
): Promise<ExitCode> {
  await withMuster(options, work);
  say(`${name} ${DONE[verb]}.`);
  return EXIT.done;
}

async function create(name: string, options: CreateOptions): Promise<ExitCode> {
  const {
    cron,
    roster,
    timeZone,
    overlap = 'skip',
    jitter,
    catchUp,
    window,
    maxFailures,
    connections,
  } = options;
  await withMuster(options, ({ schedules }) =>
    schedules.create(name, {
      cron,
      ...(timeZone !== undefined && { timeZone }),
      overlap: OVERLAPS[overlap],
      ...(jitter !== undefined && { jitter }),
      ...(catchUp !== undefined && { catchupWindow: catchUp }),
      ...(options.paused && { paused: true }),
      ...(options.note !== undefined && { note: options.note }),
      job: {
        source: sourceFrom(roster),
        ...(window !== undefined && { window }),
        ...(maxFailures !== undefined && { maxFailures }),
        defaults: connections ? { connections } : {},
      },
    }),
  );
  say(`${name} is set. See when it starts: muster schedule list`);
  return EXIT.done;
}

async function list({ json, ...options }: GlobalOptions & { json?: boolean }): Promise<ExitCode> {
  const found = await withMuster(options, ({ schedules }) => schedules.list());
  if (json) answerJson(found);
  else if (found.length === 0) say('There are no schedules.');
  else answer(listText(found));
  return EXIT.done;
}

function listText(found: readonly ListedSchedule[]): string {
  const rows = found.map(({ name, cron, timeZone, paused, note, next, recent }) => [
    name,
    `${cron} ${timeZone}`,
    paused ? ink.yellow('paused') : (next ?? ''),
    recent.at(-1) ?? '',
    note ?? '',
  ]);
  return table(['schedule', 'times', 'next', 'last job', 'note'], rows);
}
