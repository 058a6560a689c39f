// What an operator sees, in a real browser: the stuck run is found by its attributes, its card says what to do, and whoever
// may not decode sees nothing of the person.
import type { Browser, BrowserContext } from 'playwright-core';
import { Cli } from '../cli/support/cli';
import { findChromium, openBrowser, openContext } from './chromium';
import { Playground } from './environment';
import { openUpdates, rememberColumns, textOf, untilShown } from './page';

// A browser is slow on a busy machine.
jest.setTimeout(240_000);

const path = findChromium();
if (!path && process.env.MUSTER_BROWSER === 'required')
  throw new Error('No Chromium was found on the PATH: install one, or set CHROMIUM_PATH.');

const KEY = 'hr-000204';
const PARKED = `pha-demo/${KEY}`;
const PERSON = {
  firstName: 'Zoradina',
  lastName: "O'Briainwick",
  email: 'zoradina.briainwick@example.org',
  dateOfBirth: '1990-01-31',
  sex: 'F',
  address: {
    street: '1 Quaywick Row',
    city: 'Philadelphia',
    province: 'PA',
    postalCode: '19109',
    country: 'us',
  },
} as const;
const PERSONAL = [PERSON.firstName, 'Briainwick', PERSON.email, PERSON.dateOfBirth, 'Quaywick'];

(path ? describe : describe.skip)(
  'in Chromium (skipped where none is on the PATH or in CHROMIUM_PATH)',
  () => {
    let cli: Cli;
    let ground: Playground;
    let browser: Browser;
    let context: BrowserContext;

    beforeAll(async () => {
      cli = await Cli.open();
      [ground, browser] = await Promise.all([Playground.start(cli), openBrowser(path ?? '')]);
      context = await openContext(browser);
      await rememberColumns(context);
      await ground.inject('pha-demo', { kind: 'drop-after', call: 'create user' });
      const accounts = { 'pha-demo': {}, hotdocs: { roles: [] } };
      const whole = await ground.muster.onboard({ key: KEY, person: PERSON, accounts, onFailure: 'park' });
      expect((await whole.result()).status).toBe('parked');
    });
    afterAll(async () => {
      await browser?.close();
      await ground?.stop();
      await cli?.close();
    });

    const STUCK = `MusterWaitingOn = "operator" AND MusterReason = "outcome-unknown"`;

    test('the list shows what is stuck, why, and since when', async () => {
      const list = await context.newPage();
      await list.goto(ground.listUrl(STUCK));
      const text = await untilShown(list, PARKED, `person/${KEY}`, 'MusterSince');
      const row = await list.getByRole('row', { name: PARKED }).textContent();
      for (const word of ['operator', 'outcome-unknown', 'create']) expect(row).toContain(word);
      expect(text).not.toContain(`hotdocs/${KEY}`);
    });

    test("the run's card says what exists, and what to do; its menu has the decisions", async () => {
      const run = await context.newPage();
      await run.goto(await ground.runUrl(PARKED, '/user-metadata'));
      await untilShown(
        run,
        `Ignis PHA account of ${KEY}`,
        'Waits for a decision: outcome-unknown',
        'At the vendor: not known',
        `muster resolve ${PARKED} --user-id ID --reason "…"`,
        '{"notCreated":true,"reason":"…"}',
      );
      await openUpdates(run);
      await untilShown(run, 'resolve', 'Say what is true at the vendor.', 'retry', 'amend', 'skip', 'undo');
      await run.goto(await ground.runUrl(`person/${KEY}`, '/user-metadata'));
      await untilShown(run, '1 parked, 1 done', PARKED, 'hotdocs', 'created: our create was answered');
    });

    test('who may decode sees the person, who may not sees nothing personal', async () => {
      const mayDecode = await context.newPage();
      await mayDecode.goto(await ground.runUrl(PARKED, '/timeline'));
      await untilShown(mayDecode, PERSON.firstName, PERSON.email);

      const mayNot = await context.newPage();
      await mayNot.route(/\/decode/, (route) => route.abort());
      const pages = [
        [ground.listUrl(STUCK), PARKED],
        [await ground.runUrl(PARKED, '/timeline'), 'encryption-key-id'],
        [await ground.runUrl(PARKED, '/user-metadata'), 'Current Details'],
        [await ground.runUrl(`person/${KEY}`, '/timeline'), 'encryption-key-id'],
      ] as const;
      for (const [url, word] of pages) {
        await mayNot.goto(url);
        await untilShown(mayNot, word);
        const seen = (await textOf(mayNot)) + (await mayNot.content());
        expect(PERSONAL.filter((personal) => seen.includes(personal))).toEqual([]);
      }
    });
  },
);
