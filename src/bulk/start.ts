// What a job is started with, checked.
import { z } from 'zod';
import type { JobInput } from './job';
import { RosterError, rowDefaultsSchema } from './roster';
import { parseThreshold } from './thresholds';

const MOST_WINDOW = 500;

const jobSchema = z.strictObject({
  source: z.string().min(1),
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .nullish(),
  defaults: rowDefaultsSchema.optional(),
  window: z.number().int().min(1).max(MOST_WINDOW).optional(),
  maxFailures: z
    .union([z.number().int().min(0), z.string().refine((text) => parseThreshold(text))])
    .optional(),
  skip: z.array(z.string()).optional(),
  undo: z
    .strictObject({ job: z.string().min(1), mark: z.string().min(1), reason: z.string().min(1) })
    .optional(),
  onlyIfChanged: z.boolean().optional(),
}) satisfies z.ZodType<JobInput>;

const EXPECTED: Readonly<Record<string, string>> = {
  source: 'expected a path under importsDir, or an https address',
  sha256: 'expected 64 hexadecimal digits, or none',
  window: `expected a whole number from 1 to ${MOST_WINDOW}`,
  maxFailures: 'expected a whole number, or a share such as "5%"',
};

type CheckedJob = z.output<typeof jobSchema> & Required<Pick<JobInput, 'defaults' | 'skip'>>;

/** @throws RosterError with every fault */
export function checkedJob(input: unknown): CheckedJob {
  const read = jobSchema.safeParse(input);
  if (read.success) return { ...read.data, defaults: read.data.defaults ?? {}, skip: read.data.skip ?? [] };
  throw new RosterError(
    read.error.issues.map(({ path, message }) => ({
      path: path.join('.'),
      message: EXPECTED[String(path[0])] ?? message,
    })),
  );
}

/** @returns the greatest number of failed rows with which a job still starts more; null for any */
export function mostFailures(stated: number | string | undefined, rows: number): number | null {
  if (stated === undefined) return null;
  const most = typeof stated === 'number' ? { accounts: stated } : parseThreshold(stated);
  if (!most) throw new RangeError(`${stated} is no threshold`);
  return 'accounts' in most ? most.accounts : Math.floor((most.percent / 100) * rows);
}
