// For steps at vendors that cannot be asked by our marker: the account's ledger is the look, and every send is written
// into it before it leaves and after it ended (design.md, "Temporal forgets closed runs after retention"). Where the
// vendor can be asked after all, only weakly or at a price, the ledger comes first and says how hard to ask.
import type { Ground, Inheritance, Ledger, LedgerEntry, Look } from '../../src/account/plan';
import type { Outcome } from '../../src/http/outcome';
import { call, remote } from './calls';
import { type Created, type Creation, createOnce } from './create-once';
import { type Looking, stampOf } from './looking';
import type { Verdict } from './protocol';
import type { AccountRun } from './run';

export type LedgeredCreation<Who, Seen = never> = Pick<
  Creation<Ledger, Who>,
  'step' | 'verifyStep' | 'what' | 'ability' | 'send' | 'idOf' | 'recall' | 'existsAs' | 'skippable'
> & {
  /** What an id on record stands for. */
  fromId(id: string | undefined): Who;
  /** How the vendor is asked where nothing is on record; absent where it cannot be asked. */
  ask?: Asking<Who, Seen>;
};

/** A vendor's own look, beside the ledger. */
export interface Asking<Who, Seen> {
  /** @param doubt something of ours may be there, or was refused: the look has to reach all that the vendor has */
  look(doubt: boolean): Promise<Asked<Seen>>;
  judge(seen: Seen, when: 'before' | 'settle'): Verdict<Who>;
}

/** What a vendor's own look brought. */
export interface Asked<Seen> {
  /** The stamps of all that it rests on; none where the vendor did not have to be asked. */
  looks: readonly Look[];
  seen: Seen;
}

/** The ledger's entry for the step, and what the vendor said where it was asked. */
export interface Known<Seen> {
  entry: LedgerEntry | undefined;
  asked?: { seen: Seen };
  inherited: Inheritance;
}

/** A step whose look is the account's ledger, or begins with it, and how its entry is written. */
export interface LedgeredStep<Who, Seen> {
  creation: Creation<Known<Seen>, Who>;
  record(entry: Omit<LedgerEntry, 'at' | 'runId'>): Promise<void>;
}

/** Puts the ledger in the vendor's place, or before it. */
export function byLedger<Who, Seen = never>(
  run: Pick<Looking, 'plan' | 'inheritance'>,
  creation: LedgeredCreation<Who, Seen>,
): LedgeredStep<Who, Seen> {
  const { connection, key } = run.plan;
  const { step, ask } = creation;
  const account = { connection, key };
  const record = (entry: Omit<LedgerEntry, 'at' | 'runId'>) =>
    call('put down in the ledger what came of it', remote.writeLedger, { ...account, step, entry });
  let doubt = false;

  const ledgered: Creation<Known<Seen>, Who> = {
    ...creation,
    async look() {
      const [{ look, value }, inherited] = await Promise.all([
        call('what does the ledger know?', remote.readLedger, account),
        run.inheritance,
      ]);
      const entry = value[step];
      if (!ask || entry?.state === 'made') return { look, seen: { entry, inherited } };
      const { looks, seen } = await ask.look(doubt || entry?.state === 'sending' || maySent(inherited, step));
      return { look: stampOf(look, ...looks), seen: { entry, inherited, asked: { seen } } };
    },
    judge(known, when) {
      const { entry, asked } = known;
      if (entry?.state === 'made')
        return {
          is: 'found',
          who: creation.fromId(entry.id),
          mine: true,
          ...(entry.provenance && { provenance: entry.provenance }),
        };
      if (!ask || !asked) return entry?.state === 'sending' ? open(entry) : { is: 'absent' };
      return judgeAsked(ask.judge(asked.seen, when), known, when, step);
    },
    async send(ground: Ground): Promise<Outcome<Who>> {
      const doubted = doubt;
      doubt = true;
      const intent = await call('put down in the ledger that it is about to be sent', remote.intendInLedger, {
        ...account,
        step,
        ground,
      });
      if (intent.kind !== 'done') return intent;
      const outcome = await creation.send(ground);
      // Nothing left: the next look need not reach further than this one's did.
      if (outcome.kind === 'unsent' && outcome.stale !== 'run') doubt = doubted;
      // Only what provably made nothing clears the entry; `unknown` leaves it as it is.
      if (
        outcome.kind === 'refused' ||
        outcome.kind === 'barred' ||
        (outcome.kind === 'unsent' && outcome.stale !== 'run')
      )
        await record({ state: 'clear' });
      return outcome;
    },
    async forget() {
      await record({ state: 'clear' });
    },
  };
  return { creation: ledgered, record };
}

/** `createOnce` with the ledger in the vendor's place, or before it. */
export async function createOnceByLedger<Who, Seen = never>(
  run: AccountRun,
  creation: LedgeredCreation<Who, Seen>,
): Promise<Created<Who>> {
  const { creation: ledgered, record } = byLedger(run, creation);
  const created = await createOnce(run, ledgered);
  const id = creation.idOf(created.who);
  await record({ state: 'made', provenance: created.provenance, ...(id !== undefined && { id }) });
  return created;
}

/** What a look at the vendor means beside a send whose end is not on record. */
function judgeAsked<Who>(
  verdict: Verdict<Who>,
  { entry, inherited }: Known<unknown>,
  when: 'before' | 'settle',
  step: string,
): Verdict<Who> {
  if (entry?.state !== 'sending' || when === 'settle' || maySent(inherited, step)) return verdict;
  if (verdict.is === 'absent') return open(entry);
  // No run is left to tell how that send ended, so finding its effect is all that can be had.
  return verdict.is === 'found' && verdict.mine && inherited.from === null
    ? { provenance: 'confirmed', ...verdict }
    : verdict;
}

/** Whether an earlier run sent the step and that may have made something. */
function maySent({ readable, steps }: Inheritance, step: string): boolean {
  return !readable || (steps[step]?.sent ?? 'none') !== 'none';
}

function open({ at }: LedgerEntry): { is: 'unsure'; message: string } {
  return { is: 'unsure', message: `It was sent at ${at} and its answer is not on record.` };
}

/** After an undo whose debts are settled: nothing of ours is there any more. */
export async function clearLedger(run: AccountRun): Promise<void> {
  const { connection, key } = run.plan;
  const { value } = await call('what does the ledger know?', remote.readLedger, { connection, key });
  for (const step of Object.keys(value))
    await call('clear the ledger: nothing of ours is there any more', remote.writeLedger, {
      connection,
      key,
      step,
      entry: { state: 'clear' },
    });
}
