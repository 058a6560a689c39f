// Made-up people, the faults that await them, and an operator who answers for what the vendors cannot be asked.
import { setTimeout as sleep } from 'node:timers/promises';
import { connectMuster } from '../../dist/src/client/index.js';
import { loadConfig } from '../../dist/src/config/load.js';
import { CONNECTIONS } from './workers.mjs';

/** People that are under way at once. */
const AT_ONCE = 6;
export const DOMAIN = 'topology.example';

/** Meets some of every vendor's calls: lost before, lost after, refused for now, cut short, slow. */
const FAULTS = [
  { kind: 'slow', delayMs: 400, times: 'always', call: 'create user' },
  { kind: 'drop-after', call: 'create user', nth: 2 },
  { kind: 'drop-before', nth: 5 },
  { kind: 'error-before', status: 503, nth: 9, times: 2 },
  { kind: 'drop-after', call: 'create user', nth: 7 },
  { kind: 'rate-limited', retryAfter: 1, nth: 20 },
  { kind: 'truncated', call: 'create user', nth: 9 },
  { kind: 'error-after', status: 500, call: 'create user', nth: 12 },
];

/** @param {number} i */
function request(i) {
  const key = `topology-${String(i).padStart(3, '0')}`;
  return {
    key,
    person: {
      firstName: 'Orla',
      lastName: `Tern${i}`,
      email: `${key}@${DOMAIN}`,
      dateOfBirth: '1990-01-31',
      sex: 'F',
      address: {
        street: '1 Quay Row',
        city: 'Philadelphia',
        province: 'PA',
        postalCode: '19109',
        country: 'us',
      },
    },
    accounts: {
      'pha-demo': { reference: `A-${i}`, rank: 'Captain' },
      ethosce: { roles: [105847459, 175031666] },
      onefile: { role: 'learner', defaultAssessorId: 7, classroomId: 3, placementId: 9 },
      hotdocs: {},
      regpack: {},
    },
  };
}

/**
 * Waits for a moment in which vendors are at work on creates, so that what is killed then is killed in the middle.
 * @param {Record<string, any>} simulators
 */
export async function callsInAir(simulators) {
  for (;;) {
    const open = Object.values(CONNECTIONS).flatMap((vendor) =>
      simulators[vendor]
        .requests()
        .filter(
          (/** @type {any} */ one) =>
            one.call === 'create user' && one.status === null && one.fault === 'slow',
        ),
    );
    if (open.length > 1) return open.length;
    await sleep(5);
  }
}

/**
 * Onboards everyone at every vendor, and answers what is parked.
 * @param {{ count: number, file: string, address: string, simulators: Record<string, any>, say: (message: string) => void,
 *   events: { third(): Promise<void>, twoThirds(): Promise<void> } }} options
 */
export async function onboardAll({ count, file, address, simulators, say, events }) {
  for (const vendor of Object.values(CONNECTIONS))
    for (const fault of FAULTS) simulators[vendor].inject(fault);
  const config = loadConfig({ file, secrets: 'leave', env: { HEALTH_PORT: '1', METRICS_PORT: '2' } });
  const muster = await connectMuster({ config, temporal: { connection: { address }, namespace: 'default' } });
  const waiting = Array.from({ length: count }, (_, i) => request(i + 1));
  /** @type {{ request: ReturnType<typeof request>, result: any }[]} */
  const done = [];
  const answered = { decisions: 0 };
  const pending = new Map([
    [Math.ceil(count / 3), events.third],
    [Math.ceil((2 * count) / 3), events.twoThirds],
  ]);
  /** @type {Promise<void>[]} */
  const happened = [];
  const lane = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      done.push({ request: next, result: await follow(muster, next, simulators, answered) });
      const event = pending.get(done.length);
      if (!event) continue;
      say(`${done.length} of ${count} people are done at every vendor`);
      happened.push(event());
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
  await Promise.all(happened);
  await muster.close();
  return { done, decisions: answered.decisions };
}

/**
 * Starts one person and stays until all is done. The same request may be handed in as often as one likes.
 * @param {import('../../dist/src/client/index.js').Muster} muster
 * @param {any} person
 * @param {Record<string, any>} simulators
 * @param {{ decisions: number }} answered
 */
async function follow(muster, person, simulators, answered) {
  for (;;) {
    try {
      const result = await (await muster.onboard(person)).result();
      if (result.status !== 'parked') return result;
      for (const [connection, { problem }] of Object.entries(result.accounts))
        if (problem) answered.decisions += await answer(muster, person, connection, problem, simulators);
    } catch (error) {
      // The server is away for a while, on purpose; an answer may also come too late to matter.
      if (!isAway(error) && !(error instanceof Error && error.name === 'DecisionRefusedError')) throw error;
    }
    await sleep(300);
  }
}

/**
 * What an operator does: looks at the vendor's own screens, and says what is true.
 * @param {import('../../dist/src/client/index.js').Muster} muster
 * @param {any} person
 * @param {string} connection
 * @param {any} problem
 * @param {Record<string, any>} simulators
 */
async function answer(muster, person, connection, problem, simulators) {
  const vendor = /** @type {Record<string, string>} */ (CONNECTIONS)[connection] ?? '';
  const found = simulators[vendor]
    .people()
    .find((/** @type {any} */ one) => one.email === person.person.email);
  const handle = await muster.handle(`${connection}/${person.key}`);
  const { step } = problem;
  if (!problem.decisions.includes('resolve')) {
    await handle.retry({ reason: 'the vendor is back' });
  } else if (step !== 'create') {
    const isThere = (found?.profiles.length ?? 0) > 0;
    await handle.resolve({
      step,
      reason: 'seen at the vendor',
      ...(isThere ? { exists: true } : { notCreated: true }),
    });
  } else {
    await handle.resolve({
      reason: 'seen at the vendor',
      ...(found ? { userId: found.id } : { notCreated: true }),
    });
  }
  return 1;
}

/** gRPC: 1 cancelled, 4 deadline exceeded, 14 unavailable. @param {unknown} error */
function isAway(error) {
  for (let one = /** @type {any} */ (error); one; one = one.cause)
    if ([1, 4, 14].includes(one.code)) return true;
  return false;
}
