// A vendor, a ledger and an operator as small as they can be, for walking every path of the create-once protocol: each
// question has all the answers that a real one could give. Times are in parts of the settling time.
import {
  begin,
  type Event,
  next,
  type Rules,
  type Ruling,
  type State,
  tooEarly,
  type Verdict,
} from '../../workflows/account-run/protocol';

/** Settling takes 100; what was sent is dead after 20; what was made shows after at most 80. */
export const SETTLE = 100;
export const FLOOR = 20;
const SHOWS_AFTER = SETTLE - FLOOR;

export type Kind = 'refuses duplicates' | 'can be asked' | "can't be asked";

export const RULES: Record<Kind, Rules> = {
  'refuses duplicates': rules({ lookup: 'certain', refusesDuplicates: true }),
  'can be asked': rules({ lookup: 'strong', refusesDuplicates: false }),
  "can't be asked": rules({ lookup: 'none', refusesDuplicates: false }),
};

function rules(kind: Pick<Rules, 'lookup' | 'refusesDuplicates'>): Rules {
  return {
    ...kind,
    existing: 'adopt',
    settleMs: SETTLE,
    floorMs: FLOOR,
    whenAbsent: 'park',
    waitForMs: 10_000_000,
    inherited: 'none',
  };
}

/** Who is found: ours, or somebody that was there before us. */
export type Who = 'ours' | 'theirs';

export interface World {
  /** Accounts of ours that exist, and since when. */
  made: number[];
  /** Sends that may still take effect, by the time they left. */
  inTheAir: number[];
  /** Whether an account that could be adopted is there, or may come at any time. */
  theirs: 'never' | 'may come' | 'there';
  /** For vendors that can't be asked. */
  ledger: 'clear' | 'sending' | 'made';
  now: number;
  /** When the last send was lost, or the run began. */
  lostAt: number;
}

export interface Node {
  rules: Rules;
  state: State<Who>;
  world: World;
  /** What is left of each kind of misfortune. */
  budget: { sends: number; losses: number; crashes: number; rulings: number };
  trace: string[];
}

export function start(kind: Kind, theirs: World['theirs'], budget: Node['budget']): Node {
  const rules = RULES[kind];
  const world: World = { made: [], inTheAir: [], theirs, ledger: 'clear', now: 0, lostAt: 0 };
  return { rules, state: begin(rules), world, budget, trace: [] };
}

/** All that can happen next. Empty where the run has ended, or a budget is used up. */
export function successors(node: Node): Node[] {
  return [...landings(node), ...arrivals(node), ...crashes(node), ...answers(node)];
}

/** Somebody else makes the person an account. */
function arrivals(node: Node): Node[] {
  if (node.world.theirs !== 'may come' || ended(node.state)) return [];
  return [step(node, 'theirs appears', { world: { ...node.world, theirs: 'there' } })];
}

/** A send in the air takes effect (or, at a vendor that refuses duplicates and has one, does not). */
function landings(node: Node): Node[] {
  const { world } = node;
  return world.inTheAir.map((left) => {
    const inTheAir = world.inTheAir.filter((other) => other !== left);
    return step(node, `late commit of ${left}`, { world: commit(node, { ...world, inTheAir }) });
  });
}

function commit({ rules }: Node, world: World): World {
  if (rules.refusesDuplicates && world.made.length > 0) return world;
  return { ...world, made: [...world.made, world.now] };
}

/** The run is terminated and started again; it reads by history how far the last one had come. */
function crashes(node: Node): Node[] {
  const { budget, state } = node;
  if (budget.crashes === 0 || ended(state)) return [];
  const history = node.trace.filter((line) => line.startsWith('send'));
  const last = history[history.length - 1];
  const inherited = !last ? 'none' : last.includes('lost') ? 'open' : last.includes('done') ? 'done' : 'none';
  const rules = { ...node.rules, inherited } as const;
  return [
    step(node, 'terminated, started again', {
      rules,
      state: begin(rules),
      world: { ...node.world, lostAt: node.world.now },
      budget: { ...budget, crashes: budget.crashes - 1 },
    }),
  ];
}

export function ended({ move }: State<Who>): boolean {
  return move.do === 'end' || move.do === 'decline';
}

function answers(node: Node): Node[] {
  const { move } = node.state;
  switch (move.do) {
    case 'look':
      return looks(node);
    case 'send':
      return sends(node);
    case 'wait':
      return [tell(step(node, `waited ${move.ms}`, { world: pass(node.world, move.ms) }), { of: 'wait' })];
    case 'park':
      return rulings(node);
    default:
      return [];
  }
}

/** Time passes; nothing of ours stays in the air beyond the floor. */
function pass(world: World, ms: number): World {
  const now = world.now + ms;
  return { ...world, now, inTheAir: world.inTheAir.filter((left) => now < left + FLOOR) };
}

function looks(node: Node): Node[] {
  const { world, rules } = node;
  if (rules.lookup === 'none')
    return [tell(step(node, `ledger: ${world.ledger}`), { of: 'look', verdict: ledgerSays(world) })];
  const shown = world.made.some((since) => world.now >= since + SHOWS_AFTER);
  const verdicts: Verdict<Who>[] = [];
  if (world.made.length > 0) verdicts.push({ is: 'found', who: 'ours', mine: true });
  if (!shown)
    verdicts.push(world.theirs === 'there' ? { is: 'found', who: 'theirs', mine: false } : { is: 'absent' });
  return verdicts.map((verdict) => tell(step(node, `look: ${verdict.is}`), { of: 'look', verdict }));
}

function ledgerSays({ ledger }: World): Verdict<Who> {
  if (ledger === 'made') return { is: 'found', who: 'ours', mine: true, provenance: 'created' };
  return ledger === 'sending' ? { is: 'unsure', message: 'sending' } : { is: 'absent' };
}

function sends(node: Node): Node[] {
  const { budget, world, rules } = node;
  if (budget.sends === 0) return [];
  const spent = { ...budget, sends: budget.sends - 1 };
  const ledger = (state: World['ledger'], there: World): World =>
    rules.lookup === 'none' ? { ...there, ledger: state } : there;
  const taken = rules.refusesDuplicates && world.made.length > 0;
  const next: Node[] = [];
  if (!taken) {
    next.push(
      tell(step(node, 'send: done', { world: ledger('made', commit(node, world)), budget: spent }), {
        of: 'send',
        outcome: { kind: 'done', value: 'ours' },
      }),
    );
  }
  next.push(
    tell(step(node, 'send: refused', { world: ledger('clear', world), budget: spent }), {
      of: 'send',
      outcome: { kind: 'refused', code: 'refused', message: '' },
    }),
    tell(step(node, 'send: unsent', { world: ledger('clear', world), budget: spent }), {
      of: 'send',
      outcome: { kind: 'unsent', message: '' },
    }),
  );
  if (budget.losses === 0) return next;
  const lost = { ...spent, losses: budget.losses - 1 };
  const unknown: Event<Who> = { of: 'send', outcome: { kind: 'unknown', message: '' } };
  const sending = { ...ledger('sending', world), lostAt: world.now };
  return [
    ...next,
    tell(step(node, 'send: lost after commit', { world: commit(node, sending), budget: lost }), unknown),
    tell(step(node, 'send: lost before commit', { world: sending, budget: lost }), unknown),
    tell(
      step(node, 'send: lost, commits later or never', {
        world: { ...sending, inTheAir: [...sending.inTheAir, sending.now] },
        budget: lost,
      }),
      unknown,
    ),
  ];
}

/** A truthful operator: says what exists now, and that nothing does only when it does not (it may still be in the air). */
function rulings(node: Node): Node[] {
  const { budget, world, rules, state } = node;
  if (budget.rulings === 0) return [];
  const early = tooEarly(rules, state, world.now - world.lostAt);
  const spent = { ...budget, rulings: budget.rulings - 1 };
  const possible: Ruling<Who>[] = [{ say: 'retry' }];
  if (world.made.length > 0) possible.push({ say: 'exists', who: 'ours', provenance: 'declared' });
  if (world.made.length === 0 && !early) possible.push({ say: 'not-created' });
  const ruled = possible.map((ruling) => {
    const ledger = rules.lookup === 'none' && ruling.say === 'not-created' ? 'clear' : world.ledger;
    return tell(step(node, `operator: ${ruling.say}`, { world: { ...world, ledger }, budget: spent }), {
      of: 'park',
      ruling,
    });
  });
  return early ? [...ruled, step(node, 'time passes', { world: pass(world, FLOOR) })] : ruled;
}

function step(node: Node, what: string, change: Partial<Node> = {}): Node {
  return { ...node, ...change, trace: [...node.trace, what] };
}

function tell(node: Node, event: Event<Who>): Node {
  return { ...node, state: next(node.rules, node.state, event) };
}
