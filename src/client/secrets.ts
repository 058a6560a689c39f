// Passwords that vendors made: how they stand, which ones nobody has claimed, and revealing one, once.
import {
  type Client,
  type WorkflowExecutionDescription,
  type WorkflowExecutionInfo,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
} from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { z } from 'zod';
import { receivedSignal, reveal } from '../../workflows/secret-escrow/messages';
import { refusalOf, type SealedSecret, type SecretRecord } from '../account/secret';
import { fingerprint, type KeyRing } from '../privacy/keys';
import { openSecret } from '../privacy/secret';
import { SECRET_ESCROW, secretId } from '../temporal/names';
import { DecisionRefusedError, UnknownRunError } from './errors';

const record = z.object({
  handle: z.string(),
  connection: z.string(),
  key: z.string(),
  userId: z.string(),
  state: z.enum(['unclaimed', 'revealed', 'expired', 'dropped']),
  since: z.string(),
  expires: z.string(),
  end: z
    .object({ at: z.string(), by: z.string().nullable(), reason: z.string(), arrived: z.boolean() })
    .nullable(),
}) satisfies z.ZodType<SecretRecord>;
const sealed = z.object({ keyId: z.string(), box: z.string() }) satisfies z.ZodType<SealedSecret>;

/** How a password stands; needs no worker. Undefined where nothing is on record, or not any more. */
export async function readSecret(client: Client, handle: string): Promise<SecretRecord | undefined> {
  try {
    return recordOf(await client.workflow.getHandle(secretId(handle)).describe());
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined;
    throw error;
  }
}

function recordOf({
  memo,
  status,
  closeTime,
}: WorkflowExecutionInfo | WorkflowExecutionDescription): SecretRecord | undefined {
  const read = record.safeParse(memo?.secret);
  if (!read.success) return undefined;
  if (read.data.state !== 'unclaimed' || status.name === 'RUNNING') return read.data;
  const at = (closeTime ?? new Date()).toISOString();
  const reason = "its run was ended from outside; use the vendor's reset";
  return { ...read.data, state: 'dropped', end: { at, by: null, reason, arrived: false } };
}

export interface SecretFilter {
  connection?: string;
  key?: string;
  /** Those that were revealed, have expired or were dropped too; by default only those that can be revealed. */
  all?: boolean;
}

/** By Temporal's list, oldest first; one that was made a moment ago may be missing. */
export async function listSecrets(client: Client, filter: SecretFilter = {}): Promise<SecretRecord[]> {
  const { connection, key, all } = filter;
  const query = [
    `WorkflowType = '${SECRET_ESCROW}'`,
    ...(all ? [] : [`MusterStage = 'unclaimed'`, `ExecutionStatus = 'Running'`]),
    ...(connection ? [`MusterConnection = ${quoted(connection)}`] : []),
    ...(key ? [`MusterKey = ${quoted(key)}`] : []),
  ].join(' AND ');
  const found = new Map<string, SecretRecord>();
  for await (const run of client.workflow.list({ query })) {
    // The list may lag, and shows for a while the run that is being deleted too.
    const { handle } = recordOf(run) ?? {};
    if (handle === undefined || found.has(handle)) continue;
    const now = await readSecret(client, handle);
    if (now && (all || now.state === 'unclaimed')) found.set(handle, now);
  }
  return [...found.values()].sort((a, b) => a.since.localeCompare(b.since));
}

function quoted(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}

export interface RevealOptions {
  /** Why; recorded. */
  reason: string;
  /** Who asks; recorded. */
  by: string;
}

/** A password, shown once. */
export interface RevealedSecret {
  handle: string;
  connection: string;
  key: string;
  /** The vendor's id of the user. */
  userId: string;
  username: string | null;
  password: string;
  /**
   * Says that it has arrived: it is deleted at once. Until then the same asking, with the same `by` and `reason`, gets it
   * again, for a quarter of an hour; then it is deleted all the same.
   */
  received(): Promise<void>;
}

/**
 * @throws UnknownRunError; DecisionRefusedError with a sentence that says when it was revealed, or that it is gone; SealError
 * where it was sealed with a key that is not configured here
 */
export async function revealSecret(
  client: Client,
  keys: KeyRing,
  handle: string,
  { reason, by }: RevealOptions,
): Promise<RevealedSecret> {
  // Reads the record with the keys at hand: with others, nothing is claimed.
  const before = await readSecret(client, handle);
  if (!before) throw new UnknownRunError(`There is no password ${handle} that is kept or remembered.`);
  const escrow = client.workflow.getHandle(secretId(handle));
  try {
    const box = await escrow.executeUpdate(reveal, {
      // The same asking again has the same id, and with it the same answer. Keyed: ids are not encrypted.
      updateId: fingerprint(keys, { handle, reason, by }),
      args: [{ reason, by }],
    });
    const { username, password } = openSecret(keys, handle, sealed.parse(box));
    const { connection, key, userId } = before;
    const received = () => escrow.signal(receivedSignal);
    return { handle, connection, key, userId, username, password, received };
  } catch (error) {
    if (error instanceof WorkflowUpdateFailedError) {
      const { cause } = error;
      throw new DecisionRefusedError(cause instanceof ApplicationFailure ? cause.message : String(cause));
    }
    if (!(error instanceof WorkflowNotFoundError)) throw error;
    throw new DecisionRefusedError(refusalOf((await readSecret(client, handle)) ?? before));
  }
}
