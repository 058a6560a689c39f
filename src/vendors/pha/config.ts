// What muster.yaml says of a PHA connection (vendor-docs/ignis-pha.txt; what that leaves open is configuration).
import { z } from 'zod';
import { baseUrl, jsonObject, timeZone } from '../../config/fields';
import { expected, oneOf, text } from '../../config/words';
import type { ConnectionCheck, PartFault } from '../definition';

/** The fields of the default body of `POST admin_users`, and what `createNames` may rename. */
export const CREATE_FIELDS = ['email', 'first_name', 'last_name'] as const;

/** Where an answer to the User Profile form can come from. */
export const ANSWER_SOURCES = [
  'person.firstName',
  'person.middleName',
  'person.lastName',
  'person.email',
  'person.dateOfBirth',
  'person.sex',
  'person.phone',
  'person.address.street',
  'person.address.additional',
  'person.address.city',
  'person.address.province',
  'person.address.postalCode',
  'person.address.country',
  'account.rank',
  'account.reference',
] as const;
export type AnswerSource = (typeof ANSWER_SOURCES)[number];

/** The table of interface.md; a connection that gives its own replaces it as a whole. */
const DEFAULT_ANSWERS: Record<string, AnswerSource> = {
  user_dob: 'person.dateOfBirth',
  user_sex: 'person.sex',
  user_name: 'person.firstName',
  user_surname: 'person.lastName',
  user_rank: 'account.rank',
  user_reference: 'account.reference',
};

const name = () => text('the name of a body field');

export const phaConnection = z.strictObject({
  /** Origin and prefix; `/api/v2/admin_users` is added. */
  baseUrl: baseUrl(),
  /** Sent as Bearer. */
  token: text('the API token'),
  /** In which "today" is taken for `assessment_date`. */
  timeZone: timeZone().default('Europe/London'),
  /** Further body fields of `POST admin_users`, sent as they are. */
  createFields: jsonObject().default({}),
  /** Other names for fields of the default body: `{ email: login }`. */
  createNames: z
    .strictObject({ email: name().optional(), first_name: name().optional(), last_name: name().optional() })
    .default({}),
  /** `attribute_code` to the field that answers it. */
  answers: z
    .record(z.string().min(1), oneOf(ANSWER_SOURCES), { error: expected('an object') })
    .default(DEFAULT_ANSWERS),
});
export type PhaConnection = z.output<typeof phaConnection>;

export const phaSecrets = ['token'] as const;

/** The body of a create must not give one field twice. */
export function checkPhaConnection({ connection }: ConnectionCheck<PhaConnection>): PartFault[] {
  const { createNames = {}, createFields = {} } = connection;
  const names = CREATE_FIELDS.map((field) => createNames[field] ?? field);
  const twice = CREATE_FIELDS.filter((field) => {
    const renamed = createNames[field];
    return renamed !== undefined && names.filter((other) => other === renamed).length > 1;
  });
  return [
    ...twice.map((field) => ({
      at: ['createNames', field],
      message: 'is the name of another field of the body too; give each field its own name',
    })),
    ...Object.keys(createFields)
      .filter((field) => names.includes(field))
      .map((field) => ({
        at: ['createFields', field],
        message:
          "is filled from the person already; take it away, or rename the person's field in createNames",
      })),
  ];
}
