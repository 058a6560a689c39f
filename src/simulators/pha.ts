// Ignis PHA as its document tells it (vendor-docs/ignis-pha.txt): a Bearer token, one POST that makes a user, and a
// form that is read and answered by ids which may change at any time. Nothing can be searched or removed.
import type { SeedEntity, VendorReply, VendorRequest, VendorRules, VendorSite, World } from './contract';
import { advertisedForm, currentForm, type FormSettings, type FormStep } from './pha-form';
import {
  asObject,
  asText,
  htmlPage,
  isCalendarDate,
  isEmail,
  isJsonType,
  type JsonObject,
  json,
  wrote,
} from './replies';
import { createTable } from './table';

/** Switches of the simulated PHA. What the document leaves open can be had either way. */
export interface PhaSettings extends FormSettings {
  /** The one token that is accepted. */
  token: string;
  /** Whether an e-mail address that is taken gives a second user; the document does not say, so the worse case. */
  acceptDuplicateEmails: boolean;
  /** Where a create's reply holds the id: `data.user_id` or `user_id`. */
  userIdAt: 'data' | 'top';
  /** Names of the three needed members of `POST admin_users`, whose schema is not public. */
  createNames: { email: string; firstName: string; lastName: string };
  /** Whether a refusal comes as 200 with `"status":"ERROR"`. */
  refuseWith200: boolean;
}

interface PhaUser {
  readonly user_id: number;
  readonly created_at: string;
  readonly fields: JsonObject;
}

interface PhaAssessment {
  readonly assessment_id: number;
  readonly user_id: number;
  readonly form_id: number;
  readonly step: string;
  readonly assessment_date: string;
  readonly draft: boolean;
  readonly answers: Readonly<Record<string, unknown>>;
}

type Errors = Record<string, string[]>;

/** The rules of Ignis PHA (vendor-docs/ignis-pha.txt). Calls: `create user`, `get form`, `submit profile`. */
export const phaRules: VendorRules<PhaSettings> = {
  vendor: 'pha',
  secretHeaders: [],
  defaults: {
    token: 'pha-simulator-token',
    acceptDuplicateEmails: true,
    userIdAt: 'data',
    createNames: { email: 'email', firstName: 'first_name', lastName: 'last_name' },
    refuseWith200: false,
    twoStepForm: false,
    idShift: 0,
    removedCodes: [],
    formIdAt: 'data',
  },
  credentials: ({ token }) => ({ token }),
  open: openPha,
};

function openPha(world: World<PhaSettings>): VendorSite {
  const { settings } = world;
  const users = createTable<PhaUser>();
  const assessments: PhaAssessment[] = [];
  let lastUserId = 1000;

  function addUser(fields: JsonObject, visibleFrom = 0): PhaUser {
    lastUserId += 1;
    const user = { user_id: lastUserId, created_at: new Date().toISOString(), fields };
    return users.put(String(user.user_id), user, visibleFrom);
  }

  function createUser(request: VendorRequest): VendorReply {
    const body = asObject(request.json);
    if (body === undefined) return notJson();
    const names = settings.createNames;
    const errors: Errors = {};
    for (const name of Object.values(names)) {
      if (asText(body[name]) === undefined)
        errors[name] = [`The ${name} field is required and must be a string.`];
    }
    if (errors[names.email] === undefined && !isEmail(body[names.email])) {
      errors[names.email] = [`The ${names.email} must be a valid email address.`];
    }
    if (errors[names.email] === undefined && !settings.acceptDuplicateEmails && isTaken(body[names.email])) {
      errors[names.email] = [`The ${names.email} has already been taken.`];
    }
    if (Object.keys(errors).length > 0) return invalid(errors);
    const { user_id } = addUser(body, request.visibleFrom);
    const made = settings.userIdAt === 'data' ? { data: { user_id } } : { user_id, data: {} };
    return wrote(json(200, { status: 'OK', ...made }));
  }

  function isTaken(email: unknown): boolean {
    const wanted = String(email).toLowerCase();
    return users
      .all()
      .some((user) => String(user.fields[settings.createNames.email]).toLowerCase() === wanted);
  }

  /** The step that this user has to answer next; undefined when a form of several steps is complete. */
  function nextStepOf(userId: number | undefined): FormStep | undefined {
    const { steps, form_id } = currentForm(settings);
    if (userId === undefined || !settings.twoStepForm) return steps[0];
    return steps.find(
      (step) =>
        !assessments.some(
          (done) =>
            done.user_id === userId && done.form_id === form_id && done.step === step.code && !done.draft,
        ),
    );
  }

  function getForm(request: VendorRequest): VendorReply {
    const asked = request.query.get('user_id');
    if (asked !== null && users.shown(asked, request.now) === undefined) {
      return error(404, 'User not found.');
    }
    const step = nextStepOf(asked === null ? undefined : Number(asked));
    return json(200, { status: 'OK', data: advertisedForm(settings, step) });
  }

  function submitProfile(request: VendorRequest): VendorReply {
    const body = asObject(request.json);
    if (body === undefined) return notJson();
    const errors: Errors = {};
    const fail = (name: string, sentence: string): void => {
      errors[name] = [...(errors[name] ?? []), sentence];
    };
    const form = currentForm(settings);
    if (!Number.isInteger(body.user_id)) fail('user_id', 'The user_id must be an integer.');
    else if (users.get(String(body.user_id)) === undefined)
      fail('user_id', 'The selected user_id is invalid.');
    if (!isCalendarDate(body.assessment_date)) {
      fail('assessment_date', 'The assessment_date does not match the format YYYY-MM-DD.');
    }
    if (typeof body.draft !== 'boolean') fail('draft', 'The draft field must be true or false.');
    if (body.form_id !== form.form_id) fail('form_id', 'The selected form_id is invalid.');
    const step = form.steps.find(({ code }) => code === body.current_step_code);
    if (step === undefined) fail('current_step_code', 'The selected current_step_code is invalid.');
    else checkAnswers(body.answers, step, fail);
    if (Object.keys(errors).length > 0) return invalid(errors);
    if (step !== undefined && isTooEarly(step, Number(body.user_id))) {
      return invalid({ current_step_code: ['The earlier step of the form has not been submitted.'] });
    }
    return accept(body, step?.code ?? '', form.form_id);
  }

  function isTooEarly(step: FormStep, userId: number): boolean {
    const next = nextStepOf(userId);
    if (!settings.twoStepForm || next === undefined) return false;
    const codes = currentForm(settings).steps.map(({ code }) => code);
    return codes.indexOf(step.code) > codes.indexOf(next.code);
  }

  function accept(body: JsonObject, step: string, formId: number): VendorReply {
    const userId = Number(body.user_id);
    const answers = (body.answers as JsonObject[]).map(({ attribute_code, answer }) => [
      attribute_code,
      answer,
    ]);
    const made: PhaAssessment = {
      assessment_id: 5001 + assessments.length,
      user_id: userId,
      form_id: formId,
      step,
      assessment_date: String(body.assessment_date),
      draft: body.draft === true,
      answers: Object.fromEntries(answers),
    };
    assessments.push(made);
    const next = settings.twoStepForm ? nextStepOf(userId) : undefined;
    const { nextStep } = advertisedForm(settings, next);
    return wrote(
      json(200, { status: 'OK', data: { assessment_id: made.assessment_id, user_id: userId, nextStep } }),
    );
  }

  function invalid(errors: Errors): VendorReply {
    const body = { status: 'ERROR', message: 'The given data was invalid.', errors };
    return json(settings.refuseWith200 ? 200 : 422, body);
  }

  function seed(entity: SeedEntity): string {
    const names = settings.createNames;
    const { email = '', firstName = 'Sample', lastName = 'Person' } = entity;
    const fields = { [names.email]: email, [names.firstName]: firstName, [names.lastName]: lastName };
    return String(addUser(fields).user_id);
  }

  return {
    routes: [
      { call: 'create user', method: 'POST', path: /^\/api\/v2\/admin_users$/, answer: createUser },
      { call: 'get form', method: 'GET', path: /^\/api\/v2\/user_profile$/, answer: getForm },
      { call: 'submit profile', method: 'POST', path: /^\/api\/v2\/user_profile$/, answer: submitProfile },
    ],
    admit: (request) => admitted(request, settings.token),
    unknown: (request) =>
      /^\/api\/v2\/(admin_users|user_profile)$/.test(request.path)
        ? error(405, `The ${request.method} method is not supported for this route.`)
        : error(404, 'The route could not be found.'),
    failure,
    people: () => users.all().map((user) => personOf(user, assessments, settings.createNames)),
    state: () => ({ users: users.all(), assessments: [...assessments], form: currentForm(settings) }),
    seed,
  };
}

function admitted(request: VendorRequest, token: string): VendorReply | undefined {
  if (!request.path.startsWith('/api/v2/')) return undefined;
  if (request.expired || request.headers.authorization !== `Bearer ${token}`) {
    return error(401, 'Unauthenticated.');
  }
  if (request.method === 'POST' && !isJsonType(request.headers['content-type'])) {
    return error(415, 'The Content-Type must be application/json.');
  }
  return undefined;
}

function checkAnswers(
  answers: unknown,
  step: FormStep,
  fail: (name: string, sentence: string) => void,
): void {
  if (!Array.isArray(answers) || answers.length === 0) {
    fail('answers', 'The answers field must be a list with at least one answer.');
    return;
  }
  const seen = new Set<unknown>();
  for (const [index, entry] of answers.entries()) {
    const given = asObject(entry) ?? {};
    const at = `answers.${index}`;
    const attribute = step.attributes.find(({ id }) => id === given.attribute_id);
    if (given.block_id !== step.block_id) fail(`${at}.block_id`, 'The selected block_id is invalid.');
    if (attribute === undefined) {
      fail(`${at}.attribute_id`, 'The selected attribute_id is invalid.');
      continue;
    }
    if (attribute.code !== given.attribute_code) {
      fail(`${at}.attribute_code`, 'The attribute_code does not belong to the attribute_id.');
    }
    if (seen.has(attribute.id)) fail(`${at}.attribute_id`, 'The attribute_id has a duplicate value.');
    seen.add(attribute.id);
    if (asText(given.answer) === undefined) fail(`${at}.answer`, 'The answer must be a string with a value.');
    else if (attribute.date && !isCalendarDate(given.answer)) {
      fail(`${at}.answer`, 'The answer does not match the format YYYY-MM-DD.');
    }
  }
}

function personOf(user: PhaUser, assessments: readonly PhaAssessment[], names: PhaSettings['createNames']) {
  return {
    id: String(user.user_id),
    email: String(user.fields[names.email] ?? ''),
    firstName: String(user.fields[names.firstName] ?? ''),
    lastName: String(user.fields[names.lastName] ?? ''),
    marker: null,
    status: 'active',
    roles: [],
    profiles: assessments.filter(({ user_id }) => user_id === user.user_id).map((done) => ({ ...done })),
    details: user.fields,
  };
}

function notJson(): VendorReply {
  return error(400, 'The request body is not a valid JSON object.');
}

function error(status: number, message: string): VendorReply {
  return json(status, { status: 'ERROR', message });
}

// What stands before the application answers in HTML; the application itself in JSON.
function failure(status: number): VendorReply {
  if (status === 429) return error(429, 'Too Many Attempts.');
  if (status === 500) return error(500, 'Server Error');
  return htmlPage(status, `${status} ${status === 502 ? 'Bad Gateway' : 'Service Unavailable'}`, 'nginx');
}
