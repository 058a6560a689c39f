// How long something has been so, as people say it.

const UNITS = [
  [86_400_000, 'd'],
  [3_600_000, 'h'],
  [60_000, 'min'],
  [1_000, 's'],
] as const;

/** The two largest units: `3 d 4 h`, `12 min 5 s`, `0 s`. @param ms milliseconds */
export function ageText(ms: number): string {
  const first = UNITS.findIndex(([size]) => ms >= size);
  if (first < 0) return '0 s';
  let rest = ms;
  const parts = UNITS.slice(first, first + 2).map(([size, unit]) => {
    const amount = Math.floor(rest / size);
    rest -= amount * size;
    return amount > 0 ? `${amount} ${unit}` : '';
  });
  return parts.filter((part) => part !== '').join(' ');
}
