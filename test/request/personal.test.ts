// Personal values: which texts of a request are, and that none of them stays in a text that a vendor wrote.
import { personalTexts, personalValues, scrub, withoutPersonal } from '../../src/request/personal';
import { requestWith, sound } from './support';

test('every text of person and accounts, but not words, ids or short ones', () => {
  const request = sound({
    key: 'hr-000123',
    person: {
      firstName: 'Bo',
      lastName: 'Derrick',
      email: 'bo@example.org',
      dateOfBirth: '1990-01-31',
      sex: 'F',
      address: { street: '1 Long Row', city: 'London', country: 'gb', province: '' },
    },
    accounts: {
      'pha-demo': {
        environment: 'demo',
        rank: 'Captain',
        assessmentDate: '2026-11-22',
        answers: { a: 'No', b: 'Smoker', c: 4 },
      },
      ethosce: {
        username: 'bo.derrick',
        ssoId: 'TU06503',
        profile: { field_x: { value: 'Deep one' }, field_y: ['Listed'] },
      },
      onefile: { role: 'iqa', misId: 'M-77' },
      hotdocs: { userId: '4a404239-527c-4470-b53f-7cc7f46445bd', roles: ['SiteAdministrator'] },
      regpack: { password: 'hunter-22', children: [{ key: 'c-1', firstName: 'Pippa', lastName: 'Derrick' }] },
    },
  });
  expect(personalValues(request)).toEqual([
    'bo@example.org',
    '1990-01-31',
    '1 Long Row',
    'bo.derrick',
    'hunter-22',
    'Deep one',
    'Derrick',
    'Captain',
    'TU06503',
    'London',
    'Smoker',
    'Listed',
    'Pippa',
    'M-77',
  ]);
});

test('a request without much', () => {
  expect(personalValues(sound(requestWith({ hotdocs: {} })))).toEqual(['ada@example.org', 'Lovelace', 'Ada']);
});

test.each([
  ['as it is', 'mail ada@example.org is taken', ['ada@example.org'], 'mail […] is taken'],
  ['in another case', 'ADA@Example.ORG', ['ada@example.org'], '[…]'],
  ['every time', 'Lovelace, lovelace', ['Lovelace'], '[…], […]'],
  [
    'the longest first',
    'Ada Lovelace <ada@example.org>',
    ['Ada', 'Lovelace', 'ada@example.org'],
    '[…] […] <[…]>',
  ],
  [
    'in an address',
    '/user.json?mail=zoe%2Bmuster%40example.com&x=1',
    ['zoe+muster@example.com'],
    '/user.json?mail=[…]&x=1',
  ],
  ['with pluses for spaces', '?q=1+Long+Row', ['1 Long Row'], '?q=[…]'],
  ['with small hexadecimals', '?q=Zo%c3%ab', ['Zoë'], '?q=[…]'],
  [
    'in HTML',
    'Value O&#039;Briain &amp; Sons / O&#x27;Briain &amp; Sons',
    ["O'Briain & Sons"],
    'Value […] / […]',
  ],
  ['in HTML by name', '&lt;Ada&gt; &quot;Ada&quot; &apos;', ['<Ada>', '"Ada"'], '[…] […] &apos;'],
  ['in JSON', '{"n":"Zo\\u00eb","q":"say \\"hi\\" \\/"}', ['Zoë', 'say "hi" /'], '{"n":"[…]","q":"[…]"}'],
  ['in JSON beyond the first plane', '\\ud83d\\ude00xy', ['\u{1F600}xy'], '[…]'],
  ['composed the other way', 'Zoe\u0308 was here', ['Zoë'], '[…] was here'],
  ['over a line break', '1 Long\n Row', ['1 Long Row'], '[…]'],
  [
    'with letters that mean something to a pattern',
    'a.b (c) [d] {e} a^b$ x|y *',
    ['a.b (c) [d] {e} a^b$ x|y *'],
    '[…]',
  ],
  ['a dot is a dot', 'bo-derrick', ['bo.derrick'], 'bo-derrick'],
  ['a short name as a word only', 'Canada has no Ada: "ada_1"', ['Ada'], 'Canada has no […]: "[…]_1"'],
  ['nothing to find', 'quota exceeded', ['Lovelace'], 'quota exceeded'],
  ['nothing to look for', 'Lovelace', [], 'Lovelace'],
])('%s', (_, text, values, expected) => {
  expect(scrub(text, values)).toBe(expected);
});

test("of any plain data: its texts, but not names of fields, words of the vendor's, or ids", () => {
  const body = {
    type: 'profile',
    uid: '12345',
    field_credentials: 'Doctor',
    status: 1,
    more: [{ mail: 'bo@example.org' }],
  };
  expect(personalTexts([body, undefined])).toEqual(['bo@example.org', 'Doctor']);
  expect(personalTexts({ fields: ['main_email'] })).toEqual([]);
  expect(personalTexts({ fields: { main_email: 'bo@example.org' } })).toEqual(['bo@example.org']);
});

test('an e-mail address of somebody nobody knows is taken out of what a vendor said', () => {
  const said = 'Name Bo is taken by <pippa.derrick+x@mail.example.org>, see ?mail=zoe%40example.com&x=1';
  expect(withoutPersonal(said, ['Bo'])).toBe('Name […] is taken by <[…]>, see ?mail=[…]&x=1');
});
