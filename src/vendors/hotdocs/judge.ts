// What a look at HotDocs means for creating a user (design.md, "Adoption" and "Settling"). Pure: workflow code uses it.
import { type EmailSearch, type HotdocsUser, sameEmail } from './shapes';

export interface UserLook {
  /** The user with our GUID. */
  byGuid: HotdocsUser | null;
  /** The user list's hits for the person's address; undefined where the list was not asked for. */
  byEmail: EmailSearch | undefined;
}

export type UserVerdict =
  | { is: 'found'; who: HotdocsUser; mine: boolean }
  | { is: 'absent' }
  | { is: 'unsure'; message: string }
  | { is: 'conflict'; message: string }
  | { is: 'several'; message: string };

export function judgeUser(
  { byGuid, byEmail }: UserLook,
  wanted: { userId: string; email: string },
  when: 'before' | 'settle',
): UserVerdict {
  if (byGuid) return judgeOwn(byGuid, wanted.email);
  const [other, ...more] = byEmail?.users ?? [];
  if (!other) return { is: 'absent' };
  if (more.length > 0)
    return {
      is: 'several',
      message: `Several users have this e-mail address: ${[other, ...more].map(({ userId }) => userId).join(', ')}.`,
    };
  if (other.userId === wanted.userId) return { is: 'found', who: other, mine: true };
  // An address is unique in its tenancy, so ours is not there and cannot come; but what holds it is not what we sent.
  if (when === 'settle')
    return { is: 'conflict', message: `The e-mail address is held by user ${other.userId}, not by ours.` };
  return { is: 'found', who: other, mine: false };
}

function judgeOwn(user: HotdocsUser, email: string): UserVerdict {
  const { userId } = user;
  if (user.email === undefined)
    return {
      is: 'unsure',
      message: `There is a user ${userId}, our GUID, but HotDocs shows no e-mail address to compare with this person's.`,
    };
  if (!sameEmail(user.email, email))
    return { is: 'conflict', message: `User ${userId} has our GUID and another e-mail address.` };
  return { is: 'found', who: user, mine: true };
}
