// What the accounts of one planning share: answers that are the same for all of them are asked for once, and a vendor that is
// away is not waited for by each.
import type { Trouble } from '../account-run/protocol';

export class Page {
  private readonly answers = new Map<string, Promise<unknown>>();
  private readonly away = new Map<string, Trouble>();

  /** @param emails the people's addresses, by connection */
  constructor(private readonly emails: Readonly<Record<string, readonly string[]>>) {}

  emailsAt(connection: string): string[] {
    return [...(this.emails[connection] ?? [])];
  }

  /** Asks once; a question that failed is asked again by whoever comes next. */
  once<T>(question: string, ask: () => Promise<T>): Promise<T> {
    const known = this.answers.get(question);
    if (known !== undefined) return known as Promise<T>;
    const asked = ask();
    this.answers.set(question, asked);
    asked.catch(() => this.answers.delete(question));
    return asked;
  }

  awayAt(connection: string): Trouble | undefined {
    return this.away.get(connection);
  }

  isAway(connection: string, trouble: Trouble): void {
    this.away.set(connection, trouble);
  }
}
