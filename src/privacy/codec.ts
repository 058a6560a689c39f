// Temporal's payload codec: whatever Muster hands to Temporal (arguments, results, memos, cards, failures) is
// encrypted before it leaves the process, and decrypted after it has come back.
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { Payload, PayloadCodec } from '@temporalio/common';
import { temporal } from '@temporalio/proto';
import type { KeyRing } from './keys';
import { createSealer, type RandomSource, SealError, type Sealer } from './seal';

const { Payload: PayloadProto } = temporal.api.common.v1;

/** Metadata `encoding` of an encrypted payload; the same word as in Temporal's own samples. */
export const ENCRYPTED_ENCODING = 'binary/encrypted';
/** Metadata name under which the key id stands, in clear text. */
export const KEY_ID_METADATA = 'encryption-key-id';

/** First byte of what is sealed: how the payload behind it is packed. */
const Packing = { plain: 0, deflate: 1 } as const;

/** Temporal refuses payloads of more than a few MB; this only keeps a broken one from filling the memory. */
const MAX_UNPACKED_BYTES = 256 * 1024 * 1024;

/** How {@link EncryptionCodec} works; every part has a default. */
export interface EncryptionCodecOptions {
  /** Payloads of at least so many bytes are compressed, where that makes them smaller. Default 256. */
  compressFrom?: number;
  /** Source of nonces. Default: the system's random bytes. */
  random?: RandomSource;
}

const metadataText = (payload: Payload, name: string): string | undefined => {
  const value = payload.metadata?.[name];
  return value ? Buffer.from(value).toString() : undefined;
};

/** Whether a payload, as Temporal holds it, was encrypted by a codec of this kind. */
export function isEncrypted(payload: Payload): boolean {
  return metadataText(payload, 'encoding') === ENCRYPTED_ENCODING;
}

function pack(payload: Payload, compressFrom: number): Buffer {
  const bytes = PayloadProto.encode(payload).finish();
  if (bytes.length >= compressFrom) {
    const small = deflateRawSync(bytes);
    if (small.length < bytes.length) return Buffer.concat([Buffer.of(Packing.deflate), small]);
  }
  return Buffer.concat([Buffer.of(Packing.plain), bytes]);
}

function unpack(packed: Buffer, keyId: string): Payload {
  const body = packed.subarray(1);
  switch (packed[0]) {
    case Packing.plain:
      return PayloadProto.decode(body);
    case Packing.deflate:
      return PayloadProto.decode(inflateRawSync(body, { maxOutputLength: MAX_UNPACKED_BYTES }));
    default:
      throw new SealError('unknown-format', keyId, 'packed in a way this version of Muster does not know');
  }
}

/**
 * Encrypts whole payloads, metadata included, with AES-256-GCM under the ring's active key, and decrypts those of
 * every key of the ring. Payloads that no codec has encrypted pass through as they are: Temporal's own, those of
 * services without the codec, and whatever was written before encryption was switched on.
 *
 * Decoding throws {@link SealError} if the key is not configured or the payload was tampered with.
 */
export class EncryptionCodec implements PayloadCodec {
  readonly #sealer: Sealer;
  readonly #compressFrom: number;

  constructor(ring: KeyRing, { compressFrom = 256, random }: EncryptionCodecOptions = {}) {
    this.#sealer = createSealer(ring, 'payload', random);
    this.#compressFrom = compressFrom;
  }

  async encode(payloads: Payload[]): Promise<Payload[]> {
    return payloads.map((payload) => {
      const { keyId, box } = this.#sealer.seal(pack(payload, this.#compressFrom));
      return {
        metadata: { encoding: Buffer.from(ENCRYPTED_ENCODING), [KEY_ID_METADATA]: Buffer.from(keyId) },
        data: box,
      };
    });
  }

  async decode(payloads: Payload[]): Promise<Payload[]> {
    return payloads.map((payload) => {
      if (!isEncrypted(payload)) return payload;
      const keyId = metadataText(payload, KEY_ID_METADATA) ?? '';
      return unpack(this.#sealer.open(keyId, payload.data ?? new Uint8Array()), keyId);
    });
  }
}
