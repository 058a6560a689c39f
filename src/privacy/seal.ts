// Bytes sealed with AES-256-GCM under a key of the ring: what the payload codec is made of, and what anything else
// that must be kept secret at rest can use under a purpose of its own.
//
// Layout of a sealed box: format version (1 byte), nonce (12), ciphertext, authentication tag (16). The key id is
// kept beside the box by whoever stores it; it is authenticated together with the version and the purpose, so a box
// opens only under the name, and for the use, it was made for.
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { activeKey, type KeyRing, subKey } from './keys';

const VERSION = 1;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const CIPHER = 'aes-256-gcm';

/** Bytes the box is longer than what is in it. */
export const SEAL_OVERHEAD = 1 + NONCE_BYTES + TAG_BYTES;

/** Why a box can't be opened. */
export type SealProblem = 'unknown-key' | 'tampered' | 'unknown-format';

/** A box can't be opened; the message names the key id and what to do, never content. */
export class SealError extends Error {
  override readonly name = 'SealError';

  constructor(
    /** What is wrong. */
    readonly code: SealProblem,
    /** Id of the key the box says it was made with. */
    readonly keyId: string,
    message: string,
  ) {
    super(message);
  }
}

/** Where nonces come from; tests put a fixed one here. A nonce must never repeat under one key. */
export type RandomSource = (bytes: number) => Uint8Array;

/** What was sealed, and the id of the key that opens it. */
export interface Sealed {
  keyId: string;
  box: Buffer;
}

/** Seals and opens for one purpose; keeps the derived keys, so make it once and hold on to it. */
export interface Sealer {
  /** Seals under the active key. */
  seal(plain: Uint8Array): Sealed;
  /** Opens what any key of the ring has sealed. @throws SealError */
  open(keyId: string, box: Uint8Array): Buffer;
}

function additionalData(purpose: string, version: number, keyId: string): Buffer {
  // Zero bytes part the fields: neither a purpose nor a key id can hold one.
  return Buffer.from(`muster\0${purpose}\0${version}\0${keyId}`);
}

function unknownKey(ring: KeyRing, keyId: string): SealError {
  const known = [...ring.keys.keys()].map((id) => JSON.stringify(id)).join(', ');
  return new SealError(
    'unknown-key',
    keyId,
    `encrypted with key ${JSON.stringify(keyId)}, which is not configured here (configured: ${known}): ` +
      'add it under encryption.keys; the active key may stay as it is',
  );
}

/**
 * @param purpose keeps uses apart: what was sealed for one purpose does not open for another.
 * @param random source of nonces, by default the system's.
 */
export function createSealer(ring: KeyRing, purpose: string, random: RandomSource = randomBytes): Sealer {
  const sealingKey = subKey(activeKey(ring), purpose);
  const openingKeys = new Map([...ring.keys].map(([id, key]) => [id, subKey(key, purpose)]));

  return {
    seal(plain) {
      const nonce = random(NONCE_BYTES);
      const cipher = createCipheriv(CIPHER, sealingKey, nonce, { authTagLength: TAG_BYTES });
      cipher.setAAD(additionalData(purpose, VERSION, ring.active));
      const box = Buffer.concat([
        Buffer.of(VERSION),
        nonce,
        cipher.update(plain),
        cipher.final(),
        cipher.getAuthTag(),
      ]);
      return { keyId: ring.active, box };
    },

    open(keyId, sealed) {
      const box = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength);
      const key = openingKeys.get(keyId);
      if (key === undefined) throw unknownKey(ring, keyId);
      const version = box[0];
      if (version !== VERSION || box.length < SEAL_OVERHEAD) {
        throw new SealError(
          'unknown-format',
          keyId,
          `encrypted with key ${JSON.stringify(keyId)} in a form this version of Muster does not know, or cut short`,
        );
      }
      const decipher = createDecipheriv(CIPHER, key, box.subarray(1, 1 + NONCE_BYTES), {
        authTagLength: TAG_BYTES,
      });
      decipher.setAAD(additionalData(purpose, version, keyId));
      decipher.setAuthTag(box.subarray(-TAG_BYTES));
      try {
        return Buffer.concat([decipher.update(box.subarray(1 + NONCE_BYTES, -TAG_BYTES)), decipher.final()]);
      } catch {
        throw new SealError(
          'tampered',
          keyId,
          `does not open with key ${JSON.stringify(keyId)}: it was changed after it was encrypted, ` +
            'or the key configured under that id is another one',
        );
      }
    },
  };
}
