// What Temporal shows of a run without its history: the attributes by which lists find it, and its card. Attributes are
// written when they change and never otherwise: each writing is an event of the history.
import { setCurrentDetails, upsertSearchAttributes } from '@temporalio/workflow';
import type { ProblemCode } from '../../src/account/result';
import {
  musterReason,
  musterSince,
  musterStage,
  musterWaitingOn,
} from '../../src/temporal/search-attributes';

export interface Listed {
  /** Left out where the run has no steps of its own. */
  stage?: string;
  waitingOn: 'nobody' | 'vendor' | 'operator';
  reason?: ProblemCode;
  since: Date;
}

export class Listing {
  /** As a run is started: without these attributes. */
  private listed: Omit<Listed, 'since'> = { waitingOn: 'nobody' };

  get waitingOn(): Listed['waitingOn'] {
    return this.listed.waitingOn;
  }

  /** Does nothing where only `since` would be another. */
  set(now: Listed): void {
    const { since, ...listed } = now;
    const { stage, waitingOn, reason } = listed;
    const before = this.listed;
    if (before.stage === stage && before.waitingOn === waitingOn && before.reason === reason) return;
    this.listed = listed;
    upsertSearchAttributes([
      ...(stage === undefined ? [] : [{ key: musterStage, value: stage }]),
      { key: musterWaitingOn, value: waitingOn },
      { key: musterReason, value: reason ?? null },
      { key: musterSince, value: since },
    ]);
  }

  card(markdown: string): void {
    setCurrentDetails(markdown);
  }
}
