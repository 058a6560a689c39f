// What may happen to a run from Temporal's side, beside faults of the vendor: started five times at once, terminated,
// cancelled, reset.
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { temporal } from '@temporalio/proto';
import type { RecordedRequest } from '../../src/simulators/contract';
import { nameOf, type Spot } from './calls';
import type { Scenario, Stage } from './contract';

export interface Disturbance {
  name: string;
  /** Answers may be lost between worker and Temporal. */
  interrupts?: boolean;
  cancels?: boolean;
  /** What the vendor saw and we did not send. */
  isEcho?: (requests: readonly RecordedRequest[], index: number) => boolean;
  /** In place of starting the request once. */
  start?: (stage: Stage) => Promise<void>;
  /** Lies in wait for the moment, before the start; resolves when it has happened. */
  arrange?: (stage: Stage) => Promise<void>;
  /** Once the run has ended. */
  afterwards?: (stage: Stage) => Promise<void>;
  /** What the operator wants, where that differs. */
  scenario?: (scenario: Scenario) => Scenario;
}

const idOf = ({ connection, request }: Stage) => `${connection}/${request.key}`;

export const fiveStarts: Disturbance = {
  name: 'five-starts',
  async start({ bench, request }) {
    const handles = await Promise.all([1, 2, 3, 4, 5].map(() => bench.muster.onboard(request)));
    const runs = new Set(handles.map(({ runId }) => runId));
    if (runs.size !== 1) throw new Error(`five starts made ${runs.size} runs`);
  },
};

/** Does something to the run while a call is at the vendor. */
function during(
  { name, nth }: Pick<Spot, 'name' | 'nth'>,
  deed: (stage: Stage) => Promise<void>,
): Pick<Disturbance, 'arrange'> {
  return {
    arrange: (stage) =>
      new Promise((resolve, reject) => {
        // The call itself is answered late, so that the deed is done while the run waits for it.
        stage.simulator.inject({
          kind: 'slow',
          delayMs: 300,
          nth,
          match(request) {
            return nameOf(request) === name;
          },
        });
        let met = 0;
        const watch = setInterval(() => {
          met = stage.simulator.requests().filter((request) => nameOf(request) === name).length;
          if (met < nth + before) return;
          clearInterval(watch);
          deed(stage).then(resolve, reject);
        }, 20);
        const before = stage.simulator.requests().filter((request) => nameOf(request) === name).length;
        setTimeout(() => {
          clearInterval(watch);
          resolve();
        }, 60_000).unref();
      }),
  };
}

export function terminateAt(spot: Spot): Disturbance {
  return {
    name: `terminate@${spot.name}/${spot.nth}`,
    interrupts: true,
    ...during(spot, async (stage) => {
      await stage.bench.muster.client.workflow.getHandle(idOf(stage)).terminate('an impatient operator');
    }),
  };
}

export function cancelAt(spot: Spot): Disturbance {
  return {
    name: `cancel@${spot.name}/${spot.nth}`,
    interrupts: true,
    cancels: true,
    ...during(spot, async (stage) => {
      await stage.bench.muster.client.workflow.getHandle(idOf(stage)).cancel();
    }),
    scenario: (scenario) => ({
      ...scenario,
      decide: (problem) => (problem.code === 'cancelled' ? 'undo' : scenario.decide?.(problem)),
    }),
  };
}

/** Wrong credentials may not be tried more often than this: vendors lock an account after five. */
const MOST_REJECTED = 4;
/** A request that comes so long after the rejection is the hold's probe. In milliseconds. */
const PROBED_AFTER_MS = 2_000;

/**
 * From this call on the vendor rejects our credentials, until the hold has probed them in vain.
 * @param secret the vendor's setting for what it knows us by
 */
export function barredAt({ name, nth }: Pick<Spot, 'name' | 'nth'>, secret: string): Disturbance {
  return {
    name: `barred@${name}/${nth}`,
    async arrange({ simulator }) {
      const { settings } = simulator.state() as { settings: Record<string, unknown> };
      const before = settings[secret];
      let since = Number.POSITIVE_INFINITY;
      let met = 0;
      simulator.inject({
        // Neither a session from before helps.
        kind: 'expired-token',
        nth,
        match: (request) => {
          if (nameOf(request) !== name) return false;
          met += 1;
          if (met < nth) return true;
          simulator.set(secret, 'changed-at-the-vendor');
          since = request.number;
          return true;
        },
      });
      const rejected = () => simulator.requests().filter(({ number }) => number >= since);
      try {
        await until(() => {
          const [first] = rejected();
          const last = rejected().at(-1);
          return first && last && Date.parse(last.at) - Date.parse(first.at) > PROBED_AFTER_MS;
        });
      } finally {
        simulator.set(secret, before);
      }
      const tries = rejected().filter(({ status }) => status === 401 || status === 403);
      if (tries.length > MOST_REJECTED)
        throw new Error(`rejected credentials were tried: ${tries.map(({ call }) => call).join(', ')}`);
    },
  };
}

/** In milliseconds: a busy machine may take a minute to come to the call that is meant. */
const LONGEST_WAIT_MS = 180_000;

async function until(is: () => unknown): Promise<void> {
  for (const end = Date.now() + LONGEST_WAIT_MS; !(await is()); await sleep(50))
    if (Date.now() > end) throw new Error('what the case waits for has not happened');
}

/** Resets the ended run to its nth workflow task; to its last where it had fewer. */
export function resetTo(nth: number): Disturbance {
  return { name: `reset/${nth}`, interrupts: true, afterwards: (stage) => reset(stage, nth) };
}

/** The same while a call is at the vendor: to the workflow task before. */
export function resetAt(spot: Spot, back: number): Disturbance {
  return {
    name: `reset-${back}-back@${spot.name}/${spot.nth}`,
    interrupts: true,
    ...during(spot, (stage) => reset(stage, -back)),
  };
}

/** The same, once the answer to the send is recorded: to before the look on which it relied. */
export function resetAnswered(spot: Spot, activities: { look: string; send: string }): Disturbance {
  return {
    name: `reset-answered@${spot.name}/${spot.nth}`,
    interrupts: true,
    ...during(spot, async (stage) => {
      let task: Long | undefined;
      await until(async () => {
        task = await taskBeforeLook(stage, activities);
        return task;
      });
      if (task) await resetToTask(stage, task);
    }),
  };
}

type Long = NonNullable<temporal.api.history.v1.IHistoryEvent['eventId']>;

/** The workflow task that scheduled the look, once the send has ended. */
async function taskBeforeLook(
  stage: Stage,
  { look, send }: { look: string; send: string },
): Promise<Long | undefined> {
  const { events } = await stage.bench.muster.client.workflow.getHandle(idOf(stage)).fetchHistory();
  const first = (activity: string) =>
    events?.find((event) => event.activityTaskScheduledEventAttributes?.activityType?.name === activity);
  const sent = String(first(send)?.eventId);
  const hasEnded = events?.some(
    ({ activityTaskCompletedEventAttributes: told }) => told && String(told.scheduledEventId) === sent,
  );
  const task = first(look)?.activityTaskScheduledEventAttributes?.workflowTaskCompletedEventId;
  return hasEnded && task ? task : undefined;
}

/** @param nth counted from the first, or, where negative, back from the last */
async function reset(stage: Stage, nth: number): Promise<void> {
  const { client } = stage.bench.muster;
  const workflowId = idOf(stage);
  const { runId } = await client.workflow.getHandle(workflowId).describe();
  // A run may still be in its first workflow task, within which its first looks are made.
  await until(async () => {
    const { events } = await client.workflow.getHandle(workflowId, runId).fetchHistory();
    const tasks = (events ?? []).filter((event) => event.workflowTaskCompletedEventAttributes);
    const task = tasks.at(nth > 0 ? Math.min(nth, tasks.length) - 1 : Math.max(nth, -tasks.length));
    if (task?.eventId) await resetToTask(stage, task.eventId);
    return task;
  });
}

async function resetToTask(stage: Stage, task: Long): Promise<void> {
  const { client } = stage.bench.muster;
  const workflowId = idOf(stage);
  const { runId } = await client.workflow.getHandle(workflowId).describe();
  await client.workflowService.resetWorkflowExecution({
    namespace: 'default',
    workflowExecution: { workflowId, runId },
    reason: 'sweep',
    requestId: randomUUID(),
    workflowTaskFinishEventId: task,
  });
  while ((await client.workflow.getHandle(workflowId).describe()).runId === runId) await sleep(50);
}
