// Who may use a codec server: what is said to a caller by its `Authorization` header.
import { createHash, timingSafeEqual } from 'node:crypto';

/** Let in, or turned away with a sentence for the caller and the audit log; it never repeats what was sent. */
export type Admission =
  | {
      /** Who it is, in a word that may stand in a log. */
      caller: string;
    }
  | {
      /** 401 who are you, 403 not you, 503 that can't be told at present. */
      status: 401 | 403 | 503;
      message: string;
    };

export type Authorize = (authorization: string | undefined) => Promise<Admission>;

const sha256 = (text: string) => createHash('sha256').update(text).digest();

/** Lets in who sends `Authorization: Bearer <bearer>`; compares in constant time, whatever the lengths. */
export function bearerAccess(bearer: string): Authorize {
  const expected = sha256(`Bearer ${bearer}`);
  return async (authorization) =>
    timingSafeEqual(sha256(authorization ?? ''), expected)
      ? { caller: 'bearer' }
      : { status: 401, message: 'the Authorization header is missing or not accepted' };
}
