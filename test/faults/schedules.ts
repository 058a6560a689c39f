// Random schedules of many faults at once, made by fast-check from a seed: the same seed gives the same schedules.
import fc from 'fast-check';
import { idOf, type Recorded, THOROUGH } from './cases';
import type { Case } from './run-case';
import { VARIANTS } from './variants';

const MOST_FAULTS = 6;
/** Beyond the calls of a run without faults, so that repetitions are met too. */
const FURTHER = 2;

/** @param count how many schedules; the first so many of the seed's */
export function schedules(recorded: Recorded, seed: number, count: number): Case[] {
  const { facts, scenario, spots } = recorded;
  if (!THOROUGH.includes(scenario.name) || spots.length === 0 || count === 0) return [];
  const one = fc.record({
    spot: fc.constantFrom(...spots),
    further: fc.nat(FURTHER),
    variant: fc.constantFrom(...VARIANTS.filter(({ name }) => name !== 'expired-token')),
  });
  return fc
    .sample(fc.array(one, { minLength: 2, maxLength: MOST_FAULTS }), { seed, numRuns: count })
    .map((drawn, index) => ({
      id: idOf(recorded, 'random', seed, index),
      group: 'random schedules',
      facts,
      scenario,
      faults: drawn.map(({ spot, further, variant }) => ({
        name: spot.name,
        nth: spot.nth + further,
        variant,
      })),
    }));
}

/** The seed and the number of schedules that bring a case's id about. */
export function scheduleOf(id: string): { seed: number; count: number } | undefined {
  const [, seed, index] = /\/random\/(-?\d+)\/(\d+)$/.exec(id) ?? [];
  return seed === undefined ? undefined : { seed: Number(seed), count: Number(index) + 1 };
}
