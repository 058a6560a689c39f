// The card of a held connection, as its run shows it first in the Temporal UI. Short Markdown.
import type { HoldInput, HoldState } from './messages';

export function holdCard({ title }: Pick<HoldInput, 'title'>, state: HoldState): string {
  const { connection, since, message, accepted, nextProbe, probes, released } = state;
  const lines = [
    `**${title}** · \`connection/${connection}\` · **${accepted ? 'being released' : 'held'}** since ${since}`,
    '',
  ];
  if (accepted)
    lines.push(`The vendor accepts the credentials again; ${released} parked runs told to go on.`);
  else
    lines.push(
      message,
      '',
      `Nothing is sent to it but one probe${nextProbe ? `, next at ${nextProbe}` : ''}; its runs are parked as credentials-rejected.`,
      '',
      '- Put the right credentials into the configuration and restart the workers: they are tried at once.',
      '- Put right at the vendor: update `probe` with `{"reason": "…"}`. Vendors lock an account after a few failures.',
    );
  const [last] = probes.slice(-1);
  if (last) lines.push('', `Last probe ${last.at} (${last.why}): ${last.found}. ${last.message}`);
  return lines.join('\n');
}
