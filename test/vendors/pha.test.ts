// PHA's calls: what is sent equals the document's own example (vendor-docs/ignis-pha.txt), and its form and answers are
// read wherever the document leaves a place open.
import type { Call } from '../../src/http/call';
import { classify } from '../../src/http/classify';
import type { Outcome } from '../../src/http/outcome';
import type { Person } from '../../src/vendors/definition';
import { createUser, getForm, phaAuth, submitForm } from '../../src/vendors/pha/calls';
import { closePeers, FRESH, peer, reply, transportTo } from '../http/support';

afterEach(closePeers);

const ORLA: Person = {
  firstName: 'Orla',
  lastName: 'Tern',
  email: 'orla@example.org',
  dateOfBirth: '1990-01-31',
};
const DEFAULTS = { createNames: {}, createFields: {} };

/** Step 2A's example, with the `form_id` that the document cut away. */
const EXAMPLE = {
  status: 'OK',
  data: {
    nextStep: {
      block_id: 188,
      code: 'user_block',
      block: { form_attributes: [{ id: 311, label: 'Date of birth', code: 'user_dob' }] },
    },
  },
};
const STEP = { code: 'user_block', blockId: 188, formId: 42, attributes: [{ id: 311, code: 'user_dob' }] };

describe('what is sent is the document’s own example', () => {
  async function sent(call: Call<unknown>, options = {}) {
    const there = await peer((socket) => reply(socket, { status: 400, body: '{"message":"no"}' }));
    await transportTo(there.url, { auth: phaAuth({ token: 'made-up' }) }).send(call, options);
    const { line, headers, body } = there.arrived[0] ?? {
      line: '',
      headers: {} as Record<string, string>,
      body: '',
    };
    const { host: _, connection: __, 'content-length': ___, 'user-agent': ____, ...rest } = headers;
    return { line, headers: rest, ...(body && { body: JSON.parse(body) as unknown }) };
  }
  const read = { accept: 'application/json', 'accept-encoding': 'identity', authorization: 'Bearer made-up' };
  const write = { ...read, 'content-type': 'application/json' };

  test('create the user', async () => {
    expect(await sent(createUser(DEFAULTS, ORLA), FRESH)).toEqual({
      line: 'POST /api/v2/admin_users',
      headers: write,
      body: { email: 'orla@example.org', first_name: 'Orla', last_name: 'Tern' },
    });
  });

  test('create the user with other names and further fields', async () => {
    const connection = {
      createNames: { email: 'login', last_name: 'surname' },
      createFields: { group: { id: 7 } },
    };
    expect(await sent(createUser(connection, ORLA), FRESH)).toMatchObject({
      body: { login: 'orla@example.org', first_name: 'Orla', surname: 'Tern', group: { id: 7 } },
    });
  });

  test('get the form', async () => {
    expect(await sent(getForm())).toEqual({ line: 'GET /api/v2/user_profile', headers: read });
  });

  test('submit the form', async () => {
    const call = submitForm({
      userId: 9001,
      assessmentDate: '2024-04-12',
      step: STEP,
      answers: [{ block_id: 188, attribute_id: 311, attribute_code: 'user_dob', answer: '1990-01-31' }],
    });
    const example =
      '{ "user_id": {{user_id}}, "assessment_date": "2024-04-12", "current_step_code": "user_block", "draft": false, "form_id": {{form_id}}, "answers": [ { "block_id": 188, "attribute_id": 311, "attribute_code": "user_dob", "answer": "1990-01-31" } ] }';
    expect(await sent(call, FRESH)).toEqual({
      line: 'POST /api/v2/user_profile',
      headers: write,
      body: JSON.parse(example.replace('{{user_id}}', '9001').replace('{{form_id}}', '42')),
    });
  });
});

function readAs<T>(call: Call<T>, body: unknown, status = 200, type = 'application/json'): Outcome<T> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return classify(call, { kind: 'reply', status, headers: {}, contentType: type, text }, 0);
}

describe('the answer to a create', () => {
  const CREATE = createUser(DEFAULTS, ORLA);

  test.each<[string, unknown, number]>([
    ['the id in data', { status: 'OK', data: { user_id: 9001 } }, 200],
    ['the id at the top', { status: 'OK', user_id: 9001 }, 201],
    ['the id at the top beside empty data', { status: 'OK', user_id: 9001, data: null }, 200],
    ['no envelope', { user_id: 9001 }, 201],
    ['the id as a text', { status: 'OK', data: { user_id: '9001' } }, 200],
  ])('with %s is done', (_, body, status) => {
    expect(readAs(CREATE, body, status)).toEqual({ kind: 'done', value: '9001' });
  });

  test.each<[string, unknown, number, string?]>([
    ['no id', { status: 'OK', data: {} }, 200],
    ['another id', { status: 'OK', data: { id: 9001 } }, 200],
    ['an id of 0', { status: 'OK', data: { user_id: 0 } }, 200],
    ['an id that is a GUID', { status: 'OK', user_id: '4a404239-527c' }, 200],
    ['200 and an error inside', { status: 'ERROR', message: 'no', user_id: 9001 }, 200],
    ['a status that is no word', { status: 1, user_id: 9001 }, 200],
    ['202', { status: 'OK', user_id: 9001 }, 202],
    ['a web page', '<html></html>', 200, 'text/html'],
    ['500', { status: 'ERROR', message: 'Server Error' }, 500],
  ])('with %s is unknown', (_, ...given) => {
    expect(readAs(CREATE, ...given)).toMatchObject({ kind: 'unknown' });
  });

  test('422 is refused in the vendor’s words', () => {
    const body = { status: 'ERROR', message: 'The given data was invalid.', errors: { email: ['taken'] } };
    expect(readAs(CREATE, body, 422)).toEqual({
      kind: 'refused',
      code: 'refused',
      vendorStatus: 422,
      message: 'The given data was invalid.',
    });
  });
});

describe('the form', () => {
  const { nextStep } = EXAMPLE.data;

  test.each<[string, unknown]>([
    ['in data', { status: 'OK', data: { form_id: 42, nextStep } }],
    ['in the step', { status: 'OK', data: { nextStep: { ...nextStep, form_id: 42 } } }],
    [
      'in the block',
      { status: 'OK', data: { nextStep: { ...nextStep, block: { ...nextStep.block, form_id: 42 } } } },
    ],
    ['as the form’s own id', { status: 'OK', data: { form: { id: 42, title: 'User Profile' }, nextStep } }],
    ['at the top', { status: 'OK', form_id: 42, data: { nextStep } }],
    ['as a text', { status: 'OK', data: { form_id: '42', nextStep } }],
  ])('has its form_id %s', (_, body) => {
    expect(readAs(getForm(), body)).toEqual({ kind: 'done', value: STEP });
  });

  test('has its block_id in the block too', () => {
    const { block_id, ...step } = nextStep;
    const body = {
      status: 'OK',
      data: { form_id: 42, nextStep: { ...step, block: { ...step.block, id: block_id } } },
    };
    expect(readAs(getForm(), body)).toEqual({ kind: 'done', value: STEP });
  });

  test('is the document’s example, which shows no form_id', () => {
    const { formId: _, ...rest } = STEP;
    expect(readAs(getForm(), EXAMPLE)).toEqual({ kind: 'done', value: rest });
  });

  test.each<[string, unknown]>([
    ['without a step', { status: 'OK', data: { nextStep: null } }],
    ['with an error inside', { ...EXAMPLE, status: 'ERROR' }],
    [
      'with an attribute that has no id',
      {
        status: 'OK',
        data: { nextStep: { ...nextStep, block: { form_attributes: [{ code: 'user_dob' }] } } },
      },
    ],
    ['that is a list', []],
  ])('%s is unknown', (_, body) => {
    expect(readAs(getForm(), body)).toMatchObject({ kind: 'unknown' });
  });
});

describe('the answer to a submission', () => {
  const SUBMIT = submitForm({ userId: 9001, assessmentDate: '2024-04-12', step: STEP, answers: [] });
  const NEXT = {
    block_id: 189,
    code: 'work_block',
    block: { form_attributes: [{ id: 315, code: 'user_rank' }] },
  };

  test('ends the form where no step follows', () => {
    for (const data of [undefined, null, {}, { nextStep: null }, { assessment_id: 5001, nextStep: null }])
      expect(readAs(SUBMIT, { status: 'OK', data })).toEqual({ kind: 'done', value: null });
  });

  test('names the next step, whole or by its code only', () => {
    expect(readAs(SUBMIT, { status: 'OK', data: { form_id: 42, nextStep: NEXT } }, 201)).toEqual({
      kind: 'done',
      value: { code: 'work_block', formId: 42, blockId: 189, attributes: [{ id: 315, code: 'user_rank' }] },
    });
    expect(readAs(SUBMIT, { status: 'OK', data: { nextStep: { code: 'work_block' } } })).toEqual({
      kind: 'done',
      value: { code: 'work_block', attributes: [] },
    });
  });

  test.each<[string, unknown]>([
    ['nothing', {}],
    ['an error inside', { status: 'ERROR', message: 'The given data was invalid.' }],
    ['a list', []],
  ])('with %s is unknown: each accepted submission is a further record', (_, body) => {
    expect(readAs(SUBMIT, body)).toMatchObject({ kind: 'unknown' });
  });
});
