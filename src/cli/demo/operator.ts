// The demo plays the operator: looks at the vendor's own pages, here the simulator's tables, and says what is true there.
import type { ResultDocument } from '../../account/result';
import type { Muster } from '../../client/muster';
import type { Playground } from '../../dev/playground';
import type { RequestDocument } from '../../request/schema';
import { accountId } from '../../temporal/names';

export interface TakenDecision {
  id: string;
  /** Why the run asked. */
  problem: string;
  /** What the operator looked at, and saw. */
  saw: string;
  /** The command that takes the decision. */
  command: string;
}

/** Decides each account of a person that is parked because nobody knows what exists. */
export async function playOperator(
  muster: Muster,
  playground: Playground,
  request: RequestDocument,
  document: ResultDocument,
): Promise<TakenDecision[]> {
  const taken: TakenDecision[] = [];
  for (const [connection, { problem }] of Object.entries(document.accounts)) {
    if (problem?.code !== 'outcome-unknown') continue;
    const id = accountId(connection, document.key);
    const there =
      playground
        .get(connection)
        ?.people()
        .filter(({ email }) => isOf(request, email)) ?? [];
    const [only] = there;
    const handle = await muster.handle(id);
    const reason = only ? 'seen in Manage Users' : 'not in Manage Users';
    if (only) await handle.resolve({ userId: only.id, reason });
    else await handle.resolve({ notCreated: true, reason });
    const found = only ? `--user-id ${only.id}` : '--not-created';
    taken.push({
      id,
      problem: problem.message,
      saw: only
        ? `the vendor's own list of users shows this e-mail address once, as user ${only.id}`
        : "the vendor's own list of users does not show this e-mail address",
      command: `muster resolve ${id} ${found} --reason "${reason}"`,
    });
    await handle.result();
  }
  return taken;
}

export function isOf({ person }: RequestDocument, email: string): boolean {
  return email.toLowerCase() === person.email.toLowerCase();
}
