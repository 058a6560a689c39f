// muster bulk: starts a job over a roster and follows it; its subcommands come back to one.
import { resolve } from 'node:path';
import { type Command, Option } from 'commander';
import type { JobInput } from '../../bulk/job';
import { readPlan } from '../../bulk/plan-file';
import { mostFailures } from '../../bulk/start';
import type { Threshold } from '../../bulk/thresholds';
import type { JobHandle, JobOptions } from '../../client/job';
import { EXIT, type ExitCode, ExpectedError, UsageError } from '../exit';
import { followJob, jobExit, jobText } from '../follow-job';
import { takePrecautions } from '../plan/precautions';
import { answer, answerJson, live, say } from '../screen';
import { type GlobalOptions, withMuster } from '../session';
import { previewUndo, undoneText, undoText } from '../undo-preview';
import { count, examples, names, runs, share, threshold } from '../words';

interface JsonOption extends GlobalOptions {
  json?: boolean;
}

interface StartOptions extends JsonOption, Pick<JobInput, 'window'> {
  id?: string;
  maxFailures?: string;
  connections?: string[];
  onFailure?: 'park' | 'compensate';
  plan?: string;
  maxAdopt?: Threshold;
  maxRoleRemovals?: Threshold;
  detach?: boolean;
}

interface ResultsCommandOptions extends JsonOption {
  out?: string;
}

interface UndoOptions extends JsonOption {
  reason: string;
  yes?: boolean;
  max?: string;
  detach?: boolean;
}

interface ReasonOption extends GlobalOptions {
  reason: string;
}

export function define(command: Command): void {
  command.addHelpText(
    'after',
    [
      '',
      'A row is known by its key: the same roster again, or a corrected one, touches only what is needed.',
      'Parked rows do not hold a job up; it ends when every row has ended or waits for a decision.',
      'Exit code: 3 when rows wait for a decision, else 1 when rows failed or were not started, else 0.',
      examples(
        'muster bulk imports/people.csv --id intake-2026-11',
        'muster bulk https://hr.example.org/export.ndjson --max-failures 5% --detach',
        'muster bulk follow intake-2026-11',
      ),
    ].join('\n'),
  );
  command
    .command('start', { isDefault: true })
    .description('starts a job (the word "start" may be left out)')
    .argument('[roster]', 'CSV or NDJSON: a path under importsDir, or an https:// address')
    .option('--id <id>', "the job's id; by default the roster's name and the time")
    .option('--window <n>', "how many people are worked on at once; by default the configuration's", count)
    .option('--max-failures <n>', 'start no more rows once more than N, or N%, have failed', share)
    .option('--plan <file>', 'carry out a plan: rows whose accounts have moved since are left out')
    .option(
      '--max-adopt <n>',
      'start nothing where more accounts, or N% of them, would be adopted',
      threshold,
    )
    .option(
      '--max-role-removals <n>',
      'start nothing where more accounts, or N%, would lose a role',
      threshold,
    )
    .option('--connections <names>', 'for rows that name none, separated by spaces', names)
    .addOption(new Option('--on-failure <what>', 'for rows that do not say').choices(['park', 'compensate']))
    .option('--detach', 'start it, print its id, and do not wait')
    .option('--json', 'print the summary (with --detach: {"id"})')
    .action(runs(start));
  command
    .command('follow')
    .description('follows a job that is under way')
    .argument('<id>')
    .option('--json', 'print the summary')
    .action(runs((id: string, options: JsonOption) => withJob(id, options, (job) => watch(job, options))));
  command
    .command('results')
    .description(
      'writes what has become of every row by now: succeeded, failed, waiting, not started, summary.json',
    )
    .argument('<id>')
    .option('--out <folder>', "where to; by default a folder of the job's id in resultsDir")
    .option('--json', 'print the summary, with the folder')
    .addHelpText(
      'after',
      [
        '',
        'failed and waiting can be fed back as they are, to "muster bulk", once corrected.',
        examples('muster bulk results intake-2026-11 --out ./intake-results'),
      ].join('\n'),
    )
    .action(
      runs((id: string, options: ResultsCommandOptions) =>
        withJob(id, options, (job) => results(job, options)),
      ),
    );
  command
    .command('undo')
    .description('shows what a job made, then takes it back; what it adopted or what changed since is kept')
    .argument('<id>')
    .requiredOption('--reason <text>', 'why; recorded in each run that is told to undo')
    .option('--yes', 'do it; without, it is only shown')
    .option('--max <n>', 'do nothing where more people, or N% of the roster, would be undone', share)
    .option('--detach', 'do not wait for it')
    .option('--json', 'print {"undo": [{key, undone, kept}]}, with --yes the summary')
    .addHelpText('after', examples('muster bulk undo intake-2026-11 --reason "wrong roster"'))
    .action(runs((id: string, options: UndoOptions) => withJob(id, options, (job) => undo(job, options))));
  decision(command, 'pause', 'starts no more rows; those under way go on', async (job, reason) => {
    await job.pause({ reason });
    say(`${job.id} is paused: rows under way go on. Resume: muster bulk resume ${job.id} --reason "…"`);
  });
  decision(command, 'resume', 'starts rows again', async (job, reason) => {
    await job.resume({ reason });
    say(`${job.id} goes on. Follow it: muster bulk follow ${job.id}`);
  });
  command
    .command('cancel')
    .description('starts no more rows, sees those under way to their end, and ends')
    .argument('<id>')
    .action(
      runs((id: string, options: GlobalOptions) =>
        withJob(id, options, async (job) => {
          await job.progress();
          await job.cancel();
          say(`${job.id} is being cancelled: rows under way are seen to their end.`);
          return EXIT.done;
        }),
      ),
    );
}

function decision(
  command: Command,
  name: string,
  description: string,
  decide: (job: JobHandle, reason: string) => Promise<void>,
): void {
  command
    .command(name)
    .description(description)
    .argument('<id>')
    .requiredOption('--reason <text>', 'why; recorded in the job')
    .action(
      runs((id: string, options: ReasonOption) =>
        withJob(id, options, async (job) => {
          await decide(job, options.reason);
          return EXIT.done;
        }),
      ),
    );
}

function withJob(
  id: string,
  options: GlobalOptions,
  work: (job: JobHandle) => Promise<ExitCode>,
): Promise<ExitCode> {
  return withMuster(options, (muster) => work(muster.job(id)));
}

async function start(given: string | undefined, options: StartOptions): Promise<ExitCode> {
  const { plan, maxAdopt, maxRoleRemovals } = options;
  const roster = given ?? (plan === undefined ? undefined : (await readPlan(plan)).header.source);
  if (roster === undefined) throw new UsageError('roster: is missing; name a roster, or a plan with --plan');
  return withMuster(options, async (muster) => {
    const wanted = jobOptions(options);
    const cleared = await takePrecautions(muster, roster, wanted.defaults ?? {}, {
      ...(plan !== undefined && { plan }),
      limits: { ...(maxAdopt && { maxAdopt }), ...(maxRoleRemovals && { maxRoleRemovals }) },
    });
    const job = await muster.bulk(roster, { ...wanted, ...cleared });
    if (options.detach) {
      if (options.json) answerJson({ id: job.id });
      else answer(job.id);
      say(`Follow it: muster bulk follow ${job.id}`);
      return EXIT.done;
    }
    return watch(job, options);
  });
}

function jobOptions({ id, window, maxFailures, connections, onFailure }: StartOptions): JobOptions {
  return {
    ...(id !== undefined && { id }),
    ...(window !== undefined && { window }),
    ...(maxFailures !== undefined && { maxFailures }),
    defaults: { ...(connections && { connections }), ...(onFailure && { onFailure }) },
  };
}

async function watch(job: JobHandle, { json }: JsonOption): Promise<ExitCode> {
  const summary = await followJob(job);
  if (json) answerJson(summary);
  else answer(jobText(summary));
  return jobExit(summary);
}

async function results(job: JobHandle, { out, json }: ResultsCommandOptions): Promise<ExitCode> {
  const written = await job.results({
    ...(out !== undefined && { out: resolve(out) }),
    onProgress: (rows) => live(`${rows} rows written`),
  });
  live('');
  if (json) answerJson(written);
  else answer(`${jobText(written)}\nWritten to ${written.folder}`);
  return EXIT.done;
}

async function undo(job: JobHandle, options: UndoOptions): Promise<ExitCode> {
  const { reason, yes, max, detach, json } = options;
  const preview = await previewUndo(job);
  if (!json) answer(undoText(preview));
  const most = max === undefined ? null : mostFailures(max, preview.rows.length);
  if (most !== null && preview.people > most)
    throw new ExpectedError(
      `${preview.people} people would be undone, more than --max ${max} allows: nothing was done.`,
      EXIT.failed,
    );
  if (!yes) {
    if (json) answerJson({ undo: preview.rows });
    say('Nothing was done. To do it: the same with --yes.');
    return EXIT.done;
  }
  const undoing = await job.undo({ reason });
  if (detach) {
    if (json) answerJson({ id: undoing.id });
    say(`Follow it: muster bulk follow ${undoing.id}`);
    return EXIT.done;
  }
  const summary = await followJob(undoing);
  if (json) answerJson(summary);
  else answer(undoneText(summary));
  // Rows that are kept are no failure.
  return jobExit({ ...summary, notStarted: 0 });
}
