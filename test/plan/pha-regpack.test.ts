// What is planned for PHA and Regpack, which cannot be asked by our marker, is what comes of it: the account's ledger knows what
// earlier runs made; else it is said that it cannot be told. Planning changes nothing.
import type { RequestDocument } from '../../src/client';
import type { AccountInput } from '../../src/vendors/registry';
import { Harness, person } from '../support/harness';
import { Rehearsal, type Situation, situation, stopped } from './support';

let harness: Harness;
beforeAll(async () => {
  harness = await Harness.start({
    vendors: ['pha', 'regpack'],
    further: {
      'regpack-listed': { vendor: 'regpack', verifyByList: true },
    },
  });
});
afterAll(() => harness?.stop());

describe('PHA', () => {
  const site = () => harness.simulator('pha');
  const rehearsal = () => new Rehearsal(harness, 'pha');
  const asked = (account: AccountInput<'pha'> = { rank: 'Captain' }) => person({ pha: account });

  test('nobody can be asked: a user and an assessment would be made; after that the ledger knows', async () => {
    const request = asked();
    const forecast = await rehearsal().plan(request);
    expect(forecast).toMatchObject({
      action: 'cannot-tell',
      userId: null,
      makes: ['assessment'],
      undo: 'debt',
      problem: null,
      notes: [expect.stringContaining('PHA cannot be asked')],
    });
    await rehearsal().carryOut(request, forecast);
    const again = { ...request, accounts: { pha: { rank: 'Major' } } };
    const known = await rehearsal().plan(again);
    expect(known).toMatchObject({ action: 'unchanged', foundBy: 'ledger', provenance: 'created', makes: [] });
    await rehearsal().carryOut(again, known);
  });

  test('a create whose answer was lost and that nobody decided about', async () => {
    site().inject({ kind: 'drop-after', call: 'create user' });
    const request = asked();
    const handle = await harness.muster.onboard(request);
    expect(await handle.result()).toMatchObject({ status: 'parked' });
    await harness.muster.client.workflow.getHandle(handle.id).terminate('cut off');
    const forecast = await rehearsal().plan(request);
    expect(forecast).toMatchObject({ action: 'blocked', problem: stopped('create', 'outcome-unknown') });
    await rehearsal().carryOut(request, forecast);
  });

  test('a form that no longer asks for what is answered', async () => {
    site().set('removedCodes', [
      'user_dob',
      'user_sex',
      'user_name',
      'user_surname',
      'user_rank',
      'user_reference',
    ]);
    try {
      const request = asked();
      const forecast = await rehearsal().plan(request);
      expect(forecast).toMatchObject({
        action: 'blocked',
        problem: stopped('assessment', 'form-changed'),
        notes: expect.arrayContaining(['Before that, the user would be created.']),
      });
      await rehearsal().carryOut(request, forecast);
    } finally {
      site().set('removedCodes', []);
    }
  });

  test('an answer that the first step does not ask for is said', async () => {
    const forecast = await rehearsal().plan(asked({ answers: { user_smoker: 'No' } }));
    expect(forecast.notes.join()).toContain("The form's first step does not ask for user_smoker");
  });
});

describe('Regpack', () => {
  const site = () => harness.simulator('regpack');
  const rehearsal = () => new Rehearsal(harness, 'regpack');
  const asked = (account: AccountInput<'regpack'> = {}, connection = 'regpack') =>
    person({ [connection]: account });
  const seed = (more: object = {}) => {
    return ({ person: { email, firstName, lastName } }: RequestDocument) =>
      site().seed({ email, firstName, lastName, ...more });
  };
  const listed: Situation[] = [
    situation('new, and the list shows it', asked({ sendMail: true }, 'regpack-listed'), {
      action: 'create',
      mails: ['Regpack may mail the person (sendMail, create).'],
      undo: 'disabled',
    }),
    situation(
      'there by our log-in: fields differ',
      asked({ fields: { favorite_color: 'green' } }, 'regpack-listed'),
      { action: 'adopt', foundBy: 'user list', fields: ['favorite_color'] },
      seed(),
    ),
    situation(
      'another address under our log-in',
      asked({ username: 'orla-the-first' }, 'regpack-listed'),
      { action: 'blocked', problem: stopped('create', 'conflict') },
      seed({ email: 'another@example.org', marker: 'orla-the-first' }),
    ),
    situation(
      'two with the address',
      asked({}, 'regpack-listed'),
      { action: 'blocked', problem: stopped('create', 'several-matches') },
      (request) => [seed({ marker: 'one-of-two' })(request), seed({ marker: 'two-of-two' })(request)],
    ),
    situation('a clogin_id that is nobody’s', asked({ cloginId: 424242 }), {
      action: 'blocked',
      problem: stopped('verify', 'refused'),
    }),
  ];
  test.each(listed)('$name', (each) => rehearsal().run(each));

  test('without an id it cannot be told; after a run, the ledger knows', async () => {
    const child = { key: `child-${process.pid}`, firstName: 'Bo', lastName: 'Tern' };
    const request = asked({ children: [child] });
    const forecast = await rehearsal().plan(request);
    expect(forecast).toMatchObject({ action: 'cannot-tell', problem: null, makes: [`child-${child.key}`] });
    await rehearsal().carryOut(request, forecast);
    const again = {
      ...request,
      accounts: { regpack: { children: [child], fields: { favorite_color: 'red' } } },
    };
    const known = await rehearsal().plan(again);
    expect(known).toMatchObject({
      action: 'update',
      foundBy: 'ledger',
      fields: ['favorite_color'],
      makes: [],
    });
    await rehearsal().carryOut(again, known);
  });

  test('by a clogin_id that is known', async () => {
    const request = asked();
    const id = Number(seed()(request));
    const known = { ...request, accounts: { regpack: { cloginId: id } } };
    const forecast = await rehearsal().plan(known);
    expect(forecast).toMatchObject({ action: 'adopt', userId: String(id), foundBy: 'clogin_id' });
    await rehearsal().carryOut(known, forecast);
  });
});
