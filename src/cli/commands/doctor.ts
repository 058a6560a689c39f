// muster doctor: whether configuration, Temporal and workers fit together, and the vendors accept the credentials.
import type { Command } from 'commander';
import { connectMuster } from '../../client/muster';
import type { ClientConfig } from '../../config/schema';
import { type TemporalSettings, TemporalUnreachableError } from '../../temporal/connect';
import {
  findConfiguration,
  findKeys,
  findSearchAttributes,
  findServer,
  findVendors,
  findWorkers,
  type GradedFinding,
  unreachable,
} from '../doctor/findings';
import { EXIT, type ExitCode } from '../exit';
import { answer, answerJson, ink } from '../screen';
import { cliIdentity, type GlobalOptions, takeBearings } from '../session';
import { examples, runs } from '../words';

interface Options extends GlobalOptions {
  fix?: boolean;
  json?: boolean;
}

export function define(command: Command): void {
  command
    .option('--fix', 'register missing search attributes in the namespace')
    .option('--json', 'print an array of {check, ok, says}')
    .addHelpText(
      'after',
      [
        '',
        'Ends with 0 if all is well, 2 for a faulty configuration, 4 if Temporal is not reachable, else 1.',
        examples('muster doctor', 'muster doctor --fix'),
      ].join('\n'),
    )
    .action(runs(doctor));
}

async function doctor({ fix = false, json, ...options }: Options): Promise<ExitCode> {
  const findings = await examine(options, fix);
  if (json) answerJson(findings.map(({ code: _, ...finding }) => finding));
  else answer(findings.map(lines).join('\n'));
  return findings.find(({ ok }) => !ok)?.code ?? EXIT.done;
}

async function examine(options: GlobalOptions, fix: boolean): Promise<GradedFinding[]> {
  const bearings = await takeBearings(options);
  const { config, finding } = findConfiguration(bearings);
  const { temporal } = bearings;
  const keys = config && findKeys(config, temporal);
  const own = [finding, ...(keys ? [keys] : [])];
  if (temporal instanceof Error) return [...own, unreachable(temporal)];
  if (!config || !keys?.ok) return own;
  return [...own, ...(await examineTemporal(config, temporal, fix))];
}

async function examineTemporal(
  config: ClientConfig,
  temporal: TemporalSettings,
  fix: boolean,
): Promise<GradedFinding[]> {
  try {
    const muster = await connectMuster({ config, temporal, identity: cliIdentity() });
    try {
      const server = await findServer(muster.client, temporal);
      if (!server.ok) return [server];
      const attributes = await findSearchAttributes(muster.client, fix);
      const workers = await findWorkers(muster.client, config);
      // Without a worker nobody could ask, and that is said already.
      const asked = attributes.ok && workers.every(({ ok }) => ok);
      return [server, attributes, ...workers, ...(asked ? await findVendors(muster) : [])];
    } finally {
      await muster.close();
    }
  } catch (error) {
    if (error instanceof TemporalUnreachableError) return [unreachable(error)];
    throw error;
  }
}

function lines({ check, ok, says }: GradedFinding): string {
  const mark = ok ? ink.green('✓') : ink.red('✗');
  const [first = '', ...more] = says.split('\n');
  return [`${mark} ${check.padEnd(20)} ${first}`, ...more.map((line) => `${' '.repeat(23)}${line}`)].join(
    '\n',
  );
}
