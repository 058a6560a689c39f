// `plan.json`: what a plan found, to be looked at and then carried out. Keys, ids and keyed hashes only, no personal data. It is
// one JSON document with a line for each row, so that it is written and read row by row whatever its size.
import { once } from 'node:events';
import { createReadStream, createWriteStream, type WriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { ACTIONS, type Forecast, UNDOABLE } from '../account/forecast';
import type { PlannedRow, PlanTotals } from './plan-totals';

const headerSchema = z.strictObject({
  version: z.literal(1),
  /** Path or address of the roster, or path of the request. */
  source: z.string(),
  /** Of the source's bytes, in hexadecimal. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  /** ISO 8601 UTC. */
  createdAt: z.iso.datetime(),
  /** Of the configuration's connections. */
  environments: z.record(z.string(), z.string().nullable()),
});
export type PlanHeader = z.output<typeof headerSchema>;

const accountSchema = z.strictObject({
  action: z.enum(ACTIONS),
  userId: z.string().nullable(),
  makes: z.array(z.string()),
  roles: z.strictObject({ add: z.array(z.string()), remove: z.array(z.string()) }),
  fields: z.array(z.string()),
  /** A problem code. */
  problem: z.string().nullable(),
  fingerprint: z.string(),
});
export type PlannedAccount = z.output<typeof accountSchema>;

const rowSchema = z.strictObject({
  row: z.int().positive(),
  line: z.int().positive().nullable(),
  key: z.string(),
  /** By connection. */
  accounts: z.record(z.string(), accountSchema),
});
export type PlanFileRow = z.output<typeof rowSchema>;

const counts = <Names extends readonly [string, ...string[]]>(names: Names) =>
  z.record(z.enum(names), z.int().nonnegative());
const totalsSchema = z.strictObject({
  rows: z.int(),
  accounts: z.int(),
  actions: counts(ACTIONS),
  rolesAdded: z.int(),
  rolesRemoved: z.int(),
  fields: z.int(),
  mails: z.int(),
  undo: counts(UNDOABLE),
});

/** A file that is no plan, or not a whole one. */
export class PlanFileError extends Error {
  override readonly name = 'PlanFileError';
}

/** What of a forecast is kept: no sentence, and no value. */
export function keptOf(forecast: Forecast): PlannedAccount {
  const { action, userId, makes, roles, fields, problem, fingerprint } = forecast;
  return { action, userId, makes, roles, fields, problem: problem?.code ?? null, fingerprint };
}

/**
 * Whether an account is no longer what it was when it was planned: somebody else changed it, it came to be, or an earlier run
 * got on. Also true after a change of the encryption key, by which the hashes are made: then nothing can be told.
 */
export function hasMoved(
  planned: Pick<PlannedAccount, 'fingerprint'>,
  now: Pick<Forecast, 'fingerprint'>,
): boolean {
  return planned.fingerprint !== now.fingerprint;
}

/** A person of whom an account moved since the plan was made. */
export interface MovedRow {
  row: number;
  line: number | null;
  key: string;
  /** The connections where it did, or where no plan was made. */
  connections: string[];
}

/**
 * Holds a plan against what would be done now, row by row: both are of the same roster, and in its order.
 * @throws PlanFileError where they are not
 */
export async function* movedSince(
  { rows }: Pick<PlanReader, 'rows'>,
  now: AsyncIterable<PlannedRow> | Iterable<PlannedRow>,
): AsyncGenerator<MovedRow, void, void> {
  for await (const { row, line, key, accounts } of now) {
    const { done, value: planned } = await rows.next();
    if (done || planned.key !== key)
      throw new PlanFileError(
        `row ${row}: the plan is of another roster, or of other row defaults; plan again`,
      );
    const connections = Object.entries(accounts)
      .filter(([connection, forecast]) => {
        const before = planned.accounts[connection];
        return !before || hasMoved(before, forecast);
      })
      .map(([connection]) => connection);
    if (connections.length > 0) yield { row, line, key, connections };
  }
}

export interface PlanWriter {
  write(row: PlannedRow): Promise<void>;
  /** Puts the file in its place. */
  close(totals: PlanTotals): Promise<void>;
  /** Leaves nothing behind. */
  abandon(): Promise<void>;
}

/**
 * Writes beside `path` and renames at the end, so that half a plan is never taken for a whole one. Mode 0600.
 * @throws PlanFileError where that place cannot be written to
 */
export async function writePlan(path: string, header: Omit<PlanHeader, 'version'>): Promise<PlanWriter> {
  const draft = `${path}.${process.pid}.part`;
  const stream = createWriteStream(draft, { mode: 0o600 });
  await once(stream, 'open').catch((error: NodeJS.ErrnoException) => {
    throw new PlanFileError(`${path}: cannot be written (${error.code ?? 'for no known reason'})`);
  });
  const opening = JSON.stringify({ version: 1, ...header } satisfies PlanHeader).slice(0, -1);
  let rows = 0;
  await put(stream, `${opening},"rows":[`);
  return {
    async write({ row, line, key, accounts }) {
      const kept = Object.entries(accounts).map(([connection, forecast]) => [connection, keptOf(forecast)]);
      const planned: PlanFileRow = { row, line, key, accounts: Object.fromEntries(kept) };
      await put(stream, `${rows === 0 ? '' : ','}\n${JSON.stringify(planned)}`);
      rows += 1;
    },
    async close(totals) {
      if (totals.rows !== rows) throw new Error(`the totals count ${totals.rows} rows, ${rows} were written`);
      await put(stream, `\n],"totals":${JSON.stringify(totals)}}\n`);
      await end(stream);
      await rename(draft, path);
    },
    async abandon() {
      await end(stream);
      await rm(draft, { force: true });
    },
  };
}

async function put(stream: WriteStream, text: string): Promise<void> {
  if (stream.errored) throw stream.errored;
  if (!stream.write(text)) await once(stream, 'drain');
}

async function end(stream: WriteStream): Promise<void> {
  if (stream.closed) return;
  stream.end();
  await once(stream, 'close');
}

export interface PlanReader {
  header: PlanHeader;
  /** The rows in their order; ends by an error where the file is not whole. */
  rows: AsyncGenerator<PlanFileRow, PlanTotals, void>;
}

/** Opens a plan. @throws PlanFileError; `rows` throws it too, naming the line */
export async function readPlan(path: string): Promise<PlanReader> {
  const lines = linesOf(path);
  const first = await lines.next();
  const opening = first.done ? '' : first.value;
  if (!opening.endsWith(',"rows":[')) throw notAPlan(path);
  const header = parsed(headerSchema, `${opening.slice(0, -',"rows":['.length)}}`, `${path}, line 1`);
  return { header, rows: rowsOf(path, lines) };
}

async function* rowsOf(
  path: string,
  lines: AsyncGenerator<string>,
): AsyncGenerator<PlanFileRow, PlanTotals, void> {
  let count = 0;
  for await (const line of lines) {
    const where = `${path}, line ${count + 2}`;
    if (line.startsWith('],"totals":')) {
      const totals = parsed(totalsSchema, line.slice('],"totals":'.length, -1), where);
      if (totals.rows !== count)
        throw new PlanFileError(`${where}: it has ${count} rows, and counts ${totals.rows}; plan again`);
      return totals;
    }
    yield parsed(rowSchema, line.replace(/,$/, ''), where);
    count += 1;
  }
  throw new PlanFileError(`${path}: is cut short; plan again`);
}

async function* linesOf(path: string): AsyncGenerator<string> {
  const stream = createReadStream(path, 'utf8');
  try {
    yield* createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    throw new PlanFileError(
      `${path}: ${code === 'ENOENT' ? 'there is no such file' : `cannot be read (${code})`}`,
    );
  } finally {
    stream.destroy();
  }
}

function parsed<Schema extends z.ZodType>(schema: Schema, text: string, where: string): z.output<Schema> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw notAPlan(where);
  }
  const read = schema.safeParse(value);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  throw new PlanFileError(`${where}: ${issue?.path.join('.') || 'the line'}: ${issue?.message}; plan again`);
}

function notAPlan(where: string): PlanFileError {
  return new PlanFileError(`${where}: is not as "muster plan --out" writes it; plan again`);
}
