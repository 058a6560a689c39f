// muster plan: what onboarding would do with a request or a roster now. Asks the vendors through the workers, reading only.
import { type Command, Option } from 'commander';
import { writePlan } from '../../bulk/plan-file';
import { type PlannedRow, wantsAttention } from '../../bulk/plan-totals';
import { checkRoster, type PinnedRoster } from '../../bulk/roster';
import { isAddress } from '../../bulk/source';
import { environmentsOf, type Limits, type Threshold, watchLimits } from '../../bulk/thresholds';
import type { Muster } from '../../client/muster';
import type { Planning, RosterToPlan } from '../../client/plan';
import type { ClientConfig } from '../../config/schema';
import { checkedRequest } from '../../request/check';
import type { RequestDocument } from '../../request/schema';
import { WORKFLOW_QUEUE } from '../../temporal/names';
import { EXIT, type ExitCode, ExpectedError } from '../exit';
import { readPinnedRequest } from '../input';
import { catchInterrupts } from '../interrupt';
import { PlanJson } from '../plan/json';
import { exceededText, PlanText } from '../plan/text';
import { isPolled } from '../pollers';
import { answer, live, say, tint } from '../screen';
import { type GlobalOptions, withMuster } from '../session';
import { examples, names, runs, threshold } from '../words';

interface Options extends GlobalOptions {
  out?: string;
  maxAdopt?: Threshold;
  maxRoleRemovals?: Threshold;
  connections?: string[];
  onFailure?: 'park' | 'compensate';
  json?: boolean;
}

export function define(command: Command): void {
  command
    .argument(
      '<file>',
      'a request (.json, or - for stdin), or a roster: a .csv or .ndjson below importsDir, or an https address',
    )
    .option('--out <file>', 'write the plan for "muster bulk --plan": keys, ids and hashes, no personal data')
    .option('--max-adopt <n>', 'accounts that may be adopted: a number, or a percentage of all', threshold)
    .option('--max-role-removals <n>', 'accounts that may lose a role: a number, or a percentage', threshold)
    .option('--connections <names>', 'for rows that name none, separated by spaces', names)
    .addOption(new Option('--on-failure <what>', 'for rows that do not say').choices(['park', 'compensate']))
    .option('--json', 'print {source, sha256, rows, totals, exceeded}')
    .addHelpText(
      'after',
      [
        '',
        'Nothing is changed at any vendor. Ends with 1 if something is blocked, does not answer, or a threshold is exceeded.',
        examples(
          'muster plan examples/people/ada-lovelace.json',
          'muster plan people.csv --out plan.json --max-adopt 5%',
        ),
      ].join('\n'),
    )
    .action(runs(plan));
}

async function plan(file: string, options: Options): Promise<ExitCode> {
  if (isRoster(file)) return planRoster(file, options);
  const { request, sha256 } = await readPinnedRequest(file);
  const check = (config: ClientConfig) => checkedRequest(config, request);
  return withMuster(
    options,
    (muster) => carryOut(muster, { request: check(muster.config), source: file, sha256 }, options),
    (config) => void check(config),
  );
}

async function planRoster(roster: string, options: Options): Promise<ExitCode> {
  const { connections, onFailure } = options;
  const defaults = { ...(connections && { connections }), ...(onFailure && { onFailure }) };
  let pinned: PinnedRoster | undefined;
  return withMuster(
    options,
    (muster) => carryOut(muster, { roster, defaults, ...(pinned && { pinned }) }, options),
    async (config) => {
      pinned = await checkRoster({ source: roster, importsDir: config.bulk.importsDir }, config, defaults);
    },
  );
}

/** A request is JSON; all else is a roster. */
function isRoster(file: string): boolean {
  return isAddress(file) || (file !== '-' && !/\.json$/i.test(file));
}

type Subject = RosterToPlan | { request: RequestDocument; source: string; sha256: string };

async function carryOut(muster: Muster, subject: Subject, options: Options): Promise<ExitCode> {
  const interrupts = catchInterrupts();
  try {
    const { signal } = interrupts;
    const input = 'roster' in subject ? subject : subject.request;
    const planning = await muster.plan(input, { signal });
    if (!(await isPolled(muster.client, WORKFLOW_QUEUE)))
      say(tint.yellow(`No worker polls the task queue ${WORKFLOW_QUEUE}; start one with "muster worker".`));
    return await follow(muster, planning, 'roster' in subject ? rosterOf(planning) : subject, options);
  } catch (error) {
    if (interrupts.signal.aborted)
      throw new ExpectedError('The plan was given up; it changed nothing.', EXIT.interrupted);
    throw error;
  } finally {
    interrupts.release();
    live('');
  }
}

interface Pinned {
  source: string;
  sha256: string;
}

function rosterOf({ roster }: Planning): Pinned {
  if (!roster) throw new Error('the planning is of no roster');
  return roster;
}

/** Takes the rows as they come, and hands each to all that want it; nothing keeps them. */
async function follow(
  { config }: Muster,
  planning: Planning,
  { source, sha256 }: Pinned,
  { json, out, maxAdopt, maxRoleRemovals }: Options,
): Promise<ExitCode> {
  const limits: Limits = { ...(maxAdopt && { maxAdopt }), ...(maxRoleRemovals && { maxRoleRemovals }) };
  const watch = watchLimits(limits);
  const text = new PlanText();
  const document = new PlanJson();
  const header = {
    source,
    sha256,
    createdAt: new Date().toISOString(),
    environments: environmentsOf(config),
  };
  const writer = out === undefined ? undefined : await writePlan(out, header);
  const of = planning.roster?.rows;
  let attention = false;
  try {
    if (json) await document.begin(source, sha256);
    for await (const row of planning) {
      watch.add(row);
      text.add(row);
      await writer?.write(row);
      if (json) await document.add(row);
      attention ||= isInTheWay(row);
      live(`planned ${planning.totals.rows}${of === undefined ? '' : ` of ${of}`}`);
    }
    await writer?.close(planning.totals);
  } catch (error) {
    await writer?.abandon();
    throw error;
  }
  live('');
  const exceeded = watch.exceeded();
  if (json) await document.end(planning.totals, exceeded);
  else answer(text.text(planning.totals));
  if (exceeded.length > 0) say(exceededText(exceeded));
  if (out !== undefined) say(`The plan is in ${out}.`);
  return attention || exceeded.length > 0 ? EXIT.failed : EXIT.done;
}

function isInTheWay({ accounts }: PlannedRow): boolean {
  return Object.values(accounts).some((forecast) => forecast.problem !== null && wantsAttention(forecast));
}
