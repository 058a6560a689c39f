// A result in words: how we know what exists, and what an operator may decide about a run that stands still, with the exact
// command, and the update with its input for the Temporal UI. Plain data: cards and the command line show the same.
import type { Decision, Problem, ProblemCode, Provenance } from './result';

/** How we know that an account exists. */
export const KNOWN_BY: Readonly<Record<Provenance, string>> = {
  created: 'our create was answered',
  confirmed: 'the answer to our create was lost, its effect was found',
  adopted: 'it was there before us',
  declared: "an operator's word",
};

export interface Choice {
  decision: Decision;
  /** When it is the right one, in a few words. */
  when: string;
  command: string;
  /** Input of the update of the decision's name; `…` stands for what has to be filled in. */
  input: Record<string, unknown>;
}

/** What to do about a problem, before deciding. */
const ADVICE: Readonly<Record<ProblemCode, string>> = {
  'invalid-request': 'Correct the request and start it again.',
  refused: 'The vendor said no and made nothing in this step. Correct the request, or mend the cause.',
  'outcome-unknown': 'Look at the vendor whether it exists, then say what you found. Do not create it there.',
  conflict:
    'Look at the vendor whose account it is, then say which one to go on with, or correct the request.',
  'several-matches': "Look at the vendor which one is the person's.",
  'form-changed': "Compare the vendor's form with the request.",
  'roles-contended': 'Look at the vendor which roles the account has, and who else changes them.',
  'credentials-rejected':
    'Put the right credentials into the configuration and restart the workers: the run then goes on by itself.',
  'vendor-unavailable': 'See whether the vendor is back.',
  misconfigured: "Give the connection's account the right it lacks at the vendor.",
  'undo-blocked': 'Do by hand what is said above, or mend what blocks it.',
  cancelled: 'Decide whether what was made is taken back.',
};

export function adviceOn({ code, decisions }: Pick<Problem, 'code' | 'decisions'>): string {
  const byItself = code === 'vendor-unavailable' && decisions.length === 0;
  return byItself ? 'Nothing to do: the vendor is asked again by itself.' : ADVICE[code];
}

/** Every choice that is open, the likeliest first. */
export function choicesOn(problem: Problem, id: string): Choice[] {
  return problem.decisions.flatMap((decision) => choicesOf(decision, problem, id));
}

const REASON = { reason: '…' } as const;

function choicesOf(decision: Decision, problem: Problem, id: string): Choice[] {
  const { step, resolveBy } = problem;
  const choice = (when: string, options = '', input: Record<string, unknown> = {}): Choice => {
    const words = decision === 'settle' ? 'debts settle' : decision;
    const command = `muster ${words} ${id}${options && ` ${options}`} --reason "…"`;
    return { decision, when, command, input: { ...input, ...REASON } };
  };
  switch (decision) {
    case 'retry':
      return [choice('the cause is mended: try again')];
    case 'resolve':
      return (resolveBy ?? ['userId', 'exists', 'notCreated']).map((way) => {
        if (way === 'userId') return choice('you found it there', '--user-id ID', { userId: 'ID' });
        if (way === 'exists') return choice('it is there', '--exists', { exists: true });
        return choice('it is certainly not there: send it again', '--not-created', { notCreated: true });
      });
    case 'amend':
      return [
        choice('the request was wrong', '--set account.FIELD=VALUE', { set: { 'account.FIELD': 'VALUE' } }),
      ];
    case 'skip':
      return [choice('go on without this step', `--step ${step}`)];
    case 'undo':
      return [choice('take back what this run made')];
    case 'settle':
      return [choice('it is done')];
  }
}
