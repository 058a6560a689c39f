// A fixed sample of the sweep, for every test run: each consequence of a fault at each vendor's create, and what an
// operator can do to a run. The whole is `npm run sweep`.
import type { EmbeddedServer } from '../../src/dev/embedded-server';
import { TEST_BUNDLE } from '../support/bundle-path';
import { startTestServer } from '../support/temporal-server';
import { Bench, workerHere } from './bench';
import { casesOf, placesOf, type Recorded, record, singles } from './cases';
import { resetAnswered } from './disturbances';
import { runAll } from './pool';
import { isBroken, repeatLine } from './report';
import type { Case, Verdict } from './run-case';
import { FACTS } from './vendors';

let server: EmbeddedServer;
let recorded: Recorded[];
const workers = workerHere({ codePath: TEST_BUNDLE });

beforeAll(async () => {
  server = await startTestServer();
  const facts = FACTS.map((one) => ({
    ...one,
    scenarios: one.scenarios.filter(({ name }) => name === 'new'),
  }));
  recorded = await record(server, workers, facts);
}, 120_000);
afterAll(() => server?.stop());

const SAMPLE =
  /\/create-user\/1\/(drop-after|rate-limited|500-after|slow-commits-late|late-visibility)$|\/pair\/create-user\/create-user\/drop-before$|\/(five-starts|(terminate|cancel)@create-user\/1|reset\/4)$/;

async function sweep(cases: readonly Case[]): Promise<Verdict[]> {
  const bench = await Bench.open(server, placesOf(cases), workers);
  try {
    return await runAll(cases, bench, { concurrency: 40 });
  } finally {
    await bench.close();
  }
}

test('each way to lose a create ends with one account and a true result', async () => {
  const cases = recorded.flatMap(casesOf).filter(({ id }) => SAMPLE.test(id));
  const verdicts = await sweep(cases);
  expect(verdicts).toHaveLength(cases.length);
  expect(cases.length).toBeGreaterThan(30);
  expect(verdicts.filter(isBroken).map((one) => `${one.broken.join('; ')}: ${repeatLine(one)}`)).toEqual([]);
}, 300_000);

test('a refusal that came slowly and was recorded leaves nothing in the air, whatever becomes of its run', async () => {
  const facts = FACTS.find(({ vendor }) => vendor === 'ethosce');
  const scenario = facts?.scenarios.find(({ name }) => name === 'compensate');
  if (!facts || !scenario) throw new Error('EthosCE has a run that is undone');
  const spot = { name: 'create-profile', nth: 1, writes: false };
  const activities = { look: 'findEthosceProfiles', send: 'createEthosceProfile' };
  const disturbance = resetAnswered(spot, activities);
  const one = { id: disturbance.name, group: 'reset', facts, scenario, faults: [], disturbance };
  const [verdict] = await sweep([one]);
  expect(verdict?.broken).toEqual([]);
  const sends = verdict?.requests.filter(({ call }) => call === 'create profile') ?? [];
  expect(sends.map(({ status }) => status)).toEqual([406, 406]);
}, 300_000);

test('the rules would notice an account that nobody asked for', async () => {
  const [first] = recorded;
  const [one] = first ? singles(first) : [];
  if (!one) throw new Error('there is a first case');
  const seed: Case['scenario']['seed'] = (simulator, { person: { email } }) => {
    simulator.seed({ email, marker: 'second' });
    simulator.seed({ email, marker: 'third' });
  };
  const decide = () => undefined;
  const [verdict] = await sweep([{ ...one, scenario: { ...one.scenario, seed, decide } }]);
  expect(verdict?.broken.join()).toMatch(/decisions|accounts/);
}, 300_000);
