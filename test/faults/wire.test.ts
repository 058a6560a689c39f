// Faults that the simulators know nothing of: the bytes of a create are cut, held, doubled and dripped between worker and
// vendor. Whatever arrives, there is one account, and the result says how it came to be.
import type { EmbeddedServer } from '../../src/dev/embedded-server';
import { TEST_BUNDLE } from '../support/bundle-path';
import { startTestServer } from '../support/temporal-server';
import { Bench, workerHere } from './bench';
import { placesOf } from './cases';
import { runAll } from './pool';
import { isBroken } from './report';
import { FACTS } from './vendors';
import { type Wired, wired } from './wire';
import { WIRE_FAULTS } from './wire-proxy';

let server: EmbeddedServer;
let wires: Wired;

beforeAll(async () => {
  [server, wires] = await Promise.all([startTestServer(), wired(FACTS)]);
}, 120_000);
afterAll(async () => {
  await Promise.all((wires?.proxies ?? []).map((proxy) => proxy.close()));
  await server?.stop();
});

test('a create whose bytes are maltreated happens exactly once', async () => {
  const { cases, proxies } = wires;
  expect(new Set(cases.map(({ disturbance }) => disturbance?.name)).size).toBe(
    Object.keys(WIRE_FAULTS).length,
  );
  const bench = await Bench.open(server, placesOf(cases), workerHere({ codePath: TEST_BUNDLE }));
  const verdicts = await runAll(cases, bench, { concurrency: 60 }).finally(() => bench.close());
  expect(verdicts.filter(isBroken).map(({ case: { id }, broken }) => `${id}: ${broken.join('; ')}`)).toEqual(
    [],
  );
  // What cannot be asked, and what did not arrive, was asked of a person.
  const asked = verdicts.filter(({ decided }) => decided.length > 0).map(({ case: { id } }) => id);
  expect(asked).toEqual(expect.arrayContaining(['pha/new/wire@reply-cut', 'onefile/new/wire@request-cut']));
  expect(cases.filter((_, index) => !proxies[index]?.met).map(({ id }) => id)).toEqual([]);
}, 300_000);
