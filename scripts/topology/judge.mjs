// The verdict, from the vendors' side: who exists, how often, and what was sent for them.
import Table from 'cli-table3';
import { DOMAIN } from './people.mjs';
import { CONNECTIONS } from './workers.mjs';

const CREATE = 'create user';

/**
 * @param {{ onboarded: { done: { request: any, result: any }[], decisions: number }, simulators: Record<string, any>,
 *   metrics: { number: number, vendorCalls: number, sdk: number }[], exits: string[] }} evidence
 * @returns {boolean} whether the topology is proved
 */
export function judge({ onboarded, simulators, metrics, exits }) {
  const { done, decisions } = onboarded;
  const table = new Table({
    head: [
      'connection',
      'people',
      'done',
      'created',
      'confirmed',
      'declared',
      'sent',
      'took effect',
      'faults met',
      'exist once',
    ],
    style: { head: [], border: [] },
  });
  /** @type {string[]} */
  const faults = [];
  for (const [connection, vendor] of Object.entries(CONNECTIONS)) {
    const accounts = done.map(({ result }) => result.accounts[connection]);
    const having = (/** @type {string} */ word) =>
      accounts.filter((account) => account?.provenance === word).length;
    const requests = simulators[vendor].requests();
    const creates = requests.filter((/** @type {any} */ { call }) => call === CREATE);
    const committed = creates.filter((/** @type {any} */ one) => one.committed).length;
    const wrong = done.filter(({ request }) => !existsOnce(simulators[vendor], request.person.email));
    const isDone = accounts.filter((account) => account?.status === 'done').length;
    const strangers = ours(simulators[vendor]).length - done.length;
    faults.push(
      ...wrong.map(({ request }) => `${connection}/${request.key} does not exist exactly once`),
      ...(isDone === done.length ? [] : [`${connection}: ${done.length - isDone} runs are not done`]),
      ...(committed === done.length
        ? []
        : [`${connection}: ${committed} creates took effect for ${done.length} people`]),
      ...(strangers === 0 ? [] : [`${connection}: ${strangers} people too many`]),
    );
    const met = requests.filter((/** @type {any} */ { fault }) => fault !== null && fault !== 'slow').length;
    table.push([
      connection,
      done.length,
      isDone,
      having('created'),
      having('confirmed'),
      having('declared'),
      creates.length,
      committed,
      met,
      wrong.length === 0 ? 'yes' : `no (${wrong.length})`,
    ]);
  }
  for (const { number, vendorCalls, sdk } of metrics)
    if (vendorCalls === 0 || sdk < 10) faults.push(`worker ${number} served no metrics`);
  if (exits.some((code) => code !== '0')) faults.push(`workers ended with ${exits.join(', ')}, not with 0`);
  const counted = metrics.map(
    ({ number, vendorCalls, sdk }) =>
      `worker ${number}: ${vendorCalls} vendor calls, ${sdk} metrics of the SDK`,
  );
  process.stdout.write(
    [
      table.toString(),
      `Decisions of the operator, for what a vendor cannot be asked: ${decisions}`,
      `Metrics (workers alive at the end): ${counted.join('; ')}`,
      faults.length === 0
        ? 'Proved: everyone exists exactly once, and every run is done.'
        : `NOT PROVED:\n${faults.map((fault) => `  - ${fault}`).join('\n')}`,
      '',
    ].join('\n'),
  );
  return faults.length === 0;
}

/** @param {any} simulator */
function ours(simulator) {
  return simulator.people().filter((/** @type {any} */ { email }) => String(email).endsWith(`@${DOMAIN}`));
}

/**
 * @param {any} simulator
 * @param {string} email
 */
function existsOnce(simulator, email) {
  const found = ours(simulator).filter((one) => one.email === email);
  // No profile or assessment twice, either.
  return found.length === 1 && found[0].profiles.length <= 1;
}
