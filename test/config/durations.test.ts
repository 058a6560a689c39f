// Durations of muster.yaml: what is one, what is none, and that formatting is the way back.
import { formatDuration, parseDuration } from '../../src/config/durations';

test.each([
  ['500ms', 500],
  ['30s', 30_000],
  ['5m', 300_000],
  ['2h', 7_200_000],
  ['7d', 604_800_000],
  ['0s', 0],
  ['90m', 5_400_000],
])('%s is %d ms', (text, ms) => {
  expect(parseDuration(text)).toBe(ms);
});

test.each(['', '5', 'm', '5 m', '1.5h', '-5s', '5M', '5min', '5m30s', ' 5m', '5m\n', '999999999999d'])(
  '%j is no duration',
  (text) => {
    expect(parseDuration(text)).toBeUndefined();
  },
);

test.each([
  [0, '0ms'],
  [1, '1ms'],
  [500, '500ms'],
  [43_500, '43500ms'],
  [313_000, '313s'],
  [300_000, '5m'],
  [5_400_000, '90m'],
  [604_800_000, '7d'],
])('%d ms is written %s, and read back', (ms, text) => {
  expect(formatDuration(ms)).toBe(text);
  expect(parseDuration(text)).toBe(ms);
});
