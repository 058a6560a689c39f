// The password that a vendor makes and sends with its answer to a create: its run never sees it, only the handle under which
// the sending activity has put it into escrow. Any vendor that makes passwords uses this.
import { sleep, uuid4 } from '@temporalio/workflow';
import type { Ability } from '../../src/account/plan';
import { type IssuedAccount, type Keeping, lostNote, revealCommand } from '../../src/account/secret';
import type { Outcome } from '../../src/http/outcome';
import { local, longestSend, remote } from './calls';
import type { AccountRun } from './run';

/** What came of the password, over all sends of one step. */
export class IssuedPassword {
  private keeping: Keeping | undefined;
  /** Sends of which the worker gave no word: the answer may have come, and the password may be in escrow. */
  private readonly unheard: { handle: string; until: number }[] = [];

  constructor(
    private readonly run: AccountRun,
    /** Of the step that sends. */
    private readonly ability: Ability,
  ) {}

  /** Whether a password has come that nobody expected. */
  get isKept(): boolean {
    return this.keeping !== undefined && 'kept' in this.keeping;
  }

  /** Makes a send, with a handle for the password that its answer may hold. */
  async send(
    call: (handle: string) => Promise<Outcome<IssuedAccount | null>>,
  ): Promise<Outcome<IssuedAccount | null>> {
    const handle = uuid4();
    try {
      const outcome = await call(handle);
      if (outcome.kind === 'done' && outcome.value) this.keeping = outcome.value.secret;
      return outcome;
    } catch (error) {
      const until = Date.now() + longestSend(this.run.plan, this.ability);
      this.unheard.push({ handle, until });
      throw error;
    }
  }

  /**
   * Names the handle in the result, or says that the password is lost. For an account that we made.
   * @param instead what a person does in place of it, at this vendor
   */
  async settle(step: string, userId: string, instead: string): Promise<void> {
    const { run, keeping } = this;
    const handle = keeping ? ('kept' in keeping ? keeping.kept : null) : await this.find(userId);
    run.result.secret = handle;
    if (handle !== null)
      return run.witness(step, 'the password that the vendor made', `kept: ${revealCommand(handle)}`);
    const why = keeping && 'lost' in keeping ? keeping.lost : 'the answer that held it did not come';
    run.note(lostNote(why, instead));
  }

  /** Where no answer came: the worker may have kept it all the same, or be about to. */
  private async find(userId: string): Promise<string | null> {
    const { connection, key } = this.run.plan;
    const handles = this.unheard.map(({ handle }) => handle);
    const ask = () => local.findSecret({ connection, key, userId, handles });
    const found = await ask();
    const left = Math.max(0, ...this.unheard.map(({ until }) => until - Date.now()));
    if (found !== null || left === 0) return found;
    await sleep(left, { summary: 'the worker that sent it may still be keeping the password' });
    return ask();
  }
}

/** The account is undone: what nobody has revealed of its passwords goes too. */
export async function dropSecrets(run: AccountRun, step: string): Promise<void> {
  const { connection, key } = run.plan;
  const handle = run.result.secret;
  const dropped = await remote.dropSecrets({ connection, key, handle, reason: 'the account was undone' });
  if (dropped.length === 0) return;
  if (handle !== null && dropped.includes(handle)) run.result.secret = null;
  run.witness(step, 'the password that nobody had revealed', 'deleted');
}
