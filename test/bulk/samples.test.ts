// The sample rosters are sound for the connections of the playground.
import { join } from 'node:path';
import { checkRoster } from '../../src/bulk/roster';
import { config } from '../request/support';

const importsDir = join(__dirname, '../../examples/rosters');

test.each([
  ['sample.csv', 7],
  ['sample.ndjson', 4],
])('%s', async (source, rows) => {
  expect(await checkRoster({ source, importsDir }, config, {})).toMatchObject({ rows });
});
