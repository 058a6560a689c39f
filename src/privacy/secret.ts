// Passwords that vendors make, sealed before they become the input of a workflow: under a purpose of their own, so that a
// codec server, which opens payloads, shows no more than a sealed box.
import { z } from 'zod';
import type { SealedSecret } from '../account/secret';
import type { KeyRing } from './keys';
import { createSealer, SealError } from './seal';

const PURPOSE = 'secret';

const content = z.strictObject({
  /** The handle that it was sealed for: a box opens under no other. */
  handle: z.string(),
  username: z.string().nullable(),
  password: z.string(),
});
export type SecretContent = z.output<typeof content>;

export function sealSecret(ring: KeyRing, secret: SecretContent): SealedSecret {
  const { keyId, box } = createSealer(ring, PURPOSE).seal(Buffer.from(JSON.stringify(secret)));
  return { keyId, box: box.toString('base64') };
}

/** @throws SealError where the key is not configured here, or the box is not this handle's */
export function openSecret(ring: KeyRing, handle: string, { keyId, box }: SealedSecret): SecretContent {
  const plain = createSealer(ring, PURPOSE).open(keyId, Buffer.from(box, 'base64'));
  const read = content.safeParse(JSON.parse(plain.toString('utf8')));
  if (read.success && read.data.handle === handle) return read.data;
  throw new SealError('tampered', keyId, `what was kept for ${handle} is not the password of that handle`);
}
