// Makes one account's forecast: stands where a run would stand, looks by the run's own code, and never sends. Where a run would
// park, the forecast ends.
import { sleep } from '@temporalio/workflow';
import {
  changesAnything,
  emptyForecast,
  type Forecast,
  UNDOABLE,
  type Undoable,
} from '../../src/account/forecast';
import type { AccountPlan, Inheritance } from '../../src/account/plan';
import type { Provenance } from '../../src/account/result';
import type { OpenQuestion } from '../account-run/desk';
import type { Looking } from '../account-run/looking';
import { callFailure } from '../account-run/patience';
import type { Trouble } from '../account-run/protocol';
import type { Page } from './page';

/** The forecast is at its end. */
export class Stopped extends Error {
  constructor(
    readonly action: 'blocked' | 'cannot-tell',
    readonly step: string,
    readonly trouble: Trouble,
  ) {
    super(trouble.message);
  }
}

/** A vendor that is away is asked once more after this; one that says when to come back is obeyed, within reason. */
const WAIT_MS = 2_000;
const LONGEST_WAIT_MS = 60_000;

/** The account that a run would go on with. */
export interface FoundUser {
  userId: string;
  provenance: Provenance;
  /** It was on record, so that going on with it is nothing new. */
  known: boolean;
  foundBy: string;
}

export class Planner<Account = unknown> implements Looking<Account> {
  readonly forecast: Forecast;
  readonly inheritance: Promise<Inheritance>;
  private readonly saw: unknown[] = [];

  constructor(
    readonly plan: AccountPlan<Account>,
    past: Inheritance,
    readonly page: Page,
  ) {
    this.forecast = emptyForecast(plan, 'unchanged');
    this.inheritance = Promise.resolve(past);
  }

  async safe<T>(step: string, call: () => Promise<T>): Promise<T> {
    const { connection } = this.plan;
    for (let waits = 0; ; waits += 1) {
      const away = this.page.awayAt(connection);
      if (away) throw new Stopped('cannot-tell', step, away);
      try {
        return await call();
      } catch (error) {
        const { kind, trouble, retryAfterMs } = callFailure(error);
        if (kind === 'stopped') throw new Stopped('blocked', step, trouble);
        const wait = retryAfterMs > 0 ? retryAfterMs : WAIT_MS;
        if (wait > LONGEST_WAIT_MS || waits === (retryAfterMs > 0 ? 5 : 1)) {
          this.page.isAway(connection, trouble);
          throw new Stopped('cannot-tell', step, trouble);
        }
        await sleep(wait, { summary: 'the vendor is away; asked again afterwards' });
      }
    }
  }

  park<Ruling>({ step, trouble }: OpenQuestion<Ruling>): Promise<Ruling> {
    return Promise.reject(new Stopped('blocked', step, trouble));
  }

  note(text: string): void {
    if (!this.forecast.notes.includes(text)) this.forecast.notes.push(text);
  }

  witness(): void {}

  /** The user would be created. @param undo how much of that could be taken back */
  creates(undo: Undoable): void {
    this.forecast.action = 'create';
    this.forecast.provenance = 'created';
    this.undoes(undo);
  }

  /** The same, without knowing that nobody is there. */
  createsUnasked(undo: Undoable, why: string): void {
    this.creates(undo);
    this.forecast.action = 'cannot-tell';
    this.note(why);
  }

  finds({ userId, provenance, known, foundBy }: FoundUser): void {
    this.forecast.action = provenance === 'adopted' && !known ? 'adopt' : 'update';
    Object.assign(this.forecast, { userId, provenance, foundBy });
  }

  /** Somebody is there, and the connection does not go on with them. */
  meets(userId: string | undefined, step: string): void {
    if (step === 'create') this.forecast.userId = userId ?? null;
  }

  makes(what: string, undo: Undoable): void {
    this.forecast.makes.push(what);
    this.undoes(undo);
  }

  changes(fields: readonly string[]): void {
    this.forecast.fields.push(...fields);
  }

  changesRoles(
    add: readonly (string | number)[],
    remove: readonly (string | number)[],
    undo: Undoable,
  ): void {
    const { roles } = this.forecast;
    roles.add.push(...add.map(String));
    roles.remove.push(...remove.map(String));
    if (add.length > 0) this.undoes(undo);
  }

  mails(sentence: string): void {
    this.forecast.mails.push(sentence);
  }

  /** What of the account was seen, as far as the forecast rests on it; only a keyed hash of it leaves the worker. */
  sees(what: unknown): void {
    this.saw.push(what);
  }

  /** All that the fingerprint is taken of. */
  seen(): unknown {
    const { action, userId, makes, roles, fields, problem } = this.forecast;
    return [action, userId, makes, roles, fields, problem?.code ?? null, this.saw];
  }

  stop({ action, step, trouble: { code, message } }: Stopped): void {
    const { forecast } = this;
    const before = forecast.provenance === 'created';
    forecast.action = action;
    forecast.problem = { step, code, message };
    if (before) this.note('Before that, the user would be created.');
  }

  finish(): void {
    const { forecast } = this;
    if (forecast.action === 'update' && !changesAnything(forecast)) forecast.action = 'unchanged';
  }

  private undoes(how: Undoable): void {
    const { forecast } = this;
    if (UNDOABLE.indexOf(how) > UNDOABLE.indexOf(forecast.undo)) forecast.undo = how;
  }
}
