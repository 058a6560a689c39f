// When an embedded server may be used: it answers, its namespace knows Muster's search attributes, and lists work.
import { setTimeout as delay } from 'node:timers/promises';
import { Connection } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time';
import { registerMissing, type SearchAttributeTypes } from '../temporal/registration';
import { answersAt } from './ports';

const POLL_MS = 20;
const CALL_TIMEOUT_MS = 5_000;

/** What a server must offer before it counts as ready. */
export interface Readiness {
  /** `host:port` */
  address: string;
  namespace: string;
  searchAttributes: SearchAttributeTypes;
  /** Days for which ended runs are kept; unset leaves it as it is (the development server's default is 1). */
  retentionDays?: number;
}

async function setRetention(connection: Connection, { namespace, retentionDays }: Readiness): Promise<void> {
  if (retentionDays === undefined) return;
  const seconds = retentionDays * 86_400;
  const { config } = await connection.workflowService.describeNamespace({ namespace });
  if (Number(config?.workflowExecutionRetentionTtl?.seconds ?? 0) === seconds) return;
  await connection.workflowService.updateNamespace({
    namespace,
    config: { workflowExecutionRetentionTtl: msToTs(seconds * 1000) },
  });
}

/** Repeats a call that fails while the server is still starting. */
async function untilItWorks<T>(signal: AbortSignal, call: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await call();
    } catch (error) {
      if (signal.aborted) throw error;
      await delay(POLL_MS);
    }
  }
}

/**
 * Waits until a server is ready, registering and setting what it lacks.
 * @param signal ends the waiting; the last problem is thrown then.
 */
export async function untilReady(wanted: Readiness, signal: AbortSignal): Promise<void> {
  const { address, namespace, searchAttributes } = wanted;
  // gRPC waits a whole second after a refused connection; so it is asked only when someone listens.
  while (!(await answersAt(address))) {
    signal.throwIfAborted();
    await delay(POLL_MS);
  }
  const connection = await untilItWorks(signal, () =>
    Connection.connect({ address, connectTimeout: CALL_TIMEOUT_MS, interceptors: [] }),
  );
  const call = <T>(fn: () => Promise<T>) =>
    untilItWorks(signal, () => connection.withDeadline(Date.now() + CALL_TIMEOUT_MS, fn));
  try {
    await call(() => connection.workflowService.describeNamespace({ namespace }));
    // A database of an earlier version lacks some: the server itself only registers them once.
    const { wrong: differing } = await call(() => registerMissing(connection, namespace, searchAttributes));
    const [wrong] = differing;
    if (wrong !== undefined) {
      throw new Error(`the search attribute ${wrong} exists with another type in namespace "${namespace}"`);
    }
    await call(() => setRetention(connection, wanted));
    const query = Object.keys(searchAttributes)
      .map((name) => `${name} IS NULL`)
      .join(' AND ');
    await call(() => connection.workflowService.listWorkflowExecutions({ namespace, pageSize: 1, query }));
  } finally {
    await connection.close();
  }
}
