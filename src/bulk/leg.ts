// One stretch of a job's work: starts rows while there is room in the window, and follows each until it ends or parks.
// Its state is a plain snapshot at every moment, so that another worker can go on from it; rows that were started after
// the last snapshot are started again, and meet their own runs.
import type { JobState, Tally, Underway } from './job';
import type { RowStatus } from './outcome';
import type { PlacedRow, RosterPosition, RosterRow } from './roster';

/** What a row's start led to. */
export type Begun = { is: 'underway'; run: Underway } | { is: RowStatus };

export interface LegWork {
  /** The rows from a place on, each with the place after it. */
  rows(from: RosterPosition): AsyncGenerator<PlacedRow>;
  begin(row: RosterRow): Promise<Begun>;
  /** Waits for a run's end; rejects when the signal stops the waiting. */
  end(run: Underway, signal: AbortSignal): Promise<RowStatus>;
  /** Which of these wait for an operator. */
  parked(runs: readonly Underway[]): Promise<ReadonlySet<string>>;
}

export interface LegOptions {
  window: number;
  /** Rows may be started as long as this says so. */
  mayStart: (tally: Tally) => boolean;
  /** After so long it hands over, in milliseconds. */
  forMs: number;
  /** How often parked runs are looked for, in milliseconds. */
  lookEveryMs: number;
  /** Ends the stretch early. */
  signal: AbortSignal;
}

/** So many rows are started at once. */
const BATCH = 25;

export class Leg {
  private position: RosterPosition | null;
  private readonly underway = new Map<string, { run: Underway; stop: AbortController }>();
  private readonly tally: Tally;
  private rows: AsyncGenerator<PlacedRow> | undefined;
  private failure: { error: unknown } | undefined;
  private wake: () => void = () => undefined;

  constructor(
    private readonly from: JobState,
    private readonly work: LegWork,
  ) {
    this.position = from.position;
    this.tally = { ...from.tally };
  }

  /** Fit to go on from, at any moment. */
  snapshot(): JobState {
    return {
      position: this.position,
      underway: [...this.underway.values()].map(({ run }) => run),
      tally: { ...this.tally },
    };
  }

  /** @throws what reading, starting or following throws; the snapshot holds good then too */
  async run(options: LegOptions): Promise<JobState> {
    const { signal } = options;
    const over = new AbortController();
    const overdue = setTimeout(() => over.abort(), options.forMs);
    const looking = setInterval(() => void this.look(), options.lookEveryMs);
    const stop = () => this.wake();
    signal.addEventListener('abort', stop);
    over.signal.addEventListener('abort', stop);
    try {
      for (const run of this.from.underway) this.follow(run);
      for (;;) {
        // Made before anything is looked at: what comes meanwhile is not slept through.
        const woken = new Promise<void>((resolve) => {
          this.wake = resolve;
        });
        if (signal.aborted || over.signal.aborted || this.failure) break;
        if (await this.fill(options)) continue;
        if (this.underway.size === 0 && !this.canStart(options)) break;
        await woken;
      }
      if (this.failure) throw this.failure.error;
      return this.snapshot();
    } finally {
      clearTimeout(overdue);
      clearInterval(looking);
      signal.removeEventListener('abort', stop);
      for (const { stop: unfollow } of this.underway.values()) unfollow.abort();
      await this.rows?.return(undefined);
    }
  }

  /** Starts what there is room for. @returns whether it started any */
  private async fill({ window, mayStart }: LegOptions): Promise<boolean> {
    const room = Math.min(BATCH, window - this.underway.size);
    if (!this.position || !this.canStart({ window, mayStart })) return false;
    const { rows, next } = await this.take(this.position, room);
    const begun = await Promise.all(rows.map((row) => this.work.begin(row)));
    this.position = next;
    for (const one of begun) {
      if (one.is === 'underway') this.follow(one.run);
      else this.tally[one.is] += 1;
    }
    return true;
  }

  private canStart({ window, mayStart }: Pick<LegOptions, 'window' | 'mayStart'>): boolean {
    return this.position !== null && this.underway.size < window && mayStart(this.tally);
  }

  /** Some rows, and where the next one begins; null after the last. */
  private async take(
    from: RosterPosition,
    most: number,
  ): Promise<{ rows: RosterRow[]; next: RosterPosition | null }> {
    this.rows ??= this.work.rows(from);
    const rows: RosterRow[] = [];
    let next = from;
    while (rows.length < most) {
      const taken = await this.rows.next();
      if (taken.done) return { rows, next: null };
      rows.push(taken.value.found);
      next = taken.value.next;
    }
    return { rows, next };
  }

  private follow(run: Underway): void {
    const stop = new AbortController();
    this.underway.set(run.workflowId, { run, stop });
    this.work.end(run, stop.signal).then(
      (status) => this.settle(run, status),
      (error: unknown) => {
        if (stop.signal.aborted) return;
        this.failure = { error };
        this.wake();
      },
    );
  }

  private settle({ workflowId }: Underway, status: RowStatus): void {
    if (!this.underway.delete(workflowId)) return;
    this.tally[status] += 1;
    this.wake();
  }

  /** A parked run frees its place in the window. */
  private async look(): Promise<void> {
    const runs = [...this.underway.values()];
    if (runs.length === 0) return;
    try {
      const parked = await this.work.parked(runs.map(({ run }) => run));
      for (const { run, stop } of runs) {
        if (!parked.has(run.workflowId)) continue;
        this.settle(run, 'waiting');
        stop.abort();
      }
    } catch (error) {
      this.failure = { error };
      this.wake();
    }
  }
}
