// For steps at vendors that cannot be asked by our marker: the account's ledger is the look, and every send is written
// into it before it leaves and after it ended (design.md, "Temporal forgets closed runs after retention").
import type { Ground, Ledger, LedgerEntry } from '../../src/account/plan';
import type { Outcome } from '../../src/http/outcome';
import { remote } from './calls';
import { type Created, type Creation, createOnce } from './create-once';
import type { AccountRun } from './run';

export type LedgeredCreation<Who> = Pick<
  Creation<Ledger, Who>,
  'step' | 'verifyStep' | 'what' | 'ability' | 'send' | 'idOf' | 'recall' | 'existsAs' | 'skippable'
> & {
  /** What an id on record stands for. */
  fromId(id: string | undefined): Who;
};

/** `createOnce` with the ledger in the vendor's place. */
export async function createOnceByLedger<Who>(
  run: AccountRun,
  creation: LedgeredCreation<Who>,
): Promise<Created<Who>> {
  const { connection, key } = run.plan;
  const { step } = creation;
  const account = { connection, key };
  const record = (entry: Omit<LedgerEntry, 'at' | 'runId'>) =>
    remote.writeLedger({ ...account, step, entry });

  const created = await createOnce<Ledger, Who>(run, {
    ...creation,
    async look() {
      const { look, value } = await remote.readLedger(account);
      return { look, seen: value };
    },
    judge(ledger) {
      const entry = ledger[step];
      if (!entry || entry.state === 'clear') return { is: 'absent' };
      if (entry.state === 'sending')
        return { is: 'unsure', message: `It was sent at ${entry.at} and its answer is not on record.` };
      const known = entry.provenance ? { provenance: entry.provenance } : {};
      return { is: 'found', who: creation.fromId(entry.id), mine: true, ...known };
    },
    async send(ground: Ground): Promise<Outcome<Who>> {
      const intent = await remote.intendInLedger({ ...account, step, ground });
      if (intent.kind !== 'done') return intent;
      const outcome = await creation.send(ground);
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
  });
  const id = creation.idOf(created.who);
  await record({ state: 'made', provenance: created.provenance, ...(id !== undefined && { id }) });
  return created;
}
