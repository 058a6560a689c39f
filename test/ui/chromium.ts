// A real browser for the tests and pictures of the Temporal UI: the machine's own Chromium, driven by playwright-core.
import { accessSync, constants } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';
import { type Browser, type BrowserContext, chromium } from 'playwright-core';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];

/** CHROMIUM_PATH, else the first of the usual names on the PATH; undefined where there is none. */
export function findChromium(env: NodeJS.ProcessEnv = process.env): string | undefined {
  const { CHROMIUM_PATH, PATH = '' } = env;
  const wanted = CHROMIUM_PATH ? [CHROMIUM_PATH] : NAMES;
  const paths = wanted.flatMap((name) =>
    isAbsolute(name) ? [name] : PATH.split(delimiter).map((folder) => join(folder, name)),
  );
  return paths.find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

export function openBrowser(executablePath: string): Promise<Browser> {
  // Root has no sandbox, and small containers no shared memory to speak of.
  const args = [
    ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
    '--disable-dev-shm-usage',
    '--disable-gpu',
  ];
  return chromium.launch({ executablePath, args, headless: true, timeout: 60_000 });
}

/** As one operator's browser, at the size of a small screen. */
export async function openContext(browser: Browser, scale = 1): Promise<BrowserContext> {
  const context = await browser.newContext({
    viewport: { width: 1360, height: 900 },
    deviceScaleFactor: scale,
    timezoneId: 'UTC',
    locale: 'en-GB',
    reducedMotion: 'reduce',
  });
  context.setDefaultTimeout(45_000);
  return context;
}
