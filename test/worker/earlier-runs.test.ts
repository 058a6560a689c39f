// What the earlier runs of an account leave to the next one, read out of their results and histories.
import { type Client, type WorkflowExecutionInfo, WorkflowNotFoundError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import {
  encodeErrorToFailure,
  encodeToPayloads,
  loadDataConverter,
} from '@temporalio/common/lib/internal-non-workflow';

import type { temporal } from '@temporalio/proto';
import { type AccountResult, emptyAccount, resultDocument } from '../../src/account/result';
import type { Outcome } from '../../src/http/outcome';
import { dataConverter } from '../../src/privacy/data-converter';
import { newKey, parseKeyRing } from '../../src/privacy/keys';
import { readHistory, readRunsBefore } from '../../src/worker/earlier-runs';

type HistoryEvent = temporal.api.history.v1.IHistoryEvent;

const converterOf = (key: string) =>
  loadDataConverter(dataConverter(parseKeyRing({ keys: { test: key }, activeKey: 'test' })));
const converter = converterOf(newKey());

/** A run's history as short as it can be told. */
class Told {
  readonly events: HistoryEvent[] = [];

  async scheduled(activity: string, input: unknown): Promise<this> {
    const payloads = await encodeToPayloads(converter, input);
    return this.add({
      activityTaskScheduledEventAttributes: { activityType: { name: activity }, input: { payloads } },
    });
  }
  sends(step: string, activity = 'createUser'): Promise<this> {
    return this.scheduled(activity, {
      connection: 'x',
      step,
      ground: { runId: 'r', at: '', earlierReadBy: 'r' },
    });
  }
  /** The last activity was answered. */
  async answered(outcome: Outcome<unknown>): Promise<this> {
    const payloads = await encodeToPayloads(converter, outcome);
    return this.add({
      activityTaskCompletedEventAttributes: {
        scheduledEventId: this.events.length as never,
        result: { payloads },
      },
    });
  }
  timedOut(): this {
    return this.add({
      activityTaskTimedOutEventAttributes: { scheduledEventId: this.events.length as never },
    });
  }
  terminated(): this {
    return this.add({ workflowExecutionTerminatedEventAttributes: {} });
  }
  async ended(result: Partial<AccountResult>): Promise<this> {
    const document = resultDocument('k', { x: { ...emptyAccount('done'), ...result } });
    const payloads = await encodeToPayloads(converter, document);
    return this.add({ workflowExecutionCompletedEventAttributes: { result: { payloads } } });
  }
  async failed(result: Partial<AccountResult>): Promise<this> {
    const document = resultDocument('k', { x: { ...emptyAccount('failed'), ...result } });
    const failure = await encodeErrorToFailure(
      converter,
      ApplicationFailure.create({ message: 'm', type: 'conflict', nonRetryable: true, details: [document] }),
    );
    return this.add({ workflowExecutionFailedEventAttributes: { failure } });
  }
  private add(event: HistoryEvent): this {
    this.events.push({ ...event, eventId: (this.events.length + 1) as never });
    return this;
  }
}

const UNKNOWN: Outcome<never> = { kind: 'unknown', message: '' };
const UNSENT: Outcome<never> = { kind: 'unsent', message: '' };
const STALE: Outcome<never> = { kind: 'unsent', stale: 'run', message: '' };
const INTENT = 'intendInLedger';
const WRITTEN: Outcome<unknown> = { kind: 'done', value: 'written' };

/** Where each send had come when the run was cut off. */
async function steps(build: (told: Told) => Promise<Told>): Promise<Record<string, unknown>> {
  const { events } = (await build(new Told())).terminated();
  const { readable, final, steps } = await readHistory(converter, events);
  expect({ readable, final }).toEqual({ readable: true, final: false });
  return steps;
}

describe('a run that was cut off', () => {
  test.each<[string, Outcome<unknown> | 'none' | 'time-out', unknown]>([
    ['has not ended', 'none', { sent: 'open' }],
    ['timed out', 'time-out', { sent: 'open' }],
    ['was answered with nothing to be trusted', UNKNOWN, { sent: 'open' }],
    ['was answered with an id', { kind: 'done', value: '123' }, { sent: 'done', id: '123' }],
    ['was answered without an id', { kind: 'done', value: { answered: [] } }, { sent: 'done' }],
    ['was refused', { kind: 'refused', code: 'refused', message: '' }, { sent: 'none' }],
    ['was barred', { kind: 'barred', message: '' }, { sent: 'none' }],
    ['never left', UNSENT, { sent: 'none' }],
    ['was too old to leave', { ...UNSENT, stale: 'age' }, { sent: 'none' }],
  ])('whose send %s', async (_, outcome, expected) => {
    const found = await steps(async (told) => {
      await told.sends('create');
      if (outcome === 'time-out') return told.timedOut();
      return outcome === 'none' ? told : told.answered(outcome);
    });
    expect(found).toEqual({ create: expected });
  });

  test('knows each step by its last send, and looks as none', async () => {
    const found = await steps(async (told) => {
      await told.scheduled('findUser', { connection: 'x', email: 'orla@example.org' });
      await told.answered({ kind: 'done', value: [] });
      await told.sends('create').then((more) => more.answered(UNKNOWN));
      await told.sends('create').then((more) => more.answered({ kind: 'done', value: '7' }));
      return told.sends('profile');
    });
    expect(found).toEqual({ create: { sent: 'done', id: '7' }, profile: { sent: 'open' } });
  });

  test('that had written down its intent counts as having sent, whatever became of it', async () => {
    const intent = (told: Told) => told.sends('create', INTENT).then((more) => more.answered(WRITTEN));
    expect(await steps(intent)).toEqual({ create: { sent: 'open' } });
    const refused = async (told: Told) => {
      await (await intent(told)).sends('create');
      return told.answered({ kind: 'refused', code: 'refused', message: '' });
    };
    expect(await steps(refused)).toEqual({ create: { sent: 'none' } });
  });

  test('and was held back by a reset proves nothing about the run before it', async () => {
    const held = (told: Told) => told.sends('create').then((more) => more.answered(STALE));
    expect(await steps(held)).toEqual({});
    const after = async (told: Told) => held(await (await told.sends('create')).answered(UNKNOWN));
    expect(await steps(after)).toEqual({ create: { sent: 'open' } });
    const intended = (told: Told) => told.sends('create', INTENT).then((more) => more.answered(STALE));
    expect(await steps(intended)).toEqual({});
  });
});

/** A Temporal that remembers these runs, newest first. */
function remembering(histories: Record<string, Told | 'gone'>, runId = 'now'): Client {
  const ids = [runId, ...Object.keys(histories)];
  const runs = ids.map((id, age) => ({ workflowId: 'x/k', runId: id, startTime: new Date(1_000_000 - age) }));
  return {
    options: { loadedDataConverter: converter },
    workflow: {
      async *list() {
        // In no order that could be relied on.
        yield* [...runs].reverse() as WorkflowExecutionInfo[];
      },
      getHandle: (_: string, id: string) => ({
        describe: () =>
          histories[id]
            ? Promise.resolve({ workflowId: 'x/k', runId: id, startTime: new Date(0) })
            : Promise.reject(new WorkflowNotFoundError('gone', 'x/k', id)),
        fetchHistory: () => {
          const told = histories[id];
          return told === 'gone' || !told
            ? Promise.reject(new Error('gone'))
            : Promise.resolve({ events: told.events });
        },
      }),
    },
  } as unknown as Client;
}
const left = (histories: Record<string, Told | 'gone'>) =>
  readRunsBefore(remembering(histories), { workflowId: 'x/k', runId: 'now' });

const SENT = async () => (await new Told().sends('create')).terminated();

describe('what is left to the next run', () => {
  test('nothing, where there was none', async () => {
    expect(await left({})).toMatchObject({
      runId: 'now',
      from: null,
      readable: true,
      steps: {},
      userId: null,
    });
  });

  test('the latest result, and nothing from before it: it knew all that', async () => {
    const result = { userId: '7', provenance: 'adopted', ids: { profileId: '72' } } as const;
    const inherited = await left({ b: await new Told().ended(result), a: await SENT() });
    expect(inherited).toMatchObject({ from: 'b', readable: true, steps: {}, ...result });
  });

  test('a failed run’s result as well', async () => {
    const inherited = await left({ b: await new Told().failed({ userId: '7', provenance: 'created' }) });
    expect(inherited).toMatchObject({ from: 'b', userId: '7', provenance: 'created' });
  });

  test('an open send of a run before the last, through runs that never sent', async () => {
    const looked = (await new Told().scheduled('findUser', { connection: 'x' })).terminated();
    const held = (await (await new Told().sends('create')).answered(STALE)).terminated();
    expect(await left({ c: looked, b: held, a: await SENT() })).toMatchObject({
      from: 'c',
      steps: { create: { sent: 'open' } },
    });
  });

  test('what a later run learned, before what an earlier one feared', async () => {
    const done = (
      await (await new Told().sends('create')).answered({ kind: 'done', value: '7' })
    ).terminated();
    expect(await left({ b: done, a: await SENT() })).toMatchObject({
      steps: { create: { sent: 'done', id: '7' } },
    });
  });

  test('nothing of what was undone', async () => {
    const undone = await (await new Told().sends('create')).ended({ status: 'compensated', userId: '7' });
    expect(await left({ b: undone, a: await SENT() })).toMatchObject({ steps: {}, userId: null });
  });

  test('doubt, where a history is gone, or there are too many', async () => {
    expect(await left({ b: 'gone', a: await SENT() })).toMatchObject({ from: 'b', readable: false });
    const looked = (await new Told().scheduled('findUser', { connection: 'x' })).terminated();
    const many = Object.fromEntries(Array.from({ length: 21 }, (_, run) => [`r${run}`, looked]));
    expect(await left(many)).toMatchObject({ readable: false });
  });

  test('doubt, where it was encrypted with a key that is no longer there', async () => {
    const client = remembering({ a: await SENT() });
    Object.assign(client.options, { loadedDataConverter: converterOf(newKey()) });
    const inherited = await readRunsBefore(client, { workflowId: 'x/k', runId: 'now' });
    expect(inherited).toMatchObject({ from: 'a', readable: false });
  });
});

describe('a run that is known to be before this one', () => {
  const unlisted = (histories: Record<string, Told | 'gone'>) => {
    const client = remembering(histories);
    const { list } = remembering({}).workflow;
    Object.assign(client.workflow, { list });
    return readRunsBefore(client, { workflowId: 'x/k', runId: 'now', before: 'a' });
  };

  test('counts though the list does not show it', async () => {
    expect(await unlisted({ a: await SENT() })).toMatchObject({
      from: 'a',
      steps: { create: { sent: 'open' } },
    });
  });

  test('counts once where the list shows it', async () => {
    const client = remembering({ a: await SENT() });
    const inherited = await readRunsBefore(client, { workflowId: 'x/k', runId: 'now', before: 'a' });
    expect(inherited).toMatchObject({ from: 'a', steps: { create: { sent: 'open' } } });
  });

  test('is doubt where Temporal has forgotten it', async () => {
    expect(await unlisted({})).toMatchObject({ from: 'a', readable: false });
  });
});

test('a run that does not show in the list yet is waited for', async () => {
  const client = remembering({});
  let asked = 0;
  const { list } = client.workflow;
  Object.assign(client.workflow, {
    async *list(): AsyncGenerator<WorkflowExecutionInfo> {
      asked += 1;
      if (asked > 2) yield* list.call(client.workflow);
    },
  });
  expect(await readRunsBefore(client, { workflowId: 'x/k', runId: 'now' })).toMatchObject({ from: null });
  expect(asked).toBe(3);
});
