// What the sweep says in the end: a table of cases, the states of the protocol by itself, a sentence with the totals, and
// for each broken case the line that repeats it.
import Table from 'cli-table3';
import type { Ground, Walk } from '../protocol/walk';
import { START_AGAIN } from './operator';
import type { Verdict } from './run-case';

export interface Result {
  seed: number;
  verdicts: Verdict[];
  /** The protocol by itself; empty where only a part was swept. */
  walks: { ground: Ground; walk: Walk }[];
}

export function report(result: Result): string {
  const { seed, verdicts, walks } = result;
  return [
    table(verdicts),
    ...(walks.length > 0 ? [statesOf(walks)] : []),
    `seed ${seed}`,
    totals(result),
    ...verdicts.filter(isBroken).map((one) => `${repeatLine(one)}   # ${one.broken.join('; ')}`),
    '',
  ].join('\n');
}

export function isGreen({ verdicts, walks }: Result): boolean {
  return !verdicts.some(isBroken) && walks.every(({ walk }) => walk.broken.length === 0);
}

function table(verdicts: readonly Verdict[]): string {
  const rows = new Map<string, Verdict[]>();
  for (const verdict of verdicts) {
    const { facts, group } = verdict.case;
    for (const row of [`${facts.vendor}|${group}`, `${facts.vendor}|all`, `all|${group}`, 'all|all'])
      rows.set(row, [...(rows.get(row) ?? []), verdict]);
  }
  const out = tableWith(['vendor', 'what goes wrong'], ['cases', 'settled', 'parked', 'broken']);
  for (const [row, of] of [...rows].sort(([a], [b]) => (order(a) < order(b) ? -1 : 1))) {
    const [vendor = '', group = ''] = row.split('|');
    const { cases, settled, parked, broken } = count(of);
    out.push([vendor, group, cases, settled, parked, broken]);
  }
  return out.toString();
}

function order(row: string): string {
  return row.replace(/^all\|/, '~|').replace(/\|all$/, '|~');
}

function count(verdicts: readonly Verdict[]) {
  const broken = verdicts.filter(isBroken).length;
  const parked = verdicts.filter((one) => !isBroken(one) && neededPerson(one)).length;
  const cases = verdicts.length;
  return { cases, settled: cases - broken - parked, parked, broken };
}

function statesOf(walks: Result['walks']): string {
  const out = tableWith(['the protocol by itself: a vendor that', 'others’ accounts'], ['states', 'broken']);
  for (const { ground, walk } of walks)
    out.push([ground.kind, ground.theirs, walk.states, walk.broken.length]);
  return out.toString();
}

function totals({ verdicts, walks }: Result): string {
  const { cases, settled, parked, broken } = count(verdicts);
  const single = verdicts.filter(({ case: one }) => one.group === 'single faults').length;
  const states = walks.reduce((sum, { walk }) => sum + walk.states, 0);
  const first = `${cases} cases, ${single} of them a single fault at a single call: ${settled} settled by themselves, in ${parked} a person had to decide, ${broken || 'none'} broke a rule.`;
  const wrong = walks.reduce((sum, { walk }) => sum + walk.broken.length, 0);
  const second = `${states} states of the protocol by itself: ${wrong || 'none'} broke a rule.`;
  return walks.length > 0 ? `${first}\n${second}` : first;
}

function tableWith(texts: string[], numbers: string[]): Table.Table {
  const colAligns = [...texts.map(() => 'left' as const), ...numbers.map(() => 'right' as const)];
  return new Table({ head: [...texts, ...numbers], colAligns, style: { head: [], border: [] } });
}

export function isBroken({ broken }: Verdict): boolean {
  return broken.length > 0;
}

/** Whether somebody had to decide something about a parked run; to ask again after a termination is no decision. */
function neededPerson({ decided }: Verdict): boolean {
  return decided.some(({ decision }) => decision !== START_AGAIN);
}

export function repeatLine({ case: { id } }: Verdict): string {
  return `npm run sweep -- --case '${id}'`;
}
