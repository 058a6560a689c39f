// Plans a request, sees that nothing was changed by it, carries it out, and holds the two against each other.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Forecast } from '../../src/account/forecast';
import type { AccountResult, ProblemCode, RequestDocument } from '../../src/client';
import type { RecordedRequest, SimulatedVendor } from '../../src/simulators';
import type { Harness } from '../support/harness';

/** What a person is found in, and what is expected of the plan. */
export interface Situation {
  name: string;
  request: RequestDocument;
  /** Puts there what is there before. */
  seed?(): void | Promise<void>;
  expected: Partial<Forecast>;
}

/** The calls that log in change nothing of a person. */
const LOG_INS = ['authenticate', 'log in', 'token'];

export function situation(
  name: string,
  request: RequestDocument,
  expected: Situation['expected'],
  seed?: (request: RequestDocument) => unknown,
): Situation {
  return { name, request, expected, seed: async () => void (await seed?.(request)) };
}

/** Matches an obstacle by its step and code. */
export function stopped(step: string, code: ProblemCode) {
  return expect.objectContaining({ step, code });
}

export class Rehearsal {
  constructor(
    private readonly harness: Harness,
    private readonly vendor: SimulatedVendor,
  ) {}

  /** The forecast of a request's one account. Fails where planning changed anything at the vendor. */
  async plan(request: RequestDocument): Promise<Forecast> {
    const before = this.requests().length;
    const planned: Forecast[] = [];
    for await (const { key, accounts } of await this.harness.muster.plan(request)) {
      expect(key).toBe(request.key);
      planned.push(...Object.values(accounts));
    }
    expect(changes(this.requests().slice(before))).toEqual([]);
    const [forecast, ...more] = planned;
    if (!forecast || more.length > 0) throw new Error(`${planned.length} accounts were planned`);
    expect(forecast.fingerprint).toMatch(/^test:[0-9a-f]{32}$/);
    expect(JSON.stringify(forecast)).not.toContain(request.person.email);
    return forecast;
  }

  /** Carries the request out, and compares what became of it with what was foreseen. */
  async carryOut(request: RequestDocument, forecast: Forecast): Promise<void> {
    const before = this.requests().length;
    const handle = await this.harness.muster.onboard(request);
    const { accounts } = await handle.result();
    const [account] = Object.values(accounts);
    if (!account) throw new Error('the result has no account');
    const sent = changes(this.requests().slice(before));
    expect({ forecast, account: outcomeOf(account) }).toEqual({
      forecast,
      account: expect.objectContaining(expectedOutcome(forecast)),
    });
    if (forecast.action === 'unchanged') expect(sent).toEqual([]);
    if (forecast.action === 'blocked') return;
    expect(creates(sent)).toHaveLength(newThings(forecast));
    const mails = this.harness.simulator(this.vendor).mails();
    expect(mails.filter(({ to }) => to === request.person.email)).toHaveLength(forecast.mails.length);
  }

  async run({ request, seed, expected }: Situation): Promise<void> {
    await seed?.();
    const forecast = await this.plan(request);
    expect(forecast).toMatchObject(expected);
    // Asked again, it is the same: nothing moved.
    expect((await this.plan(request)).fingerprint).toBe(forecast.fingerprint);
    await this.carryOut(request, forecast);
  }

  private requests(): RecordedRequest[] {
    return this.harness.simulator(this.vendor).requests();
  }
}

/** Starts a run, and ends it from outside as soon as `when` says so. */
export async function cutOff(
  { muster }: Harness,
  request: RequestDocument,
  when: () => boolean,
): Promise<void> {
  const { id } = await muster.onboard(request);
  while (!when()) await sleep(20);
  await muster.client.workflow.getHandle(id).terminate('cut off by the test');
}

/** Whether a create's body is this person's. */
export function sentFor({ person }: RequestDocument, body: unknown): boolean {
  return JSON.stringify(body)?.includes(person.email) ?? false;
}

function changes(requests: RecordedRequest[]): RecordedRequest[] {
  return requests.filter(({ committed, call }) => committed && !LOG_INS.includes(call));
}

/** Calls that make something, as the simulators name them. */
function creates(sent: RecordedRequest[]): RecordedRequest[] {
  return sent.filter(({ call }) => /^(create|assign|submit)/.test(call));
}

function newThings({ action, makes }: Forecast): number {
  const user = action === 'create' || action === 'cannot-tell' ? 1 : 0;
  return user + makes.length;
}

function outcomeOf({ status, userId, provenance, problem }: AccountResult) {
  const stands = problem ? { step: problem.step, code: problem.code } : null;
  return { done: status === 'done', userId, provenance, problem: stands };
}

function expectedOutcome({ action, userId, provenance, problem }: Forecast) {
  if (action === 'blocked' && problem)
    return { done: false, problem: { step: problem.step, code: problem.code } };
  const made = action === 'create' || action === 'cannot-tell';
  return {
    done: true,
    problem: null,
    ...(made ? { provenance: 'created' } : { userId, ...(provenance && { provenance }) }),
  };
}
