// What the demo prints at its end.
import type { Provenance, ResultDocument } from '../../account/result';
import { KNOWN_BY } from '../../account/words';
import { accountId } from '../../temporal/names';
import { accountsTable, problemsText, secretsText } from '../report';
import { ink } from '../screen';
import { table } from '../table';
import type { Check } from './check';
import type { TakenDecision } from './operator';

export interface SettledMishap {
  id: string;
  told: string;
  /** Whether it came to pass. */
  met: boolean;
  /** The run's own trail of that step. */
  trail: string[];
  /** How it ended. */
  provenance: Provenance | null;
}

export interface DemoReport {
  status: 'done' | 'failed';
  seconds: number;
  uiUrl: string | null;
  people: ResultDocument[];
  mishaps: SettledMishap[];
  decisions: TakenDecision[];
  checks: Check[];
}

export function demoText(report: DemoReport): string {
  const { status, seconds, people, mishaps, decisions, checks, uiUrl } = report;
  const heading = (text: string) => `\n${ink.bold(ink.underline(text))}`;
  const verdict =
    status === 'done'
      ? ink.green(`Every person exists exactly once at every vendor. ${seconds} seconds.`)
      : ink.red('The check failed: see above.');
  return [
    heading('What went wrong on purpose, and how it was settled'),
    ...mishaps.map(mishapText),
    ...(decisions.length > 0
      ? [
          heading('What a person had to decide (the demo played the operator)'),
          ...decisions.map(decisionText),
        ]
      : []),
    heading('The accounts'),
    accountsTable(people),
    ...people.map(problemsText).filter((text) => text !== ''),
    ...(people.some((person) => secretsText(person) !== '')
      ? [
          heading('Passwords that a vendor made: kept sealed, shown once (with muster demo --keep)'),
          ...people.map(secretsText).filter((text) => text !== ''),
        ]
      : []),
    heading("The vendors' own side"),
    checksTable(checks),
    '',
    verdict,
    ...(uiUrl ? [`Temporal UI: ${uiUrl}`] : []),
  ].join('\n');
}

function mishapText({ id, told, met, trail, provenance }: SettledMishap): string {
  return [
    `${ink.yellow(id)}  ${told}${met ? '' : ink.red('  (did not happen)')}`,
    ...runsOf(trail).map((line) => `    ${line}`),
    ...(provenance ? [`    ⇒ ${provenance}: ${KNOWN_BY[provenance]}`] : []),
  ].join('\n');
}

/** The same line over and over is told once, with its count. */
function runsOf(trail: readonly string[]): string[] {
  const runs: { line: string; times: number }[] = [];
  for (const line of trail) {
    const last = runs.at(-1);
    if (last?.line === line) last.times += 1;
    else runs.push({ line, times: 1 });
  }
  return runs.map(({ line, times }) => (times > 1 ? `${line} (${times} times)` : line));
}

function decisionText({ id, problem, saw, command }: TakenDecision): string {
  return [
    `${ink.yellow(id)}  ${problem}`,
    `    The operator looks: ${saw}.`,
    `    ${ink.bold(command)}`,
  ].join('\n');
}

function checksTable(checks: readonly Check[]): string {
  const rows = checks.map(({ connection, key, people, creates, parts, sound }) => [
    accountId(connection, key),
    String(people),
    String(creates),
    parts,
    sound ? ink.green('✓') : ink.red('✗'),
  ]);
  return table(['account', 'people', 'creates', 'with', ''], rows);
}
