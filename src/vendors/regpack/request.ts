// The Regpack account of a request, and what it becomes with its defaults (vendor-docs/regpack.txt). No text in it may
// be empty: Regpack keeps the old value then, and would make up a log-in of its own.
import { z } from 'zod';
import { expected, text } from '../../config/words';
import { idNumber, isCalendarDate, isTimeOfDay, personKey } from '../../request/fields';
import type { AccountCheck, AccountContext, PartFault } from '../definition';
import type { RegpackConnection } from './config';

const PASSWORD_MIN = 6;

/** Members of the document that have their own place in a request. */
const OWN_PLACE: Record<string, string> = {
  username: 'username',
  password: 'password',
  first_name: 'person.firstName',
  last_name: 'person.lastName',
  org_name: 'orgName',
  main_email: 'person.email',
  _application_date: 'applicationDate',
};

const dateError = expected('YYYY-MM-DD or YYYY-MM-DD hh:mm:ss', 'is not a date as Regpack takes it');
const passwordError = expected(
  `${PASSWORD_MIN} characters or more, or none at all: Regpack makes one then`,
  'is too short',
);
const value = z.union([text(), z.number(), z.boolean()], {
  error: expected('a text, a number, true or false'),
});
const fields = () =>
  z
    .record(z.string(), z.union([value, z.array(value)], { error: expected('a value that is not empty') }), {
      error: expected('an object'),
    })
    .optional();
const flag = () => z.boolean({ error: expected('true or false') }).optional();

export const regpackAccount = z.strictObject({
  /** Regpack's id of a person whom the organisation knows from another project. */
  cloginId: idNumber('the id of a central log-in, a whole number').optional(),
  /** The log-in; the person's e-mail address if left out. */
  username: text('the log-in').optional(),
  password: z.string({ error: passwordError }).min(PASSWORD_MIN, { error: passwordError }).optional(),
  orgName: text('the name of an organisation').optional(),
  /** Day, or day and time, of the application; Regpack takes the moment of creation if left out. */
  applicationDate: z
    .string({ error: dateError })
    .refine((value) => isApplicationDate(value), { error: dateError })
    .optional(),
  /** Fields of the project by their names. */
  fields: fields(),
  /** Whether forms are submitted, which fires the project's triggers; no if left out. */
  submitForms: flag(),
  /** Whether Regpack may mail; the connection's `sendMail` if left out. */
  sendMail: flag(),
  /** Children of a family project. */
  children: z
    .array(
      z.strictObject({
        key: personKey(),
        firstName: text('the first name'),
        lastName: text('the last name'),
        fields: fields(),
      }),
    )
    .optional(),
});

/** MySQL's own forms: a day, or a day and a time. */
function isApplicationDate(value: string): boolean {
  const [day = '', time = '00:00:00', ...more] = value.split(' ');
  return isCalendarDate(day) && isTimeOfDay(time) && more.length === 0;
}

type Scalar = string | number | boolean;
export type RegpackFields = Record<string, Scalar | Scalar[]>;

export interface RegpackChild {
  key: string;
  firstName: string;
  lastName: string;
  fields: RegpackFields;
}

/** A Regpack account with its defaults. */
export interface RegpackAccount {
  cloginId?: number;
  username: string;
  password?: string;
  orgName?: string;
  applicationDate?: string;
  fields: RegpackFields;
  submitForms: boolean;
  sendMail: boolean;
  children: RegpackChild[];
  /** The connection's field for our key, where its project has one. */
  markerField?: string;
  /** Whether the list is scanned before anything is sent. */
  verifyByList: boolean;
  /** Other projects in which `cloginId` may be known. */
  earlierGroupIds: number[];
  /** The connection's status that excludes, where it has one. */
  excludedStatusId?: number;
}

type Given = z.output<typeof regpackAccount>;
type Connection = Pick<RegpackConnection, 'markerField'>;
type Rules = Pick<RegpackConnection, 'markerField' | 'verifyByList' | 'earlierGroupIds' | 'excludedStatusId'>;

export function checkRegpackAccount({
  key,
  account,
  connection,
}: AccountCheck<Given, Connection>): PartFault[] {
  const children = account.children ?? [];
  return [
    ...fieldFaults(account.fields, ['fields'], connection.markerField),
    ...children.flatMap((child, i) =>
      fieldFaults(child.fields, ['children', i, 'fields'], connection.markerField),
    ),
    ...children.flatMap((child, i) => {
      const at = ['children', i, 'key'];
      if (child.key === key) return [{ at, message: "is the parent's key; give each child its own" }];
      const first = children.findIndex((other) => other.key === child.key);
      if (first === i) return [];
      return [{ at, message: `is the key of children[${first}] too; give each child its own` }];
    }),
  ];
}

function fieldFaults(
  fields: RegpackFields | undefined,
  at: PartFault['at'],
  markerField: string | undefined,
): PartFault[] {
  return Object.keys(fields ?? {}).flatMap((name) => {
    const place = Object.hasOwn(OWN_PLACE, name) ? OWN_PLACE[name] : undefined;
    const message = fieldFault(name, place, markerField);
    return message === undefined ? [] : [{ at: [...at, name], message }];
  });
}

function fieldFault(name: string, place: string | undefined, markerField: string | undefined) {
  if (name.trim() === '') return 'is a field without a name; give it one';
  if (place !== undefined) return `is not a field of the project; give it as ${place}`;
  if (name.startsWith('_')) return "is one of Regpack's system fields, which cannot be set; leave it out";
  return name === markerField
    ? 'is the field that holds the key (markerField), which Muster fills; leave it out'
    : undefined;
}

export function resolveRegpackAccount(
  context: AccountContext<Given, { sendMail: boolean } & Rules>,
): RegpackAccount {
  const { person, account, connection } = context;
  const { markerField, verifyByList, earlierGroupIds = [], excludedStatusId } = connection;
  return {
    ...account,
    username: account.username ?? person.email,
    fields: account.fields ?? {},
    submitForms: account.submitForms ?? false,
    sendMail: account.sendMail ?? connection.sendMail,
    children: (account.children ?? []).map((child) => ({ ...child, fields: child.fields ?? {} })),
    ...(markerField !== undefined && { markerField }),
    verifyByList,
    earlierGroupIds,
    ...(excludedStatusId !== undefined && { excludedStatusId }),
  };
}
