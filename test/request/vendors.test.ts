// Each vendor's own rules for its account, sentence by sentence.
import { faultsOf, person, requestWith } from './support';

type Case = [what: string, account: object, faults: string[], morePerson?: object];

function rules(connection: string, cases: Case[]): void {
  test.each(cases)(`${connection}: %s`, (_, account, faults, morePerson = {}) => {
    const input = requestWith({ [connection]: account }, { person: { ...person, ...morePerson } });
    expect(faultsOf(input).map((fault) => fault.replace(`accounts.${connection}.`, ''))).toEqual(faults);
  });
}

const DAY = 'is not a date of the calendar; expected a date as YYYY-MM-DD, such as 1990-01-31';

rules('pha-demo', [
  ['nothing is needed', {}, []],
  [
    'everything',
    { reference: 'A-1', rank: 'Captain', assessmentDate: '2026-11-22', answers: { a: 'x', b: 1, c: true } },
    [],
  ],
  ['a date in another form', { assessmentDate: '22/11/2026' }, [`assessmentDate: ${DAY}`]],
  ['a time in place of a date', { assessmentDate: '2026-11-22T10:00:00Z' }, [`assessmentDate: ${DAY}`]],
  ['a rank as a number', { rank: 3 }, ['rank: is a number; expected the rank']],
  [
    'an answer that is a list',
    { answers: { user_smoker: ['No'] } },
    ['answers.user_smoker: is a list; expected a text, a number, true or false'],
  ],
  [
    'an answer that is nothing',
    { answers: { user_smoker: null } },
    ['answers.user_smoker: is empty; expected a text, a number, true or false'],
  ],
  ['answers that are a list', { answers: [] }, ['answers: is a list; expected an object']],
  ['a misspelt field', { refrence: 'A' }, ['refrence: is not a known key; did you mean reference?']],
]);

rules('pha-bare', [
  ['answers of its own need no table', { answers: { user_rank: 'Captain' } }, []],
  [
    'a rank that the table sends nowhere',
    { rank: 'Captain', reference: 'A-1' },
    [
      'rank: is sent nowhere: no attribute code of connections.pha-bare.answers stands for account.rank; add one, or leave it out',
      'reference: is sent nowhere: no attribute code of connections.pha-bare.answers stands for account.reference; add one, or leave it out',
    ],
  ],
]);

rules('ethosce', [
  ['nothing is needed', {}, []],
  [
    'everything',
    {
      username: 'a'.repeat(60),
      ssoId: 'TU06503',
      roles: [1, 2],
      removeRoles: [3],
      profile: { field_x: null, field_profile_location: { city: 'x' } },
    },
    [],
  ],
  ['a long name', { username: 'a'.repeat(61) }, ['username: has 61 characters; EthosCE takes 60 at most']],
  ['characters are counted, not their halves', { username: '\u{1F600}'.repeat(60) }, []],
  ['a long SSO id', { ssoId: 'a'.repeat(129) }, ['ssoId: has 129 characters; EthosCE takes 128 at most']],
  ['roles by name', { roles: ['reviewer'] }, ['roles[0]: is text; expected a role id, a whole number']],
  ['roles as text', { roles: ['105847459'] }, ['roles[0]: is text; expected a role id, a whole number']],
  ['half a role', { roles: [1.5] }, ['roles[0]: is a number; expected a role id, a whole number']],
  ['no role', { roles: [0] }, ['roles[0]: is not one; expected a role id, a whole number']],
  ['roles that are no list', { roles: 105847459 }, ['roles: is a number; expected a list']],
  [
    'a role both ways',
    { roles: [5, 6], removeRoles: [7, 6] },
    ['removeRoles[1]: is 6, which roles names too; keep it in one of the two'],
  ],
  [
    'the role of everyone',
    { removeRoles: [2] },
    ['removeRoles[0]: is 2, the role of every user, which cannot be taken away; leave it out'],
  ],
  [
    'reserved fields',
    { profile: { user: 1, type: 'main', label: 'x' } },
    ['user', 'type', 'label'].map((field) => `profile.${field}: is set by Muster itself; leave it out`),
  ],
  [
    'a field that can not be one',
    { profile: { 'Field X': 1 } },
    ['profile["Field X"]: is not a field name; expected a name such as field_credentials'],
  ],
  [
    'a location as a text',
    { profile: { field_profile_location: 'Boston' } },
    ['profile.field_profile_location: is not an object; expected { street, city, … }'],
  ],
  [
    'a location as a list',
    { profile: { field_profile_location: [{}] } },
    ['profile.field_profile_location: is not an object; expected { street, city, … }'],
  ],
  [
    'an address with letters of other scripts',
    {},
    ['person.email: has characters that EthosCE refuses in an address; expected plain ASCII'],
    { email: 'josé@example.org' },
  ],
]);

const LEARNER = { role: 'learner', defaultAssessorId: 7, classroomId: 3, placementId: 9 };
const TIME =
  'is not a date of the calendar; expected a date as YYYY-MM-DD, or a time as 2026-12-01T09:00:00.000Z';
const ROLES = 'expected one of learner, trainee-assessor, assessor, iqa, employer, observer, or a role id';

rules('onefile', [
  [
    'a learner',
    {
      ...LEARNER,
      misId: 'L-77',
      fields: { ULN: '1', SupportFunding: true, LearnerStatusID: 0 },
      assign: { unitIds: [1] },
    },
    [],
  ],
  ['a learner by number', { ...LEARNER, role: 1 }, []],
  ['an assessor', { role: 'assessor', fields: { DOB: '1990-01-31' }, assign: { unitIds: [] } }, []],
  ['an observer', { role: 45, placementId: 9 }, []],
  ['a role id that the document does not name is left to the vendor', { role: 99, classroomId: 3 }, []],
  [
    'a learner without a classroom',
    { ...LEARNER, classroomId: undefined },
    ['classroomId: is missing; OneFile makes no learner without a classroom: give its id'],
  ],
  [
    'a learner by number without anything',
    { role: 1 },
    [
      'defaultAssessorId: is missing; OneFile makes no learner without a default assessor: give its id',
      'classroomId: is missing; OneFile makes no learner without a classroom: give its id',
      'placementId: is missing; OneFile makes no learner without a placement: give its id',
    ],
  ],
  [
    'a classroom that is no number is named once',
    { ...LEARNER, classroomId: 'three' },
    ['classroomId: is text; expected the id of a classroom, a whole number'],
  ],
  [
    'an employer without a placement',
    { role: 'employer' },
    ['placementId: is missing; OneFile makes no employer without a placement: give its id'],
  ],
  [
    'an observer without a placement',
    { role: 'observer' },
    ['placementId: is missing; OneFile makes no observer without a placement: give its id'],
  ],
  [
    'an assessor with what learners have',
    { role: 'assessor', classroomId: 3, placementId: 9, fields: { ULN: '1' }, assign: { standardIds: [1] } },
    [
      'classroomId: is not taken by OneFile for the role assessor; leave it out',
      'placementId: is not taken by OneFile for the role assessor; leave it out',
      'fields.ULN: is a field of learners only, and the role is assessor; leave it out',
      'assign: is for learners only, and the role is assessor; leave it out',
    ],
  ],
  ['no role', {}, [`role: is missing; ${ROLES}`]],
  ['a misspelt role', { role: 'laerner' }, [`role: is laerner; did you mean learner? ${ROLES}`]],
  ['a role of another kind', { role: [1] }, [`role: ${ROLES}`]],
  [
    'a field that the document does not name',
    { ...LEARNER, fields: { Uln2: 'x', FavouriteColour: 'red' } },
    [
      'fields.Uln2: is not a known key; did you mean ULN?',
      'fields.FavouriteColour: is not a known key; known here are CreatedOn, MobileNumber, Telephone, Website, WorkAddress, HomeAddress, DOB, CompanyName, ProviderID, DefaultEmployerID, ULN, NINO, EpisodeName, CentreRegister, StartOn, PlannedEndDate, L12, L13, L14, L15, L16, SupportFunding, LearnerStatusID',
    ],
  ],
  ['a date in another form', { ...LEARNER, fields: { StartOn: '01/12/2026' } }, [`fields.StartOn: ${TIME}`]],
  [
    'a time without a zone',
    { ...LEARNER, fields: { StartOn: '2026-12-01T09:00:00' } },
    [`fields.StartOn: ${TIME}`],
  ],
  [
    'a time that never was',
    { ...LEARNER, fields: { StartOn: '2026-02-30T09:00:00Z' } },
    [`fields.StartOn: ${TIME}`],
  ],
  [
    'times',
    { ...LEARNER, fields: { StartOn: '2026-12-01T09:00:00Z', DOB: '1990-01-31T00:00:00.000+01:00' } },
    [],
  ],
]);

rules('hotdocs', [
  ['nothing is needed', {}, []],
  [
    'everything',
    { userId: '4A404239-527c-4470-b53f-7cc7f46445bd', roles: ['SiteAdministrator'], sendEmail: true },
    [],
  ],
  ...[
    'x',
    '',
    '4a404239527c4470b53f7cc7f46445bd',
    '{4a404239-527c-4470-b53f-7cc7f46445bd}',
    '00000000-0000-0000-0000-000000000000',
  ].map(
    (userId): Case => [
      `${userId || 'nothing'} is no GUID`,
      { userId },
      [
        `userId: ${userId === '' ? 'is empty' : 'is not a GUID'}; expected one like 4a404239-527c-4470-b53f-7cc7f46445bd; without any, one is made of the connection and the key`,
      ],
    ],
  ),
  ['an empty role', { roles: [''] }, ['roles[0]: is empty; expected the name of a role']],
  ['a word for yes', { sendEmail: 'yes' }, ['sendEmail: is text; expected true or false']],
]);

const APPLICATION =
  'applicationDate: is not a date as Regpack takes it; expected YYYY-MM-DD or YYYY-MM-DD hh:mm:ss';
const child = (key: string, more: object = {}) => ({ key, firstName: 'Pip', lastName: 'Lovelace', ...more });

rules('regpack', [
  ['nothing is needed', {}, []],
  [
    'everything',
    {
      cloginId: 123,
      username: 'ada',
      password: '123456',
      orgName: 'x',
      applicationDate: '2026-11-22',
      fields: { a: 'x', b: [1, 'y'], c: false },
      submitForms: true,
      sendMail: true,
      children: [child('a'), child('b')],
    },
    [],
  ],
  [
    'a short password',
    { password: '12345' },
    ['password: is too short; expected 6 characters or more, or none at all: Regpack makes one then'],
  ],
  [
    'an empty password',
    { password: '' },
    ['password: is empty; expected 6 characters or more, or none at all: Regpack makes one then'],
  ],
  ['a date and a time', { applicationDate: '2026-11-22 23:59:59' }, []],
  ['a date the other way round', { applicationDate: '22-11-2026' }, [APPLICATION]],
  ['a time as JSON has it', { applicationDate: '2026-11-22T23:59:59Z' }, [APPLICATION]],
  ['a time that is none', { applicationDate: '2026-11-22 24:00:00' }, [APPLICATION]],
  ['half a time', { applicationDate: '2026-11-22 10:00' }, [APPLICATION]],
  ['a day that never was', { applicationDate: '2026-02-29' }, [APPLICATION]],
  ['two times', { applicationDate: '2026-11-22 10:00:00 11:00:00' }, [APPLICATION]],
  [
    'a central log-in as a text',
    { cloginId: '123' },
    ['cloginId: is text; expected the id of a central log-in, a whole number'],
  ],
  [
    'no central log-in as Regpack says it',
    { cloginId: false },
    ['cloginId: is true or false; expected the id of a central log-in, a whole number'],
  ],
  [
    'empty texts',
    { username: '', orgName: '', fields: { a: '', b: ['x', ''] } },
    [
      'username: is empty; expected the log-in',
      'orgName: is empty; expected the name of an organisation',
      'fields.a: is empty; expected a text',
      'fields.b[1]: is empty; expected a text',
    ],
  ],
  [
    'one fault does not hide the next',
    { cloginId: 0, fields: { a: '', _x: 1 } },
    [
      'cloginId: is not one; expected the id of a central log-in, a whole number',
      'fields.a: is empty; expected a text',
      "fields._x: is one of Regpack's system fields, which cannot be set; leave it out",
    ],
  ],
  [
    'a field that is nothing',
    { fields: { a: null } },
    ['fields.a: is empty; expected a value that is not empty'],
  ],
  [
    'fields that have their own place',
    { fields: { main_email: 'x', _application_date: 'x' } },
    [
      'fields.main_email: is not a field of the project; give it as person.email',
      'fields._application_date: is not a field of the project; give it as applicationDate',
    ],
  ],
  [
    'system fields, and the one that holds the key',
    { fields: { _x: 1, external_ref: 'x' } },
    [
      "fields._x: is one of Regpack's system fields, which cannot be set; leave it out",
      'fields.external_ref: is the field that holds the key (markerField), which Muster fills; leave it out',
    ],
  ],
  ['a field that every object has', { fields: { constructor: 'x' } }, []],
  [
    "a child with the parent's key",
    { children: [child('hr-000123')] },
    ["children[0].key: is the parent's key; give each child its own"],
  ],
  [
    'two children with one key',
    { children: [child('a'), child('b'), child('a')] },
    ['children[2].key: is the key of children[0] too; give each child its own'],
  ],
  [
    'a child without a name',
    { children: [child('a', { firstName: '', lastName: undefined })] },
    [
      'children[0].firstName: is empty; expected the first name',
      'children[0].lastName: is missing; expected the last name',
    ],
  ],
  [
    "a child's field that holds the key",
    { children: [child('a', { fields: { external_ref: 'x' } })] },
    [
      'children[0].fields.external_ref: is the field that holds the key (markerField), which Muster fills; leave it out',
    ],
  ],
]);

rules('regpack-loud', [['without a marker field, its name is free', { fields: { external_ref: 'x' } }, []]]);
