// muster amend: the request of a parked run is corrected, field by field, and the step goes on with it.
import type { Command } from 'commander';
import { type DecisionOptions, decide, decisionOptions } from '../decision';
import { UsageError } from '../exit';
import { examples, runs } from '../words';

interface Options extends DecisionOptions {
  set: Record<string, unknown>;
}

export function define(command: Command): void {
  decisionOptions(command)
    .requiredOption(
      '--set <path=value>',
      'a field of the request (account.…, person.…); JSON or text; null takes it away; may be repeated',
      collect,
    )
    .addHelpText(
      'after',
      examples(
        'muster amend onefile/hr-000123 --set account.classroomId=12 --reason "the classroom was closed"',
        'muster amend ethosce/hr-000123 --set account.roles=[105847459] --reason "typing error"',
      ),
    )
    .action(
      runs((id: string, options: Options) =>
        decide(id, options, (handle) => handle.amend({ set: options.set, reason: options.reason })),
      ),
    );
}

function collect(given: string, before: Record<string, unknown> = {}): Record<string, unknown> {
  const [, path, value] = /^([^=]+)=(.*)$/s.exec(given) ?? [];
  if (path === undefined || value === undefined) throw new UsageError(`--set ${given}: expected path=value`);
  return { ...before, [path]: parsed(value) };
}

/** What reads as JSON is JSON; everything else is text as it stands. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
