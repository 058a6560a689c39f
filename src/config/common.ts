// What every connection may set, whichever vendor it is of (interface.md, "Configuration").
import { z } from 'zod';
import { duration, flag } from './fields';
import { expected, oneOf, text } from './words';

const MINUTE = 60_000;
const DAY = 86_400_000;

export const ENVIRONMENTS = ['demo', 'live'] as const;
export type Environment = (typeof ENVIRONMENTS)[number];

/** The keys as the file has them; `commonConnection` gives durations their final names. */
export const commonKeys = z.strictObject({
  environment: oneOf(ENVIRONMENTS).optional(),
  requestsPerSecond: z
    .number({ error: expected('a number above 0') })
    .positive({ error: expected('a number above 0', 'is not above 0') })
    .optional(),
  waitFor: duration().default(7 * DAY),
  timeout: duration().default(MINUTE / 2),
  settle: z
    .strictObject({
      for: duration().default(5 * MINUTE),
      // biome-ignore lint/suspicious/noThenProperty: the file's own word, never awaited
      then: oneOf(['park', 'resend']).default('park'),
    })
    .prefault({}),
  existing: oneOf(['adopt', 'park', 'refuse']).default('adopt'),
  undo: oneOf(['full', 'disable', 'never']).default('full'),
  sendMail: flag().default(false),
  quickReads: flag().default(true),
  caFile: text('the path of a file of certificates (PEM)').optional(),
  proxy: proxyUrl().optional(),
});

/** Common keys that are secrets: a proxy's address may hold a password. */
export const COMMON_SECRETS = ['proxy'] as const;

/** The common keys of a connection as code sees them, in every process. Durations in milliseconds. */
export interface CommonConnection {
  /** Recorded in every run; an account of a request that states one must state this one. */
  environment?: Environment;
  /** Calls a second of all workers together; no limit if left out. */
  requestsPerSecond?: number;
  /** How long an unavailable vendor is waited for. */
  waitForMs: number;
  /** Of one call. */
  timeoutMs: number;
  /** How long a lost create is looked for, and what happens when it was not found. */
  settle: { forMs: number; then: 'park' | 'resend' };
  /** What becomes of an account that was there before us. */
  existing: 'adopt' | 'park' | 'refuse';
  /** How far undo may go. */
  undo: 'full' | 'disable' | 'never';
  /** Whether the vendor may mail people where the request does not say. */
  sendMail: boolean;
  /** Whether reads are made within the workflow task, where no limit is set: for vendors that mostly answer within seconds. */
  quickReads: boolean;
  /** Absolute path of further certificates to trust (PEM). */
  caFile?: string;
}

/** Gives durations their final names; the vendor's own keys pass through. */
export function finishCommon<Given extends z.output<typeof commonKeys>>(given: Given) {
  const { waitFor, timeout, settle, ...rest } = given;
  return {
    ...rest,
    waitForMs: waitFor,
    timeoutMs: timeout,
    // biome-ignore lint/suspicious/noThenProperty: the file's own word, never awaited
    settle: { forMs: settle.for, then: settle.then },
  };
}

function proxyUrl() {
  const error = expected(
    'the address of a proxy such as http://proxy.example:3128',
    'is not a proxy address',
  );
  return z
    .string({ error })
    .refine((value) => /^https?:\/\/[^/?#]+\/?$/i.test(value) && URL.canParse(value), { error });
}
