// What a page of the Temporal UI shows: it draws Markdown in frames of their own, and opens payloads a moment after the page.
import type { BrowserContext, Frame, Locator, Page } from 'playwright-core';

/** All that can be read on it, frames included. */
export async function textOf(page: Page): Promise<string> {
  const read = (frame: Frame) => {
    // biome-ignore lint/performance/useDomNodeTextContent: what is hidden does not count
    return frame.locator('body').innerText({ timeout: 2_000 });
  };
  const texts = await Promise.all(page.frames().map((frame) => read(frame).catch(() => '')));
  return texts.join('\n');
}

/** Waits until all of the words can be read on it, and gives the whole text. */
export async function untilShown(page: Page, ...words: string[]): Promise<string> {
  const end = Date.now() + 60_000;
  for (;;) {
    const text = await textOf(page);
    const missing = words.filter((word) => !text.includes(word));
    if (missing.length === 0) return text;
    if (Date.now() > end) throw new Error(`${page.url()} does not show ${missing.join(', ')}, but:\n${text}`);
    await page.waitForTimeout(100);
  }
}

/** Opens the run's menu and the dialog that sends an update, with its list of names. */
export async function openUpdates(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'More Actions' }).click();
  await visible(page, 'Send an Update').click();
  await page.locator('dialog[open]').getByTestId('update-select-button').click();
}

/** The UI keeps dialogs that are not open in the page. */
function visible(page: Page, text: string): Locator {
  return page.locator(`text="${text}" >> visible=true`).first();
}

/** The columns of the list of runs, as the UI keeps them in the browser: with Muster's search attributes among them. */
export async function rememberColumns(context: BrowserContext): Promise<void> {
  const labels = ['Status', 'Workflow ID', 'MusterWaitingOn', 'MusterReason', 'MusterSince', 'MusterStage'];
  const value = JSON.stringify({ default: labels.map((label) => ({ label })) });
  await context.addInitScript(
    `localStorage.setItem('namespace-workflow-table-columns', ${JSON.stringify(value)})`,
  );
}
