// The parts of muster.yaml beside the connections, as zod schemas.
import { z } from 'zod';
import { KeyRingError, parseKeyRing } from '../privacy/keys';
import type { PlacedFault } from './faults';
import { baseUrl, duration, flag, origin, port, wholeNumber } from './fields';
import { isRecord } from './json';
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
    z.strictObject({
      /** Its discovery document is at `<issuer>/.well-known/openid-configuration`. */
      issuer: baseUrl(),
      audience: text('an audience'),
      /** Claims that a token must have beside: each with this value, or a list (or words) with it among them. */
      require: z.record(z.string(), text('the value of a claim')).optional(),
    }),
    z.literal('none'),
  ],
  { error: (issue) => issuerFault(issue) ?? whoMayDecode(issue) },
);
const whoMayDecode = expected('{ bearer } or { issuer, audience }: who may decode', 'is neither');

/** A union says of all its members only that none fits; this says what is wrong with the one that was meant. */
function issuerFault({ code, input, errors }: z.core.$ZodRawIssue): string | undefined {
  const isMeant = code === 'invalid_union' && isRecord(input) && 'issuer' in input && 'audience' in input;
  const [fault] = (isMeant && (errors as z.core.$ZodIssue[][])[1]) || [];
  return fault && fault.path.length > 0 ? `${fault.path.join('.')} ${fault.message}` : undefined;
}

export const codecServerSchema = z.strictObject({
  host: host(),
  port: port().default(8234),
  /** Origins of the Temporal UI that may ask. */
  origins: z.array(origin()).default(['http://localhost:8233', 'http://127.0.0.1:8233']),
  /** Of one caller. The UI asks once for every payload that it shows. */
  requestsPerMinute: wholeNumber('a whole number of requests, 1 or more', 1).default(6000),
  /** Whether it encrypts too: else what is typed into the UI reaches Temporal in plain text. */
  encode: flag().default(false),
  auth: codecAuth,
});

/** Fewer characters could be guessed. */
const BEARER_LENGTH = 20;
const LOOPBACK_HOSTS: readonly string[] = ['127.0.0.1', 'localhost', '::1'];

/**
 * What is wrong with values that are right by themselves.
 * @param env `MUSTER_CODEC_OPEN=to-this-machine` says that whoever starts it lets only this machine reach the port: a
 *   container listens on every address, and what is published of it is decided outside (deploy/simulators.env)
 */
export function codecServerFaults(
  { host, auth }: Partial<z.output<typeof codecServerSchema>>,
  { MUSTER_CODEC_OPEN: open }: NodeJS.ProcessEnv,
): PlacedFault[] {
  const at = ['codecServer', 'auth'];
  const isReachable = host !== undefined && !LOOPBACK_HOSTS.includes(host) && open !== 'to-this-machine';
  if (auth === 'none' && isReachable)
    return [
      {
        at,
        message: 'none would let everybody decode who reaches it; give { bearer } or { issuer, audience }',
      },
    ];
  if (typeof auth === 'object' && 'bearer' in auth && auth.bearer.trim().length < BEARER_LENGTH)
    return [
      {
        at: [...at, 'bearer'],
        message: `is shorter than ${BEARER_LENGTH} characters and could be guessed; "muster keys new" makes a good one`,
      },
    ];
  return [];
}

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
