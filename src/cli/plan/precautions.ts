// What is looked at before a bulk job starts: whether it would adopt or take away more than is expected, and, where it carries out
// a plan, which accounts have moved since. Reads only; a job that surprises does not start.
import { type MovedRow, movedSince, type PlanHeader, readPlan } from '../../bulk/plan-file';
import type { PlannedRow } from '../../bulk/plan-totals';
import type { RowDefaults } from '../../bulk/roster';
import { environmentsOf, type Limits, otherEnvironments, watchLimits } from '../../bulk/thresholds';
import type { Muster } from '../../client/muster';
import { EXIT, ExpectedError } from '../exit';
import { live, say, tint } from '../screen';
import { exceededText } from './text';

export interface Precautions {
  /** Path of a plan to carry out. */
  plan?: string;
  limits: Limits;
}

/** What the job is then started with. */
export interface Cleared {
  sha256?: string;
  /** Keys of rows that are left out. */
  skip: string[];
}

/**
 * @throws ExpectedError where a threshold is exceeded, or the plan is of another roster or environment; PlanFileError
 */
export async function takePrecautions(
  muster: Muster,
  roster: string,
  defaults: RowDefaults,
  { plan, limits }: Precautions,
): Promise<Cleared> {
  if (plan === undefined && Object.keys(limits).length === 0) return { skip: [] };
  const reader = plan === undefined ? undefined : await readPlan(plan);
  if (reader) requireSameEnvironments(muster, reader.header);
  const planning = await muster.plan({ roster, defaults });
  const sha256 = planning.roster?.sha256;
  if (reader && sha256 !== reader.header.sha256)
    throw new ExpectedError('The roster is not the one that was planned: plan again.', EXIT.failed);
  const watch = watchLimits(limits);
  async function* watched(): AsyncGenerator<PlannedRow> {
    for await (const row of planning) {
      watch.add(row);
      live(`looked at ${row.row} of ${planning.roster?.rows ?? row.row}`);
      yield row;
    }
    live('');
  }
  const moved: MovedRow[] = [];
  if (reader) for await (const row of movedSince(reader, watched())) moved.push(row);
  else for await (const _ of watched());
  const exceeded = watch.exceeded();
  if (exceeded.length > 0)
    throw new ExpectedError(`${exceededText(exceeded)}\nThe job was not started.`, EXIT.failed);
  if (moved.length > 0) say(tint.yellow(movedText(moved)));
  return { ...(sha256 !== undefined && { sha256 }), skip: moved.map(({ key }) => key) };
}

function requireSameEnvironments({ config }: Muster, { environments }: PlanHeader): void {
  const others = otherEnvironments(environments, environmentsOf(config));
  if (others.length === 0) return;
  const lines = others.map(
    ({ connection, planned, now }) =>
      `${connection}: planned for ${planned ?? 'no stated environment'}, and now ${now === undefined ? 'not a connection' : `it is ${now ?? 'of none'}`}`,
  );
  throw new ExpectedError([...lines, 'The job was not started: plan again.'].join('\n'), EXIT.failed);
}

/** More are counted only. */
const SHOWN = 20;

function movedText(moved: readonly MovedRow[]): string {
  const lines = moved
    .slice(0, SHOWN)
    .map(
      ({ key, line, connections }) =>
        `  ${key}${line === null ? '' : ` (line ${line})`}: ${connections.join(' ')}`,
    );
  const more = moved.length > SHOWN ? [`  … and ${moved.length - SHOWN} more`] : [];
  return [
    `${moved.length} people are left out, whose accounts have moved since the plan:`,
    ...lines,
    ...more,
  ].join('\n');
}
