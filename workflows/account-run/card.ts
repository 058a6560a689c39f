// The cards of account runs and persons' runs: what an operator sees first when opening one in the Temporal UI. What is it,
// what exists at the vendor and how that is known, what to do. Short Markdown.
import type { AccountPlan } from '../../src/account/plan';
import type { AccountResult, Problem, Provenance, Status, StepState } from '../../src/account/result';
import { revealCommand } from '../../src/account/secret';
import { adviceOn, choicesOn, KNOWN_BY } from '../../src/account/words';
import { accountId } from '../../src/temporal/names';

// Plain letters and signs: the pictures of emoji are missing on many a machine.
const HEADS: Record<Status, string> = {
  running: 'Under way',
  parked: 'Waits for a decision',
  failed: '✗ Failed',
  compensated: 'Undone',
  done: '✓ Done',
};

const MARKS: Record<StepState, string> = {
  done: '✓',
  skipped: '(skipped)',
  parked: '(stands still)',
  undone: '(undone)',
  pending: '…',
};

/** What a run is doing while it waits by itself. `until`: milliseconds since the epoch. */
export interface Pause {
  why: string;
  until: number;
}

export function accountCard(plan: AccountPlan, result: AccountResult, pause?: Pause): string {
  const { connection, key, title, environment } = plan;
  const id = accountId(connection, key);
  const { problem } = result;
  const facts = [
    `**${title}**${environment ? ` (${environment})` : ''} \`${id}\`${problem ? whenStopped(problem) : ''}`,
    `**At the vendor:** ${whatExists(result)}`,
    ...(problem ? [`**What happened:** ${plain(problem.message)}${answered(problem)}`] : []),
    ...(pause ? [`**Now:** ${plain(pause.why)} Next at ${clock(new Date(pause.until).toISOString())}.`] : []),
    ...(result.secret ? [`**Password made by the vendor:** \`${revealCommand(result.secret)}\``] : []),
    ...result.debts.map(({ instruction }) => `**Left to a person:** ${plain(instruction)}`),
  ];
  const more = [
    `**Steps:** ${stepsLine(result)}`,
    ...result.notes.map((note) => `**Note:** ${plain(note)}`),
    ...lastSeen(result),
  ];
  return [
    `### ${headOf(result)}`,
    facts.join(BREAK),
    ...(problem ? [whatToDo(problem, id)] : []),
    more.join(BREAK),
  ].join('\n\n');
}

/** A new line within a paragraph: paragraphs stand far apart in the UI. */
const BREAK = '\\\n';

function headOf({ status, problem }: AccountResult): string {
  if (!problem) return HEADS[status];
  const head = status === 'running' ? 'Waits for the vendor' : HEADS[status];
  return `${head}: ${problem.code}`;
}

function whenStopped({ step, since }: Problem): string {
  return `, step **${step}**, since **${clock(since)}**`;
}

function answered({ vendorStatus }: Problem): string {
  return vendorStatus === null ? '' : ` (the vendor answered HTTP ${vendorStatus})`;
}

/** What is at the vendor, as far as this run knows, and how it knows. */
export function whatExists({ userId, provenance, made }: AccountResult): string {
  if (userId !== null) return `user **${plain(userId)}**${provenance ? ` – ${sayKnown(provenance)}` : ''}`;
  const { create } = made;
  if (create?.how === 'sent') return 'not known – a create left, and no trustworthy answer came';
  return 'nothing that this run made';
}

function sayKnown(provenance: Provenance): string {
  return `${provenance}: ${KNOWN_BY[provenance]}`;
}

function stepsLine({ steps }: AccountResult): string {
  return Object.entries(steps)
    .map(([step, state]) => `${step} ${MARKS[state]}`)
    .join(' · ');
}

/** Each decision as the update of this page's menu, and as a command. */
function whatToDo(problem: Problem, id: string): string {
  const choices = choicesOn(problem, id).map(
    ({ decision, when, command, input }) =>
      `- **${when}**: update \`${decision}\` with \`${JSON.stringify(input)}\`, or${BREAK}  \`${command}\``,
  );
  return [`**What to do:** ${adviceOn(problem)}`, ...(choices.length > 0 ? ['', ...choices] : [])].join('\n');
}

/** The end of the trail: the last things that were asked or sent, and what came of them. */
function lastSeen({ evidence }: AccountResult): string[] {
  return evidence
    .slice(-3)
    .map(({ at, step, asked, found }) => `${clock(at)} ${step}: ${plain(asked)}: ${plain(found)}`);
}

/** The card of a person's run: a table of all accounts, and where to go for those that stand still. */
export function personCard(key: string, accounts: Record<string, AccountResult>): string {
  const all = Object.entries(accounts);
  const rows = all.map(([connection, { status, userId, provenance, problem }]) => {
    const cells = [`\`${connection}\``, status, plain(userId ?? '–'), provenance ?? '–', problem?.code ?? ''];
    return `| ${cells.join(' | ')} |`;
  });
  const waiting = all.flatMap(([connection, { status, problem }]) => {
    if (status !== 'parked' || !problem) return [];
    const id = accountId(connection, key);
    const since = `since ${clock(problem.since)}`;
    return `- \`${id}\`, ${since}: ${adviceOn(problem)} Open that run, or${BREAK}  \`muster show ${id}\``;
  });
  return [
    `### ${personHead(all.map(([, { status }]) => status))}`,
    `The accounts of \`${key}\`, each in a run of its own:`,
    ['| at | status | user id | how we know | waits because of |', '|---|---|---|---|---|', ...rows].join(
      '\n',
    ),
    ...(waiting.length > 0 ? ['**What to do:**', waiting.join('\n')] : []),
    ...legend(all.map(([, { provenance }]) => provenance)),
  ].join('\n\n');
}

/** What the words for how we know mean, as far as they are in the table. */
function legend(words: readonly (Provenance | null)[]): string[] {
  const used = [...new Set(words.flatMap((word) => word ?? []))];
  return used.length === 0 ? [] : [used.map(sayKnown).join(BREAK)];
}

function personHead(statuses: readonly Status[]): string {
  const order: readonly Status[] = ['parked', 'running', 'failed', 'compensated', 'done'];
  const counts = order
    .map((status) => [status, statuses.filter((one) => one === status).length] as const)
    .filter(([, count]) => count > 0);
  const [worst] = counts;
  if (!worst) return HEADS.running;
  return `${HEADS[worst[0]]} – ${counts.map(([status, count]) => `${count} ${status}`).join(', ')}`;
}

/** `2026-11-22 15:14:49 UTC`. @param at ISO 8601 UTC */
export function clock(at: string): string {
  return `${at.slice(0, 10)} ${at.slice(11, 19)} UTC`;
}

/** A text of others, on one line and without meaning to Markdown. */
function plain(text: string): string {
  return text.replace(/\s+/g, ' ').replace(/[\\`*_[\]<>|#~]/g, '\\$&');
}
