// Matching a person's answers to the User Profile form by attribute code, never by a remembered id
// (vendor-docs/ignis-pha.txt, step 2 and "Common pitfalls").
import type { Person } from '../definition';
import type { AnswerSource } from './config';
import type { PhaAccount, PhaAnswer } from './request';

/** One step of the form, as a GET showed it. */
export interface FormStep {
  code: string;
  formId?: number;
  blockId?: number;
  attributes: { id: number; code: string }[];
}

export interface FormAnswer {
  block_id: number;
  attribute_id: number;
  attribute_code: string;
  answer: PhaAnswer;
}

/** An answer that we have. `stated`: the request's account gives it, so the form must ask for it. */
export interface WantedAnswer {
  code: string;
  answer: PhaAnswer;
  stated: boolean;
}

/** All answers that person and account give, by the connection's table; the account's own `answers` win. */
export function wantedAnswers(
  table: Record<string, AnswerSource>,
  person: Person,
  account: PhaAccount,
): WantedAnswer[] {
  const wanted = new Map<string, WantedAnswer>();
  for (const [code, source] of Object.entries(table)) {
    const answer = valueAt(source, person, account);
    if (answer) wanted.set(code, { code, answer, stated: source.startsWith('account.') });
  }
  for (const [code, answer] of Object.entries(account.answers))
    wanted.set(code, { code, answer, stated: true });
  return [...wanted.values()];
}

function valueAt(source: AnswerSource, person: Person, account: PhaAccount): string | undefined {
  const value = source
    .split('.')
    .reduce<unknown>((at, name) => (at as Record<string, unknown> | undefined)?.[name], { person, account });
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/**
 * The step to answer now. A GET may show the step that is due, or always the first one; then the step as the answer to
 * the one before announced it counts, if it came with its block.
 */
export function dueStep(shown: FormStep, due: FormStep | undefined): FormStep | undefined {
  if (!due || shown.code === due.code) return shown;
  if (due.attributes.length === 0) return undefined;
  const formId = due.formId ?? shown.formId;
  return formId === undefined ? due : { ...due, formId };
}

export type Answered =
  | { ok: true; step: FormStep & { formId: number }; answers: FormAnswer[] }
  | { ok: false; why: string };

/** The answers to one step; fails closed where the form is not the one that the answers were written for. */
export function answerStep(step: FormStep, wanted: WantedAnswer[]): Answered {
  const { formId, blockId, attributes } = step;
  if (formId === undefined) return { ok: false, why: 'the form names no form_id' };
  if (blockId === undefined) return { ok: false, why: `step ${step.code} of the form names no block_id` };
  const answers: FormAnswer[] = [];
  for (const { code, answer } of wanted) {
    const asked = attributes.filter((attribute) => attribute.code === code);
    if (asked.length > 1) return { ok: false, why: `the form asks for ${code} more than once` };
    for (const { id } of asked)
      answers.push({ block_id: blockId, attribute_id: id, attribute_code: code, answer });
  }
  if (answers.length === 0)
    return { ok: false, why: `step ${step.code} of the form asks for nothing that we have` };
  return { ok: true, step: { ...step, formId }, answers };
}

/** The answers to the step of a form that is due. @param shown the form as a GET showed it */
export function answerForm(shown: FormStep, due: FormStep | undefined, wanted: WantedAnswer[]): Answered {
  const step = dueStep(shown, due);
  return step ? answerStep(step, wanted) : { ok: false, why: 'it does not show the step that is due' };
}

export const FORM_CHANGED = 'The User Profile form is not the one that the answers were written for';

/** The day it is in the connection's time zone, `YYYY-MM-DD`. */
export function today(timeZone: string, now: Date): string {
  return new Intl.DateTimeFormat('en-CA', {
    timeZone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
  }).format(now);
}
