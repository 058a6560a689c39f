// The board of a run that has several accounts in its care: their results as they come, shown as one.
import { setHandler } from '@temporalio/workflow';
import { type AccountResult, type ResultDocument, resultDocument } from '../../src/account/result';
import { personCard } from './card';
import { type Listed, Listing } from './listing';
import { accountChanged, progress } from './messages';

export class Board {
  readonly accounts: Record<string, AccountResult> = {};
  private readonly listing = new Listing();

  constructor(private readonly key: string) {
    setHandler(progress, () => this.document(), { description: 'The result document as it stands.' });
    setHandler(accountChanged, (connection, result) => this.set(connection, result), {
      description: 'Sent by account runs when they stop and go on; not for operators.',
    });
  }

  set(connection: string, result: AccountResult): void {
    this.accounts[connection] = result;
    this.listing.set(listedBy(this.accounts));
    this.listing.card(personCard(this.key, this.accounts));
  }

  /** Running as long as it is not yet known which accounts there are. */
  document(): ResultDocument {
    const document = resultDocument(this.key, this.accounts);
    return Object.keys(this.accounts).length === 0 ? { ...document, status: 'running' } : document;
  }
}

/**
 * A person waits once nothing of it is under way by itself: for an operator if any account does, else for a vendor. The
 * reason is that of the account that waits longest.
 */
function listedBy(accounts: Record<string, AccountResult>): Listed {
  const all = Object.values(accounts);
  const parked = all.filter(({ status }) => status === 'parked');
  const running = all.filter(({ status }) => status === 'running');
  const waiting = parked.length > 0 ? parked : running;
  const [oldest] = waiting
    .flatMap(({ problem }) => problem ?? [])
    .toSorted((a, b) => a.since.localeCompare(b.since));
  const stopped = running.every(({ problem }) => problem !== null);
  if (!oldest || !stopped) return { waitingOn: 'nobody', since: new Date() };
  const waitingOn = parked.length > 0 ? 'operator' : 'vendor';
  return { waitingOn, reason: oldest.code, since: new Date(oldest.since) };
}
