// Passwords that vendors make, sealed: they open for their own handle, with their own key, and not as payloads.
import { randomBytes } from 'node:crypto';
import { type KeyRing, newKey, parseKeyRing } from '../../src/privacy/keys';
import { createSealer, SealError } from '../../src/privacy/seal';
import { openSecret, sealSecret } from '../../src/privacy/secret';

const ring = (...ids: string[]): KeyRing =>
  parseKeyRing({ keys: Object.fromEntries(ids.map((id) => [id, newKey()])), activeKey: ids[0] ?? '' });
const secret = { handle: 'h-1', username: 'orla1', password: 'p4 ß "quoted"' };

test('what was sealed is opened, and does not show', () => {
  const keys = ring('a');
  const sealed = sealSecret(keys, secret);
  expect(openSecret(keys, 'h-1', sealed)).toEqual(secret);
  expect(sealed.keyId).toBe('a');
  expect(Buffer.from(sealed.box, 'base64').includes('p4')).toBe(false);
});

test('after a rotation the old key still opens it', () => {
  const old = ring('old');
  const keys: KeyRing = { active: 'new', keys: new Map([...ring('new').keys, ...old.keys]) };
  expect(openSecret(keys, 'h-1', sealSecret(old, secret))).toEqual(secret);
});

test('what opens payloads does not open it', () => {
  const keys = ring('a');
  const { keyId, box } = sealSecret(keys, secret);
  expect(() => createSealer(keys, 'payload').open(keyId, Buffer.from(box, 'base64'))).toThrow(SealError);
});

test.each([
  ['with another key', () => openSecret(ring('b'), 'h-1', sealSecret(ring('a'), secret))],
  ['for another handle', (keys = ring('a')) => openSecret(keys, 'h-2', sealSecret(keys, secret))],
  [
    'when it is another box',
    () => openSecret(ring('a'), 'h-1', { keyId: 'a', box: randomBytes(80).toString('base64') }),
  ],
])('it does not open %s, and the message holds nothing of it', (_, open) => {
  expect(() => open()).toThrow(SealError);
  expect(() => open()).toThrow(/^(?!.*p4)/);
});
