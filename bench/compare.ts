// Muster beside the baseline: each figure, its ratio, and whether the goal holds.
import type { Measured, Sizes } from './bulk';
import { MusterWorld } from './muster-world';
import { NaiveWorld } from './naive/world';
import { type Compared, people } from './people';

const NAIVE = 'naive Temporal';
const MUSTER = 'Muster';

/** What Muster's figure, or its ratio to the baseline's, shall be. */
interface Goal {
  of: 'ratio' | 'figure';
  least?: number;
  most?: number;
}

const GOALS: Readonly<Record<string, Goal>> = {
  'people a second': { of: 'ratio', least: 5 },
  'CPU a person, ms': { of: 'ratio', most: 0.25 },
  'written a person, KB': { of: 'ratio', most: 0.1 },
  'one person over raw calls, p50 ms': { of: 'ratio', most: 0.2 },
  'history events a person': { of: 'figure', most: 19 },
  'all done after kill -9, s': { of: 'figure', most: 10 },
};

export async function compare({ rounds, postgres }: Sizes): Promise<Measured[]> {
  const compared = await people(
    [
      () => NaiveWorld.open(),
      () => MusterWorld.open('embedded'),
      ...(postgres ? [() => MusterWorld.open('PostgreSQL')] : []),
    ],
    rounds,
  );
  return compared.map(measured);
}

function measured(one: Compared): Measured {
  const { what, median } = one;
  const goal = GOALS[what];
  const figures = Object.entries(median).map(([name, value]) => `${name} ${short(value)}`);
  const ratio = (median[MUSTER] ?? Number.NaN) / (median[NAIVE] ?? Number.NaN);
  const judged = goal?.of === 'figure' ? (median[MUSTER] ?? Number.NaN) : ratio;
  return {
    what,
    figure: `${figures.join(' · ')} (ratio ${ratio.toFixed(2)})`,
    goal: goal ? say(goal) : '–',
    holds: !goal || (judged >= (goal.least ?? -Infinity) && judged <= (goal.most ?? Infinity)),
    rounds: one,
  };
}

function say({ of, least, most }: Goal): string {
  return `${of === 'ratio' ? 'ratio ' : ''}${least === undefined ? `≤ ${most}` : `≥ ${least}`}`;
}

function short(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toFixed(1);
}
