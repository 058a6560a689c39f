// OneFile: what a look means for a create, what is changed in a user who was there, and which ids are missing.
import { judgeUser } from '../../src/vendors/onefile/judge';
import { lookupsOf, missingSentences, standardOf } from '../../src/vendors/onefile/references';
import type { OnefileAccount } from '../../src/vendors/onefile/request';
import { type OnefileUser, userChanges } from '../../src/vendors/onefile/shapes';

const user = (id: string, more: Partial<OnefileUser> = {}): OnefileUser => ({
  id,
  email: 'ada@example.org',
  misId: 'hr-1',
  fields: {},
  ...more,
});
const judge = (byMisId: OnefileUser[], byEmail: OnefileUser[] = [], when: 'before' | 'settle' = 'before') =>
  judgeUser({ byMisId, byEmail }, { email: 'Ada@Example.org' }, when);

describe('judge', () => {
  test('nobody is absent, before and after', () => {
    expect(judge([])).toEqual({ is: 'absent' });
    expect(judge([], [], 'settle')).toEqual({ is: 'absent' });
  });

  test('our MISID with our address is ours, whoever else has the address', () =>
    expect(judge([user('1')], [user('1'), user('2', { misId: '' })])).toMatchObject({
      is: 'found',
      who: { id: '1' },
      mine: true,
    }));

  test('our MISID with another address is a conflict', () =>
    expect(judge([user('1', { email: 'b@example.org' })])).toMatchObject({ is: 'conflict' }));

  test('two with our MISID are several', () =>
    expect(judge([user('1'), user('2')])).toMatchObject({
      is: 'several',
      message: expect.stringContaining('1, 2'),
    }));

  test('one with our address and no MISID is adopted, but proves nothing after a send', () => {
    const bare = user('1', { misId: '' });
    expect(judge([], [bare])).toMatchObject({ is: 'found', mine: false });
    expect(judge([], [bare], 'settle')).toMatchObject({ is: 'conflict' });
  });

  test('one with our address and another MISID is a conflict', () =>
    expect(judge([], [user('1', { misId: 'X' })])).toMatchObject({ is: 'conflict' }));

  test('two with our address are several', () =>
    expect(judge([], [user('1', { misId: '' }), user('2', { misId: '' })])).toMatchObject({ is: 'several' }));
});

const account: OnefileAccount = {
  role: 1,
  misId: 'hr-1',
  defaultAssessorId: 7,
  classroomId: 3,
  placementId: 9,
  fields: {},
  assign: { assessorIds: [], frameworkTemplateIds: [], standardIds: [], unitIds: [] },
};
const person = { firstName: 'Ada', lastName: 'Lovelace', email: 'ada@example.org' };

describe('changes', () => {
  const there = {
    FirstName: 'Ada',
    LastName: 'Lovelace',
    DefaultAssessorID: 7,
    ClassroomID: 3,
    PlacementID: '9',
  };
  const changes = (now: Record<string, unknown>, fields: OnefileAccount['fields'] = {}) =>
    userChanges(now, person, { ...account, fields });

  test('none where nothing differs', () => expect(changes(there)).toEqual({}));

  test('only what differs', () =>
    expect(changes({ ...there, LastName: 'Byron', ULN: '1' }, { ULN: '1', NINO: 'N' })).toEqual({
      LastName: 'Lovelace',
      NINO: 'N',
    }));

  test('what OneFile does not show may differ', () =>
    expect(changes({ ...there, ClassroomID: undefined, DefaultAssessorID: null })).toEqual({
      DefaultAssessorID: 7,
      ClassroomID: 3,
    }));

  test('times are the same with and without zone and fraction; the time of creation is left alone', () => {
    const fields = { DOB: '1990-01-31T00:00:00.000Z', CreatedOn: '2026-01-01T00:00:00.000Z' };
    expect(changes({ ...there, DOB: '1990-01-31T00:00:00' }, fields)).toEqual({});
    expect(changes({ ...there, DOB: '1990-02-01T00:00:00' }, fields)).toEqual({ DOB: fields.DOB });
  });
});

describe('references', () => {
  const assign = { assessorIds: [8], frameworkTemplateIds: [21], standardIds: [31, 32], unitIds: [41, 42] };
  const all: OnefileAccount = { ...account, fields: { DefaultEmployerID: 11 }, assign };

  test('one question a kind, for units one a standard', () =>
    expect(lookupsOf(all)).toEqual([
      { kind: 'assessor', ids: [7, 8] },
      { kind: 'classroom', ids: [3] },
      { kind: 'placement', ids: [9] },
      { kind: 'employer', ids: [11] },
      { kind: 'framework template', ids: [21] },
      { kind: 'standard', ids: [31, 32] },
      { kind: 'unit', ids: [41, 42], standardId: 31 },
      { kind: 'unit', ids: [41, 42], standardId: 32 },
    ]));

  test('a sentence for each that is not there, named by its field', () => {
    const found = lookupsOf(all).map((lookup) => ({ ...lookup, there: lookup.ids.slice(0, 1) }));
    expect(missingSentences(all, found, 5740)).toEqual([
      'assign.assessorIds: assessor 8 is not in organisation 5740 at OneFile.',
      'assign.standardIds: standard 32 is not in organisation 5740 at OneFile.',
      'assign.unitIds: unit 42 belongs to none of the standards in assign.standardIds; name its standard there.',
    ]);
    expect(standardOf(41, found)).toBe(31);
  });

  test('units without a standard are missing', () => {
    const bare = { ...account, assign: { ...assign, standardIds: [], assessorIds: [] } };
    const found = lookupsOf(bare).map((lookup) => ({ ...lookup, there: lookup.ids }));
    expect(missingSentences(bare, found, 5740)).toHaveLength(2);
  });
});
