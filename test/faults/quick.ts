// Times short enough for a sweep.

/** As short as the fence lets it be. */
export const QUICK = { timeout: '1s', settle: { for: '6s' }, waitFor: '2m' } as const;

/** Held connections are probed and released while a test can wait for it. In milliseconds. */
export const PROMPT_HOLDS = { watchMs: 1_000, firstProbeMs: 3_000, probeEveryMs: 5_000, releaseGapMs: 200 };
