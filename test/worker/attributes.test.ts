// A worker begins only where its runs could: the namespace must know Muster's search attributes.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { Client, Connection } from '@temporalio/client';
import { NativeConnection } from '@temporalio/worker';
import { findSearchAttributes } from '../../src/cli/doctor/findings';
import { startEmbeddedServer } from '../../src/dev/embedded-server';
import { findTemporal } from '../../src/dev/find-temporal';
import {
  NoOperatorError,
  otherWays,
  registerMissing,
  registrationState,
} from '../../src/temporal/registration';
import { MUSTER_SEARCH_ATTRIBUTES } from '../../src/temporal/search-attributes';
import { requireSearchAttributes, SearchAttributesError } from '../../src/worker/attributes';
import { type Doorkeeper, startDoorkeeper } from './support/temporal-doorkeeper';

const told: string[] = [];
const log = { warn: (message: string) => void told.push(message) };

test('what is missing, or of another type, is named with its type, until it is registered', async () => {
  const server = await startEmbeddedServer({
    searchAttributes: { MusterKey: 'Keyword', MusterDebts: 'Keyword' },
  });
  const connection = await NativeConnection.connect({ address: server.address });
  try {
    const error: unknown = await requireSearchAttributes(connection, 'default', log).catch(
      (thrown) => thrown,
    );
    expect(error).toBeInstanceOf(SearchAttributesError);
    const { message } = error as Error;
    expect(message).toMatch(
      /namespace default lacks MusterConnection \(Keyword\), .*MusterSince \(Datetime\)/,
    );
    expect(message).toMatch(/has with another type MusterDebts \(Int\)/);
    expect(message).not.toMatch(/MusterKey/);

    await registerMissing(connection, 'default');
    await expect(requireSearchAttributes(connection, 'default', log)).rejects.toThrow(
      /namespace default has with another type MusterDebts \(Int\): /,
    );
    expect(told).toEqual([]);
  } finally {
    await connection.close();
    await server.kill();
  }
});

describe('where there is no operator service, as in Temporal Cloud', () => {
  const INVALID_ARGUMENT = 3;
  const PERMISSION_DENIED = 7;
  let doorkeeper: Doorkeeper;
  let connection: NativeConnection;
  beforeEach(async () => {
    told.length = 0;
    doorkeeper = await startDoorkeeper();
    connection = await NativeConnection.connect({ address: doorkeeper.address });
    for (const method of ['ListSearchAttributes', 'AddSearchAttributes']) doorkeeper.refuse(method);
  });
  afterEach(async () => {
    await connection.close();
    await doorkeeper.close();
  });

  test('queries tell what is known', async () => {
    await requireSearchAttributes(connection, 'default', log);
    expect(told).toEqual([]);
    doorkeeper.refuse('ListWorkflowExecutions', INVALID_ARGUMENT);
    await expect(requireSearchAttributes(connection, 'default', log)).rejects.toThrow(
      /namespace default lacks MusterConnection \(Keyword\), /,
    );
    await expect(registerMissing(connection, 'default')).rejects.toThrow(NoOperatorError);
  });

  test('and where they may not be asked either, that is said, and the worker goes on', async () => {
    doorkeeper.refuse('ListWorkflowExecutions', PERMISSION_DENIED);
    await requireSearchAttributes(connection, 'default', log);
    expect(told).toEqual(['it could not be asked whether the search attributes are registered']);
  });

  test('doctor says the command that registers them, with or without --fix', async () => {
    doorkeeper.refuse('ListWorkflowExecutions', INVALID_ARGUMENT);
    const client = new Client({
      connection: await Connection.connect({ address: doorkeeper.address }),
      namespace: 'acme.a1b2c',
    });
    for (const fix of [false, true]) {
      const { ok, says } = await findSearchAttributes(client, fix);
      expect(ok).toBe(false);
      expect(says).toContain(
        '\nTemporal Cloud:  tcld namespace search-attributes add --namespace acme.a1b2c --sa "MusterConnection=Keyword" ',
      );
    }
    await client.connection.close();
  });
});

test("the commands that doctor says for a server of one's own do what they should", async () => {
  const server = await startEmbeddedServer({});
  const connection = await Connection.connect({ address: server.address });
  try {
    const { missing } = await registrationState(connection, 'default');
    expect(missing).toHaveLength(Object.keys(MUSTER_SEARCH_ATTRIBUTES).length);
    const command = otherWays(missing, 'default').match(/(?<=temporal )operator .*/)?.[0] ?? '';
    const { path } = await findTemporal();
    await promisify(execFile)(path, [...command.split(' '), '--address', server.address]);
    expect(await registrationState(connection, 'default')).toEqual({
      missing: [],
      wrong: [],
      operator: true,
    });
  } finally {
    await connection.close();
    await server.kill();
  }
});
