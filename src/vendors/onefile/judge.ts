// What a look at OneFile means for creating a user (design.md, "Adoption" and "Settling"). Pure: workflow code uses it.
import { type OnefileUser, sameText } from './shapes';

/** Users of the organisation and role. */
export interface UserLook {
  byMisId: OnefileUser[];
  byEmail: OnefileUser[];
}

/** The account that a run goes on with. What it holds is known only if it was found, not if its create was answered. */
export interface OnefileUserRef {
  id: string;
  username?: string;
  misId?: string;
  fields?: Record<string, unknown>;
}

export type UserVerdict =
  | { is: 'found'; who: OnefileUserRef; mine: boolean }
  | { is: 'absent' }
  | { is: 'conflict'; message: string }
  | { is: 'several'; message: string };

export function judgeUser(
  { byMisId, byEmail }: UserLook,
  wanted: { email: string },
  when: 'before' | 'settle',
): UserVerdict {
  const [marked, ...moreMarked] = byMisId;
  if (marked) {
    if (moreMarked.length > 0)
      return { is: 'several', message: `${byMisId.length} accounts have this MISID: ${ids(byMisId)}.` };
    if (!sameText(marked.email, wanted.email))
      return { is: 'conflict', message: `Account ${marked.id} has our MISID and another e-mail address.` };
    return { is: 'found', who: marked, mine: true };
  }
  const [mailed, ...moreMailed] = byEmail;
  if (!mailed) return { is: 'absent' };
  if (moreMailed.length > 0)
    return {
      is: 'several',
      message: `${byEmail.length} accounts of this role have this e-mail address: ${ids(byEmail)}.`,
    };
  if (mailed.misId !== '')
    return {
      is: 'conflict',
      message: `Account ${mailed.id} has this e-mail address and another MISID than ours.`,
    };
  // After a send of ours, only our MISID together with our address proves that it is ours.
  if (when === 'settle')
    return {
      is: 'conflict',
      message: `While ours was being sent, account ${mailed.id} came to hold this e-mail address, without our MISID.`,
    };
  return { is: 'found', who: mailed, mine: false };
}

function ids(found: readonly { id: string }[]): string {
  return found.map(({ id }) => id).join(', ');
}
