// The words that the escrow of an issued password, its account's run, and whoever reveals it exchange.
import { defineSignal, defineUpdate } from '@temporalio/workflow';
import type { SealedSecret, SecretRecord } from '../../src/account/secret';

/** What an escrow begins with; continued as new, it holds nothing any more but the record. */
export type EscrowInput =
  | { record: SecretRecord; sealed: SealedSecret }
  | {
      record: SecretRecord;
      /** The run before this one, in whose history the password stands. */
      emptied: string;
    };

/** Kept in the memo, where it is read without a worker. */
export interface EscrowMemo extends Record<string, unknown> {
  secret: SecretRecord;
}

export interface RevealInput {
  reason: string;
  /** Who asks. */
  by: string;
}

/** Answered once; the same update id is answered again until `received`, for a while. */
export const reveal = defineUpdate<SealedSecret, [RevealInput]>('reveal');
/** It has arrived where it was wanted. */
export const receivedSignal = defineSignal('received');
/** The account was undone. */
export const dropSignal = defineSignal<[{ reason: string }]>('drop');
/** From an escrow to the open run of its account: the handle, and what became of the password. */
export const secretSignal = defineSignal<[string, string]>('secret');
