// The pictures of the README, of made-up people: `npm run screenshots` makes them anew in docs/images.
import { mkdirSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Page } from 'playwright-core';
import { samplePeople } from '../../src/cli/demo/people';
import type { RequestDocument } from '../../src/request/schema';
import { Cli } from '../cli/support/cli';
import { findChromium, openBrowser, openContext } from './chromium';
import { Playground } from './environment';
import { rememberColumns, untilShown } from './page';

const FOLDER = resolve(__dirname, '../../docs/images');

/** The person of the pictures, and what each vendor does to them. */
const WHOM = 'hr-000204';

export async function main(): Promise<void> {
  const path = findChromium();
  if (!path) throw new Error('No Chromium was found on the PATH: install one, or set CHROMIUM_PATH.');
  mkdirSync(FOLDER, { recursive: true });
  const cli = await Cli.open();
  const ground = await Playground.start(cli);
  const browser = await openBrowser(path);
  try {
    await play(ground);
    const context = await openContext(browser);
    await rememberColumns(context);
    const page = await context.newPage();
    await takeAll(ground, page);
  } finally {
    await browser.close();
    await ground.stop();
    await cli.close();
  }
}

/** One account is parked, others are done, and one waits for its vendor. */
async function play(ground: Playground): Promise<void> {
  const people = samplePeople(['pha-demo', 'ethosce', 'onefile', 'hotdocs', 'regpack']);
  const whom = people.find(({ key }) => key === WHOM);
  if (!whom) throw new Error(`there is no sample person ${WHOM}`);
  await ground.inject('pha-demo', { kind: 'drop-after', call: 'create user', contains: whom.person.email });
  await ground.inject('hotdocs', { kind: 'error-before', status: 503, times: 'always' });
  const accounts: RequestDocument['accounts'] = {
    ...whom.accounts,
    ethosce: { roles: [175031666] },
    'pha-demo': {},
    regpack: {},
  };
  const whole = await ground.muster.onboard({ ...whom, accounts });
  if ((await whole.result()).status !== 'parked') throw new Error('it did not park');
  const [other] = people.filter(({ accounts }) => 'hotdocs' in accounts);
  if (other) await ground.muster.onboard(other);
  await untilListed(ground, 2);
}

async function untilListed(ground: Playground, count: number): Promise<void> {
  const query = `MusterWaitingOn IN ('operator', 'vendor') AND MusterConnection IS NOT NULL`;
  for (;;) {
    const found = await ground.muster.client.workflow.count(query);
    if (found.count >= count) return;
    await new Promise((done) => setTimeout(done, 200));
  }
}

async function takeAll(ground: Playground, page: Page): Promise<void> {
  const parked = `pha-demo/${WHOM}`;
  await page.goto(ground.listUrl(`MusterWaitingOn IN ("operator", "vendor")`));
  await untilShown(page, parked, 'vendor-unavailable', 'MusterSince');
  await take(page, 'run-list', 540);

  await page.goto(await ground.runUrl(parked, '/user-metadata'));
  await untilShown(page, 'Waits for a decision: outcome-unknown');
  await take(page, 'run-card', 1180);

  await page.goto(await ground.runUrl(`person/${WHOM}`, '/user-metadata'));
  await untilShown(page, '1 parked');
  await take(page, 'person', 960);
}

/** Without the UI's own menu at the left, in CSS pixels. */
const LEFT = 256;
const WIDTH = 1360;

async function take(page: Page, name: string, height: number): Promise<void> {
  await page.setViewportSize({ width: WIDTH, height });
  // Frames take the height of what they hold a moment later.
  await page.waitForTimeout(1_500);
  await page.screenshot({
    path: resolve(FOLDER, `${name}.png`),
    animations: 'disabled',
    clip: { x: LEFT, y: 0, width: WIDTH - LEFT, height },
  });
}
