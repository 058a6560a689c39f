// The OneFile account of a request, and what it becomes with its defaults (vendor-docs/onefile.txt).
import { z } from 'zod';
import { didYouMean, expected, text } from '../../config/words';
import { idNumber, isCalendarDate, isTimeOfDay } from '../../request/fields';
import type { AccountCheck, AccountContext, PartFault } from '../definition';

/** Role ids by the names that requests use. */
export const ONEFILE_ROLES = {
  learner: 1,
  'trainee-assessor': 4,
  assessor: 5,
  iqa: 10,
  employer: 40,
  observer: 45,
} as const;
export type OnefileRoleName = keyof typeof ONEFILE_ROLES;

const ROLE_NAMES = Object.keys(ONEFILE_ROLES) as OnefileRoleName[];
const roleWords = `one of ${ROLE_NAMES.join(', ')}, or a role id`;

const date = () => {
  const error = expected(
    'a date as YYYY-MM-DD, or a time as 2026-12-01T09:00:00.000Z',
    'is not a date of the calendar',
  );
  return z.string({ error }).refine((value) => isCalendarDate(value) || isTime(value), { error });
};

/** An ISO 8601 time with its zone. */
function isTime(value: string): boolean {
  const [, day = '', time = ''] =
    /^([\d-]{10})T([\d:]{8})(?:\.\d{1,7})?(?:Z|[+-]\d{2}:\d{2})$/.exec(value) ?? [];
  return isCalendarDate(day) && isTimeOfDay(time);
}

/** What the document lists as optional for every role, under the vendor's own names. */
const everyRole = {
  CreatedOn: date(),
  MobileNumber: text(),
  Telephone: text(),
  Website: text(),
  WorkAddress: text(),
  HomeAddress: text(),
  DOB: date(),
};

/** And what it lists for learners only. */
const learnersOnly = {
  CompanyName: text(),
  ProviderID: idNumber('a whole number'),
  DefaultEmployerID: idNumber('a whole number'),
  ULN: text(),
  NINO: text(),
  EpisodeName: text(),
  CentreRegister: date(),
  StartOn: date(),
  PlannedEndDate: date(),
  L12: text(),
  L13: text(),
  L14: text(),
  L15: text(),
  L16: text(),
  SupportFunding: z.boolean({ error: expected('true or false') }),
  LearnerStatusID: z.int({ error: expected('a whole number') }),
};

/** The names that `fields` may have. */
export const ONEFILE_FIELDS = Object.keys({ ...everyRole, ...learnersOnly });

const DATE_FIELDS = ['CreatedOn', 'CentreRegister', 'DOB', 'StartOn', 'PlannedEndDate'];

const ids = (what: string) => z.array(idNumber(what)).optional();

export const onefileAccount = z.strictObject({
  role: z.union([z.enum(ROLE_NAMES), idNumber('a role id')], {
    error: ({ input }) => {
      if (input === undefined) return `is missing; expected ${roleWords}`;
      if (typeof input !== 'string' || !/^[\w-]{1,40}$/.test(input)) return `expected ${roleWords}`;
      return `is ${input}; ${didYouMean(input, ROLE_NAMES)}expected ${roleWords}`;
    },
  }),
  /** The marker by which our own create is found again (`MISID`); the key if left out. */
  misId: text('the id in your own system').optional(),
  defaultAssessorId: idNumber('the id of an assessor, a whole number').optional(),
  classroomId: idNumber('the id of a classroom, a whole number').optional(),
  placementId: idNumber('the id of a placement, a whole number').optional(),
  /** Further fields, under the vendor's own names. */
  fields: z
    .strictObject({ ...everyRole, ...learnersOnly })
    .partial()
    .optional(),
  /** What the learner is assigned to, besides. */
  assign: z
    .strictObject({
      assessorIds: ids('the id of an assessor, a whole number'),
      frameworkTemplateIds: ids('the id of a framework template, a whole number'),
      standardIds: ids('the id of a standard, a whole number'),
      unitIds: ids('the id of a unit, a whole number'),
    })
    .optional(),
});

type Given = z.output<typeof onefileAccount>;
type Field = 'defaultAssessorId' | 'classroomId' | 'placementId';

/** A OneFile account with its defaults; `role` is the id, and dates in `fields` are as OneFile takes them. */
export interface OnefileAccount {
  role: number;
  misId: string;
  defaultAssessorId?: number;
  classroomId?: number;
  placementId?: number;
  fields: Record<string, string | number | boolean>;
  assign: {
    assessorIds: number[];
    frameworkTemplateIds: number[];
    standardIds: number[];
    unitIds: number[];
  };
}

const NEEDS: Record<OnefileRoleName, readonly Field[]> = {
  learner: ['defaultAssessorId', 'classroomId', 'placementId'],
  'trainee-assessor': [],
  assessor: [],
  iqa: [],
  employer: ['placementId'],
  observer: ['placementId'],
};
const FIELD_WORDS: Record<Field, string> = {
  defaultAssessorId: 'default assessor',
  classroomId: 'classroom',
  placementId: 'placement',
};

/** What a role needs and what it can't have. A role id that the document does not name is left to the vendor. */
export function checkOnefileAccount({ account }: AccountCheck<Given, unknown>): PartFault[] {
  const role = account.role === undefined ? undefined : roleName(account.role);
  if (role === undefined) return [];
  return [
    ...NEEDS[role].filter((field) => account[field] === undefined).map((field) => missing(role, field)),
    ...unwanted(role, account),
  ];
}

function missing(role: OnefileRoleName, field: Field): PartFault {
  const words = FIELD_WORDS[field];
  return { at: [field], message: `is missing; OneFile makes no ${role} without a ${words}: give its id` };
}

function unwanted(role: OnefileRoleName, account: Partial<Given>): PartFault[] {
  const fields = (Object.keys(FIELD_WORDS) as Field[]).filter(
    (field) => account[field] !== undefined && !NEEDS[role].includes(field),
  );
  const faults: PartFault[] = fields.map((field) => ({
    at: [field],
    message: `is not taken by OneFile for the role ${role}; leave it out`,
  }));
  if (role === 'learner') return faults;
  const learnerFields = Object.keys(account.fields ?? {}).filter((name) => Object.hasOwn(learnersOnly, name));
  const assigned = Object.values(account.assign ?? {}).some((list) => list !== undefined && list.length > 0);
  return [
    ...faults,
    ...learnerFields.map((name) => ({
      at: ['fields', name],
      message: `is a field of learners only, and the role is ${role}; leave it out`,
    })),
    ...(assigned
      ? [{ at: ['assign'], message: `is for learners only, and the role is ${role}; leave it out` }]
      : []),
  ];
}

function roleName(role: OnefileRoleName | number): OnefileRoleName | undefined {
  return typeof role === 'string' ? role : ROLE_NAMES.find((name) => ONEFILE_ROLES[name] === role);
}

export function resolveOnefileAccount({ key, account }: AccountContext<Given, unknown>): OnefileAccount {
  const { role, assign, fields, ...rest } = account;
  return {
    ...rest,
    role: typeof role === 'number' ? role : ONEFILE_ROLES[role],
    misId: account.misId ?? key,
    fields: Object.fromEntries(
      Object.entries(fields ?? {}).map(([name, value]) => [name, sentValue(name, value)]),
    ),
    assign: {
      assessorIds: assign?.assessorIds ?? [],
      frameworkTemplateIds: assign?.frameworkTemplateIds ?? [],
      standardIds: assign?.standardIds ?? [],
      unitIds: assign?.unitIds ?? [],
    },
  };
}

/** OneFile takes times only: a bare date is sent as its first moment. */
function sentValue(name: string, value: string | number | boolean): string | number | boolean {
  const bare = typeof value === 'string' && DATE_FIELDS.includes(name) && isCalendarDate(value);
  return bare ? `${value}T00:00:00.000Z` : value;
}
