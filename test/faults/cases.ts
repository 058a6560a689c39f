// Makes the cases out of what fault-free runs ask of their vendors, so that a new call is swept without being listed.
import type { EmbeddedServer } from '../../src/dev/embedded-server';
import { Bench, type Workers } from './bench';
import { type Spot, spotsOf } from './calls';
import type { VendorFacts } from './contract';
import {
  barredAt,
  cancelAt,
  type Disturbance,
  fiveStarts,
  resetAt,
  resetTo,
  terminateAt,
} from './disturbances';
import { runAll } from './pool';
import type { Case } from './run-case';
import { TELLING, VARIANTS, variant } from './variants';

/** A scenario, and the calls that it makes when nothing goes wrong. */
export interface Recorded extends Pick<Case, 'facts' | 'scenario'> {
  spots: Spot[];
}

/** A call that is made twice because the machine is busy would be recorded as two. */
const UNHURRIED = { timeout: '8s', settle: { for: '35s' } };

/** Runs every scenario once without a fault. @throws when one of them breaks a rule */
export async function record(
  server: EmbeddedServer,
  workers: Workers,
  facts: readonly VendorFacts[],
): Promise<Recorded[]> {
  const cases = facts.flatMap((one) => one.scenarios.map((scenario) => bare({ facts: one, scenario })));
  const places = placesOf(cases).map((place) => ({
    ...place,
    connection: { ...UNHURRIED, ...place.connection },
  }));
  const bench = await Bench.open(server, places, workers);
  try {
    const verdicts = await runAll(cases, bench, { concurrency: 10 });
    const broken = verdicts.filter((verdict) => verdict.broken.length > 0);
    if (broken.length > 0)
      throw new Error(
        `without any fault: ${broken.map((verdict) => `${verdict.case.id}: ${verdict.broken.join('; ')}`).join('\n')}`,
      );
    return cases.map(({ facts, scenario }, index) => {
      const { requests = [] } = verdicts.find((verdict) => verdict.case === cases[index]) ?? {};
      return { facts, scenario, spots: spotsOf(requests) };
    });
  } finally {
    await bench.close();
  }
}

export function placesOf(cases: readonly Case[]) {
  return cases.map(({ id, facts, scenario }) => ({
    vendor: facts.vendor,
    settings: scenario.settings,
    connection: { quickReads: readsQuickly(id), ...scenario.connection },
  }));
}

function bare({ facts, scenario }: Pick<Case, 'facts' | 'scenario'>): Case {
  return { id: idOf({ facts, scenario }, 'no-fault'), group: 'no fault', facts, scenario, faults: [] };
}

/** One half of the cases each way; always the same for one. Between a quick look and its send there is nothing to be reset to. */
function readsQuickly(id: string): boolean {
  return (
    !id.includes('reset-answered') && [...id].reduce((sum, letter) => sum + letter.charCodeAt(0), 0) % 2 === 0
  );
}

export function idOf({ facts, scenario }: Pick<Case, 'facts' | 'scenario'>, ...parts: unknown[]): string {
  return [facts.vendor, scenario.name, ...parts].join('/');
}

/** All cases of a scenario, but for random ones and those that need processes of their own. */
export function casesOf(recorded: Recorded): Case[] {
  return [singles, pairs, unseen, disturbed].flatMap((make) => make(recorded));
}

/** Every fault at every call, alone. */
export function singles(recorded: Recorded): Case[] {
  const { facts, scenario, spots } = recorded;
  return spots.flatMap(({ name, nth, writes }) =>
    VARIANTS.filter(
      ({ onWrites, fault }) =>
        (writes || !onWrites) && !(facts.sessionless && fault.kind === 'expired-token'),
    ).map((variant) => ({
      id: idOf(recorded, name, nth, variant.name),
      group: 'single faults',
      facts,
      scenario,
      faults: [{ name, nth, variant }],
    })),
  );
}

/** Two faults: at the create and at its repetition, or at the create and at the look that follows it. */
export function pairs(recorded: Recorded): Case[] {
  const { facts, scenario, spots } = recorded;
  const [call = ''] = Object.keys(facts.creates);
  const create = spots.find(({ name }) => name === call.replaceAll(' ', '-'));
  if (!create || scenario.ends !== 'done') return [];
  const looks = (facts.creates[call]?.looks ?? []).flatMap((look) => {
    const before = spots.slice(0, spots.indexOf(create)).filter(({ name }) => isCall(name, look));
    const [first] = before;
    return first
      ? [{ name: first.name, nth: before.filter(({ name }) => name === first.name).length + 1 }]
      : [];
  });
  const seconds = [{ name: create.name, nth: 2 }, ...looks];
  return TELLING.flatMap((first) =>
    seconds.flatMap((second) =>
      TELLING.filter(({ onWrites }) => second.name === create.name || !onWrites).map((variant) => ({
        id: idOf(recorded, 'pair', first.name, second.name, variant.name),
        group: 'pairs on the create',
        facts,
        scenario,
        faults: [
          { name: create.name, nth: create.nth, variant: first },
          { ...second, variant },
        ],
      })),
    ),
  );
}

/** Each create is lost, and what it made shows late: the first looks find nothing, and must not be believed. */
export function unseen(recorded: Recorded): Case[] {
  const { facts, scenario, spots } = recorded;
  const creates = spots.filter(({ name, writes }) => writes && isCreate(facts, name));
  return creates.flatMap(({ name, nth }) =>
    LOSING.map((lost) => ({
      id: idOf(recorded, name, nth, `${lost.name}+late-visibility`),
      group: 'lost and shown late',
      facts,
      scenario,
      faults: [lost, variant('late-visibility')].map((one) => ({ name, nth, variant: one })),
    })),
  );
}

/** After these the create has taken effect, and nobody was told. */
const LOSING = ['drop-after', '500-after', 'truncated', 'html', 'slow'].map(variant);

function isCreate({ creates }: VendorFacts, name: string): boolean {
  return Object.keys(creates).some((call) => name === call.replaceAll(' ', '-'));
}

function isCall(name: string, call: string): boolean {
  return name === call.replaceAll(' ', '-') || name.startsWith(`${call.replaceAll(' ', '-')}.`);
}

/** Scenarios in which most is at stake. */
export const THOROUGH: readonly string[] = ['new', 'compensate', 'family'];

/** More workflow tasks than a run of one account has. */
const MOST_TASKS = 14;

/** What Temporal and its operators can do to a run. */
export function disturbed(recorded: Recorded): Case[] {
  const { facts, scenario, spots } = recorded;
  if (!THOROUGH.includes(scenario.name)) return [];
  const make = (disturbance: Disturbance): Case => ({
    id: idOf(recorded, disturbance.name),
    group: disturbance.name.replace(/[@/].*/, '').replace(/-\d+-back/, ' under way'),
    facts,
    scenario,
    faults: [],
    disturbance,
  });
  const resets = Array.from({ length: MOST_TASKS }, (_, index) => resetTo(index + 1));
  return [
    fiveStarts,
    ...spots.flatMap((spot) => [
      terminateAt(spot),
      cancelAt(spot),
      barredAt(spot, facts.secret),
      resetAt(spot, 1),
      resetAt(spot, 2),
    ]),
    ...(scenario.ends === 'done' ? resets : []),
  ].map(make);
}
