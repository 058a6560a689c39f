// PHA's calls, as its document names them (vendor-docs/ignis-pha.txt): its form can be read, but not who exists, and neither
// of the two posts may be repeated.
import { Context } from '@temporalio/activity';
import type { SendInput } from '../src/account/plan';
import type { Outcome } from '../src/http/outcome';
import type { Person } from '../src/vendors/definition';
import * as pha from '../src/vendors/pha/calls';
import type { AnswerSource } from '../src/vendors/pha/config';
import { answerForm, FORM_CHANGED, type FormStep, today, wantedAnswers } from '../src/vendors/pha/form';
import type { PhaAccount } from '../src/vendors/pha/request';
import { connectionOf } from '../src/worker/context';
import { safely, sendOnce } from './support/vendor-call';

export async function createPhaUser(input: SendInput & { person: Person }): Promise<Outcome<string>> {
  const { transport, config } = connectionOf(input.connection, 'pha');
  return sendOnce(input, transport, pha.createUser(config, input.person));
}

export interface SubmitStep extends SendInput {
  userId: string;
  person: Person;
  account: PhaAccount;
  /** The form's step that is due, as the answer to the step before announced it; undefined for the first. */
  due: FormStep | undefined;
}

/** What was submitted, and where the form goes on. */
export interface SubmittedStep {
  /** Codes that were answered. */
  answered: string[];
  /** Codes that we have an answer for; those that the request's account states are to be asked for by some step. */
  wanted: { code: string; stated: boolean }[];
  next: FormStep | null;
}

/** A submission's outcome; where its answer was lost, with what was in it. */
export type Submission = Outcome<SubmittedStep> & { sent?: Omit<SubmittedStep, 'next'> };

/** Gets the form and answers its step, one call right after the other, as the document asks: ids change with the form. */
export async function submitPhaUserProfile(input: SubmitStep): Promise<Submission> {
  const { transport, config } = connectionOf(input.connection, 'pha');
  const form = await transport.send(pha.getForm(), { signal: Context.current().cancellationSignal });
  // The form is only read: whatever became of that, nothing was made.
  if (form.kind === 'unknown') return { ...form, kind: 'unsent' };
  if (form.kind !== 'done') return form;
  const wanted = wantedAnswers(config.answers, input.person, input.account);
  const matched = answerForm(form.value, input.due, wanted);
  if (!matched.ok) return formChanged(matched.why);

  const call = pha.submitForm({
    userId: Number(input.userId),
    assessmentDate: input.account.assessmentDate ?? today(config.timeZone, new Date()),
    step: matched.step,
    answers: matched.answers,
  });
  const outcome = await sendOnce(input, transport, call, { paced: true });
  const sent = {
    answered: matched.answers.map(({ attribute_code }) => attribute_code),
    wanted: wanted.map(({ code, stated }) => ({ code, stated })),
  };
  if (outcome.kind === 'unknown') return { ...outcome, sent };
  return outcome.kind === 'done' ? { kind: 'done', value: { ...sent, next: outcome.value } } : outcome;
}

/** The form as it is now, and the connection's table of what answers it. */
export async function readPhaForm(input: {
  connection: string;
}): Promise<{ form: FormStep; answers: Record<string, AnswerSource> }> {
  const { transport, config } = connectionOf(input.connection, 'pha');
  return { form: await safely(transport, pha.getForm()), answers: config.answers };
}

function formChanged(why: string): Outcome<never> {
  const message = `${FORM_CHANGED} (${why}); nothing was submitted.`;
  return { kind: 'refused', code: 'form-changed', message };
}
