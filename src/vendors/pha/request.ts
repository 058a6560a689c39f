// The PHA account of a request, and what it becomes with its defaults (vendor-docs/ignis-pha.txt).
import { z } from 'zod';
import { expected, text } from '../../config/words';
import { calendarDate } from '../../request/fields';
import type { AccountCheck, AccountContext, PartFault } from '../definition';
import type { AnswerSource, PhaConnection } from './config';

/** A value that the User Profile form takes. */
export type PhaAnswer = string | number | boolean;

const answer = z.union([text(), z.number(), z.boolean()], {
  error: expected('a text, a number, true or false'),
});

export const phaAccount = z.strictObject({
  reference: text('the reference').optional(),
  rank: text('the rank').optional(),
  /** Day of the User Profile assessment; the day of sending if left out. */
  assessmentDate: calendarDate().optional(),
  /** By `attribute_code`; adds to the answers that the connection's table gives, or overrides them. */
  answers: z.record(z.string().min(1), answer, { error: expected('an object') }).optional(),
});

/** A PHA account with its defaults. `assessmentDate` is left out where the day of sending is meant. */
export interface PhaAccount {
  reference?: string;
  rank?: string;
  assessmentDate?: string;
  answers: Record<string, PhaAnswer>;
}

type Given = z.output<typeof phaAccount>;
type Connection = Pick<PhaConnection, 'answers'>;

/** A value that the connection's table sends nowhere would be lost without a word. */
export function checkPhaAccount(check: AccountCheck<Given, Connection>): PartFault[] {
  const { account, connection, connectionName } = check;
  const sources = new Set<AnswerSource>(Object.values(connection.answers));
  return (['rank', 'reference'] as const)
    .filter((field) => account[field] !== undefined && !sources.has(`account.${field}`))
    .map((field) => ({
      at: [field],
      message: `is sent nowhere: no attribute code of connections.${connectionName}.answers stands for account.${field}; add one, or leave it out`,
    }));
}

export function resolvePhaAccount({ account }: AccountContext<Given, Connection>): PhaAccount {
  return { ...account, answers: account.answers ?? {} };
}
