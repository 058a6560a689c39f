// The words that a connection's hold, its workers and its operators exchange (design.md, "A held connection").
import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';

/** When a hold acts, in milliseconds. */
export interface HoldTimes {
  /** From the rejection to the first probe. */
  firstProbeMs: number;
  /** Between probes after it. */
  probeEveryMs: number;
  /** Between the steps of a release; longer than workers take to hear of it. */
  releaseGapMs: number;
}

/** What a hold is opened with. */
export interface HoldInput {
  connection: string;
  /** The vendor as people call it. */
  title: string;
  vendor: string;
  /** Task queue of the connection's activities. */
  taskQueue: string;
  /** Of one call. */
  timeoutMs: number;
  times: HoldTimes;
  /** What an earlier part of the same hold had come to. */
  state?: HoldState;
}

/** One attempt to find out whether the credentials are accepted. */
export interface ProbeRecord {
  /** ISO 8601 UTC. */
  at: string;
  /** `on time`, `other credentials`, or the operator's reason. */
  why: string;
  found: 'accepted' | 'rejected' | 'nothing';
  message: string;
}

/** How a hold stands. No secret in it: credentials are keyed hashes. */
export interface HoldState {
  connection: string;
  /** ISO 8601 UTC. */
  since: string;
  message: string;
  /** The credentials that the vendor has rejected, newest last. */
  rejected: string[];
  /** The credentials that it has accepted since: with these the hold is being released. */
  accepted: string | null;
  /** ISO 8601 UTC. */
  nextProbe: string | null;
  /** The latest, oldest first. */
  probes: ProbeRecord[];
  /** Parked runs that were told to go on. */
  released: number;
}

/** Kept in the hold's memo, where workers read it without asking the hold. */
export interface HoldMemo extends Record<string, unknown> {
  rejected: string[];
  accepted: string | null;
}

export interface Rejection {
  credentials: string;
  message: string;
}

/** From the worker whose credentials were rejected; opens the hold. */
export const rejectedSignal = defineSignal<[Rejection]>('rejected');
/** From a worker that has other credentials than those rejected. */
export const credentialsChangedSignal = defineSignal<[string]>('credentialsChanged');
/** An operator wants to know now. */
export const probe = defineUpdate<HoldState, [{ reason: string }]>('probe');
/** Twin of the update, for Temporal's batch operations. */
export const probeSignal = defineSignal<[{ reason: string }]>('probe');
export const holdQuery = defineQuery<HoldState>('hold');
/** The worker that tried the credentials has its answer. */
export const trialOverSignal = defineSignal('over');
