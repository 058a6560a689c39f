// The board of a run that has several accounts in its care: their results as they come, shown as one.
import { setCurrentDetails, setHandler, upsertSearchAttributes } from '@temporalio/workflow';
import {
  type AccountResult,
  overallStatus,
  type ResultDocument,
  resultDocument,
} from '../../src/account/result';
import { musterWaitingOn } from '../../src/temporal/search-attributes';
import { personCard } from './card';
import { accountChanged, progress } from './messages';

export class Board {
  readonly accounts: Record<string, AccountResult> = {};
  private parked = false;

  constructor(private readonly key: string) {
    setHandler(progress, () => this.document(), { description: 'The result document as it stands.' });
    setHandler(accountChanged, (connection, result) => this.set(connection, result), {
      description: 'Sent by account runs when they park and go on; not for operators.',
    });
  }

  set(connection: string, result: AccountResult): void {
    this.accounts[connection] = result;
    setCurrentDetails(personCard(this.key, this.accounts));
    // Parked as a whole, once nothing of the person is under way any more: then somebody has to decide.
    const parked = overallStatus(this.accounts) === 'parked';
    if (parked !== this.parked)
      upsertSearchAttributes([{ key: musterWaitingOn, value: parked ? 'operator' : 'nobody' }]);
    this.parked = parked;
  }

  /** Running as long as it is not yet known which accounts there are. */
  document(): ResultDocument {
    const document = resultDocument(this.key, this.accounts);
    return Object.keys(this.accounts).length === 0 ? { ...document, status: 'running' } : document;
  }
}
