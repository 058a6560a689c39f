// What has become of a row by now, read from Temporal: the row's run as it stands, not as the job once saw it, so that a
// decision taken since shows.
import type { Client, WorkflowExecutionDescription } from '@temporalio/client';
import { progress } from '../../workflows/account-run/messages';
import type { AccountResult, ProblemCode, ResultDocument } from '../account/result';
import { endOf } from '../client/standing';
import { accountsStand, FINGERPRINT, isSame, requestPlan, runOf } from '../client/start';
import type { KeyRing } from '../privacy/keys';
import type { KnownConnections } from '../request/check';
import { accountId } from '../temporal/names';
import { musterReason, musterWaitingOn } from '../temporal/search-attributes';
import { JOB } from './job';
import type { RowOutcome } from './outcome';
import type { RosterRow } from './roster';

export interface Asking {
  client: Client;
  keys: KeyRing;
  config: KnownConnections;
  /** What the job's own runs bear in their memo (src/bulk/rows). */
  mark: string;
}

/** A parked run's worker may be away: then the list's own word has to do. */
const PATIENCE_MS = 5_000;

export async function outcomeOf({ client, keys, config, mark }: Asking, row: RosterRow): Promise<RowOutcome> {
  const plan = requestPlan(config, keys, row.request);
  const { workflowId } = plan;
  const latest = await runOf(client, workflowId);
  if (!latest) return notStarted('not-started', 'Nothing was sent. Feed this row again.');
  const open = latest.status.name === 'RUNNING';
  const ours = latest.memo?.[JOB] === mark || isSame(keys, plan, latest.memo?.[FINGERPRINT]);
  if (!ours) return another(workflowId, open, latest.memo?.[FINGERPRINT] === undefined);
  if (open) return underWay(client, latest);
  const document = await endOf(client, workflowId, latest.runId);
  if (document.status === 'done' && !(await accountsStand(client, keys, plan))) return UNDONE;
  return ended(document);
}

const UNDONE: RowOutcome = {
  status: 'failed',
  reason: 'undone',
  whatToDo: 'It was undone, removed or changed since. To have it as it was, feed this row again.',
  ids: {},
};

function notStarted(reason: string, whatToDo: string): RowOutcome {
  return { status: 'not-started', reason, whatToDo, ids: {} };
}

/** The latest run of this person is another request's, or a removal. */
function another(workflowId: string, open: boolean, removal: boolean): RowOutcome {
  if (open)
    return notStarted(
      'running-elsewhere',
      `Another request of this person is under way (${workflowId}). When it has ended, feed this row again.`,
    );
  if (removal) return UNDONE;
  return notStarted(
    'superseded',
    `Another request of this person has ended since (${workflowId}). Feed this row again only if it still holds.`,
  );
}

async function underWay(client: Client, run: WorkflowExecutionDescription): Promise<RowOutcome> {
  const { workflowId, typedSearchAttributes } = run;
  const reason = typedSearchAttributes.get(musterReason);
  if (typedSearchAttributes.get(musterWaitingOn) !== 'operator')
    return {
      status: 'waiting',
      reason: reason ?? 'under-way',
      whatToDo: `Nothing: it goes on by itself. See: muster show ${workflowId}`,
      ids: {},
    };
  const document = await client
    .withDeadline(Date.now() + PATIENCE_MS, () =>
      client.workflow.getHandle(workflowId, run.runId).query(progress),
    )
    .catch(() => undefined);
  return {
    status: 'waiting',
    reason: (document && reasonIn(document)) ?? reason ?? 'parked',
    whatToDo: (document && decisionsIn(document)) ?? `muster show ${workflowId}`,
    ids: document ? idsIn(document) : {},
    ...(document && { document }),
  };
}

function ended(document: ResultDocument): RowOutcome {
  const ids = idsIn(document);
  if (document.status === 'done') return { status: 'succeeded', reason: '', whatToDo: '', ids, document };
  return {
    status: 'failed',
    reason: reasonIn(document) ?? document.status,
    whatToDo: remedyFor(document),
    ids,
    document,
  };
}

function troubled(document: ResultDocument): [string, AccountResult][] {
  return Object.entries(document.accounts).filter(([, { problem }]) => problem !== null);
}

/** `ethosce: conflict: …; pha: …`; with one account its problem alone. */
function reasonIn(document: ResultDocument): string | undefined {
  const single = Object.keys(document.accounts).length === 1;
  const reasons = troubled(document).map(([connection, { problem }]) => {
    const text = `${problem?.code}: ${problem?.message}`;
    return single ? text : `${connection}: ${text}`;
  });
  return reasons.length > 0 ? reasons.join(' ') : undefined;
}

function decisionsIn({ key, accounts }: ResultDocument): string | undefined {
  const lines = Object.entries(accounts).flatMap(([connection, { problem }]) =>
    problem && problem.decisions.length > 0
      ? [`muster show ${accountId(connection, key)} (decide: ${problem.decisions.join(', ')})`]
      : [],
  );
  return lines.length > 0 ? lines.join('; ') : undefined;
}

function idsIn({ accounts }: ResultDocument): Record<string, string> {
  return Object.fromEntries(
    Object.entries(accounts).flatMap(([connection, { userId }]) =>
      userId === null ? [] : [[connection, userId]],
    ),
  );
}

const REMEDIES: Partial<Record<ProblemCode, string>> = {
  'invalid-request': 'Correct the row, then feed it again.',
  refused: 'The vendor said no: correct the row, then feed it again.',
  conflict: 'Find out whose account it is, correct the row, then feed it again.',
  'several-matches': 'Tell the accounts apart at the vendor, then feed the row again.',
  'form-changed': "Adapt the connection's answers, or the row, then feed it again.",
  misconfigured: "Give the connection's account the right at the vendor, then feed the row again.",
  cancelled: 'It was cancelled. Feed the row again if it should be there.',
};
const LOOKS_FIRST = 'Feed the row again: it looks first, then goes on.';

function remedyFor(document: ResultDocument): string {
  const known = troubled(document)
    .map(([, { problem }]) => problem && REMEDIES[problem.code])
    .find((remedy) => remedy !== undefined && remedy !== null);
  if (document.status === 'compensated')
    return `What was made has been undone. ${known ?? 'Correct the row, then feed it again.'}`;
  return known ?? LOOKS_FIRST;
}
