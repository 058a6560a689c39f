// Matching answers to the User Profile form by attribute code, and the day of an assessment.
import type { Person } from '../../src/vendors/definition';
import type { AnswerSource } from '../../src/vendors/pha/config';
import { phaConnection } from '../../src/vendors/pha/config';
import {
  answerStep,
  dueStep,
  type FormStep,
  today,
  type WantedAnswer,
  wantedAnswers,
} from '../../src/vendors/pha/form';

const TABLE = phaConnection.parse({ baseUrl: 'https://pha.example.org', token: 'made-up' }).answers;
const ORLA: Person = {
  firstName: 'Orla',
  lastName: 'Tern',
  email: 'orla@example.org',
  dateOfBirth: '1990-01-31',
  sex: 'F',
  address: { city: 'Philadelphia' },
};
const STEP: FormStep = {
  code: 'user_block',
  formId: 42,
  blockId: 188,
  attributes: [
    { id: 311, code: 'user_dob' },
    { id: 312, code: 'user_sex' },
  ],
};
const want = (code: string, answer: WantedAnswer['answer'] = 'x'): WantedAnswer => ({
  code,
  answer,
  stated: false,
});

describe('the answers that we have', () => {
  test('come by the connection’s table from the person, and from the account as stated', () => {
    expect(wantedAnswers(TABLE, ORLA, { rank: 'Captain', reference: 'A-1234', answers: {} })).toEqual([
      { code: 'user_dob', answer: '1990-01-31', stated: false },
      { code: 'user_sex', answer: 'F', stated: false },
      { code: 'user_name', answer: 'Orla', stated: false },
      { code: 'user_surname', answer: 'Tern', stated: false },
      { code: 'user_rank', answer: 'Captain', stated: true },
      { code: 'user_reference', answer: 'A-1234', stated: true },
    ]);
  });

  test('leave out what the person does not have', () => {
    const { dateOfBirth: _, ...person } = ORLA;
    const codes = wantedAnswers(TABLE, { ...person, sex: '' }, { answers: {} }).map(({ code }) => code);
    expect(codes).toEqual(['user_name', 'user_surname']);
  });

  test('reach into the address, and are overridden and added to by the account’s own', () => {
    const table: Record<string, AnswerSource> = {
      town: 'person.address.city',
      user_sex: 'person.sex',
      zip: 'person.address.postalCode',
    };
    const account = { answers: { user_sex: 'X', user_smoker: false, user_height: 170 } };
    expect(wantedAnswers(table, ORLA, account)).toEqual([
      { code: 'town', answer: 'Philadelphia', stated: false },
      { code: 'user_sex', answer: 'X', stated: true },
      { code: 'user_smoker', answer: false, stated: true },
      { code: 'user_height', answer: 170, stated: true },
    ]);
    expect(
      wantedAnswers(table, { ...ORLA, address: undefined } as unknown as Person, { answers: {} }),
    ).toEqual([{ code: 'user_sex', answer: 'F', stated: false }]);
  });
});

describe('a step is answered', () => {
  test('by the ids that it shows now', () => {
    const answered = answerStep(STEP, [want('user_dob', '1990-01-31'), want('user_rank')]);
    expect(answered).toEqual({
      ok: true,
      step: STEP,
      answers: [{ block_id: 188, attribute_id: 311, attribute_code: 'user_dob', answer: '1990-01-31' }],
    });
  });

  test.each<[string, FormStep, WantedAnswer[], string]>([
    [
      'names no form_id',
      { ...STEP, formId: undefined } as unknown as FormStep,
      [want('user_dob')],
      'the form names no form_id',
    ],
    [
      'names no block_id',
      { ...STEP, blockId: undefined } as unknown as FormStep,
      [want('user_dob')],
      'step user_block of the form names no block_id',
    ],
    [
      'asks twice for one code',
      { ...STEP, attributes: [...STEP.attributes, { id: 319, code: 'user_dob' }] },
      [want('user_dob')],
      'the form asks for user_dob more than once',
    ],
    [
      'asks for nothing that we have',
      STEP,
      [want('user_rank')],
      'step user_block of the form asks for nothing that we have',
    ],
    [
      'asks for nothing',
      { ...STEP, attributes: [] },
      [want('user_dob')],
      'step user_block of the form asks for nothing that we have',
    ],
  ])('not at all where the form %s', (_, step, wanted, why) => {
    expect(answerStep(step, wanted)).toEqual({ ok: false, why });
  });

  test('where a code that we have nothing for is there twice', () => {
    const attributes = [...STEP.attributes, { id: 319, code: 'other' }, { id: 320, code: 'other' }];
    expect(answerStep({ ...STEP, attributes }, [want('user_dob')])).toMatchObject({ ok: true });
  });
});

describe('the step that is due', () => {
  const SECOND: FormStep = { code: 'work_block', blockId: 189, attributes: [{ id: 315, code: 'user_rank' }] };

  test('is the one shown, at first and where the form goes on by itself', () => {
    expect(dueStep(STEP, undefined)).toBe(STEP);
    const shown = { ...SECOND, formId: 43 };
    // What is shown now beats what was announced before: ids may have changed in between.
    expect(dueStep(shown, { ...SECOND, attributes: [{ id: 1, code: 'user_rank' }] })).toBe(shown);
  });

  test('is the one announced where a GET always shows the first, with the form’s id of now', () => {
    expect(dueStep(STEP, SECOND)).toEqual({ ...SECOND, formId: 42 });
    expect(dueStep(STEP, { ...SECOND, formId: 7 })).toEqual({ ...SECOND, formId: 7 });
  });

  test('is none where it was announced by its code only and is not shown', () => {
    expect(dueStep(STEP, { ...SECOND, attributes: [] })).toBeUndefined();
  });
});

test.each([
  ['Europe/London', '2026-11-22T23:59:59Z', '2026-11-22'],
  ['Europe/London', '2026-06-30T23:30:00Z', '2026-07-01'],
  ['Europe/London', '2026-01-01T00:00:00Z', '2026-01-01'],
  ['America/Los_Angeles', '2026-01-01T07:59:59Z', '2025-12-31'],
  ['America/Los_Angeles', '2026-01-01T08:00:00Z', '2026-01-01'],
  ['Pacific/Kiritimati', '2026-02-28T10:00:00Z', '2026-03-01'],
  ['Pacific/Pago_Pago', '2028-03-01T10:59:59Z', '2028-02-29'],
  ['Asia/Kathmandu', '2026-11-21T18:15:00Z', '2026-11-22'],
  ['UTC', '2026-11-22T00:00:00Z', '2026-11-22'],
])('today in %s at %s is %s', (zone, now, day) => {
  expect(today(zone, new Date(now))).toBe(day);
});
