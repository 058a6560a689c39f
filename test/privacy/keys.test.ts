import { createHmac, hkdfSync } from 'node:crypto';
import {
  canonicalJson,
  fingerprint,
  KeyRingError,
  matchesFingerprint,
  newKey,
  parseKeyRing,
  subKey,
} from '../../src/privacy/keys';

const OLD = Buffer.alloc(32, 1).toString('base64');
const NEW = Buffer.alloc(32, 2).toString('base64');

const faultsOf = (keys: Record<string, string>, activeKey: string) => {
  try {
    parseKeyRing({ keys, activeKey });
  } catch (error) {
    expect(error).toBeInstanceOf(KeyRingError);
    return (error as KeyRingError).faults;
  }
  return [];
};

describe('parseKeyRing', () => {
  it('reads keys, and forgives the line feed of a file', () => {
    const ring = parseKeyRing({ keys: { '2026-10': OLD, '2026-11': `${NEW}\n` }, activeKey: '2026-11' });
    expect(ring.active).toBe('2026-11');
    expect(ring.keys.get('2026-10')).toEqual(Buffer.alloc(32, 1));
    expect(ring.keys.get('2026-11')).toEqual(Buffer.alloc(32, 2));
  });

  it('names every fault at once, and never a key', () => {
    const secret = 'c2VjcmV0LXNlY3JldA==';
    const faults = faultsOf({ short: secret, odd: `${OLD}!`, empty: '', 'a:b': OLD }, 'gone');
    expect(faults).toEqual([
      {
        path: 'keys."short"',
        message: 'holds 13 bytes; 32 bytes in base64 are expected ("muster keys new" makes a key)',
      },
      {
        path: 'keys."odd"',
        message: 'is not base64; 32 bytes in base64 are expected ("muster keys new" makes a key)',
      },
      {
        path: 'keys."empty"',
        message: 'is empty; 32 bytes in base64 are expected ("muster keys new" makes a key)',
      },
      {
        path: 'keys."a:b"',
        message: 'a key id is 1 to 64 letters, digits, ".", "_" or "-", and starts with a letter or digit',
      },
      {
        path: 'activeKey',
        message: '"gone" is not among the keys; expected one of "short", "odd", "empty", "a:b"',
      },
    ]);
    const { message } = new KeyRingError(faults);
    expect(message).not.toContain(secret);
    expect(message).not.toContain(OLD);
  });

  it('wants a key at all', () => {
    expect(faultsOf({}, '2026-11')).toEqual([
      { path: 'keys', message: 'has no key ("muster keys new" makes one)' },
    ]);
  });
});

describe('newKey', () => {
  it('makes another key each time, that parseKeyRing takes', () => {
    const [a, b] = [newKey(), newKey()];
    expect(a).not.toBe(b);
    expect(parseKeyRing({ keys: { a, b }, activeKey: 'b' }).keys.get('b')).toHaveLength(32);
  });
});

describe('subKey', () => {
  it('differs by purpose and from the key itself', () => {
    const key = Buffer.alloc(32, 7);
    expect(subKey(key, 'payload')).toEqual(Buffer.from(hkdfSync('sha256', key, '', 'muster/payload/v1', 32)));
    expect(subKey(key, 'payload')).not.toEqual(subKey(key, 'fingerprint'));
  });
});

describe('canonicalJson', () => {
  it('sorts keys at every depth, drops undefined, keeps the order of lists', () => {
    expect(canonicalJson({ b: [{ d: 1, c: undefined }, 2], a: { z: null, y: 'é' } })).toBe(
      '{"a":{"y":"é","z":null},"b":[{"d":1},2]}',
    );
  });

  it('takes what is not an object', () => {
    expect([canonicalJson('x'), canonicalJson(null), canonicalJson(undefined)]).toEqual([
      '"x"',
      'null',
      'null',
    ]);
  });
});

describe('fingerprints', () => {
  const before = parseKeyRing({ keys: { old: OLD }, activeKey: 'old' });
  const rotated = parseKeyRing({ keys: { old: OLD, new: NEW }, activeKey: 'new' });
  const request = { person: { firstName: 'Ada', lastName: 'Lovelace' }, accounts: { roles: [2, 1] } };

  it('are the keyed hash of the canonical form', () => {
    const json = '{"accounts":{"roles":[2,1]},"person":{"firstName":"Ada","lastName":"Lovelace"}}';
    const hmac = createHmac('sha256', subKey(Buffer.alloc(32, 1), 'fingerprint'))
      .update(json)
      .digest('hex');
    expect(fingerprint(before, request)).toBe(`old:${hmac.slice(0, 32)}`);
  });

  it('stay matched over a rotation, under the key that is named in them', () => {
    const taken = fingerprint(before, request);
    const same = {
      accounts: request.accounts,
      person: { lastName: 'Lovelace', firstName: 'Ada', phone: undefined },
    };
    expect(matchesFingerprint(rotated, same, taken)).toBe(true);
    expect(matchesFingerprint(rotated, { ...request, accounts: { roles: [1, 2] } }, taken)).toBe(false);
    expect(fingerprint(rotated, request)).toMatch(/^new:[0-9a-f]{32}$/);
  });

  it('say so when their key is gone', () => {
    expect(matchesFingerprint(before, request, fingerprint(rotated, request))).toBe('unknown-key');
  });

  it.each(['', 'old', 'old:', 'old:xyz', ':0123456789abcdef0123456789abcdef'])(
    '"%s" matches nothing',
    (text) => {
      expect(matchesFingerprint(before, request, text)).toBe(false);
    },
  );
});
