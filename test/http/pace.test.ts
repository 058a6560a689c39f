// The pace of an activity's further calls, and the fence's arithmetic.
import { connectTimeout, FENCE_MS, fenceFor, minimumSettle } from '../../src/http/fence';
import { createPace } from '../../src/http/pace';
import { closePeers, peer, READ, reply, sleep, transportTo } from './support';

afterEach(closePeers);

/** So slow that whatever waits for it does not come back within a test. */
const GLACIAL = 0.001;

test('without a rate nothing waits', async () => {
  const pace = createPace(undefined);
  await Promise.all(Array.from({ length: 100 }, () => pace()));
});

test('the first slot is free, and the others lie one interval apart', async () => {
  await createPace(GLACIAL)();
  const pace = createPace(50);
  const began = performance.now();
  await Promise.all(Array.from({ length: 5 }, () => pace()));
  // A timer may be a millisecond early.
  expect(performance.now() - began).toBeGreaterThanOrEqual(78);
});

test('a cancelled wait ends at once', async () => {
  const pace = createPace(GLACIAL);
  await pace();
  const cancelling = new AbortController();
  const waiting = pace(cancelling.signal);
  cancelling.abort();
  await expect(waiting).rejects.toMatchObject({ name: 'AbortError' });
});

test('a transport paces only the calls that ask for it', async () => {
  const there = await peer((socket) => reply(socket));
  const transport = transportTo(there.url, { requestsPerSecond: GLACIAL });
  await transport.send(READ, { paced: true });
  await transport.send(READ);
  await transport.send(READ);
  const cancelling = new AbortController();
  const waiting = transport.send(READ, { paced: true, signal: cancelling.signal });
  await sleep(30);
  cancelling.abort();
  await expect(waiting).rejects.toMatchObject({ name: 'AbortError' });
  expect(there.arrived).toHaveLength(3);
});

test('settling cannot end before fence, connection and call have', () => {
  expect(fenceFor(30_000, 0)).toBe(FENCE_MS);
  expect(fenceFor(30_000, 1)).toBe(FENCE_MS + 30_000);
  expect(connectTimeout(30_000)).toBe(10_000);
  expect(connectTimeout(1_000)).toBe(1_000);
  expect(minimumSettle(30_000, 0)).toBe(43_000);
  expect(minimumSettle(1_000, 1)).toBe(6_000);
});
