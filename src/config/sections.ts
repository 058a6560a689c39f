// The parts of muster.yaml beside the connections, as zod schemas.
import { z } from 'zod';
import { KeyRingError, parseKeyRing } from '../privacy/keys';
import type { PlacedFault } from './faults';
import { baseUrl, duration, flag, port, wholeNumber } from './fields';
import { expected, text } from './words';

const host = () => text('a host name or address').default('127.0.0.1');
const keyId = () => z.string({ error: expected('the id of a key, in quotes') });

export const encryptionSchema = z.strictObject({
  /** Key id to 32 bytes in base64; every one decrypts. */
  keys: z.record(
    z.string(),
    z.string({ error: expected('32 bytes in base64 ("muster keys new" makes a key)') }),
    {
      error: expected('an object of keys by their ids'),
    },
  ),
  /** The one that encrypts. */
  activeKey: keyId(),
  /** Whether services may start runs without the codec. */
  acceptPlain: flag().default(false),
});

export const bulkSchema = z.strictObject({
  /** Folder that rosters are read from; relative to the file's own folder. */
  importsDir: text('the path of a folder').default('./imports'),
  resultsDir: text('the path of a folder').default('./results'),
  /** How many people of a job are worked on at once. */
  window: wholeNumber('a whole number from 1 to 500', 1, 500).default(50),
});

export const workerSchema = z.strictObject({
  host: host(),
  healthPort: port().default(9090),
  metricsPort: port().default(9464),
});

export const secretsSchema = z.strictObject({
  /** How long a password that a vendor made waits for somebody to reveal it. */
  keepFor: duration().default(7 * 86_400_000),
});

const codecAuth = z.union(
  [
    z.strictObject({ bearer: text('a token') }),
    z.strictObject({ issuer: baseUrl(), audience: text('an audience') }),
  ],
  { error: expected('{ bearer } or { issuer, audience }: who may decode', 'is neither') },
);

export const codecServerSchema = z.strictObject({
  host: host(),
  port: port().default(8234),
  /** Origins of the Temporal UI that may ask. */
  origins: z.array(baseUrl('an origin such as http://localhost:8233')).default(['http://localhost:8233']),
  auth: codecAuth,
});

/** What is wrong with keys that have the right form each. */
export function keyFaults(encryption: Partial<z.output<typeof encryptionSchema>> | undefined): PlacedFault[] {
  const { keys, activeKey } = encryption ?? {};
  if (keys === undefined || activeKey === undefined) return [];
  try {
    parseKeyRing({ keys, activeKey });
    return [];
  } catch (error) {
    if (!(error instanceof KeyRingError)) throw error;
    return error.faults.map(({ path, message }) => ({ at: ['encryption', ...keyPath(path)], message }));
  }
}

/** `keys."2026-11"` in pieces. */
function keyPath(path: string): string[] {
  const id = /^keys\.(".*")$/s.exec(path)?.[1];
  return id === undefined ? [path] : ['keys', JSON.parse(id) as string];
}
