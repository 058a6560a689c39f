// The fault plan: which request is met by which fault, and what then happens to it. Knows no vendor.
import { setTimeout as sleep } from 'node:timers/promises';
import type { FaultPlan, RecordedRequest, ReplyFault, VendorReply, WorkFault } from './contract';
import { htmlPage } from './replies';
import type { Wire } from './wire';

type Kind<K extends WorkFault['kind']> = Extract<WorkFault, { kind: K }>;

/** The faults that meet one request: at most one of each sort. */
export interface MetFaults {
  slow?: Kind<'slow'>;
  expired?: Kind<'expired-token'>;
  late?: Kind<'late-visibility'>;
  reply?: ReplyFault;
}

/** Planned faults, in the order in which they were injected. */
export interface FaultQueue {
  add(plan: FaultPlan): void;
  clear(): void;
  /** Takes what is due for this request, and counts it. */
  take(request: RecordedRequest): MetFaults;
  pending(): FaultPlan[];
}

const REPLY_KINDS = {
  'drop-before': true,
  'drop-after': true,
  'reset-mid-body': true,
  'rate-limited': true,
  'error-before': true,
  'error-after': true,
  malformed: true,
  truncated: true,
  empty: true,
  html: true,
  'wrong-content-type': true,
  redirect: true,
  huge: true,
  'garbage-status': true,
} as const satisfies Record<ReplyFault['kind'], true>;

const WORK_KINDS = {
  slow: true,
  'expired-token': true,
  'late-visibility': true,
} as const satisfies Record<WorkFault['kind'], true>;

/** Every kind of fault, for help texts and sweeps. */
export const faultKinds = Object.keys({ ...REPLY_KINDS, ...WORK_KINDS }) as FaultPlan['kind'][];

/** An empty queue. */
export function createFaultQueue(): FaultQueue {
  let entries: { plan: FaultPlan; met: number; applied: number }[] = [];
  const timesOf = (plan: FaultPlan): number => (plan.times === 'always' ? Infinity : (plan.times ?? 1));
  const open = (entry: { plan: FaultPlan; applied: number }): boolean => entry.applied < timesOf(entry.plan);
  return {
    add(plan) {
      checkPlan(plan);
      entries.push({ plan, met: 0, applied: 0 });
    },
    clear() {
      entries = [];
    },
    take(request) {
      const met: MetFaults = {};
      for (const entry of entries) {
        const slot = slotOf(entry.plan);
        // A plan behind one that has just been applied waits its turn and does not count this request.
        if (met[slot] !== undefined || !open(entry) || !aimsAt(entry.plan, request)) continue;
        entry.met += 1;
        if (entry.met < (entry.plan.nth ?? 1)) continue;
        entry.applied += 1;
        Object.assign(met, { [slot]: entry.plan });
      }
      entries = entries.filter(open);
      return met;
    },
    pending: () => entries.map(({ plan }) => plan),
  };
}

/** The kinds of the faults met, for the recording. */
export function faultName(met: MetFaults): string | null {
  const kinds = [met.expired, met.late, met.slow, met.reply].flatMap((fault) => (fault ? [fault.kind] : []));
  return kinds.length === 0 ? null : kinds.join('+');
}

function slotOf(plan: FaultPlan): keyof MetFaults {
  if (plan.kind === 'slow') return 'slow';
  if (plan.kind === 'expired-token') return 'expired';
  return plan.kind === 'late-visibility' ? 'late' : 'reply';
}

function aimsAt(plan: FaultPlan, request: RecordedRequest): boolean {
  if (plan.call !== undefined && plan.call !== request.call) return false;
  if (plan.match !== undefined && !plan.match(request)) return false;
  if (plan.contains === undefined) return true;
  return JSON.stringify([request.path, request.query, request.body]).includes(plan.contains);
}

// Plans also arrive as JSON: a misspelt kind must not pass as "no fault".
function checkPlan(plan: FaultPlan): void {
  if (!faultKinds.includes(plan.kind)) {
    throw new Error(`unknown kind of fault "${String(plan.kind)}"; known: ${faultKinds.join(', ')}`);
  }
  if ((plan.kind === 'slow' || plan.kind === 'late-visibility') && !(plan.delayMs >= 0)) {
    throw new Error(`a fault of kind ${plan.kind} needs delayMs`);
  }
  if (plan.nth !== undefined && !(Number.isInteger(plan.nth) && plan.nth >= 1)) {
    throw new Error('nth is counted from 1');
  }
}

/** What a fault works with. `work` does the vendor's work (once) and gives its answer. */
export interface FaultScene {
  readonly work: () => VendorReply;
  readonly failure: (status: number) => VendorReply;
  readonly wire: Wire;
  /** Ends waits when the server closes. */
  readonly signal: AbortSignal;
}

/** Answers the request under its faults; gives the status sent, or null when none was. */
export async function answerUnder(met: MetFaults, scene: FaultScene): Promise<number | null> {
  if (met.slow === undefined) return deliver(met.reply, scene);
  let done: VendorReply | undefined;
  if (met.slow.commit !== 'after' && doesWork(met.reply)) done = scene.work();
  await sleep(met.slow.delayMs, undefined, { signal: scene.signal });
  const reply = done;
  return deliver(met.reply, reply === undefined ? scene : { ...scene, work: () => reply });
}

function doesWork(fault: ReplyFault | undefined): boolean {
  switch (fault?.kind) {
    case 'drop-before':
    case 'rate-limited':
    case 'error-before':
      return false;
    case 'redirect':
      return fault.committed === true;
    case 'html':
    case 'garbage-status':
      return fault.committed !== false;
    default:
      return true;
  }
}

async function deliver(fault: ReplyFault | undefined, scene: FaultScene): Promise<number | null> {
  if (fault === undefined) return send(scene, scene.work());
  const { wire } = scene;
  const reply = doesWork(fault) ? scene.work() : undefined;
  switch (fault.kind) {
    case 'drop-before':
    case 'drop-after':
      wire.drop();
      return null;
    case 'reset-mid-body':
      await wire.resetMidBody(reply ?? scene.failure(500));
      return reply?.status ?? null;
    case 'truncated':
      await wire.truncate(reply ?? scene.failure(500));
      return reply?.status ?? null;
    case 'huge':
      await wire.sendHuge({ ...(reply ?? scene.failure(500)), status: 200 }, fault.bytes ?? 20_000_000);
      return 200;
    default:
      return send(scene, changed(fault, reply, scene));
  }
}

type WholeFault = Exclude<ReplyFault, { kind: CutKind }>;
type CutKind = 'drop-before' | 'drop-after' | 'reset-mid-body' | 'truncated' | 'huge';

/** The reply that goes out whole in place of the vendor's own. */
function changed(fault: WholeFault, reply: VendorReply | undefined, scene: FaultScene): VendorReply {
  const own = reply ?? scene.failure(500);
  switch (fault.kind) {
    case 'rate-limited':
      return withHeaders(scene.failure(429), retryAfter(fault.retryAfter));
    case 'error-before':
    case 'error-after':
      return scene.failure(fault.status ?? 500);
    case 'malformed':
      return { ...own, status: own.status === 204 ? 200 : own.status, body: broken(own.body) };
    case 'empty':
      return { ...own, body: '' };
    case 'html':
      return htmlPage(200, 'Please wait', 'Your request is being checked.');
    case 'wrong-content-type':
      return withHeaders(own, { 'content-type': fault.contentType ?? 'text/html; charset=UTF-8' });
    case 'redirect':
      return withHeaders(htmlPage(302, 'Found', 'The document has moved.'), {
        location: fault.location ?? '/',
      });
    case 'garbage-status':
      return { ...own, status: fault.status ?? 999 };
  }
}

async function send(scene: FaultScene, reply: VendorReply): Promise<number> {
  await scene.wire.send(reply);
  return reply.status;
}

function retryAfter(value: number | string | null | undefined): Record<string, string> {
  return value === null ? {} : { 'retry-after': String(value ?? 1) };
}

function withHeaders(reply: VendorReply, headers: Record<string, string>): VendorReply {
  return { ...reply, headers: { ...reply.headers, ...headers } };
}

// Half of a JSON text never parses; a reply that is no JSON gets the beginning of an object.
function broken(body: string): string {
  return /^[[{]/.test(body)
    ? `${body.slice(0, Math.max(1, Math.floor(body.length / 2)))}<`
    : '{"status":"OK","da';
}
