// What muster.yaml says of a OneFile connection (vendor-docs/onefile.txt, vendors.md 2.2).
import { z } from 'zod';
import { baseUrl, wholeNumber } from '../../config/fields';
import { text } from '../../config/words';

export const onefileConnection = z.strictObject({
  /** Origin and prefix; `/api/v2.1/…` is added. */
  baseUrl: baseUrl(),
  /** Exchanged for a session token. */
  customerToken: text('the customer token'),
  /** Where users are made. */
  organisationId: wholeNumber('the id of the organisation, a whole number'),
  /** Whose organisations are searched for the keychain setting. */
  customerId: wholeNumber('the id of the customer, a whole number'),
});
export type OnefileConnection = z.output<typeof onefileConnection>;

export const onefileSecrets = ['customerToken'] as const;
