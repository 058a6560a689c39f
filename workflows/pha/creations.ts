// What PHA is made to hold once: the log-in, and each step of the User Profile assessment. PHA cannot be asked, so each is looked
// up in the account's ledger; a run makes them of this, and a plan looks by it.
import type * as activities from '../../activities/pha';
import type { SubmittedStep } from '../../activities/pha';
import { phaAssessmentAbility, phaUserAbility } from '../../src/vendors/pha/abilities';
import type { PhaAccount } from '../../src/vendors/pha/request';
import { call, sendCalls } from '../account-run/calls';
import type { LedgeredCreation } from '../account-run/ledgered';
import type { Looking } from '../account-run/looking';

export function userCreation(run: Looking<PhaAccount>): LedgeredCreation<string> {
  const { connection, person } = run.plan;
  const { createPhaUser } = sendCalls<typeof activities>(run.plan, phaUserAbility);
  return {
    step: 'create',
    verifyStep: 'verify',
    what: 'the user',
    ability: phaUserAbility,
    send: (ground) => call('create the user', createPhaUser, { connection, step: 'create', ground, person }),
    idOf: (userId) => userId,
    fromId: (id) => id ?? '',
    // Nothing can be read back at PHA: what an operator saw in Manage Users is taken at its word.
    recall: (userId) =>
      Promise.resolve(
        /^[1-9]\d*$/.test(userId)
          ? { who: userId, provenance: 'declared' }
          : 'A PHA user id is a whole number.',
      ),
  };
}

/** What a step on record stands for: answered once already, its details forgotten. */
export type Submission = SubmittedStep | 'on record';

export function assessmentStep(number: number): string {
  return number === 1 ? 'assessment' : `assessment-${number}`;
}

/** All of a step of the form but the sending, which depends on the steps before it. `number` counts from 1. */
export function assessmentCreation(number: number): Omit<LedgeredCreation<Submission>, 'send'> {
  return {
    step: assessmentStep(number),
    what: number === 1 ? 'the User Profile assessment' : `step ${number} of the User Profile assessment`,
    ability: phaAssessmentAbility,
    idOf: () => undefined,
    fromId: () => 'on record',
    existsAs: 'on record',
    skippable: true,
  };
}
