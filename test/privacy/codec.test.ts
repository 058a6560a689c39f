import { randomBytes } from 'node:crypto';
import { defaultPayloadConverter, type Payload } from '@temporalio/common';
import { EncryptionCodec, isEncrypted } from '../../src/privacy/codec';
import { parseKeyRing } from '../../src/privacy/keys';
import { createSealer, SEAL_OVERHEAD, SealError } from '../../src/privacy/seal';

const OLD = Buffer.alloc(32, 1).toString('base64');
const NEW = Buffer.alloc(32, 2).toString('base64');
const ring = parseKeyRing({ keys: { old: OLD }, activeKey: 'old' });
const rotated = parseKeyRing({ keys: { old: OLD, new: NEW }, activeKey: 'new' });
const codec = new EncryptionCodec(ring);

const payloadOf = (value: unknown): Payload => {
  const payload = defaultPayloadConverter.toPayload(value);
  if (!payload) throw new Error('no payload');
  return payload;
};
const plainOf = (payload: Payload): unknown => defaultPayloadConverter.fromPayload(payload);
const encodeOne = async (payload: Payload, by = codec): Promise<Payload> => {
  const [encoded] = await by.encode([payload]);
  if (!encoded) throw new Error('nothing encoded');
  return encoded;
};
const decodeOne = async (payload: Payload, by = codec): Promise<Payload> => {
  const [decoded] = await by.decode([payload]);
  if (!decoded) throw new Error('nothing decoded');
  return decoded;
};
const problemOf = (payload: Payload, by = codec): Promise<SealError> =>
  by.decode([payload]).then(
    () => {
      throw new Error('was decoded');
    },
    (error) => {
      expect(error).toBeInstanceOf(SealError);
      return error;
    },
  );
const text = (bytes: Uint8Array | null | undefined) => Buffer.from(bytes ?? []).toString();

describe('the stored form', () => {
  // Computed apart from this code, from the layout told in seal.ts and codec.ts. A change of these bytes would make
  // every stored run unreadable.
  const nonce = Buffer.from('000102030405060708090a0b', 'hex');
  const fixed = new EncryptionCodec(ring, { random: () => nonce });
  const short =
    'AQABAgMEBQYHCAkKCzDOEnm2hV1DCRecz6x8FA32ls9wrxatprP+QiQYiBFaFeN3MkRfSmy5AGoCcE15XG+FWBs3PTvU0g==';
  const nothing = 'AQABAgMEBQYHCAkKCzDOE3m2hV1DCRecz6x8FQXsl8AtplWiurGAZHUeGbLxac6u4jWWEqS0Qg==';
  const deflated =
    'AQABAgMEBQYHCAkKCzEnFpBcqP5rqDw8bYB5/K2vN26M8LKFAxH/1pJmS+Sg6FrndKDfs9xsnM6fIzzzdSPVYYNzAoysNr6UMG+n1JTU';

  it.each([
    ['an object', { name: 'Ada' }, short],
    ['undefined', undefined, nothing],
  ])('of %s is written', async (_name, value, vector) => {
    const encoded = await encodeOne(payloadOf(value), fixed);
    expect(text(encoded.metadata?.encoding)).toBe('binary/encrypted');
    expect(text(encoded.metadata?.['encryption-key-id'])).toBe('old');
    expect(Object.keys(encoded.metadata ?? {})).toHaveLength(2);
    expect(Buffer.from(encoded.data ?? []).toString('base64')).toBe(vector);
  });

  // Compressed bytes may differ from one zlib to the next, so these are only read.
  it.each([
    ['an object', { name: 'Ada' }, short],
    ['undefined', undefined, nothing],
    ['a compressed object', { name: 'Ada '.repeat(100) }, deflated],
  ])('of %s is read', async (_name, value, vector) => {
    const metadata = {
      encoding: Buffer.from('binary/encrypted'),
      'encryption-key-id': Buffer.from('old'),
    };
    const decoded = await decodeOne({ metadata, data: Buffer.from(vector, 'base64') });
    expect(plainOf(decoded)).toEqual(value);
  });
});

describe('encryption', () => {
  it('hides content and metadata, and keeps both', async () => {
    const payload: Payload = {
      metadata: { encoding: Buffer.from('json/plain'), messageType: Buffer.from('some.Type') },
      data: Buffer.from('"Ada Lovelace"'),
    };
    const encoded = await encodeOne(payload);
    const stored = text(encoded.data);
    for (const word of ['Ada', 'json', 'some.Type']) expect(stored).not.toContain(word);
    const decoded = await decodeOne(encoded);
    expect(text(decoded.metadata?.messageType)).toBe('some.Type');
    expect(text(decoded.data)).toBe('"Ada Lovelace"');
  });

  it('never makes the same bytes twice', async () => {
    const payload = payloadOf({ name: 'Ada' });
    const [a, b] = [await encodeOne(payload), await encodeOne(payload)];
    expect(text(a.data)).not.toBe(text(b.data));
  });

  it.each([
    ['nothing at all', {}],
    ['no data', { metadata: { encoding: Buffer.from('binary/null') } }],
    ['empty data', { metadata: { encoding: Buffer.from('binary/plain') }, data: new Uint8Array() }],
  ])('carries a payload with %s', async (_name, payload: Payload) => {
    const decoded = await decodeOne(await encodeOne(payload));
    expect(Object.keys(decoded.metadata ?? {})).toEqual(Object.keys(payload.metadata ?? {}));
    expect(decoded.data ?? new Uint8Array()).toHaveLength(0);
  });

  it.each([
    ['text', Buffer.from('{"name":"Ada Lovelace"},'.repeat(62_500)), 30_000],
    ['random bytes', randomBytes(1_500_000), 1_500_200],
  ])('carries 1.5 MB of %s', async (_name, data, most) => {
    const encoded = await encodeOne({ metadata: { encoding: Buffer.from('binary/plain') }, data });
    expect(encoded.data?.length).toBeLessThan(most);
    expect(data.equals((await decodeOne(encoded)).data ?? new Uint8Array())).toBe(true);
  });

  it('keeps order and number, also of none', async () => {
    const values = [1, 'two', null, { three: 3 }];
    const decoded = await codec.decode(await codec.encode(values.map(payloadOf)));
    expect(decoded.map(plainOf)).toEqual(values);
    expect(await codec.encode([])).toEqual([]);
    expect(await codec.decode([])).toEqual([]);
  });

  it('compresses from the given size on, and only what gets smaller', async () => {
    const size = async (length: number, compressFrom: number) =>
      (await encodeOne({ data: Buffer.alloc(length, 'a') }, new EncryptionCodec(ring, { compressFrom }))).data
        ?.length ?? 0;
    expect(await size(99, 1_000)).toBe(99 + 2 + 1 + SEAL_OVERHEAD);
    expect(await size(99, 50)).toBeLessThan(60);
    const dense = await encodeOne({ data: randomBytes(99) }, new EncryptionCodec(ring, { compressFrom: 0 }));
    expect(dense.data).toHaveLength(99 + 2 + 1 + SEAL_OVERHEAD);
  });
});

describe('payloads of others', () => {
  it('pass through untouched', async () => {
    const plain = payloadOf({ name: 'Ada' });
    expect(isEncrypted(plain)).toBe(false);
    expect((await codec.decode([plain]))[0]).toBe(plain);
    expect((await codec.decode([{}]))[0]).toEqual({});
    const encoded = await encodeOne(plain);
    expect(isEncrypted(encoded)).toBe(true);
    expect((await codec.decode([plain, encoded, plain])).map(plainOf)).toEqual(
      Array(3).fill({ name: 'Ada' }),
    );
  });
});

describe('rotation', () => {
  const rotatedCodec = new EncryptionCodec(rotated);

  it('old keys decrypt, the active one encrypts', async () => {
    const [before, after] = [await encodeOne(payloadOf('x')), await encodeOne(payloadOf('y'), rotatedCodec)];
    expect(text(after.metadata?.['encryption-key-id'])).toBe('new');
    expect((await rotatedCodec.decode([before, after])).map(plainOf)).toEqual(['x', 'y']);
  });

  it('an unknown key is named, with what to do', async () => {
    const error = await problemOf(await encodeOne(payloadOf('y'), rotatedCodec));
    expect(error).toMatchObject({ code: 'unknown-key', keyId: 'new' });
    expect(error.message).toBe(
      'encrypted with key "new", which is not configured here (configured: "old"): ' +
        'add it under encryption.keys; the active key may stay as it is',
    );
  });
});

describe('tampering', () => {
  const flip = (bytes: Uint8Array, at: number): Buffer => {
    const copy = Buffer.from(bytes);
    const index = at < 0 ? copy.length + at : at;
    copy[index] = (copy[index] ?? 0) ^ 1;
    return copy;
  };
  const encoded = () => encodeOne(payloadOf({ name: 'Ada' }));

  it.each([
    ['the nonce', 1],
    ['the last byte of the nonce', 12],
    ['the content', 13],
    ['the tag', -16],
    ['the last byte', -1],
  ])('with %s is noticed', async (_name, at) => {
    const payload = await encoded();
    const error = await problemOf({ ...payload, data: flip(payload.data ?? Buffer.of(), at) });
    expect(error).toMatchObject({ code: 'tampered', keyId: 'old' });
    expect(error.message).toBe(
      'does not open with key "old": it was changed after it was encrypted, or the key configured under that id is another one',
    );
  });

  it('with the version is noticed', async () => {
    const payload = await encoded();
    const error = await problemOf({ ...payload, data: flip(payload.data ?? Buffer.of(), 0) });
    expect(error.code).toBe('unknown-format');
  });

  it.each([0, 1, SEAL_OVERHEAD - 1])('cut to %d bytes is noticed', async (length) => {
    const payload = await encoded();
    const error = await problemOf({ ...payload, data: payload.data?.subarray(0, length) });
    expect(error.code).toBe('unknown-format');
  });

  it('cut by its last byte is noticed', async () => {
    const payload = await encoded();
    expect((await problemOf({ ...payload, data: payload.data?.subarray(0, -1) })).code).toBe('tampered');
  });

  it('with the key id is noticed, even where both ids name the same key', async () => {
    const twins = new EncryptionCodec(parseKeyRing({ keys: { old: OLD, twin: OLD }, activeKey: 'old' }));
    const payload = await encodeOne(payloadOf('x'), twins);
    const metadata = { ...payload.metadata, 'encryption-key-id': Buffer.from('twin') };
    expect((await problemOf({ ...payload, metadata }, twins)).code).toBe('tampered');
  });

  it('another key under the same id is noticed', async () => {
    const other = new EncryptionCodec(parseKeyRing({ keys: { old: NEW }, activeKey: 'old' }));
    expect((await problemOf(await encoded(), other)).code).toBe('tampered');
  });

  it('a missing key id is an unknown key', async () => {
    const payload = await encoded();
    const metadata = { encoding: Buffer.from('binary/encrypted') };
    expect((await problemOf({ ...payload, metadata })).code).toBe('unknown-key');
  });
});

describe('sealed boxes of another purpose', () => {
  it('do not open', () => {
    const { keyId, box } = createSealer(ring, 'escrow').seal(Buffer.from('s3cret'));
    expect(createSealer(rotated, 'escrow').open(keyId, box).toString()).toBe('s3cret');
    expect(() => createSealer(ring, 'payload').open(keyId, box)).toThrow(SealError);
  });
});
