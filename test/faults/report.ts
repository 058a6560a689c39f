// The sweep's table and the line that repeats a broken case.
import Table from 'cli-table3';
import type { Verdict } from './run-case';

export function table(verdicts: readonly Verdict[]): string {
  const rows = new Map<string, Verdict[]>();
  for (const verdict of verdicts) {
    const { facts, group } = verdict.case;
    for (const row of [`${facts.vendor}|${group}`, `${facts.vendor}|all`, 'all|all'])
      rows.set(row, [...(rows.get(row) ?? []), verdict]);
  }
  const head = ['vendor', 'what goes wrong', 'cases', 'settled', 'parked', 'broken'];
  const out = new Table({
    head,
    colAligns: ['left', 'left', 'right', 'right', 'right', 'right'],
    style: { head: [], border: [] },
  });
  for (const [row, of] of [...rows].sort(([a], [b]) => order(a).localeCompare(order(b)))) {
    const [vendor = '', group = ''] = row.split('|');
    const broken = of.filter(isBroken).length;
    const parked = of.filter((verdict) => !isBroken(verdict) && needed(verdict)).length;
    out.push([vendor, group, of.length, of.length - broken - parked, parked, broken]);
  }
  return out.toString();
}

function order(row: string): string {
  return row.replace(/^all\|/, '~|').replace(/\|all$/, '|~');
}

export function isBroken({ broken }: Verdict): boolean {
  return broken.length > 0;
}

/** A person had to decide. */
function needed({ decided }: Verdict): boolean {
  return decided.length > 0;
}

export function repeatLine({ case: { id } }: Verdict): string {
  return `npm run sweep -- --case '${id}'`;
}
