// A password that a vendor made and sent with its answer to a create: what is on record about it, and how it is kept until
// somebody reveals it (workflows/secret-escrow). Plain data: workflows, client and command line share it.

/** `revealed`, `expired` and `dropped`: the password itself is gone, or about to be. */
export type SecretState = 'unclaimed' | 'revealed' | 'expired' | 'dropped';

/** All that is known about an issued password, without the password. Times are ISO 8601 UTC. */
export interface SecretRecord {
  /** What `muster secret reveal` takes. */
  handle: string;
  connection: string;
  key: string;
  /** The vendor's id of the user whose password it is. */
  userId: string;
  state: SecretState;
  since: string;
  /** Until then it can be revealed. */
  expires: string;
  /** How it came to its end; null while it is unclaimed. */
  end: SecretEnd | null;
}

export interface SecretEnd {
  at: string;
  /** Who revealed it; null where nobody did. */
  by: string | null;
  reason: string;
  /** Whether the one who asked said that it has arrived. */
  arrived: boolean;
}

/** Sealed for one use of its own, so that nothing that opens payloads opens it (src/privacy/secret). */
export interface SealedSecret {
  /** Id of the encryption key. */
  keyId: string;
  /** Base64. */
  box: string;
}

/** What became of a password that came with a vendor's answer: in escrow under a handle, or gone, and why. */
export type Keeping = { kept: string } | { lost: string };

/** An account that the vendor's answer tells of, with what became of the password in it. */
export interface IssuedAccount {
  id: string;
  username?: string;
  secret: Keeping;
}

/** Why there is nothing to reveal any more, in a sentence. */
export function refusalOf({ state, end, expires }: SecretRecord): string {
  const at = end?.at ?? expires;
  switch (state) {
    case 'unclaimed':
      return 'The password can be revealed.';
    case 'revealed':
      return `The password was revealed at ${at} by ${end?.by ?? 'somebody'} (${end?.reason ?? 'no reason'}), and is shown once. Use the vendor's reset.`;
    case 'expired':
      return `Nobody revealed the password until ${at}, and it was deleted. Use the vendor's reset.`;
    case 'dropped':
      return `The password was deleted at ${at}: ${end?.reason ?? 'it was dropped'}.`;
  }
}

/** How it stands, for whoever looks at the account. */
export function sayStanding(record: SecretRecord): string {
  const { state, since, expires, end, handle } = record;
  switch (state) {
    case 'unclaimed':
      return `unclaimed since ${since}, kept until ${expires}: ${revealCommand(handle)}`;
    case 'revealed':
      return `revealed at ${end?.at ?? ''} by ${end?.by ?? 'somebody'}: ${end?.reason ?? ''}${end?.arrived ? '' : ' (nobody said that it arrived)'}`;
    case 'expired':
      return `expired unclaimed at ${end?.at ?? expires}: use the vendor's reset`;
    case 'dropped':
      return `deleted at ${end?.at ?? ''}: ${end?.reason ?? ''}`;
  }
}

const LOST = 'The account exists, its password is lost';

/** What a result notes where a vendor made a password that nobody has. @param instead what a person does in place of it */
export function lostNote(why: string, instead: string): string {
  return `${LOST} (${why}): ${instead}`;
}

export function isLostNote(note: string): boolean {
  return note.startsWith(LOST);
}

export function revealCommand(handle: string): string {
  return `muster secret reveal ${handle} --reason "…"`;
}
