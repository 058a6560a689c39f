// The encryption keys of muster.yaml, what is derived from them, and the keyed fingerprints by which a request is
// told from another without its content being kept. Nothing here ever puts key material into a message.
import { createHmac, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto';

/** AES-256 wants 32 bytes. */
export const KEY_BYTES = 32;

/** The keys in use: every one of them decrypts, the active one encrypts. */
export interface KeyRing {
  /** Id of the key that encrypts; always a key of `keys`. */
  readonly active: string;
  /** Key id to 32 bytes. */
  readonly keys: ReadonlyMap<string, Buffer>;
}

/** The `encryption` part of muster.yaml: keys in base64 by their ids, and which of them encrypts. */
export interface KeyRingInput {
  keys: Record<string, string>;
  activeKey: string;
}

/** One thing wrong with the keys; `path` is relative to the `encryption` part. */
export interface KeyFault {
  path: string;
  message: string;
}

/** The keys given can't be used; `faults` lists everything that is wrong with them, without key material. */
export class KeyRingError extends Error {
  override readonly name = 'KeyRingError';

  constructor(readonly faults: readonly KeyFault[]) {
    super(faults.map(({ path, message }) => `${path}: ${message}`).join('\n'));
  }
}

// Ids travel in clear text in payload metadata and before the colon of a fingerprint.
const KEY_ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

function keyFault(id: string, encoded: string): KeyFault | undefined {
  const path = `keys.${JSON.stringify(id)}`;
  if (!KEY_ID.test(id)) {
    return {
      path,
      message: 'a key id is 1 to 64 letters, digits, ".", "_" or "-", and starts with a letter or digit',
    };
  }
  const wanted = `${KEY_BYTES} bytes in base64 are expected ("muster keys new" makes a key)`;
  if (encoded === '') return { path, message: `is empty; ${wanted}` };
  if (!BASE64.test(encoded)) return { path, message: `is not base64; ${wanted}` };
  const { length } = Buffer.from(encoded, 'base64');
  return length === KEY_BYTES ? undefined : { path, message: `holds ${length} bytes; ${wanted}` };
}

/**
 * Reads the keys of the configuration.
 * @throws KeyRingError naming every fault at once.
 */
export function parseKeyRing({ keys, activeKey }: KeyRingInput): KeyRing {
  // A key read from a file ends in a line feed more often than not.
  const entries = Object.entries(keys).map(([id, encoded]) => [id, encoded.trim()] as const);
  const faults = entries.flatMap(([id, encoded]) => keyFault(id, encoded) ?? []);
  if (entries.length === 0) {
    faults.push({ path: 'keys', message: 'has no key ("muster keys new" makes one)' });
  } else if (!entries.some(([id]) => id === activeKey)) {
    const ids = entries.map(([id]) => JSON.stringify(id)).join(', ');
    faults.push({
      path: 'activeKey',
      message: `${JSON.stringify(activeKey)} is not among the keys; expected one of ${ids}`,
    });
  }
  if (faults.length > 0) throw new KeyRingError(faults);
  return {
    active: activeKey,
    keys: new Map(entries.map(([id, encoded]) => [id, Buffer.from(encoded, 'base64')])),
  };
}

/** A new random key as muster.yaml wants it: 32 bytes in base64. */
export function newKey(): string {
  return randomBytes(KEY_BYTES).toString('base64');
}

/** The key that encrypts and fingerprints. @throws KeyRingError if the ring was put together without it. */
export function activeKey(ring: KeyRing): Buffer {
  const key = ring.keys.get(ring.active);
  if (key === undefined) {
    throw new KeyRingError([
      { path: 'activeKey', message: `${JSON.stringify(ring.active)} is not among the keys` },
    ]);
  }
  return key;
}

/** A key for one purpose, derived by HKDF-SHA256, so that no two uses ever share key material. */
export function subKey(key: Buffer, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', key, Buffer.alloc(0), `muster/${purpose}/v1`, KEY_BYTES));
}

const sortKeys = (_key: string, value: unknown): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
    : value;

/** JSON with sorted keys: equal for values that differ only in key order or in members that are `undefined`. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, sortKeys) ?? 'null';
}

const FINGERPRINT_HEX = 32;

function fingerprintHex(key: Buffer, value: unknown): string {
  const hmac = createHmac('sha256', subKey(key, 'fingerprint'));
  return hmac.update(canonicalJson(value)).digest('hex').slice(0, FINGERPRINT_HEX);
}

/** `<key id>:<32 hex digits>`: tells equal values from different ones, and says nothing of them without the key. */
export function fingerprint(ring: KeyRing, value: unknown): string {
  return `${ring.active}:${fingerprintHex(activeKey(ring), value)}`;
}

/**
 * Whether `value` is the one of which `expected` was taken. The key named in `expected` is used, so the answer stays
 * the same after a rotation; `'unknown-key'` if that key is no longer there. A malformed fingerprint matches nothing.
 */
export function matchesFingerprint(ring: KeyRing, value: unknown, expected: string): boolean | 'unknown-key' {
  const colon = expected.lastIndexOf(':');
  const hex = expected.slice(colon + 1);
  if (colon < 1 || !/^[0-9a-f]{32}$/.test(hex)) return false;
  const key = ring.keys.get(expected.slice(0, colon));
  if (key === undefined) return 'unknown-key';
  return timingSafeEqual(Buffer.from(hex), Buffer.from(fingerprintHex(key, value)));
}
