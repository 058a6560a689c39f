// Plans requests: what onboarding would do with them now, asked page by page of the workers, which have the vendors' secrets.
// Reads only, at low priority.
import { randomUUID } from 'node:crypto';
import { type Client, WorkflowFailedError, type WorkflowHandle } from '@temporalio/client';
import { TimeoutFailure } from '@temporalio/common';
import type { PlanInput } from '../../workflows/plan-accounts';
import type { Forecast } from '../account/forecast';
import { countRow, noTotals, type PlannedRow, type PlanTotals } from '../bulk/plan-totals';
import { checkRoster, type PinnedRoster, type RowDefaults, rowsOf, START } from '../bulk/roster';
import { sourceName } from '../bulk/source';
import type { ClientConfig } from '../config/schema';
import { checkedRequest } from '../request/check';
import type { RequestDocument } from '../request/schema';
import { PLAN_ACCOUNTS, planId, WORKFLOW_QUEUE } from '../temporal/names';

/** A roster to plan, as `muster bulk` takes it. */
export interface RosterToPlan {
  /** A path under `importsDir`, or an https address. */
  roster: string;
  defaults?: RowDefaults;
  /** Where it has been checked already; it is checked first if left out. */
  pinned?: PinnedRoster;
}

/**
 * Begins to plan.
 * @throws RequestError, RosterError with every fault
 */
export async function planOf(
  client: Client,
  config: ClientConfig,
  input: RequestDocument | RosterToPlan,
  options: PlanOptions,
): Promise<Planning> {
  if (!('roster' in input)) {
    const rows = [{ row: 1, line: null, request: checkedRequest(config, input) }];
    return new Planning(client, rows, null, options);
  }
  const { roster, defaults = {} } = input;
  const { signal } = options;
  const place = { source: roster, importsDir: config.bulk.importsDir };
  const pinned = input.pinned ?? (await checkRoster(place, config, defaults, signal));
  const rows = rowsOf(place, config, pinned, defaults, START, signal);
  return new Planning(client, rows, { ...pinned, source: sourceName(roster) }, options);
}

/** A request and where it stands in its roster. */
export interface RequestRow {
  row: number;
  line: number | null;
  request: RequestDocument;
}

/** Accounts of one page; each page is one run. */
const PAGE_ACCOUNTS = 50;
/** Of a page's requests as JSON; Temporal takes arguments of 2 MB. */
const PAGE_CHARACTERS = 500_000;
/** Pages under way at once: one is worked on while the next waits. */
const PAGES = 2;
const LOWEST_PRIORITY = 5;

export interface PlanOptions {
  /** Stops the planning; pages under way are ended. */
  signal?: AbortSignal;
  /** How long a page may take, in milliseconds. Default one hour: a connection's limit may be slow. */
  patienceMs?: number;
}

/** The page's workers gave no answer. */
export class PlanningError extends Error {
  override readonly name = 'PlanningError';
}

/** A plan as it comes: its rows in order, once, and what they come to. */
export class Planning implements AsyncIterable<PlannedRow> {
  /** Of the rows given out so far. */
  readonly totals: PlanTotals = noTotals();

  /** @param roster what is planned, as it was pinned; null for a request of its own */
  constructor(
    private readonly client: Client,
    private readonly requests: AsyncIterable<RequestRow> | Iterable<RequestRow>,
    readonly roster: (PinnedRoster & { source: string }) | null,
    private readonly options: PlanOptions = {},
  ) {}

  async *[Symbol.asyncIterator](): AsyncGenerator<PlannedRow, void, void> {
    const underWay: UnderWay[] = [];
    try {
      for await (const page of pagesOf(this.requests)) {
        underWay.push(await this.begin(page));
        if (underWay.length === PAGES) yield* this.finish(underWay);
      }
      while (underWay.length > 0) yield* this.finish(underWay);
    } finally {
      // Whoever stops early does not want the rest.
      await Promise.all(underWay.map(({ handle }) => giveUp(handle)));
    }
  }

  private async begin(page: RequestRow[]): Promise<UnderWay> {
    const { patienceMs = 3_600_000, signal } = this.options;
    signal?.throwIfAborted();
    const input: PlanInput = { requests: page.map(({ request }) => request) };
    const handle = await this.client.workflow.start(PLAN_ACCOUNTS, {
      workflowId: planId(randomUUID()),
      taskQueue: WORKFLOW_QUEUE,
      args: [input],
      workflowExecutionTimeout: patienceMs,
      priority: { priorityKey: LOWEST_PRIORITY },
      staticSummary: `what onboarding would do with ${page.length} people`,
    });
    return { page, handle };
  }

  private async *finish(underWay: UnderWay[]): AsyncGenerator<PlannedRow, void, void> {
    const [oldest] = underWay;
    if (!oldest) return;
    const { page, handle } = oldest;
    const forecasts = await this.answer(handle);
    underWay.shift();
    for (const [at, { row, line, request }] of page.entries()) {
      const accounts = Object.fromEntries((forecasts[at] ?? []).map((each) => [each.connection, each]));
      const planned: PlannedRow = { row, line, key: request.key, accounts };
      countRow(this.totals, planned);
      yield planned;
    }
  }

  private async answer(handle: WorkflowHandle): Promise<Forecast[][]> {
    const { signal } = this.options;
    // One for each answer: the client would leave its listeners on the caller's.
    const waiting = new AbortController();
    const stop = () => waiting.abort();
    signal?.addEventListener('abort', stop, { once: true });
    try {
      const wait = () => handle.result() as Promise<Forecast[][]>;
      return await this.client.connection.withAbortSignal(waiting.signal, wait);
    } catch (error) {
      signal?.throwIfAborted();
      if (!(error instanceof WorkflowFailedError)) throw error;
      const { cause } = error;
      const late = cause instanceof TimeoutFailure;
      throw new PlanningError(
        late
          ? 'No worker answered in time; is one running ("muster worker")?'
          : `The plan could not be made: ${cause?.message ?? error.message}`,
      );
    } finally {
      signal?.removeEventListener('abort', stop);
    }
  }
}

interface UnderWay {
  page: RequestRow[];
  handle: WorkflowHandle;
}

async function* pagesOf(
  rows: AsyncIterable<RequestRow> | Iterable<RequestRow>,
): AsyncGenerator<RequestRow[], void, void> {
  let page: RequestRow[] = [];
  let accounts = 0;
  let characters = 0;
  for await (const row of rows) {
    const more = Object.keys(row.request.accounts).length;
    const size = JSON.stringify(row.request).length;
    const full = accounts + more > PAGE_ACCOUNTS || characters + size > PAGE_CHARACTERS;
    if (full && page.length > 0) {
      yield page;
      [page, accounts, characters] = [[], 0, 0];
    }
    page.push(row);
    accounts += more;
    characters += size;
  }
  if (page.length > 0) yield page;
}

/** It reads only, so it can be ended anywhere. */
async function giveUp(handle: WorkflowHandle): Promise<void> {
  await handle.terminate('nobody waits for it any more').catch(() => undefined);
}
