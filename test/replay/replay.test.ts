// Runs that are under way must go on with the code that comes after them: recorded histories are replayed against the
// workflows as they are now. When one fails here, a change was made that running workflows cannot follow: make it behind
// `patched`, or, where no release carries that workflow yet, record anew (record.ts).
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from '@temporalio/worker';
import { DeterminismViolationError } from '@temporalio/workflow';
import { dataConverter } from '../../src/privacy/data-converter';
import { parseKeyRing } from '../../src/privacy/keys';
import { TEST_BUNDLE } from '../support/bundle-path';
import { type Recorded, recordedHistories } from './histories';
import { REPLAY_KEY } from './recordings';

const options = {
  workflowBundle: { codePath: TEST_BUNDLE },
  dataConverter: dataConverter(parseKeyRing({ keys: { test: REPLAY_KEY }, activeKey: 'test' })),
};

/** What each history failed with; empty where all can be followed. */
async function failures(histories: Recorded[]): Promise<Record<string, unknown>> {
  const failed: Record<string, unknown> = {};
  const names = new Map(
    histories.map(({ workflowId, workflowType, name }) => [workflowId + workflowType, name]),
  );
  for (const each of histories)
    for await (const { error } of Worker.runReplayHistories(options, [each]))
      if (error) failed[names.get(each.workflowId + each.workflowType) ?? each.name] = error;
  return failed;
}

const recorded = recordedHistories();

test('every recorded run is followed to where it had come', async () => {
  expect(await failures(recorded)).toEqual({});
});

/** Every function that a file at the top of workflows/ exports is a workflow (src/worker/bundle). */
function workflowTypes(): string[] {
  const folder = join(__dirname, '../../workflows');
  return readdirSync(folder)
    .filter((name) => name.endsWith('.ts'))
    .flatMap((name) => [
      ...readFileSync(join(folder, name), 'utf8').matchAll(/^export (?:async )?function (\w+)/gm),
    ])
    .map(([, type = '']) => type)
    .sort();
}

test('every type of workflow is recorded, with parkings and settlings', () => {
  expect([...new Set(recorded.map(({ workflowType }) => workflowType))].sort()).toEqual(workflowTypes());
  const names = recorded.map(({ name }) => name.split('.')[0]);
  expect(names).toEqual(
    expect.arrayContaining([
      'ethosce-settled',
      'pha-parked-resolved',
      'person-one-parked',
      'onefile-created',
      'onefile-revealed',
    ]),
  );
});

test('the recordings hold nobody’s data in the clear', () => {
  const text = JSON.stringify(recorded);
  const payloads = [...text.matchAll(/"data":"([^"]+)"/g)].map(([, data = '']) =>
    Buffer.from(data, 'base64').toString('latin1'),
  );
  expect(payloads.length).toBeGreaterThan(100);
  expect([text, ...payloads].filter((each) => /orla|@example\.org|quay row|Pw-/i.test(each))).toEqual([]);
});

/** The same history, as if other code had made it. */
function doctored({ history, ...rest }: Recorded, change: (events: Events) => Events): Recorded {
  return { ...rest, history: { events: change(structuredClone(history.events ?? [])) } };
}
type Events = NonNullable<Recorded['history']['events']>;

describe('a workflow that was changed is noticed', () => {
  const one = (name: string): Recorded => {
    const found = recorded.find((each) => each.name === name);
    if (!found) throw new Error(`${name} is not recorded`);
    return found;
  };

  test.each(['ethosce-created.provisionEthosceUser', 'pha-created.provisionPhaUser'])(
    'where it would call another activity: %s',
    async (name) => {
      const changed = doctored(one(name), (events) => {
        for (const { activityTaskScheduledEventAttributes: told } of events)
          if (told?.activityType?.name?.startsWith('create')) told.activityType = { name: 'somethingElse' };
        return events;
      });
      expect(Object.values(await failures([changed]))).toEqual([expect.any(DeterminismViolationError)]);
    },
  );

  test('where it would follow another sequence', async () => {
    const changed = doctored(one('pha-created.provisionPhaUser'), (events) => {
      const started = events[0]?.workflowExecutionStartedEventAttributes;
      if (started) started.workflowType = { name: 'provisionEthosceUser' };
      return events;
    });
    expect(Object.values(await failures([changed]))).toEqual([expect.any(DeterminismViolationError)]);
  });
});
