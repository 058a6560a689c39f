// muster demo: sample people, all simulated vendors, faults on purpose, and the proof that nobody exists twice.
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import type { ResultDocument } from '../../account/result';
import { connectMuster, type Muster } from '../../client/muster';
import { formatDuration } from '../../config/durations';
import { type Environment, startEnvironment } from '../../dev/environment';
import { minimumSettle } from '../../http/fence';
import type { RequestDocument } from '../../request/schema';
import type { SimulatedVendor } from '../../simulators';
import { accountId } from '../../temporal/names';
import { vendorOf } from '../../vendors/registry';
import { checkPeople } from '../demo/check';
import { changeForm, FORM_CHANGED, MISHAPS, meetsWhom, planMishaps, wasMet } from '../demo/mishaps';
import { playOperator, type TakenDecision } from '../demo/operator';
import { samplePeople } from '../demo/people';
import { type DemoReport, demoText, type SettledMishap } from '../demo/report';
import { EXIT, type ExitCode, ExpectedError } from '../exit';
import { catchInterrupts } from '../interrupt';
import { logFromEnvironment } from '../log';
import { answer, answerJson, live, say } from '../screen';
import { addressesText } from '../surroundings';
import { examples, runs } from '../words';

interface Options {
  keep?: boolean;
  json?: boolean;
}

export function define(command: Command): void {
  command
    .option('--keep', 'stay up until Ctrl-C, to look around in the Temporal UI and with other commands')
    .option('--json', 'print one JSON document: people, mishaps, decisions, checks')
    .addHelpText(
      'after',
      [
        '',
        'Needs no configuration and touches no real vendor. Ends with 0 if every person exists exactly once, else with 1.',
        examples('muster demo', 'muster demo --keep'),
      ].join('\n'),
    )
    .action(runs(demo));
}

/** As short as the fences let them be, so that a lost answer is settled within the demo. */
const TIMEOUT_MS = 2_000;
const settings = (vendor: SimulatedVendor): Record<string, unknown> => ({
  timeout: formatDuration(TIMEOUT_MS),
  settle: { for: formatDuration(minimumSettle(TIMEOUT_MS, vendorOf(vendor).readsBeforeWrite)) },
});

async function demo({ keep, json }: Options): Promise<ExitCode> {
  const interrupts = catchInterrupts();
  const interrupted = interrupts.asked.then((): never => {
    throw new ExpectedError('Stopped.', EXIT.interrupted);
  });
  interrupted.catch(() => undefined);
  const environment = await startEnvironment({
    cwd: process.cwd(),
    env: process.env,
    keepData: false,
    settings,
    log: logFromEnvironment('error'),
    onProgress: (message) => say(`${message} …`),
  });
  try {
    say(`${addressesText(environment)}\n`);
    const { config, temporal, broken } = environment;
    const muster = await connectMuster({ config, temporal });
    const report = await Promise.race([play(muster, environment), broken, interrupted]).finally(() =>
      muster.close(),
    );
    live('');
    if (json) answerJson(report);
    else answer(demoText(report));
    if (keep) {
      say(
        environment.isFound
          ? '\nStill up until Ctrl-C. In this folder: muster list, muster show ID.'
          : '\nStill up until Ctrl-C. Another environment runs in this folder; commands here find that one.',
      );
      await Promise.race([interrupts.asked, broken]);
    } else say('\nmuster demo --keep leaves all this running, to look around.');
    return report.status === 'done' ? EXIT.done : EXIT.failed;
  } finally {
    live('');
    await environment.stop();
    interrupts.release();
  }
}

async function play(muster: Muster, { config, simulators, uiUrl }: Environment): Promise<DemoReport> {
  const began = Date.now();
  // On a server that outlives the demo, its people may be known from the last time.
  const suffix = uiUrl ? '' : `-${randomBytes(3).toString('hex')}`;
  const people = samplePeople(Object.keys(config.connections), suffix);
  planMishaps(simulators, people);
  const decisions: TakenDecision[] = [];
  const onboard = async (request: RequestDocument) => {
    const { document, taken } = await onboardOne(muster, simulators, request);
    decisions.push(...taken);
    return document;
  };
  const [first, ...others] = people;
  say(`Onboarding ${people.length} people, with ${MISHAPS.length} mishaps in their way …`);
  const documents = first ? [await onboard(first)] : [];
  changeForm(simulators);
  documents.push(...(await Promise.all(others.map(onboard))));

  const checks = checkPeople(simulators, people, documents);
  const mishaps = settledMishaps(people, documents, simulators);
  const isSound =
    checks.every(({ sound }) => sound) &&
    mishaps.every(({ met }) => met) &&
    documents.every(({ status }) => status === 'done');
  return {
    status: isSound ? 'done' : 'failed',
    seconds: Math.round((Date.now() - began) / 100) / 10,
    uiUrl: uiUrl ?? null,
    people: documents,
    mishaps,
    decisions,
    checks,
  };
}

/** Onboards one person, deciding what is parked on the way. */
async function onboardOne(
  muster: Muster,
  simulators: Environment['simulators'],
  request: RequestDocument,
): Promise<{ document: ResultDocument; taken: TakenDecision[] }> {
  const handle = await muster.onboard(request);
  const taken: TakenDecision[] = [];
  let document = await handle.result();
  say(`  ${document.key}  ${document.status}`);
  while (document.status === 'parked') {
    const decided = await playOperator(muster, simulators, request, document);
    if (decided.length === 0) return { document, taken };
    taken.push(...decided);
    document = await untilItMoves(handle.result.bind(handle), document);
    say(`  ${document.key}  ${document.status}, after a decision`);
  }
  return { document, taken };
}

/** A person's run hears of its accounts a moment after they have moved. */
async function untilItMoves(
  look: () => Promise<ResultDocument>,
  before: ResultDocument,
): Promise<ResultDocument> {
  for (;;) {
    const document = await look();
    if (JSON.stringify(document) !== JSON.stringify(before)) return document;
    await sleep(100);
  }
}

function settledMishaps(
  people: readonly RequestDocument[],
  documents: readonly ResultDocument[],
  simulators: Environment['simulators'],
): SettledMishap[] {
  const settled = MISHAPS.flatMap((mishap): SettledMishap[] => {
    const whom = meetsWhom(mishap, people);
    const account = documents.find(({ key }) => key === whom?.key)?.accounts[mishap.connection];
    if (!whom || !account) return [];
    return [
      {
        id: accountId(mishap.connection, whom.key),
        told: mishap.told,
        met: wasMet(mishap, whom, simulators),
        trail: [
          ...account.evidence
            .filter(({ step }) => step === mishap.step)
            .map(({ asked, found }) => `${asked}: ${found}`),
          ...(mishap.settled ? [mishap.settled] : []),
        ],
        provenance: mishap.step === 'create' ? account.provenance : null,
      },
    ];
  });
  if (!simulators.has('pha-demo')) return settled;
  const later = people.slice(1).filter(({ accounts }) => 'pha-demo' in accounts);
  const formChange: SettledMishap = {
    id: 'pha-demo',
    told: FORM_CHANGED,
    met: true,
    trail: [
      `after the first person; the form was read again right before each of the ${later.length} later posts, so each was accepted`,
    ],
    provenance: null,
  };
  return [...settled, formChange];
}
