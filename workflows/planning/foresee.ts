// What a run would do about one step that must not be repeated: the run's own look, its own judgement, its own state machine,
// as far as the first send. What would take time to settle is taken to stay as it is seen now.
import { ApplicationFailure } from '@temporalio/workflow';
import type { Provenance } from '../../src/account/result';
import type { Creation } from '../account-run/create-once';
import { onRecord, remembered, rulesFor } from '../account-run/first-look';
import { byLedger, type Known, type LedgeredCreation } from '../account-run/ledgered';
import { begin, next, type State, type Verdict } from '../account-run/protocol';
import { type Planner, Stopped } from './planner';

export type Foreseen<Seen, Who> =
  | { will: 'send'; seen: Seen }
  | { will: 'go-on'; seen: Seen; who: Who; provenance: Provenance; known: boolean };

/** @throws Stopped where a run would park or end */
export async function foresee<Seen, Who>(
  planner: Planner,
  creation: Omit<Creation<Seen, Who>, 'send'>,
): Promise<Foreseen<Seen, Who>> {
  const { step } = creation;
  const past = await planner.inheritance;
  const { seen } = await creation.look();
  const rules = rulesFor(creation, planner.plan.policy, past);
  let verdict: Verdict<Who> = { is: 'absent' };
  let isFirst = true;
  let state: State<Who> = begin(rules);
  for (;;) {
    const { move } = state;
    switch (move.do) {
      case 'look':
        verdict = onRecord(creation.judge(seen, move.why), creation, past);
        if (verdict.is === 'absent' && isFirst) verdict = await remembered(planner, creation, past);
        isFirst = false;
        state = next(rules, state, { of: 'look', verdict });
        break;
      case 'wait':
        planner.note(
          'A send of an earlier run may still take effect: the run would look again for some time first.',
        );
        state = next(rules, state, { of: 'wait' });
        break;
      case 'send':
        return { will: 'send', seen };
      case 'end': {
        const known = verdict.is === 'found' && verdict.provenance !== undefined;
        return { will: 'go-on', seen, who: move.who, provenance: move.provenance, known };
      }
      case 'park':
      case 'decline':
        if (verdict.is === 'found') planner.meets(creation.idOf(verdict.who), step);
        throw new Stopped('blocked', step, move.trouble);
    }
  }
}

/** The same for a step whose look is the account's ledger, or begins with it. */
export async function foreseeByLedger<Who, Seen = never>(
  planner: Planner,
  creation: Omit<LedgeredCreation<Who, Seen>, 'send'>,
): Promise<Foreseen<Known<Seen>, Who>> {
  return foresee(planner, byLedger(planner, { ...creation, send: sendsNothing }).creation);
}

function sendsNothing(): never {
  throw ApplicationFailure.nonRetryable('a plan sends nothing', 'plan');
}
