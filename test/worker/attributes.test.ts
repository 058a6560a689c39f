// A worker begins only where its runs could: the namespace must know Muster's search attributes.
import { NativeConnection } from '@temporalio/worker';
import { startEmbeddedServer } from '../../src/dev/embedded-server';
import { registerMissing } from '../../src/temporal/registration';
import { requireSearchAttributes, SearchAttributesError } from '../../src/worker/attributes';
import { startDoorkeeper } from './support/temporal-doorkeeper';

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

test('where it cannot be asked, as in Temporal Cloud, that is said, and the worker goes on', async () => {
  const doorkeeper = await startDoorkeeper();
  const connection = await NativeConnection.connect({ address: doorkeeper.address });
  doorkeeper.refuse('ListSearchAttributes');
  try {
    await requireSearchAttributes(connection, 'default', log);
    expect(told).toEqual(['it could not be asked whether the search attributes are registered']);
  } finally {
    await connection.close();
    await doorkeeper.close();
  }
});
