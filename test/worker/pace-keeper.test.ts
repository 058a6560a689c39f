// How fast a connection is asked, by what its vendor answers and by what the server already holds; and workers that share a
// queue, over a server of a few lines. The real one: pace-limit.test.ts.
import type { Client } from '@temporalio/client';
import { configFromObject } from '../../src/config/load';
import type { CallReport } from '../../src/http/transport';
import { PaceKeeper, type QueueLimit, Rate } from '../../src/worker/pace-keeper';

const CONFIGURED = 8;
const TIMING = { settleMs: 5_000, raiseEveryMs: 20_000 };

describe('a rate', () => {
  const rate = () => new Rate(CONFIGURED, TIMING);
  const NONE: QueueLimit = { by: 'nobody', perSecond: Number.POSITIVE_INFINITY, revision: '0' };
  const ours = (perSecond: number, revision = '1'): QueueLimit => ({ by: 'muster', perSecond, revision });

  test('a 429 halves what the server holds; those that come with it count as one', () => {
    const one = rate();
    expect(one.tooMany(0)).toBe(true);
    expect(one.lower(NONE, 0)).toBe(4);
    one.see(ours(4), 0);
    expect(one.tooMany(4_999)).toBe(false);
    expect(one.tooMany(5_000)).toBe(true);
    expect(one.lower(ours(4), 5_000)).toBe(2);
  });

  test('it never comes to a standstill', () => {
    expect(rate().lower(ours(0.3), 0)).toBe(0.2);
    // Set anew, for the others to see that the vendor has answered 429 again.
    expect(rate().lower(ours(0.2), 0)).toBe(0.2);
  });

  test('one that is configured slower than that is left alone', () => {
    expect(new Rate(0.1, TIMING).lower(NONE, 0)).toBeUndefined();
  });

  test('what another worker has lowered meanwhile is not lowered again for the same spell', () => {
    const one = rate();
    one.raise(NONE, 0);
    expect(one.lower(ours(4), 1_000)).toBeUndefined();
    expect(one.lower(ours(4), 6_000)).toBe(2);
  });

  test('the server is looked at from the start, and after each quiet time', () => {
    const one = rate();
    expect(one.isDue(0)).toBe(true);
    one.raise(NONE, 0);
    expect(one.isDue(19_999)).toBe(false);
    expect(one.isDue(20_000)).toBe(true);
  });

  test('a lowered limit is raised after a quiet time, on what is there, to what is configured and no further', () => {
    const one = rate();
    expect(one.raise(ours(4, '1'), 0)).toBeUndefined();
    expect(one.raise(ours(4, '1'), 20_000)).toBe(6);
    one.see(ours(6, '2'), 20_000);
    expect(one.isDue(39_999)).toBe(false);
    expect(one.raise(ours(6, '2'), 40_000)).toBe(8);
    one.see(NONE, 40_000);
    expect(one.raise(NONE, 60_000)).toBeUndefined();
  });

  test('what was set anew since it was last seen begins another quiet time, whatever its value', () => {
    const one = rate();
    one.raise(ours(4, '1'), 0);
    expect(one.raise(ours(4, '2'), 20_000)).toBeUndefined();
    expect(one.isDue(39_999)).toBe(false);
    expect(one.raise(ours(4, '2'), 40_000)).toBe(6);
  });

  test('a 429 whose lowering did not reach the server keeps it from being raised all the same', () => {
    const one = rate();
    one.raise(ours(4), 0);
    one.tooMany(15_000);
    expect(one.raise(ours(4), 20_000)).toBeUndefined();
  });

  test('a limit above what is configured by now is let go of at once', () => {
    expect(rate().raise(ours(10), 0)).toBe(CONFIGURED);
  });

  test('a limit that somebody else has set is neither raised nor lowered', () => {
    const one = rate();
    const theirs: QueueLimit = { by: 'others', perSecond: 2, revision: '1' };
    one.raise(theirs, 0);
    expect(one.raise(theirs, 20_000)).toBeUndefined();
    expect(one.lower(theirs, 40_000)).toBeUndefined();
  });
});

describe('workers', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => {
    for (const keeper of keepers.splice(0)) keeper.stop();
    jest.useRealTimers();
  });

  const keepers: PaceKeeper[] = [];
  const config = configFromObject({
    connections: {
      ethosce: {
        vendor: 'ethosce',
        baseUrl: 'https://ethosce.example',
        username: 'restws_muster',
        password: 'p',
        requestsPerSecond: CONFIGURED,
      },
    },
  });
  const TOO_MANY: CallReport = { call: 'find user', outcome: 'refused', vendorStatus: 429, durationMs: 1 };

  /** What Temporal keeps of one queue. */
  class Server {
    limit: number | undefined;
    reason = '';
    isDown = false;
    private settings = 0;

    private get config() {
      const metadata = { reason: this.reason, updateTime: { seconds: this.settings, nanos: 0 } };
      const rateLimit = this.limit === undefined ? null : { requestsPerSecond: this.limit };
      return { queueRateLimit: { rateLimit, metadata } };
    }

    set(limit: number | undefined, reason: string): void {
      this.limit = limit;
      this.reason = reason;
      this.settings += 1;
    }

    readonly client = {
      options: { namespace: 'default', identity: 'a test' },
      withDeadline: (_until: number, call: () => Promise<void>) => call(),
      workflowService: {
        describeTaskQueue: async () => {
          if (this.isDown) throw new Error('out of reach');
          return { config: this.config };
        },
        updateTaskQueueConfig: async (request: {
          updateQueueRateLimit: { rateLimit?: { requestsPerSecond: number }; reason: string };
        }) => {
          const { rateLimit, reason } = request.updateQueueRateLimit;
          this.set(rateLimit?.requestsPerSecond, reason);
          return { config: this.config };
        },
      },
    } as unknown as Client;
  }

  function worker(server: Server, warn: (message: string) => void = () => undefined): PaceKeeper {
    const quiet = () => undefined;
    const keeper = new PaceKeeper(
      server.client,
      config,
      { debug: quiet, info: quiet, warn, error: quiet },
      TIMING,
    );
    keepers.push(keeper);
    keeper.start();
    return keeper;
  }

  const pass = (milliseconds: number) => jest.advanceTimersByTimeAsync(milliseconds);
  const tooMany = (keeper: PaceKeeper) => keeper.heard('ethosce', TOO_MANY);

  test('one that is stopped leaves the limit lowered, and the next one lifts it', async () => {
    const server = new Server();
    const first = worker(server);
    await pass(0);
    tooMany(first);
    await pass(0);
    expect(server.limit).toBe(4);
    first.stop();
    await pass(100_000);
    expect(server.limit).toBe(4);
    worker(server);
    await pass(20_000);
    expect(server.limit).toBe(6);
    await pass(20_000);
    expect(server.limit).toBeUndefined();
  });

  test('one that was there all along lifts what a vanished one has lowered', async () => {
    const server = new Server();
    worker(server);
    const vanishing = worker(server);
    await pass(1_000);
    tooMany(vanishing);
    await pass(0);
    vanishing.stop();
    expect(server.limit).toBe(4);
    await pass(100_000);
    expect(server.limit).toBeUndefined();
  });

  test('one does not raise what another has lowered a moment ago, and answers its own 429 of that spell with it', async () => {
    const server = new Server();
    const [one, two] = [worker(server), worker(server)];
    await pass(0);
    tooMany(one);
    await pass(0);
    tooMany(two);
    await pass(0);
    expect(server.limit).toBe(4);
    await pass(19_000);
    tooMany(two);
    await pass(0);
    expect(server.limit).toBe(2);
    // The first one's quiet time is over; it finds a setting that it does not know.
    await pass(15_000);
    expect(server.limit).toBe(2);
    await pass(100_000);
    expect(server.limit).toBeUndefined();
  });

  test('two raise no faster than one', async () => {
    const server = new Server();
    server.set(1, 'the vendor answers 429');
    worker(server);
    await pass(7_000);
    worker(server);
    await pass(13_000);
    expect(server.limit).toBe(1.5);
    await pass(19_000);
    expect(server.limit).toBe(1.5);
    await pass(1_000);
    expect(server.limit).toBe(2.25);
  });

  test('a server that does not say is asked again, and warned of once', async () => {
    const server = new Server();
    server.set(4, 'the vendor answers 429');
    server.isDown = true;
    const warn = jest.fn();
    worker(server, warn);
    await pass(12_000);
    expect(warn).toHaveBeenCalledTimes(1);
    server.isDown = false;
    await pass(3_000);
    await pass(20_000);
    expect(server.limit).toBe(6);
  });

  test("an operator's own limit stays", async () => {
    const server = new Server();
    server.set(3, 'maintenance at the vendor');
    const keeper = worker(server);
    await pass(0);
    tooMany(keeper);
    await pass(100_000);
    expect(server.limit).toBe(3);
  });
});
