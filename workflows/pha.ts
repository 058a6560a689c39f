// Ignis PHA (vendor-docs/ignis-pha.txt): create the log-in, then submit the User Profile assessment, step by step of its
// form. PHA cannot be asked who exists, so the account's ledger is looked at in its place.
import type * as activities from '../activities/pha';
import type { SubmittedStep } from '../activities/pha';
import type { Made, ResultDocument } from '../src/account/result';
import type { RequestDocument } from '../src/request/schema';
import { phaAssessmentAbility } from '../src/vendors/pha/abilities';
import type { PhaAccount } from '../src/vendors/pha/request';
import { call, sendCalls } from './account-run/calls';
import { clearLedger, createOnceByLedger } from './account-run/ledgered';
import { accountRun, type Purpose } from './account-run/lifecycle';
import type { AccountRun } from './account-run/run';
import type { Undone } from './account-run/undo';
import { assessmentCreation, assessmentStep, type Submission, userCreation } from './pha/creations';

type Run = AccountRun<PhaAccount>;

export async function provisionPhaUser(request: RequestDocument, purpose?: Purpose): Promise<ResultDocument> {
  return accountRun<PhaAccount>(request, { provision, undo, undone: clearLedger }, purpose);
}

async function provision(run: Run): Promise<void> {
  const userId = await run.mustStep('create', () => createUser(run));
  await run.step('assessment', () => submitAssessment(run, userId));
}

async function createUser(run: Run): Promise<string> {
  const { who, provenance } = await createOnceByLedger(run, userCreation(run));
  run.result.userId = who;
  run.result.provenance = provenance;
  return who;
}

async function submitAssessment(run: Run, userId: string): Promise<void> {
  const { connection, person, account } = run.plan;
  const { submitPhaUserProfile } = sendCalls<typeof activities>(run.plan, phaAssessmentAbility);
  const answered = new Set<string>();
  let wanted: SubmittedStep['wanted'] = [];
  let due: SubmittedStep['next'] = null;
  let lost: activities.Submission['sent'];
  for (let number = 1; ; number += 1) {
    const step = assessmentStep(number);
    const { who, provenance } = await createOnceByLedger<Submission>(run, {
      ...assessmentCreation(number),
      async send(ground) {
        lost = undefined;
        const outcome = await call('get the form and submit it', submitPhaUserProfile, {
          connection,
          step,
          ground,
          userId,
          person,
          account,
          due: due ?? undefined,
        });
        lost = outcome.sent;
        return outcome;
      },
    });
    if (who === 'on record') {
      run.note(
        `Assessment step ${number} had been submitted before; whether the form has further steps was not asked.`,
      );
      // Somebody said that it is there; whether all that the request gives went with it, only what was sent can tell.
      if (provenance === 'declared')
        await reportUnasked(
          run,
          (lost?.wanted ?? statedIn(account)).filter(
            ({ code }) => !answered.has(code) && !lost?.answered.includes(code),
          ),
        );
      return;
    }
    for (const code of who.answered) answered.add(code);
    wanted = who.wanted;
    due = who.next;
    if (!due) break;
  }
  await reportUnasked(
    run,
    wanted.filter(({ code }) => !answered.has(code)),
  );
}

/** What the account states, where nothing tells which codes of the form it was to answer. */
function statedIn({ rank, reference, answers }: PhaAccount): SubmittedStep['wanted'] {
  const codes = [...(rank ? ['rank'] : []), ...(reference ? ['reference'] : []), ...Object.keys(answers)];
  return codes.map((code) => ({ code, stated: true }));
}

/** A person's field that the form does not ask for is left out and noted; a value that the account states is not. */
async function reportUnasked(run: Run, unasked: SubmittedStep['wanted']): Promise<void> {
  const codes = (stated: boolean) => unasked.filter((want) => want.stated === stated).map(({ code }) => code);
  if (codes(false).length > 0) run.note(`The form does not ask for ${codes(false).join(', ')}: left out.`);
  if (codes(true).length === 0) return;
  await run.park({
    step: 'assessment',
    trouble: {
      code: 'form-changed',
      message:
        `The User Profile form, as far as it was submitted, does not ask for ${codes(true).join(', ')}, which the request ` +
        'gives. Enter the missing values in PHA, or leave them out; then resolve with --exists.',
    },
    decisions: ['resolve'],
    resolveBy: ['exists'],
    rule: () => Promise.resolve(undefined),
  });
}

/** PHA's API removes nothing: archiving is a person's work in Manage Users. An assessment goes with its user. */
async function undo(run: Run, step: string, made: Made): Promise<Undone> {
  if (step !== 'create') {
    if (run.result.made.create) return { is: 'removed', how: 'goes with its user' };
    const what = `the User Profile assessment of PHA user ${run.result.userId}`;
    return {
      is: 'owed',
      debt: { what, instruction: `Decide about ${what}, which was there before: no API call removes it.` },
    };
  }
  const what = made.id ? `PHA user ${made.id}` : 'a PHA user that may have been made';
  const instruction = made.id
    ? `Archive user ${made.id} in PHA's Manage Users.`
    : `Look in PHA's Manage Users for this person (key ${run.plan.key}); if there is a user, archive it.`;
  return { is: 'owed', debt: { what, instruction } };
}
