// What takes a run out of the step it is in: an operator who skips or amends it, the decision to undo, a cancellation.

import type { AccountPlan } from '../../src/account/plan';
import type { RequestDocument } from '../../src/request/schema';
import type { Trouble } from './protocol';

/** The step is left out. */
export class Skipped extends Error {}

/** The request is another now: the step begins anew with it. */
export class Amended extends Error {
  constructor(
    readonly request: RequestDocument,
    readonly plan: AccountPlan,
  ) {
    super('amended');
  }
}

/** What this run made is to be undone. */
export class Undoing extends Error {
  constructor(readonly trouble: Trouble) {
    super(trouble.message);
  }
}
