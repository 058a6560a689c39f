// The worker's log: machine-readable, and silent about people.
import { ApplicationFailure } from '@temporalio/common';
import { createLog, type LogOptions } from '../../src/worker/logging';

function logTo(options: LogOptions = {}) {
  const lines: Record<string, unknown>[] = [];
  const to = { write: (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>) };
  return { lines, log: createLog({ ...options, to }) };
}

const SAID = 'The e-mail orla.tern@example.org is taken';

test('each line is an object with level, time, message and what came with it', () => {
  const { lines, log } = logTo();
  log.log('WARN', 'slow', { taskQueue: 'muster' });
  log.debug('unseen');
  expect(lines).toEqual([
    {
      level: 'warn',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      message: 'slow',
      taskQueue: 'muster',
    },
  ]);
});

test('an error out of an activity or a workflow leaves its kind and its place, never its words', () => {
  const error = new Error(SAID, { cause: ApplicationFailure.nonRetryable(SAID, 'refused') });
  for (const run of [{ activityId: '1' }, { workflowId: 'ethosce/hr-1' }]) {
    const { lines, log } = logTo();
    log.warn('Activity failed', { ...run, error });
    expect(JSON.stringify(lines)).not.toContain('orla');
    expect(lines[0]?.error).toMatchObject({
      name: 'Error',
      stack: expect.arrayContaining([expect.stringContaining('logging.test')]),
      cause: { name: 'ApplicationFailure', type: 'refused' },
    });
  }
});

test('what has parts is left out: the SDK hands over whole tasks', () => {
  const { lines, log } = logTo({ level: 'trace' });
  log.trace('Got workflow activation', { runId: 'r', jobs: [{ arguments: [SAID] }], said: { words: SAID } });
  expect(lines[0]).toMatchObject({ runId: 'r', jobs: '[left out]', said: '[left out]' });
  expect(JSON.stringify(lines)).not.toContain('orla');
});

test('an error of the worker itself keeps its words: an operator needs them', () => {
  const { lines, log } = logTo();
  log.error('cannot poll', { error: Object.assign(new Error('connection refused'), { code: 14 }) });
  expect(lines[0]?.error).toMatchObject({ name: 'Error', code: 14, message: 'connection refused' });
});
