// A connection whose credentials were rejected (design.md, "A held connection"): open as long as nothing but one probe may
// be sent for it, known to all workers. Beside it, the short trial of credentials that a worker has not proven yet, and the
// inspection of a connection for whoever has no secrets.
import {
  ActivityFailure,
  ApplicationFailure,
  allHandlersFinished,
  condition,
  continueAsNew,
  proxyActivities,
  setCurrentDetails,
  setHandler,
  sleep,
  upsertMemo,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import type * as activities from '../activities/hold';
import type { Inspection } from '../activities/hold';
import { connectTimeout } from '../src/http/fence';
import {
  musterConnection,
  musterReason,
  musterSince,
  musterVendor,
  musterWaitingOn,
} from '../src/temporal/search-attributes';
import { call } from './account-run/calls';
import { retrySignal } from './account-run/messages';
import { holdCard } from './connection-hold/card';
import {
  credentialsChangedSignal,
  type HoldInput,
  type HoldState,
  holdQuery,
  type ProbeRecord,
  probe,
  probeSignal,
  rejectedSignal,
  trialOverSignal,
} from './connection-hold/messages';
import { releaseRuns } from './connection-hold/release';

const MOST_REMEMBERED = 20;
/** Workers with the wanted credentials may be few among many: so often others may pick the probe up. */
const MOST_HANDED_BACK = 40;

/** A probe that is due: with these credentials, or with whichever a worker has. */
interface Due {
  why: string;
  credentials?: string;
}

export async function connectionHold(input: HoldInput): Promise<HoldState> {
  const { connection, times } = input;
  const state = input.state ?? begin(connection);
  const due: Due[] = [];
  let asked = 0;
  let answered = 0;
  let nextAt = state.nextProbe ? Date.parse(state.nextProbe) : Date.now() + times.firstProbeMs;

  const publish = (): void => {
    state.nextProbe = state.accepted === null ? new Date(nextAt).toISOString() : null;
    upsertMemo({ rejected: state.rejected, accepted: state.accepted });
    setCurrentDetails(holdCard(input, state));
  };
  const want = (probe: Due): number => {
    due.push(probe);
    asked += 1;
    return asked;
  };

  setHandler(
    rejectedSignal,
    ({ credentials, message }) => {
      remember(state, credentials, message);
      publish();
    },
    { description: 'Sent by workers; not for operators.' },
  );
  setHandler(
    credentialsChangedSignal,
    (credentials) => {
      const known = state.rejected.includes(credentials) || state.accepted === credentials;
      if (!known && !due.some((probe) => probe.credentials === credentials))
        want({ why: 'other credentials', credentials });
    },
    { description: 'Sent by workers; not for operators.' },
  );
  setHandler(
    probe,
    async ({ reason }) => {
      const number = want({ why: reason });
      await condition(() => answered >= number || state.accepted !== null);
      return state;
    },
    {
      validator(given) {
        if (typeof given?.reason === 'string' && given.reason.trim()) return;
        throw ApplicationFailure.nonRetryable('reason: say why, in a few words', 'invalid-decision');
      },
      description: 'Find out now whether the vendor accepts the credentials. {"reason": "…"}',
    },
  );
  for (const signal of [probeSignal, retrySignal])
    setHandler(signal, ({ reason }) => void want({ why: reason }), {
      description: 'As the update probe. {"reason": "…"}',
    });
  setHandler(holdQuery, () => state, { description: 'How the hold stands.' });

  upsertSearchAttributes([
    { key: musterConnection, value: connection },
    { key: musterVendor, value: input.vendor },
    { key: musterWaitingOn, value: 'operator' },
    { key: musterReason, value: 'credentials-rejected' },
    { key: musterSince, value: new Date(state.since) },
  ]);
  publish();

  for (;;) {
    await condition(() => due.length > 0, Math.max(1, nextAt - Date.now()), {
      summary: 'until the next probe',
    });
    const [next = { why: 'on time' }] = due;
    const found = await tryOut(input, next);
    // Whoever asked meanwhile, whatever for, has an answer too, unless other credentials are meant.
    due.splice(0, due.length, ...due.slice(1).filter((probe) => probe.credentials !== undefined));
    state.probes.push(found.record);
    state.probes.splice(0, state.probes.length - MOST_REMEMBERED);
    nextAt = Date.now() + (found.record.found === 'rejected' ? times.probeEveryMs : times.firstProbeMs);
    if (found.record.found === 'rejected' && found.credentials)
      remember(state, found.credentials, found.record.message);
    if (found.record.found === 'accepted') state.accepted = found.credentials ?? null;
    answered = asked - due.length;
    publish();
    if (state.accepted !== null) {
      const released = await releaseRuns({
        connection,
        gapMs: times.releaseGapMs,
        stopped: () => state.accepted === null,
        report(runs) {
          state.released += runs;
          publish();
        },
      });
      await condition(allHandlersFinished);
      if (released && state.accepted !== null) return state;
    }
    if (workflowInfo().continueAsNewSuggested && due.length === 0 && allHandlersFinished())
      await continueAsNew<typeof connectionHold>({ ...input, state });
  }
}

function begin(connection: string): HoldState {
  return {
    connection,
    since: new Date().toISOString(),
    message: 'The vendor rejected the credentials.',
    rejected: [],
    accepted: null,
    nextProbe: null,
    probes: [],
    released: 0,
  };
}

/** What is rejected is not accepted; a release under way stops. */
function remember(state: HoldState, credentials: string, message: string): void {
  state.rejected = [...state.rejected.filter((known) => known !== credentials), credentials].slice(
    -MOST_REMEMBERED,
  );
  // A worker that was left behind with old credentials says nothing about those that were accepted.
  if (state.accepted === credentials) state.accepted = null;
  state.message = message;
}

/** One probe, by a worker that has the wanted credentials; one that has not hands it back unsent. */
async function tryOut(
  { connection, taskQueue, timeoutMs }: HoldInput,
  { why, credentials }: Due,
): Promise<{ record: ProbeRecord; credentials?: string }> {
  const { probeHeldConnection } = proxyActivities<typeof activities>({
    taskQueue,
    scheduleToStartTimeout: '10m',
    startToCloseTimeout: 3 * (timeoutMs + connectTimeout(timeoutMs)) + 5_000,
    heartbeatTimeout: '6s',
    // Else the worker that has this run at hand would take each probe itself, whatever its credentials.
    allowEagerDispatch: false,
    retry: { maximumAttempts: 1 },
  });
  const record = (found: ProbeRecord['found'], message: string): ProbeRecord => ({
    at: new Date().toISOString(),
    why,
    found,
    message,
  });
  try {
    for (let handedBack = 0; handedBack < MOST_HANDED_BACK; handedBack += 1) {
      const answer = await call(`probe: ${why}`, probeHeldConnection, {
        connection,
        ...(credentials !== undefined && { credentials }),
      });
      if (answer.found !== 'elsewhere')
        return { record: record(answer.found, answer.message), credentials: answer.credentials };
      await sleep(Math.min(100 * (handedBack + 1), 2_000), {
        summary: 'until a worker with these credentials takes the probe',
      });
    }
    return { record: record('nothing', 'No worker with these credentials took the probe.') };
  } catch (error) {
    if (!(error instanceof ActivityFailure)) throw error;
    return { record: record('nothing', error.cause?.message ?? error.message) };
  }
}

/** Open while one worker tries credentials: started by it, and told by it when it has its answer. */
export async function credentialsTrial(): Promise<void> {
  let over = false;
  setHandler(trialOverSignal, () => {
    over = true;
  });
  await condition(() => over);
}

/** What a connection's vendor says to its credentials, for clients that have none. */
export async function inspectConnection(input: {
  connection: string;
  taskQueue: string;
  timeoutMs: number;
}): Promise<Inspection> {
  const { connection, taskQueue, timeoutMs } = input;
  const { inspectCredentials } = proxyActivities<typeof activities>({
    taskQueue,
    startToCloseTimeout: 3 * (timeoutMs + connectTimeout(timeoutMs)) + 5_000,
    heartbeatTimeout: '6s',
    retry: { maximumAttempts: 1 },
  });
  return call('ask the vendor, reading only', inspectCredentials, { connection });
}
