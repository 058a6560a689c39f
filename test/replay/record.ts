// Records the histories of the replay test anew, all of them: `npx jest --testMatch '**/test/replay/record.ts'`. Do so only
// for workflows that no release carries yet; what runs out there has to go on with the code that comes after it.
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WorkflowNotFoundError } from '@temporalio/client';
import { Harness } from '../support/harness';
import { HISTORIES, toJson } from './histories';
import { RECORDINGS, REJECTED, REPLAY_KEY } from './recordings';

test('records', async () => {
  mkdirSync(HISTORIES, { recursive: true });
  for (const file of readdirSync(HISTORIES)) rmSync(join(HISTORIES, file));
  const folder = mkdtempSync(join(tmpdir(), 'muster-record-'));
  const harness = await Harness.start({
    vendors: ['ethosce', 'hotdocs', 'onefile', 'pha', 'regpack'],
    further: { [REJECTED]: { vendor: 'pha', token: 'not-this-one' } },
    bulk: { importsDir: folder, resultsDir: join(folder, 'results') },
    key: REPLAY_KEY,
  });
  try {
    for (const [name, recording] of Object.entries(RECORDINGS))
      for (const id of await recording(harness)) await keep(harness, name, id);
  } finally {
    await harness.stop();
    rmSync(folder, { recursive: true });
  }
}, 180_000);

/** Keeps a run's history, if there is such a run: not every vendor has a ledger. */
async function keep(harness: Harness, name: string, id: string): Promise<void> {
  try {
    const handle = harness.muster.client.workflow.getHandle(id);
    const { type } = await handle.describe();
    const history = toJson(await handle.fetchHistory());
    const text = JSON.stringify({ workflowId: id, history }, undefined, 1);
    writeFileSync(join(HISTORIES, `${name}.${type}.json`), `${anonymous(text)}\n`);
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
  }
}

/** Without the machine on which it was recorded: processes and their queues are named `<pid>@<host>…`. */
function anonymous(text: string): string {
  return text.replace(/"\d+@[^"]*"/g, '"recorded"');
}
