// Reads made within the workflow task, as local activities. Those that are asked for at the same time go as one, and those that
// were made when the run began are not made again: each local activity costs an event and a turn of the workflow.
import { ApplicationFailure, proxyLocalActivities } from '@temporalio/workflow';
import type * as together from '../../activities/reads';
import type { Answer, EarlyAnswer, Read } from '../../src/account/reads';

/** One that takes longer goes on as an activity of its own: its workflow task would hold up decisions and other runs. */
const QUICK_MS = 3_000;

const options = { startToCloseTimeout: QUICK_MS, retry: { maximumAttempts: 1 } };
// By name, as the SDK's own proxies: types alone know which activities there are.
const alone = proxyLocalActivities<Record<string, (input: unknown) => Promise<unknown>>>(options);
const { readTogether } = proxyLocalActivities<typeof together>(options);

interface Asked extends Read {
  summary: string;
  answer(value: Promise<unknown>): void;
}

/** Both of this run alone: each run has modules of its own. */
const early = new Map<string, Answer>();
let asked = new Map<string, Asked[]>();

/** What was read when the run began: each is the answer to the first such read, and to no other. */
export function alreadyRead(answers: readonly EarlyAnswer[]): void {
  for (const { read, answer } of answers) early.set(idOf(read), answer);
}

/**
 * @param group reads of one group may go together
 * @throws what the read threw
 */
export async function readQuickly(group: string, read: Read, summary: string): Promise<unknown> {
  const known = early.get(idOf(read));
  if (known) {
    early.delete(idOf(read));
    return unpacked(known);
  }
  return new Promise((answer) => {
    if (asked.size === 0) void Promise.resolve().then(makeAll);
    asked.set(group, [...(asked.get(group) ?? []), { ...read, summary, answer }]);
  });
}

function makeAll(): void {
  const groups = [...asked.values()];
  asked = new Map();
  for (const group of groups) make(group);
}

function make(group: readonly Asked[]): void {
  const [only, ...more] = group;
  if (!only) return;
  if (more.length === 0) {
    const activity = alone[only.name] as NonNullable<(typeof alone)[string]>;
    only.answer(activity.executeWithOptions({ summary: only.summary }, [only.input]));
    return;
  }
  const summary = group.map((one) => one.summary).join('; ');
  const reads = group.map(({ name, input }) => ({ name, input }));
  const made = readTogether.executeWithOptions({ summary }, [{ reads }]);
  group.forEach(({ answer }, index) => {
    answer(made.then((answers) => unpacked(answers[index] as Answer)));
  });
}

function unpacked({ value, failure }: Answer): unknown {
  if (!failure) return value;
  const { retryAfterMs, ...told } = failure;
  throw ApplicationFailure.create({
    ...told,
    ...(retryAfterMs !== undefined && { nextRetryDelay: retryAfterMs }),
  });
}

function idOf({ name, input }: Read): string {
  return `${name} ${JSON.stringify(input)}`;
}
