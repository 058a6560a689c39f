// Durations as people write them in muster.yaml: a whole number and one unit.

const UNITS = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1_000, ms: 1 } as const;

const DURATION = /^(\d{1,12})(ms|s|m|h|d)$/;

/** `500ms`, `30s`, `5m`, `2h`, `7d` in milliseconds; undefined for anything else. */
export function parseDuration(text: string): number | undefined {
  const [, amount, unit] = DURATION.exec(text) ?? [];
  if (amount === undefined || unit === undefined) return undefined;
  const ms = Number(amount) * UNITS[unit as keyof typeof UNITS];
  return Number.isSafeInteger(ms) ? ms : undefined;
}

/** The shortest way to write so many milliseconds exactly; `parseDuration` reads it back. */
export function formatDuration(ms: number): string {
  const fits = Object.entries(UNITS).find(([, size]) => ms >= size && ms % size === 0);
  return fits === undefined ? `${ms}ms` : `${ms / fits[1]}${fits[0]}`;
}
