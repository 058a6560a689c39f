// Retry-After by RFC 9110, 10.2.3: seconds, or a date in one of the three legal forms. Anything else is no wish at all.
import { retryAfterMs } from '../../src/http/retry-after';

const NOW = Date.UTC(1994, 10, 6, 8, 49, 7);
const DAY = 24 * 60 * 60 * 1000;

test.each<[string | undefined, number | undefined]>([
  ['0', 0],
  ['120', 120_000],
  [' 120 ', 120_000],
  ['86400', DAY],
  ['86401', DAY],
  ['99999999999999999999999', DAY],
  ['Sun, 06 Nov 1994 08:49:37 GMT', 30_000],
  ['Sunday, 06-Nov-94 08:49:37 GMT', 30_000],
  ['Sun Nov  6 08:49:37 1994', 30_000],
  ['Sun, 06 Nov 1994 08:48:37 GMT', 0],
  ['Wed, 31 Dec 2098 23:59:59 GMT', DAY],
  [undefined, undefined],
  ['', undefined],
  ['   ', undefined],
  ['-1', undefined],
  ['1.5', undefined],
  ['1e3', undefined],
  ['0x10', undefined],
  ['120, 60', undefined],
  ['soon', undefined],
  ['Sometime 5', undefined],
  ['Sun, banana', undefined],
  ['1994-11-06T08:49:37Z', undefined],
  ['06 Nov 1994 08:49:37 GMT', undefined],
  ['Sun, 06 Nov 1994 08:49:37 +0100', undefined],
  ['Sun, 06 Nov 1994 25:49:37 GMT', undefined],
])('%j is %p ms', (header, wait) => {
  expect(retryAfterMs(header, NOW)).toBe(wait);
});
