// What a look at EthosCE means for creating a user (design.md, "Adoption" and "Settling"). Pure: workflow code uses it.

import { sameText } from './fold';
import type { EthosceUser, SsoLink } from './shapes';

export interface UserLook {
  byMail: EthosceUser[];
  byName: EthosceUser[];
  /** Undefined where the request has no SSO id. */
  bySsoId: SsoLink[] | undefined;
  /** The user that only the SSO link leads to; null where there is none with that id. */
  linked?: EthosceUser | null;
}

/** The account that the SSO id is linked to, where neither mail nor name leads to it: it has to be read by its id. */
export function onlyLinked({ byMail, byName, bySsoId = [] }: UserLook): string | undefined {
  const [link, ...more] = bySsoId;
  if (!link || more.length > 0 || [...byMail, ...byName].some(({ uid }) => uid === link.uid))
    return undefined;
  return link.uid;
}

export type UserVerdict =
  | { is: 'found'; who: EthosceUserRef; mine: boolean }
  | { is: 'absent' }
  | { is: 'conflict'; message: string }
  | { is: 'several'; message: string };

/** The account that a run goes on with. `user` is undefined where only the SSO link led to it. */
export interface EthosceUserRef {
  uid: string;
  name?: string;
  mail?: string;
  active?: boolean;
}

export function judgeUser(
  look: UserLook,
  wanted: { username: string; email: string },
  when: 'before' | 'settle',
): UserVerdict {
  const { byMail, byName, bySsoId = [] } = look;
  const named = byName[0];
  const mailed = byMail[0];
  if (byMail.length > 1)
    return { is: 'several', message: `${byMail.length} accounts have this e-mail address: ${uids(byMail)}.` };
  if (byName.length > 1)
    return { is: 'several', message: `${byName.length} accounts have this name: ${uids(byName)}.` };
  if (bySsoId.length > 1)
    return { is: 'several', message: `${bySsoId.length} accounts have this SSO id: ${uids(bySsoId)}.` };

  if (named && !sameText(named.mail, wanted.email))
    return { is: 'conflict', message: `Account ${named.uid} has our name and another e-mail address.` };
  const linked = bySsoId[0];
  if (linked && mailed && linked.uid !== mailed.uid)
    return {
      is: 'conflict',
      message: `The e-mail address is account ${mailed.uid}'s, the SSO id account ${linked.uid}'s.`,
    };
  if (named) return { is: 'found', who: named, mine: true };

  // After a send of ours, only our name together with our address proves that it is ours.
  if (when === 'settle' && (mailed || linked))
    return {
      is: 'conflict',
      message: `While ours was being sent, account ${(mailed ?? linked)?.uid} came to hold this person's e-mail address or SSO id.`,
    };
  if (mailed) return { is: 'found', who: mailed, mine: false };
  if (linked && look.linked === null)
    return {
      is: 'conflict',
      message: `The SSO id is linked to account ${linked.uid}, which does not exist.`,
    };
  if (linked) return { is: 'found', who: look.linked ?? { uid: linked.uid }, mine: false };
  return { is: 'absent' };
}

function uids(found: readonly { uid: string }[]): string {
  return found.map(({ uid }) => uid).join(', ');
}
