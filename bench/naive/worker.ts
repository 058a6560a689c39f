// The baseline's worker, a process of its own with the SDK's defaults: address of Temporal and the vendor's site as arguments.
import { NativeConnection, Worker } from '@temporalio/worker';
import { naiveActivities, type Site } from './activities';

export const NAIVE_QUEUE = 'naive';

export async function main([address = '', site = '{}']: readonly string[]): Promise<number> {
  const worker = await Worker.create({
    connection: await NativeConnection.connect({ address }),
    taskQueue: NAIVE_QUEUE,
    workflowsPath: require.resolve('./workflows.ts'),
    activities: naiveActivities(JSON.parse(site) as Site),
  });
  process.stderr.write('worker polls\n');
  await worker.run();
  return 0;
}
