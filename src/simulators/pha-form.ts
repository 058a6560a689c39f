// PHA's User Profile form: its steps, and how `GET user_profile` shows them. Ids, codes and steps can be changed at
// run time, since the document warns that they do change.

/** Switches of the form. */
export interface FormSettings {
  /** Splits the form in two: `work_block` then holds rank, reference and `user_smoker`. */
  twoStepForm: boolean;
  /** Added to every form, block and attribute id: another environment, or a changed form. */
  idShift: number;
  /** Attribute codes that the form no longer asks for. */
  removedCodes: string[];
  /** Where the form's id stands in the reply; the document's example is cut before it. */
  formIdAt: 'data' | 'nextStep' | 'block';
}

export interface FormAttribute {
  readonly id: number;
  readonly label: string;
  readonly code: string;
  readonly date: boolean;
}

export interface FormStep {
  readonly block_id: number;
  readonly code: string;
  readonly attributes: readonly FormAttribute[];
}

export interface Form {
  readonly form_id: number;
  readonly steps: readonly FormStep[];
}

const FORM_ID = 42;

function attribute(id: number, label: string, code: string, date = false): FormAttribute {
  return { id, label, code, date };
}

// 188, user_block, 311 and user_dob are the document's own.
const PERSONAL = [
  attribute(311, 'Date of birth', 'user_dob', true),
  attribute(312, 'Sex', 'user_sex'),
  attribute(313, 'Name', 'user_name'),
  attribute(314, 'Surname', 'user_surname'),
];
const WORK = [attribute(315, 'Rank', 'user_rank'), attribute(316, 'Reference', 'user_reference')];
const SMOKER = attribute(317, 'Do you smoke?', 'user_smoker');

/** The form as it is now. */
export function currentForm(settings: FormSettings): Form {
  const steps = settings.twoStepForm
    ? [step(188, 'user_block', PERSONAL), step(189, 'work_block', [...WORK, SMOKER])]
    : [step(188, 'user_block', [...PERSONAL, ...WORK])];
  return {
    form_id: FORM_ID + settings.idShift,
    steps: steps.map(({ block_id, code, attributes }) => ({
      block_id: block_id + settings.idShift,
      code,
      attributes: attributes
        .filter((each) => !settings.removedCodes.includes(each.code))
        .map((each) => ({ ...each, id: each.id + settings.idShift })),
    })),
  };
}

function step(block_id: number, code: string, attributes: readonly FormAttribute[]): FormStep {
  return { block_id, code, attributes };
}

/** The `data` of `GET user_profile` that offers this step (none: the form is complete). */
export function advertisedForm(settings: FormSettings, next: FormStep | undefined): Record<string, unknown> {
  const { form_id } = currentForm(settings);
  const idAt = (place: FormSettings['formIdAt']) => (settings.formIdAt === place ? { form_id } : {});
  if (next === undefined) return { ...idAt('data'), nextStep: null };
  const form_attributes = next.attributes.map(({ id, label, code }) => ({ id, label, code }));
  const block = { ...idAt('block'), form_attributes };
  return {
    ...idAt('data'),
    nextStep: { ...idAt('nextStep'), block_id: next.block_id, code: next.code, block },
  };
}
