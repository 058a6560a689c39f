// The calls of PHA's public API (vendor-docs/ignis-pha.txt). What the document leaves open: the create's body schema is
// configuration, and an id is taken from where the examples and their envelope put it.
import { z } from 'zod';
import { type Auth, headerAuth } from '../../http/auth';
import { type Call, json } from '../../http/call';
import { plainRefusal } from '../../http/refusals';
import type { Person } from '../definition';
import type { PhaConnection } from './config';
import type { FormAnswer, FormStep } from './form';

export function phaAuth({ token }: Pick<PhaConnection, 'token'>): Auth {
  return headerAuth(() => ({ authorization: `Bearer ${token}` }));
}

const id = z.union([z.int().positive(), z.string().regex(/^[1-9]\d*$/)]).transform(Number);
/** The envelope: `status` is OK where there is one. */
const status = z.literal('OK').optional();

const created = z.looseObject({
  status,
  user_id: id.optional(),
  data: z.looseObject({ user_id: id.optional() }).nullish(),
});

/** Step 1: the log-in. Its answer owes the new user's integer id. */
export function createUser(
  connection: Pick<PhaConnection, 'createFields' | 'createNames'>,
  person: Person,
): Call<string> {
  const { createNames, createFields } = connection;
  return {
    name: 'PHA: create user',
    method: 'POST',
    path: '/api/v2/admin_users',
    json: {
      [createNames.email ?? 'email']: person.email,
      [createNames.first_name ?? 'first_name']: person.firstName,
      [createNames.last_name ?? 'last_name']: person.lastName,
      ...createFields,
    },
    answers: [
      { status: [200, 201], read: json(created, (body) => (body.user_id ?? body.data?.user_id)?.toString()) },
    ],
    refusal: plainRefusal,
  };
}

const attribute = z.looseObject({ id, code: z.string().min(1), label: z.string().optional() });
const nextStep = z.looseObject({
  block_id: id.optional(),
  form_id: id.optional(),
  code: z.string().min(1),
  block: z
    .looseObject({ id: id.optional(), form_id: id.optional(), form_attributes: z.array(attribute) })
    .optional(),
});
const form = z.looseObject({
  status,
  form_id: id.optional(),
  data: z.looseObject({
    form_id: id.optional(),
    form: z.looseObject({ id: id.optional() }).nullish(),
    nextStep,
  }),
});

/** Step 2A: the form as it is now. Ids differ by environment and change with the form, so none is ever kept. */
export function getForm(): Call<FormStep> {
  return {
    name: 'PHA: get user profile form',
    method: 'GET',
    path: '/api/v2/user_profile',
    answers: [
      { status: [200], read: json(form, ({ form_id, data }) => toFormStep(data.nextStep, data, form_id)) },
    ],
    refusal: plainRefusal,
  };
}

/** The document does not show where `form_id` sits; it is taken from wherever it is. */
function toFormStep(
  step: z.output<typeof nextStep>,
  data: { form_id?: number | undefined; form?: { id?: number | undefined } | null | undefined },
  outer?: number,
): FormStep {
  const formId = data.form_id ?? step.form_id ?? step.block?.form_id ?? data.form?.id ?? outer;
  const blockId = step.block_id ?? step.block?.id;
  return {
    code: step.code,
    attributes: (step.block?.form_attributes ?? []).map(({ id, code }) => ({ id, code })),
    ...(formId !== undefined && { formId }),
    ...(blockId !== undefined && { blockId }),
  };
}

const submitted = z.looseObject({
  status: z.literal('OK'),
  data: z.looseObject({ form_id: id.optional(), nextStep: nextStep.nullish() }).nullish(),
});

/** Step 2B: the answers of one step of the form. Done with the step that comes next, or null at the form's end. */
export function submitForm(input: {
  userId: number;
  assessmentDate: string;
  step: FormStep & { formId: number };
  answers: FormAnswer[];
}): Call<FormStep | null> {
  return {
    name: 'PHA: submit user profile',
    method: 'POST',
    path: '/api/v2/user_profile',
    json: {
      user_id: input.userId,
      assessment_date: input.assessmentDate,
      current_step_code: input.step.code,
      draft: false,
      form_id: input.step.formId,
      answers: input.answers,
    },
    answers: [
      {
        status: [200, 201],
        read: json(submitted, ({ data }): FormStep | null =>
          data?.nextStep ? toFormStep(data.nextStep, data) : null,
        ),
      },
    ],
    refusal: plainRefusal,
  };
}
