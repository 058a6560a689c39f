// The five ways in which a vendor call can end (design.md, "What a vendor call can end as"). Everything above src/http
// decides by these words alone; nothing else in the code looks at status codes or socket errors.

/**
 * A refusal's kind: the vendor said no to this request, or to this caller's rights, or its form asks for something else
 * than the answers that we have (nothing was sent then).
 */
export type RefusalCode = 'refused' | 'misconfigured' | 'form-changed';

export interface Done<T> {
  kind: 'done';
  value: T;
}

/** The vendor understood and said no. */
export interface Refused {
  kind: 'refused';
  code: RefusalCode;
  /** The vendor's own words, shortened, and without what is personal in them (src/request/personal). */
  message: string;
  vendorStatus?: number;
}

/** The request provably did no work. */
export interface Unsent {
  kind: 'unsent';
  message: string;
  vendorStatus?: number;
  /** How long the vendor asked to be left alone, in milliseconds. */
  retryAfterMs?: number;
  /**
   * A fence of a create held it back (design.md, "Ways to be fooled"). `age`: its activity had grown too old, look again.
   * `run`: the look on which it relied was another run's (a reset), settle in full.
   */
  stale?: 'age' | 'run';
}

/** It left, and no trustworthy answer came. */
export interface Unknown {
  kind: 'unknown';
  message: string;
  vendorStatus?: number;
  retryAfterMs?: number;
}

/** The connection's credentials were rejected. */
export interface Barred {
  kind: 'barred';
  message: string;
  vendorStatus?: number;
}

export type Outcome<T> = Done<T> | Refused | Unsent | Unknown | Barred;

/** An outcome that is not `done`. */
export type NotDone = Exclude<Outcome<never>, Done<never>>;
