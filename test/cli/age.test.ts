// How long something waits, as the list of parked runs tells it.
import { ageText } from '../../src/cli/age';

const SECOND = 1_000;
const HOUR = 3_600 * SECOND;

test.each([
  [0, '0 s'],
  [999, '0 s'],
  [59 * SECOND, '59 s'],
  [60 * SECOND, '1 min'],
  [3_661 * SECOND, '1 h 1 min'],
  [24 * HOUR - 1, '23 h 59 min'],
  [76 * HOUR, '3 d 4 h'],
  // A clock of this machine that goes behind the server's.
  [-5 * SECOND, '0 s'],
])('%d ms: %s', (ms, text) => {
  expect(ageText(ms)).toBe(text);
});
