// A worker in a process of its own, which ends or stands still right before or right after an activity that a test
// names. Arguments: folder of plans, file of the configuration, address of Temporal, workflow bundle.
import { appendFileSync, existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Context } from '@temporalio/activity';
import { configFromObject } from '../../src/config/load';
import type * as createWorker from '../../src/worker/create-worker';
import { type ActivitySpot, planFile, SPOTS_FILE } from './process-plan';
import { PROMPT_HOLDS } from './quick';
import { quiet } from './quiet';

type Activity = (...args: unknown[]) => Promise<unknown>;

const [folder = '', configFile = '', address = '', codePath = ''] = process.argv.slice(2);

/** What the run is to meet at this activity, unless it has met it already. */
function strike(when: 'before' | 'after'): void {
  const { info } = Context.current();
  const { workflowExecution, activityId, activityType, isLocal } = info;
  const workflowId = workflowExecution?.workflowId ?? '';
  const spot: ActivitySpot = { workflowId, activityId, activityType, isLocal };
  if (when === 'before') appendFileSync(join(folder, SPOTS_FILE), `${JSON.stringify(spot)}\n`);
  const file = planFile(folder, workflowId);
  if (!existsSync(file)) return;
  const plan = JSON.parse(readFileSync(file, 'utf8')) as {
    activityId: string;
    isLocal: boolean;
    when: string;
    signal: NodeJS.Signals;
  };
  if (plan.activityId !== activityId || plan.isLocal !== isLocal || plan.when !== when) return;
  writeFileSync(file, JSON.stringify({ ...plan, pid: process.pid }));
  renameSync(file, `${file}.met`);
  process.kill(process.pid, plan.signal);
}

/** Puts wrapped activities in the place of the real ones, for whoever requires them after this. */
function wrapActivities(): void {
  const path = require.resolve('../../src/worker/activities');
  const real = require(path) as { loadActivities: () => Record<string, unknown> };
  const loadActivities = () =>
    Object.fromEntries(
      Object.entries(real.loadActivities()).map(([name, activity]) => [
        name,
        async (...args: unknown[]) => {
          strike('before');
          const value = await (activity as Activity)(...args);
          strike('after');
          return value;
        },
      ]),
    );
  const cached = require.cache[path];
  if (cached) cached.exports = { ...real, loadActivities };
}

async function main(): Promise<void> {
  quiet();
  wrapActivities();
  const { createMusterWorker } = require('../../src/worker/create-worker') as typeof createWorker;
  const none = () => undefined;
  const worker = await createMusterWorker({
    config: configFromObject(JSON.parse(readFileSync(configFile, 'utf8'))),
    temporal: { address },
    namespace: 'default',
    log: { debug: none, info: none, warn: none, error: none },
    workflowBundle: { codePath },
    holds: PROMPT_HOLDS,
  });
  process.on('SIGTERM', () => worker.shutdown());
  // Whoever started it is gone.
  process.on('disconnect', () => process.exit(0));
  const running = worker.run();
  process.send?.('ready');
  await running;
  process.exit(0);
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  process.exit(1);
});
