// PHA's forecast: what the account's ledger holds, for PHA cannot be asked who exists; and whether the form as it is now asks for
// what the request answers.
import type * as activities from '../../activities/pha';
import { answerForm, FORM_CHANGED, wantedAnswers } from '../../src/vendors/pha/form';
import type { PhaAccount } from '../../src/vendors/pha/request';
import { safeCalls } from '../account-run/calls';
import { foreseeByLedger } from '../planning/foresee';
import { type Planner, Stopped } from '../planning/planner';
import { assessmentCreation, userCreation } from './creations';

export async function planPha(planner: Planner<PhaAccount>): Promise<void> {
  const user = await foreseeByLedger(planner, userCreation(planner));
  if (user.will === 'send')
    planner.createsUnasked(
      'debt',
      'PHA cannot be asked who exists: a user would be created, also where the person has one that is not on record.',
    );
  else planner.finds({ userId: user.who, provenance: user.provenance, known: true, foundBy: 'ledger' });
  const assessment = await foreseeByLedger(planner, assessmentCreation(1));
  if (assessment.will === 'go-on') return;
  await checkForm(planner);
  planner.makes('assessment', 'debt');
}

async function checkForm(planner: Planner<PhaAccount>): Promise<void> {
  const { connection, person, account } = planner.plan;
  const { readPhaForm } = safeCalls<typeof activities>(planner.plan);
  const { form, answers } = await planner.page.once(`form of ${connection}`, () =>
    planner.safe('assessment', () => readPhaForm({ connection })),
  );
  const wanted = wantedAnswers(answers, person, account);
  const matched = answerForm(form, undefined, wanted);
  if (!matched.ok)
    throw new Stopped('blocked', 'assessment', {
      code: 'form-changed',
      message: `${FORM_CHANGED} (${matched.why}).`,
    });
  const asked = matched.answers.map(({ attribute_code }) => attribute_code);
  planner.sees(asked);
  const unasked = wanted
    .filter(({ code, stated }) => stated && !asked.includes(code))
    .map(({ code }) => code);
  if (unasked.length > 0)
    planner.note(
      `The form's first step does not ask for ${unasked.join(', ')}; unless a later step does, the run parks as form-changed.`,
    );
}
