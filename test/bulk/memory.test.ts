// A roster of 100,000 people takes hardly more memory than one of 10,000: only keys and addresses are kept.
import { execFile } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { temporaryFolder } from './support';

const folder = temporaryFolder();

function* people(count: number): Generator<string> {
  yield 'key,firstName,lastName,email,connections,hotdocs.roles\n';
  for (let index = 0; index < count; index += 1) {
    yield `hr-${index},Ada,"Lovelace, ${index}",ada.${index}@example.org,hotdocs,A;B\n`;
  }
}

/** In a process with a small heap, so that what piles up is not taken for what was not collected yet. */
async function peakOf(count: number): Promise<number> {
  const file = `${count}.csv`;
  await pipeline(Readable.from(people(count)), createWriteStream(join(folder, file)));
  const loader = join(__dirname, '..', 'dev', 'fixtures', 'typescript.js');
  const script = join(__dirname, 'fixtures', 'measure.ts');
  const { stdout } = await promisify(execFile)(process.execPath, [
    '--max-old-space-size=64',
    '-r',
    loader,
    script,
    folder,
    file,
  ]);
  const { rows, peakMb } = JSON.parse(stdout) as { rows: number; peakMb: number };
  expect(rows).toBe(count);
  return peakMb;
}

test('ten times the people, less than a third more memory', async () => {
  const small = await peakOf(10_000);
  expect(await peakOf(100_000)).toBeLessThan(small * 1.3);
}, 240_000);
