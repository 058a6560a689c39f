// Against a real server: what Temporal stores of a run that fails in every way holds nothing readable, and both
// those with the key and the codec endpoint can read it.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { Client, Connection, WorkflowFailedError } from '@temporalio/client';
import { ActivityFailure, type ApplicationFailure } from '@temporalio/common';
import { bundleWorkflowCode, DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import type { EmbeddedServer } from '../../src/dev/embedded-server';
import { findTemporal } from '../../src/dev/find-temporal';
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
