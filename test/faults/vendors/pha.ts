// PHA in the sweep: nothing can be asked and everything is taken twice, so a lost answer needs a person's word.
import { phaAssessmentAbility, phaUserAbility } from '../../../src/vendors/pha/abilities';
import { accountsOf, type Scenario, type VendorFacts } from '../contract';
import { cutShort, finished } from '../preludes';

const scenarios: Scenario[] = [
  { name: 'new', account: () => ({ reference: 'A-1234', rank: 'Captain' }), ends: 'done' },
  {
    name: 'two-step',
    settings: { twoStepForm: true },
    account: () => ({ reference: 'A-1234', rank: 'Captain', answers: { user_smoker: 'No' } }),
    ends: 'done',
  },
  {
    name: 'half-made',
    account: () => ({ reference: 'A-1234', rank: 'Captain' }),
    prelude: cutShort({ call: 'get form' }),
    ends: 'done',
  },
  {
    name: 'compensate',
    account: () => ({ reference: 'A-1234', answers: { user_nope: 'x' } }),
    onFailure: 'compensate',
    ends: 'compensated',
  },
  { name: 'remove', account: () => ({}), prelude: finished, act: 'remove', ends: 'compensated' },
];

export const phaFacts: VendorFacts = {
  vendor: 'pha',
  secret: 'token',
  scenarios,
  creates: {
    'create user': { ability: phaUserAbility, looks: [] },
    'submit profile': {
      ability: phaAssessmentAbility,
      looks: [],
      of: ({ body }) => String((body as { current_step_code?: unknown } | null)?.current_step_code),
    },
  },
  truth(stage, step) {
    const [account] = accountsOf(stage);
    if (step === 'create') return account ? { userId: account.id } : { notCreated: true };
    const submitted = account?.profiles.length ?? 0;
    const number = Number(/^assessment-(\d+)$/.exec(step)?.[1] ?? 1);
    return submitted >= number ? { exists: true } : { notCreated: true };
  },
  wrongs(account, { stage: { request }, scenario: { name, account: asked }, decided }) {
    const wrongs: string[] = [];
    // The run said what is missing, and a person entered it.
    if (decided.some(({ code, word }) => code === 'form-changed' && word?.exists)) return wrongs;
    const steps = name === 'two-step' ? 2 : 1;
    if (account.profiles.length !== steps)
      wrongs.push(`${account.profiles.length} assessment steps were submitted, not ${steps}`);
    const answers: Record<string, unknown> = Object.assign({}, ...account.profiles.map((one) => one.answers));
    const { reference, rank, answers: more } = asked(request.key) as Record<string, unknown>;
    const { firstName, lastName, dateOfBirth, sex } = request.person;
    const wanted = {
      user_name: firstName,
      user_surname: lastName,
      user_dob: dateOfBirth,
      user_sex: sex,
      user_reference: reference,
      user_rank: rank,
      ...(more as object | undefined),
    };
    for (const [code, value] of Object.entries(wanted))
      if (answers[code] !== value) wrongs.push(`answer ${code} is ${answers[code]}, not ${value}`);
    return wrongs;
  },
};
