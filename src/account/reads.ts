// Reads as data: what a workflow asks of several read-only activities at once, and what came of each.

/** One call of an activity that only reads: its name, and its input. */
export interface Read {
  name: string;
  input: unknown;
}

/** What came of one: its value, or why there is none, as its activity threw it. */
export type Answer =
  | { value: unknown; failure?: never }
  | {
      failure: {
        message: string;
        type: string;
        nonRetryable: boolean;
        details: unknown[];
        /** Milliseconds. */
        retryAfterMs?: number;
      };
      value?: never;
    };

/** A read that was made before it was asked for. */
export interface EarlyAnswer {
  read: Read;
  answer: Answer;
}
