// What is planned for HotDocs and OneFile is what comes of it, in every situation that a person can be found in; planning changes
// nothing.
import { randomUUID } from 'node:crypto';
import type { RequestDocument } from '../../src/client';
import type { AccountInput } from '../../src/vendors/registry';
import { Harness, person } from '../support/harness';
import { cutOff, Rehearsal, type Situation, sentFor, situation, stopped } from './support';

let harness: Harness;
beforeAll(async () => {
  harness = await Harness.start({
    vendors: ['hotdocs', 'onefile'],
    further: {
      'hotdocs-refuses': { vendor: 'hotdocs', existing: 'refuse' },
      'onefile-parks': { vendor: 'onefile', existing: 'park' },
    },
  });
});
afterAll(() => harness?.stop());

const site = (vendor: 'hotdocs' | 'onefile') => harness.simulator(vendor);

const hotdocs = (account: AccountInput<'hotdocs'> = {}, connection = 'hotdocs') =>
  person({ [connection]: account });
const given = randomUUID();
const other = randomUUID();

describe('HotDocs', () => {
  const seed = (marker: string, more: object = {}) => {
    return ({ person: { email } }: RequestDocument) => site('hotdocs').seed({ email, marker, ...more });
  };
  const situations: Situation[] = [
    situation('new, mailed', hotdocs({ sendEmail: true, roles: ['SiteAdministrator'] }), {
      action: 'create',
      roles: { add: ['SiteAdministrator'], remove: [] },
      mails: ['HotDocs mails the person a link (sendEmail).'],
      undo: 'debt',
    }),
    situation(
      'ours, by our GUID',
      hotdocs({ userId: given }),
      { action: 'adopt', userId: given, foundBy: 'GUID', mails: [], undo: 'none' },
      seed(given),
    ),
    situation(
      'the address under another GUID: found in the list, and what it lacks is said',
      hotdocs({ roles: ['SiteAdministrator'] }),
      {
        action: 'adopt',
        userId: other,
        foundBy: 'e-mail address',
        notes: [expect.stringContaining('lacks SiteAdministrator')],
      },
      seed(other),
    ),
    situation(
      'our GUID with another address',
      hotdocs({ userId: '7a404239-527c-4470-b53f-7cc7f46445bd' }),
      { action: 'blocked', problem: stopped('create', 'conflict') },
      () =>
        site('hotdocs').seed({
          email: 'another@example.org',
          marker: '7a404239-527c-4470-b53f-7cc7f46445bd',
        }),
    ),
    situation(
      'there, where the connection refuses',
      hotdocs({}, 'hotdocs-refuses'),
      { action: 'blocked', problem: stopped('create', 'conflict') },
      seed(randomUUID()),
    ),
  ];
  test.each(situations)('$name', (each) => new Rehearsal(harness, 'hotdocs').run(each));
});

const LEARNER = { role: 'learner', defaultAssessorId: 7, classroomId: 3, placementId: 9 } as const;
const onefile = (more: Partial<AccountInput<'onefile'>> = {}, connection = 'onefile') =>
  person({ [connection]: { ...LEARNER, ...more } });

describe('OneFile', () => {
  const BELONGS = { DefaultAssessorID: 7, ClassroomID: 3, PlacementID: 9 };
  const seed = (more: object = {}) => {
    return ({ key, person: { email, firstName, lastName } }: RequestDocument) =>
      site('onefile').seed({ email, firstName, lastName, marker: key, ...BELONGS, ...more });
  };
  const situations: Situation[] = [
    situation(
      'new, with assignments',
      onefile({ assign: { assessorIds: [7], standardIds: [31], unitIds: [41] } }),
      {
        action: 'create',
        makes: ['assign-assessor-7', 'assign-standard-31', 'assign-unit-41'],
        mails: [],
        undo: 'debt',
      },
    ),
    situation(
      'ours: fields differ, a standard is assigned to be',
      onefile({ classroomId: 4, assign: { standardIds: [31] } }),
      {
        action: 'adopt',
        foundBy: 'MISID and e-mail address',
        // OneFile shows neither of the two.
        fields: ['DefaultAssessorID', 'ClassroomID'],
        notes: [expect.stringContaining('does not show DefaultAssessorID, ClassroomID')],
        makes: ['assign-standard-31'],
        undo: 'debt',
      },
      (request) => {
        site('onefile').seed({ kind: 'classroom', ID: 4, Name: 'Four' });
        seed()(request);
      },
    ),
    situation(
      'without a MISID: adopted, and given ours',
      onefile(),
      { action: 'adopt', foundBy: 'e-mail address', fields: ['MISID', 'DefaultAssessorID', 'ClassroomID'] },
      seed({ marker: undefined }),
    ),
    situation(
      'another MISID',
      onefile(),
      { action: 'blocked', problem: stopped('create', 'conflict') },
      seed({ marker: 'somebody-else' }),
    ),
    situation(
      'two with the address',
      onefile(),
      { action: 'blocked', problem: stopped('create', 'several-matches') },
      (request) => [seed({ marker: undefined })(request), seed({ marker: undefined })(request)],
    ),
    situation('a classroom that is not there', onefile({ classroomId: 333 }), {
      action: 'blocked',
      problem: {
        step: 'verify',
        code: 'refused',
        message: expect.stringContaining('classroomId: classroom 333'),
      },
    }),
    situation(
      'there, where the connection parks',
      onefile({}, 'onefile-parks'),
      { action: 'blocked', userId: expect.any(String), problem: stopped('create', 'conflict') },
      seed(),
    ),
  ];
  test.each(situations)('$name', (each) => new Rehearsal(harness, 'onefile').run(each));

  test('a create in the air that OneFile could take twice: a run looks for it, then asks', async () => {
    const rehearsal = new Rehearsal(harness, 'onefile');
    site('onefile').inject({ kind: 'drop-before', call: 'create user' });
    const request = onefile();
    const sent = () =>
      site('onefile')
        .requests()
        .some(({ call, body }) => call === 'create user' && sentFor(request, body));
    await cutOff(harness, request, sent);
    const forecast = await rehearsal.plan(request);
    expect(forecast).toMatchObject({ action: 'blocked', problem: stopped('create', 'outcome-unknown') });
    await rehearsal.carryOut(request, forecast);
  });

  test('what OneFile cannot be asked about is on record: not assigned again', async () => {
    const rehearsal = new Rehearsal(harness, 'onefile');
    const assign = { assessorIds: [7], standardIds: [31] };
    const request = onefile({ assign });
    await rehearsal.carryOut(request, await rehearsal.plan(request));
    const more = { ...request, accounts: { onefile: { ...LEARNER, assign: { ...assign, unitIds: [41] } } } };
    const forecast = await rehearsal.plan(more);
    expect(forecast).toMatchObject({ action: 'update', provenance: 'created', makes: ['assign-unit-41'] });
    await rehearsal.carryOut(more, forecast);
  });

  test('with the keychain on, a new person is mailed', async () => {
    site('onefile').set('keychain', true);
    try {
      await new Rehearsal(harness, 'onefile').run(
        situation('keychain', onefile(), {
          action: 'create',
          mails: ['OneFile mails the person to verify the account (keychain).'],
        }),
      );
    } finally {
      site('onefile').set('keychain', false);
    }
  });
});
