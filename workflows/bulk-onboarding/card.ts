// The card of a bulk job: counts, pace, the time that is left, and what to do. Short Markdown.
import { type JobProgress, secondsLeft } from '../../src/bulk/job';

export function jobCard(job: JobProgress): string {
  const { id, status, rows, succeeded, failed, waiting, underway, pace, problem } = job;
  const lines = [
    `**Job \`${id}\`** · **${status}** · ${succeeded + failed + waiting} of ${rows} rows settled`,
    '',
    '| succeeded | waiting for a decision | failed | under way | not started |',
    '|---|---|---|---|---|',
    `| ${succeeded} | ${waiting} | ${failed} | ${underway} | ${rows - succeeded - failed - waiting - underway} |`,
    '',
  ];
  const left = secondsLeft(job);
  if (status === 'running' && pace && left !== null)
    lines.push(`${pace.toFixed(1)} rows a second; about ${spell(left)} left at that pace.`, '');
  if (problem) lines.push(`**${problem}**`, '');
  if (status === 'paused') lines.push(`- \`muster bulk resume ${id} --reason "…"\` (update \`resume\`)`);
  if (status === 'running') lines.push(`- \`muster bulk pause ${id} --reason "…"\` (update \`pause\`)`);
  if (waiting > 0) lines.push(`- What waits: \`muster list --parked --job ${id}\``);
  lines.push(`- Every row: \`muster bulk results ${id}\``);
  return lines.join('\n');
}

/** `45 s`, `12 min`, `3 h 20 min`. */
export function spell(seconds: number): string {
  if (seconds < 90) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 90) return `${minutes} min`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
