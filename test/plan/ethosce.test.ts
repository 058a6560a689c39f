// What is planned for EthosCE is what comes of it, in every situation that a person can be found in; planning changes nothing.
import type { RequestDocument } from '../../src/client';
import { Harness, person } from '../support/harness';
import { Rehearsal, type Situation, situation, stopped } from './support';

const AUTHOR = 105847459;
const REVIEWER = 175031666;
const VIEWER = 92961712;

let harness: Harness;
let rehearsal: Rehearsal;
beforeAll(async () => {
  harness = await Harness.start({
    vendors: ['ethosce'],
    further: {
      'ethosce-parks': { vendor: 'ethosce', existing: 'park' },
      'ethosce-refuses': { vendor: 'ethosce', existing: 'refuse' },
    },
  });
  rehearsal = new Rehearsal(harness, 'ethosce');
});
afterAll(() => harness?.stop());

const site = () => harness.simulator('ethosce');
const asked = (account: object = {}, connection = 'ethosce') => person({ [connection]: account });
const ownProfile = ({ person: { firstName, lastName, address } }: RequestDocument) => {
  const { postalCode: postal_code, ...rest } = address ?? {};
  return {
    field_first_name: firstName,
    field_last_name: lastName,
    field_profile_location: { ...rest, postal_code },
  };
};
const situations: Situation[] = [
  situation('new', asked({ roles: [AUTHOR], ssoId: 'SSO-new' }), {
    action: 'create',
    makes: ['sso', 'profile'],
    roles: { add: [String(AUTHOR)], remove: [] },
    undo: 'full',
    mails: [],
  }),
  situation(
    'ours, half made',
    asked({ roles: [AUTHOR] }),
    { action: 'adopt', foundBy: 'name and e-mail address', makes: ['profile'], fields: [] },
    ({ key, person: { email } }) => site().seed({ email, marker: key }),
  ),
  situation(
    'another name: adopted, roles and fields differ',
    asked({ roles: [REVIEWER], removeRoles: [VIEWER] }),
    {
      action: 'adopt',
      foundBy: 'e-mail address',
      roles: { add: [String(REVIEWER)], remove: [String(VIEWER)] },
      fields: ['field_first_name'],
      makes: [],
      undo: 'full',
    },
    (request) => {
      const profile = { ...ownProfile(request), field_first_name: 'Orlla' };
      const { email } = request.person;
      site().seed({ email, marker: `o.${request.key}`, roles: [VIEWER, AUTHOR], profile });
    },
  ),
  situation(
    'by SSO id only',
    asked({ ssoId: 'SSO-only' }),
    { action: 'adopt', foundBy: 'SSO id', makes: ['profile'] },
    () => site().seed({ email: 'before@example.org', marker: 'before', authname: 'SSO-only' }),
  ),
  situation(
    'blocked at the site: stays so, and nobody is mailed',
    asked(),
    { action: 'adopt', mails: [], notes: [expect.stringContaining('blocked at EthosCE')] },
    ({ person: { email } }) => site().seed({ email, marker: 'blocked-one', status: 0 }),
  ),
  situation(
    'our name with another address',
    asked({ username: 'orla.t' }),
    {
      action: 'blocked',
      userId: null,
      problem: stopped('create', 'conflict'),
    },
    () => site().seed({ email: 'another@example.org', marker: 'orla.t' }),
  ),
  situation(
    'two accounts with the address',
    asked(),
    { action: 'blocked', problem: stopped('create', 'several-matches') },
    ({ key, person: { email } }) => {
      site().seed({ email, marker: `one-${key}` });
      site().seed({ email, marker: `two-${key}` });
    },
  ),
  situation(
    'two profiles',
    asked(),
    { action: 'blocked', problem: stopped('profile', 'several-matches') },
    (request) => {
      const profile = [ownProfile(request), ownProfile(request)];
      site().seed({ email: request.person.email, marker: request.key, profile });
    },
  ),
  situation(
    'there, where the connection parks',
    asked({}, 'ethosce-parks'),
    { action: 'blocked', userId: expect.any(String), problem: expect.objectContaining({ code: 'conflict' }) },
    ({ person: { email } }) => site().seed({ email, marker: 'parked-one' }),
  ),
  situation(
    'there, where the connection refuses',
    asked({}, 'ethosce-refuses'),
    { action: 'blocked', problem: stopped('create', 'conflict') },
    ({ person: { email } }) => site().seed({ email, marker: 'refused-one' }),
  ),
];

test.each(situations)('$name', (each) => rehearsal.run(each));

test('the same request again is unchanged; another one for the account updates it; a change at the site moves it', async () => {
  const request = asked({ roles: [AUTHOR] });
  const first = await rehearsal.plan(request);
  await rehearsal.carryOut(request, first);
  const done = await rehearsal.plan(request);
  expect(done).toMatchObject({ action: 'unchanged', notes: ['The same request is done already.'] });
  await rehearsal.carryOut(request, done);

  const more: RequestDocument = { ...request, accounts: { ethosce: { roles: [AUTHOR, REVIEWER] } } };
  const before = await rehearsal.plan(more);
  expect(before).toMatchObject({
    action: 'update',
    userId: done.userId,
    provenance: 'created',
    roles: { add: [String(REVIEWER)], remove: [] },
  });
  await rehearsal.carryOut(more, before);
  const again = await rehearsal.plan({ ...more, onFailure: 'compensate' });
  expect(again).toMatchObject({ action: 'unchanged', makes: [], fields: [], undo: 'none' });
  expect(again.fingerprint).not.toBe(before.fingerprint);
});

test('a run under way: the same request is running, another is refused', async () => {
  const request = asked({}, 'ethosce-parks');
  site().seed({ email: request.person.email, marker: `there-${request.key}` });
  const handle = await harness.muster.onboard(request);
  expect(await handle.result()).toMatchObject({ status: 'parked' });
  expect(await rehearsal.plan(request)).toMatchObject({
    action: 'running',
    notes: ['The same request is under way, parked as conflict.'],
  });
  const other = await rehearsal.plan({ ...request, onFailure: 'compensate' });
  expect(other).toMatchObject({
    action: 'blocked',
    problem: {
      code: 'conflict',
      message: expect.stringContaining('A different request is under way as ethosce-parks/'),
    },
  });
  await expect(harness.muster.onboard({ ...request, onFailure: 'compensate' })).rejects.toThrow(
    'A different request is under way',
  );
});
