// A request as callers give it (interface.md, "A request"): key, person, accounts, and what to do on failure. The
// account parts are the vendors' own; src/request/check joins the two.
import { z } from 'zod';
import type { Environment } from '../config/common';
import { expected, oneOf, text } from '../config/words';
import type { Person } from '../vendors/definition';
import type { AccountInput, VendorName } from '../vendors/registry';
import { calendarDate, emailAddress, personKey } from './fields';

/** What to do when a run can't go on: wait for an operator, or undo what it made. */
export const ON_FAILURE = ['park', 'compensate'] as const;
export type OnFailure = (typeof ON_FAILURE)[number];

// Parts of an address come as empty texts from most sources; that means the same as left out.
const addressPart = () => z.string({ error: expected('a text') }).optional();

export const personSchema = z.strictObject({
  firstName: text('the first name'),
  middleName: text('the middle name').optional(),
  lastName: text('the last name'),
  email: emailAddress(),
  dateOfBirth: calendarDate().optional(),
  sex: text('the sex, as the vendors name it').optional(),
  phone: text('a telephone number').optional(),
  address: z
    .strictObject({
      street: addressPart(),
      additional: addressPart(),
      city: addressPart(),
      province: addressPart(),
      postalCode: addressPart(),
      country: addressPart(),
    })
    .optional(),
}) satisfies z.ZodType<Person>;

const anyObject = (what: string) => z.record(z.string(), z.unknown(), { error: expected(what) });

/** The outside of a request; person and accounts are looked into on their own, so that all faults come together. */
export const envelopeSchema = z.strictObject({
  key: personKey(),
  person: anyObject('an object with firstName, lastName and email'),
  accounts: anyObject('an object of accounts by connection name'),
  onFailure: oneOf(ON_FAILURE).optional(),
});

/** An account of a request as it was given: the vendor's part, and the environment it is meant for. */
export type AccountDocument<V extends VendorName = VendorName> = {
  [Name in V]: AccountInput<Name> & { environment?: Environment };
}[V];

/** A checked request, exactly as it was given: plain JSON, fit to be a workflow's argument. */
export interface RequestDocument {
  key: string;
  person: Person;
  /** By connection name; at least one. */
  accounts: Record<string, AccountDocument>;
  /** `park` if left out. */
  onFailure?: OnFailure;
}
