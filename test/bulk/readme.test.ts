// The roster that the README shows can be taken as it stands.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { checkRoster } from '../../src/bulk/roster';
import { mostFailures } from '../../src/bulk/start';
import { loadConfig } from '../../src/config/load';

const ROOT = resolve(__dirname, '../..');

test('the README’s roster has no fault by the example configuration', async () => {
  const [, roster = ''] = /```csv\n([^`]+)```/.exec(readFileSync(join(ROOT, 'README.md'), 'utf8')) ?? [];
  const folder = mkdtempSync(join(tmpdir(), 'muster-readme-'));
  try {
    writeFileSync(join(folder, 'people.csv'), roster);
    const MUSTER_KEY_2026_11 = Buffer.alloc(32, 1).toString('base64');
    const file = join(ROOT, 'muster.example.yaml');
    const config = loadConfig({ file, secrets: 'leave', env: { ...process.env, MUSTER_KEY_2026_11 } });
    const place = { source: 'people.csv', importsDir: folder };
    expect(await checkRoster(place, config, {})).toMatchObject({ format: 'csv', rows: 1 });
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('how many rows may fail is a number, or a part of all', () => {
  expect([undefined, 0, 7, '7', '5%', '2.5%'].map((stated) => mostFailures(stated, 250))).toEqual([
    null,
    0,
    7,
    7,
    12,
    6,
  ]);
});
