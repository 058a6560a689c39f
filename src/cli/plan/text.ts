// A plan as people read it: what needs attention first, what is left of it counted, then what it all comes to.
import type { Action, Forecast, Undoable } from '../../account/forecast';
import { type PlannedRow, type PlanTotals, wantsAttention } from '../../bulk/plan-totals';
import type { CountedAccount, Exceeded, Threshold } from '../../bulk/thresholds';
import { accountId } from '../../temporal/names';
import { ink } from '../screen';
import { table } from '../table';

const PAINT: Readonly<Record<Action, (text: string) => string>> = {
  create: ink.green,
  adopt: ink.cyan,
  update: ink.cyan,
  unchanged: ink.dim,
  running: ink.dim,
  blocked: ink.red,
  'cannot-tell': ink.yellow,
};

const SHOWN = 40;

interface Line {
  id: string;
  line: number | null;
  forecast: Forecast;
}

/** Gathers what is to be shown, in bounded memory. */
export class PlanText {
  private readonly urgent: Line[] = [];
  private readonly others: Line[] = [];
  private readonly mails = new Map<string, number>();

  add({ key, line, accounts }: PlannedRow): void {
    for (const [connection, forecast] of Object.entries(accounts)) {
      const lines = wantsAttention(forecast) ? this.urgent : this.others;
      if (lines.length < SHOWN) lines.push({ id: accountId(connection, key), line, forecast });
      for (const mail of forecast.mails) this.mails.set(mail, (this.mails.get(mail) ?? 0) + 1);
    }
  }

  text(totals: PlanTotals): string {
    const shown = [...this.urgent, ...this.others].slice(0, SHOWN);
    const left = totals.accounts - shown.length;
    return [
      accountsTable(shown),
      ...(left > 0
        ? [ink.dim(`and ${counted(left, 'more account')}; all of them are in --out and --json`)]
        : []),
      ...this.details(shown),
      '',
      totalsText(totals),
      ...[...this.mails].map(([mail, times]) => `  ${mail} ×${times}`),
    ].join('\n');
  }

  /** Of a single person, all that is worth knowing; of many, only where something is in the way. */
  private details(shown: readonly Line[]): string[] {
    const few = shown.length <= 5;
    return shown.flatMap(({ id, forecast: { problem, notes } }) => {
      const said = [...(problem ? [problem.message] : []), ...(few ? notes : [])];
      return said.length === 0 ? [] : ['', ink.bold(id), ...said.map((each) => `  ${each}`)];
    });
  }
}

/** A request of its own has no lines. */
function accountsTable(shown: readonly Line[]): string {
  const inRoster = shown.some(({ line }) => line !== null);
  const head = ['account', ...(inRoster ? ['line'] : []), 'would', 'user id', 'what', 'why'];
  return table(
    head,
    shown.map(({ id, line, forecast }) => [
      id,
      ...(inRoster ? [String(line ?? '')] : []),
      ...cells(forecast),
    ]),
  );
}

function cells(forecast: Forecast): string[] {
  const { action, userId, foundBy, problem } = forecast;
  return [
    PAINT[action](action),
    userId ?? '–',
    whatText(forecast),
    problem ? `${problem.code} (${problem.step})` : foundBy === null ? '' : `found by ${foundBy}`,
  ];
}

/** `+profile  roles +3 −1  fields 2`. */
function whatText({ makes, roles, fields, mails }: Forecast): string {
  return [
    ...makes.map((what) => `+${what}`),
    ...(roles.add.length + roles.remove.length > 0 ? [`roles ${rolesText(roles)}`] : []),
    ...(fields.length > 0 ? [`fields ${fields.join(', ')}`] : []),
    ...(mails.length > 0 ? ['mail'] : []),
  ].join('  ');
}

function rolesText({ add, remove }: Forecast['roles']): string {
  return [...add.map((role) => `+${role}`), ...remove.map((role) => `−${role}`)].join(' ');
}

const UNDONE: Readonly<Record<Undoable, string>> = {
  none: '',
  full: 'could be taken back whole',
  disabled: 'could be disabled',
  debt: 'would be left to a person',
};

function totalsText({ rows, accounts, actions, undo, ...rest }: PlanTotals): string {
  const done = Object.entries(actions).filter(([, number]) => number > 0);
  const undone = (Object.keys(UNDONE) as Undoable[]).filter((how) => how !== 'none' && undo[how] > 0);
  return [
    ink.bold(
      `${counted(rows, 'person', 'people')}, ${counted(accounts, 'account')}: ` +
        done.map(([action, number]) => `${action} ${number}`).join(' · '),
    ),
    `  roles +${rest.rolesAdded} −${rest.rolesRemoved} · fields ${rest.fields} · mails ${rest.mails}`,
    ...(undone.length > 0
      ? [`  by an undo: ${undone.map((how) => `${undo[how]} ${UNDONE[how]}`).join(' · ')}`]
      : []),
  ].join('\n');
}

const LIMITS: Readonly<Record<Exceeded['limit'], { option: string; what: string }>> = {
  maxAdopt: { option: '--max-adopt', what: 'would be adopted' },
  maxRoleRemovals: { option: '--max-role-removals', what: 'would lose roles' },
};

/** Which thresholds are exceeded, and by which rows. */
export function exceededText(exceeded: readonly Exceeded[]): string {
  return exceeded
    .map(({ limit, allowed, found, of, accounts }) => {
      const { option, what } = LIMITS[limit];
      const more = found - accounts.length;
      return [
        ink.red(
          `${option} ${thresholdText(allowed)} is exceeded: ${found} of ${counted(of, 'account')} ${what}.`,
        ),
        ...accounts.map((account) => `  ${countedText(account)}`),
        ...(more > 0 ? [`  and ${more} more`] : []),
      ].join('\n');
    })
    .join('\n');
}

function thresholdText(threshold: Threshold): string {
  return 'accounts' in threshold ? String(threshold.accounts) : `${threshold.percent}%`;
}

function countedText({ key, line, connection }: CountedAccount): string {
  return `${accountId(connection, key)}${line === null ? '' : ` (line ${line})`}`;
}

function counted(number: number, one: string, many = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`;
}
