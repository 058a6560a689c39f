// The card of an account run: what a person sees first when opening it in the Temporal UI. Short Markdown.
import type { AccountPlan } from '../../src/account/plan';
import type { AccountResult, Provenance } from '../../src/account/result';
import { revealCommand } from '../../src/account/secret';

const KNOWN_BY: Record<Provenance, string> = {
  created: 'our create was answered',
  confirmed: "our create's answer was lost, its effect was found",
  adopted: 'it was there before us',
  declared: "an operator's word",
};

export function accountCard(plan: AccountPlan, result: AccountResult): string {
  const { connection, key, title, environment } = plan;
  const id = `${connection}/${key}`;
  const lines = [
    `**${title}** · \`${id}\`${environment ? ` · ${environment}` : ''} · **${result.status}**`,
    '',
    result.userId
      ? `Account **${result.userId}**${result.provenance ? ` (${result.provenance}: ${KNOWN_BY[result.provenance]})` : ''}`
      : 'No account known yet.',
    '',
    Object.entries(result.steps)
      .map(([step, state]) => `${step}: ${state}`)
      .join(' · '),
  ];
  const { problem, secret } = result;
  if (secret) lines.push('', `Password made by the vendor: \`${revealCommand(secret)}\``);
  if (problem) {
    lines.push(
      '',
      `**Parked: ${problem.code}** in step ${problem.step}, since ${problem.since}`,
      '',
      problem.message,
      '',
    );
    for (const decision of problem.decisions)
      lines.push(`- \`${commandFor(decision, id)}\` (update \`${decision}\`)`);
  }
  for (const note of result.notes) lines.push('', `Note: ${note}`);
  return lines.join('\n');
}

/** The card of a person's run: a table of all accounts. */
export function personCard(key: string, accounts: Record<string, AccountResult>): string {
  const rows = Object.entries(accounts).map(([connection, { status, userId, provenance, problem }]) => {
    const cells = [`\`${connection}/${key}\``, status, userId ?? '', provenance ?? '', problem?.code ?? ''];
    return `| ${cells.join(' | ')} |`;
  });
  return ['| account | status | user id | how we know | problem |', '|---|---|---|---|---|', ...rows].join(
    '\n',
  );
}

/** The command that takes a decision; shared with the command line's own output. */
export function commandFor(decision: string, id: string): string {
  const what = decision === 'resolve' ? ' --user-id … | --exists | --not-created' : '';
  return `muster ${decision} ${id}${what} --reason "…"`;
}
