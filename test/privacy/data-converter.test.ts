// Against a real server: what Temporal stores of a run that fails in every way holds nothing readable, and both
// those with the key and the codec endpoint can read it.
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import { Client, Connection, WorkflowFailedError } from '@temporalio/client';
import { ActivityFailure, type ApplicationFailure } from '@temporalio/common';
import { bundleWorkflowCode, DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { endingOf } from '../../src/cli/exit';
import type { EmbeddedServer } from '../../src/dev/embedded-server';
import { findTemporal } from '../../src/dev/find-temporal';
import { isEncrypted } from '../../src/privacy/codec';
import { dataConverter, failureConverterPath } from '../../src/privacy/data-converter';
import { startCodecServer } from '../../src/privacy/decode-endpoint';
import { newKey, parseKeyRing } from '../../src/privacy/keys';
import { startTestServer } from '../support/temporal-server';
import { activities } from './fixtures/activities';

const run = promisify(execFile);
const NAME = 'Zebulon Quackenbush';
const SECRET = 'xyzzy-plugh-4711';
const MEMO = 'memo of Wilhelmina';
const TASK_QUEUE = 'privacy-test';

let server: EmbeddedServer;
let connection: Connection;
let nativeConnection: NativeConnection;
let worker: Worker;
let running: Promise<void>;
const ring = parseKeyRing({ keys: { test: newKey() }, activeKey: 'test' });
const converter = dataConverter(ring);

beforeAll(async () => {
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  server = await startTestServer();
  const { address } = server;
  const workflowBundle = await bundleWorkflowCode({
    workflowsPath: require.resolve('./fixtures/workflows'),
    failureConverterPath,
    logger: new DefaultLogger('ERROR'),
  });
  connection = await Connection.connect({ address });
  nativeConnection = await NativeConnection.connect({ address });
  worker = await Worker.create({
    connection: nativeConnection,
    taskQueue: TASK_QUEUE,
    workflowBundle,
    activities,
    dataConverter: converter,
  });
  running = worker.run();
});

afterAll(async () => {
  worker?.shutdown();
  await running;
  await nativeConnection?.close();
  await connection?.close();
  await server?.stop();
});

/** Everything the server holds of a run, as text: each string as it is, and as the bytes it may be base64 of. */
async function stored(workflowId: string): Promise<string> {
  const call = { namespace: 'default', execution: { workflowId } };
  const history = await connection.workflowService.getWorkflowExecutionHistory(call);
  const description = await connection.workflowService.describeWorkflowExecution(call);
  const texts: string[] = [];
  JSON.stringify([history, description], (_key, value) => {
    if (typeof value === 'string') texts.push(value, Buffer.from(value, 'base64').toString());
    return value;
  });
  return texts.join('\n');
}

it('keeps nothing readable of arguments, results, memo, summaries, messages, stacks and details', async () => {
  const client = new Client({ connection, dataConverter: converter });
  const handle = await client.workflow.start('leaky', {
    taskQueue: TASK_QUEUE,
    workflowId: 'leaky-1',
    args: [{ name: NAME, secret: SECRET }],
    memo: { note: MEMO },
    staticSummary: `about ${NAME}`,
  });
  const error = await handle.result().catch((problem) => problem);

  expect(error).toBeInstanceOf(WorkflowFailedError);
  const failure: ApplicationFailure = error.cause;
  expect(failure.message).toBe(`could not help ${SECRET}`);
  expect(failure.details).toEqual([{ name: NAME, secret: SECRET }]);
  expect(failure.stack).toContain('fixtures/workflows');
  expect(failure.cause).toBeInstanceOf(ActivityFailure);
  expect(failure.cause?.cause).toMatchObject({ message: `broke down over ${SECRET}` });
  expect((await handle.describe()).memo).toEqual({ note: MEMO });
  expect(await (await handle.describe()).staticSummary()).toBe(`about ${NAME}`);

  const text = await stored('leaky-1');
  // Proof that the search sees what is there: names that are not encrypted, and the marks of the converter and codec.
  for (const word of ['leaky-1', 'BreakDown', 'Encoded failure', 'binary/encrypted'])
    expect(text).toContain(word);
  for (const word of [NAME, SECRET, MEMO, 'could not help', 'fixtures/workflows'])
    expect(text).not.toContain(word);
});

describe('a large payload', () => {
  const send = (workflowId: string, text: string) =>
    new Client({ connection, dataConverter: converter }).workflow.execute('echo', {
      taskQueue: TASK_QUEUE,
      workflowId,
      args: [{ text }],
    });

  it('of up to 2 MB as it is stored is carried both ways', async () => {
    // Random, so that compression gains a quarter at most: base64 of 1.4 MB.
    const text = randomBytes(1_400_000).toString('base64');
    await expect(send('large', text)).resolves.toEqual({ text });
  });

  it('of 5 MB is too, if it is mostly the same', async () => {
    const text = 'Ada '.repeat(1_250_000);
    await expect(send('repetitive', text)).resolves.toEqual({ text });
  });

  it('that is larger is refused at once, by its size and without its content', async () => {
    const text = randomBytes(2_500_000).toString('base64');
    const error: Error = await send('too-large', text).catch((thrown) => thrown);
    expect(`${error.message} ${error.cause}`).toMatch(/Blob data size exceeds limit/);
    expect(`${error.message} ${error.cause}`).not.toContain(text.slice(0, 50));
    expect(endingOf(error)).toEqual({
      code: 2,
      message: expect.stringMatching(/^This is more than Temporal takes: 2 MB at a time/),
    });
  });
});

it('the card of a run is sealed on its way through the server', async () => {
  const client = new Client({ connection, dataConverter: converter });
  const options = { taskQueue: TASK_QUEUE, workflowId: 'carded', args: [NAME] };
  const handle = await client.workflow.start('carded', options);
  const metadata = (asker: Client) =>
    asker.workflow.getHandle<() => Promise<void>>('carded').query('__temporal_workflow_metadata');
  const open = JSON.stringify(await metadata(client));
  expect(open).toContain(`### ${NAME}`);
  const { queryResult } = await connection.workflowService.queryWorkflow({
    namespace: 'default',
    execution: { workflowId: 'carded' },
    query: { queryType: '__temporal_workflow_metadata' },
  });
  const text = (queryResult?.payloads ?? []).map((payload) => JSON.stringify(payload)).join();
  expect(isEncrypted(queryResult?.payloads?.[0] ?? {})).toBe(true);
  expect(Buffer.from(queryResult?.payloads?.[0]?.data ?? []).toString() + text).not.toContain(NAME);
  await handle.terminate();
});

it("can be read by Temporal's own tools through a codec server", async () => {
  const client = new Client({ connection, dataConverter: converter });
  await client.workflow.execute('echo', {
    taskQueue: TASK_QUEUE,
    workflowId: 'shown',
    args: [{ name: NAME }],
  });
  const { path } = await findTemporal();
  const show = ['workflow', 'show', '--workflow-id', 'shown', '--address', server.address];
  const codecServer = await startCodecServer({ ring, origins: [], bearer: 'let-me' });
  try {
    const codecArgs = ['--codec-endpoint', codecServer.url, '--codec-auth', 'Bearer let-me'];
    expect((await run(path, [...show, ...codecArgs])).stdout).toContain(NAME);
    expect((await run(path, show)).stdout).not.toContain(NAME);
  } finally {
    await codecServer.close();
  }
});

it('the same without a codec is readable: the test above looks in the right place', async () => {
  const client = new Client({ connection });
  const handle = await client.workflow.start('echo', {
    taskQueue: TASK_QUEUE,
    workflowId: 'plain-1',
    args: [{ name: NAME }],
    memo: { note: MEMO },
  });
  await expect(
    new Client({ connection, dataConverter: converter }).workflow.getHandle(handle.workflowId).result(),
  ).resolves.toEqual({ name: NAME });
  const text = await stored('plain-1');
  for (const word of [NAME, MEMO]) expect(text).toContain(word);
});
