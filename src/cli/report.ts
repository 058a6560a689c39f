// A result document as people read it: a table of accounts, then what each one that stands still waits for.
import type { AccountResult, ResultDocument, Status, StepState } from '../account/result';
import { isLostNote, revealCommand, type SecretRecord, sayStanding } from '../account/secret';
import { adviceOn, choicesOn, KNOWN_BY } from '../account/words';
import { accountId } from '../temporal/names';
import { ink } from './screen';
import { table } from './table';

const PAINT: Readonly<Record<Status, (text: string) => string>> = {
  done: ink.green,
  running: ink.cyan,
  parked: ink.yellow,
  failed: ink.red,
  compensated: ink.red,
};

const MARKS: Readonly<Record<StepState, string>> = {
  done: '✓',
  skipped: '(skipped)',
  parked: '(parked)',
  undone: '(undone)',
  pending: '…',
};

/** The table of one or more documents, a line an account. */
export function accountsTable(documents: readonly ResultDocument[]): string {
  const rows = documents.flatMap(({ key, accounts }) =>
    Object.entries(accounts).map(([connection, account]) => accountRow(accountId(connection, key), account)),
  );
  return [
    table(['account', 'status', 'user id', 'how we know', 'steps', 'problem'], rows),
    ...legend(documents),
  ].join('\n');
}

/** Explains the words that are not plain by themselves. */
function legend(documents: readonly ResultDocument[]): string[] {
  const used = documents.flatMap(({ accounts }) =>
    Object.values(accounts).map(({ provenance }) => provenance),
  );
  return (['confirmed', 'adopted', 'declared'] as const)
    .filter((word) => used.includes(word))
    .map((word) => ink.dim(`${word}: ${KNOWN_BY[word]}`));
}

function accountRow(id: string, account: AccountResult): string[] {
  const { status, userId, provenance, problem } = account;
  return [
    id,
    PAINT[status](status),
    userId ?? '–',
    provenance ?? '–',
    stepsText(account),
    problem?.code ?? '',
  ];
}

/** `verify ✓ create ✓ profile …`, in the order in which they are taken. */
function stepsText({ steps }: Pick<AccountResult, 'steps'>): string {
  return Object.entries(steps)
    .sort(([a], [b]) => Number(b === 'verify') - Number(a === 'verify'))
    .map(([step, state]) => `${step} ${MARKS[state]}`)
    .join('  ');
}

/** Why accounts stand still or failed, and the exact commands that decide them; empty where nothing does. */
export function problemsText(document: ResultDocument): string {
  return Object.entries(document.accounts)
    .flatMap(([connection, account]) => problemLines(accountId(connection, document.key), account))
    .join('\n');
}

function problemLines(id: string, { status, problem }: AccountResult): string[] {
  if (!problem) return [];
  const { step, code, message, vendorStatus, since } = problem;
  const answered = vendorStatus === null ? '' : ` (the vendor answered ${vendorStatus})`;
  const lines = [
    '',
    `${ink.bold(id)} ${status}: ${PAINT[status](code)} in step ${step}, since ${since}${answered}`,
    ...message.split('\n').map((line) => `  ${line}`),
  ];
  const choices = choicesOn(problem, id);
  if (choices.length === 0) return [...lines, `  ${adviceOn(problem)}`];
  const widest = Math.max(...choices.map(({ command }) => command.length));
  const commands = choices.map(
    ({ command, when }) => `    ${ink.bold(command.padEnd(widest))}  ${ink.dim(`# ${when}`)}`,
  );
  return [...lines, `  ${adviceOn(problem)} Then one of:`, ...commands];
}

/** Where a vendor made a password, how to see it, or that it is lost; empty where none did. */
export function secretsText({ key, accounts }: ResultDocument): string {
  return Object.entries(accounts)
    .flatMap(([connection, { secret, notes }]) => {
      const told = secret === null ? notes.filter(isLostNote) : [revealCommand(secret)];
      return told.map((text) => `${accountId(connection, key)} password: ${text}`);
    })
    .join('\n');
}

/** What `onboard` prints when it has followed a run. */
export function resultText(document: ResultDocument): string {
  return join(accountsTable([document]), secretsText(document), problemsText(document));
}

function join(...parts: string[]): string {
  return parts.filter((part) => part !== '').join('\n');
}

/**
 * What `show` prints: also the trail of looks, sends and decisions.
 * @param secrets how the passwords stand that vendors made for these accounts
 */
export function cardText(document: ResultDocument, secrets: readonly SecretRecord[]): string {
  const trails = Object.entries(document.accounts).map(([connection, account]) =>
    trailText(accountId(connection, document.key), account),
  );
  return join(accountsTable([document]), standingsText(document, secrets), problemsText(document), ...trails);
}

function standingsText({ key, accounts }: ResultDocument, secrets: readonly SecretRecord[]): string {
  const forgotten = Object.entries(accounts).flatMap(([connection, { secret }]) =>
    secret === null || secrets.some(({ handle }) => handle === secret)
      ? []
      : [`${accountId(connection, key)} password: gone; Temporal does not remember any more who saw it`],
  );
  const known = secrets.map(
    (record) => `${accountId(record.connection, key)} password: ${sayStanding(record)}`,
  );
  return [...known, ...forgotten].join('\n');
}

function trailText(id: string, { ids, notes, evidence, debts }: AccountResult): string {
  const lines = [
    ...Object.entries(ids).map(([name, value]) => `  ${name}: ${value}`),
    ...notes.map((note) => `  Note: ${note}`),
    ...debts.map(({ what, instruction }) => `  Left behind: ${what}. ${instruction}`),
    ...evidence.map(({ at, step, asked, found }) => `  ${ink.dim(at)}  ${step}: ${asked}: ${found}`),
  ];
  return lines.length === 0 ? '' : ['', ink.bold(id), ...lines].join('\n');
}
