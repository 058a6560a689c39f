// muster worker: polls until it is told to stop.
import type { Command } from 'commander';
import { loadConfig } from '../../config/load';
import { startWorkerProcess } from '../../worker/process';
import { EXIT, type ExitCode } from '../exit';
import { catchInterrupts } from '../interrupt';
import { logFromEnvironment } from '../log';
import { type GlobalOptions, takeBearings } from '../session';
import { examples, runs } from '../words';

export function define(command: Command): void {
  command
    .addHelpText(
      'after',
      [
        '',
        'Serves health (/healthz, /readyz) and metrics (/metrics) where "worker" in the configuration says. Logs to stderr,',
        'as JSON where that is no terminal; MUSTER_LOG sets the level (trace, debug, info, warn, error).',
        'The first Ctrl-C (or SIGTERM) takes no new work and waits for the calls in flight, the second does not wait.',
        examples('TEMPORAL_ADDRESS=localhost:7233 muster worker --config muster.yaml'),
      ].join('\n'),
    )
    .action(runs(work));
}

async function work(options: GlobalOptions): Promise<ExitCode> {
  const log = logFromEnvironment('info');
  const { configFile, temporal } = await takeBearings(options);
  const config = loadConfig({ ...(configFile !== undefined && { file: configFile }), secrets: 'resolve' });
  if (temporal instanceof Error) throw temporal;
  const interrupts = catchInterrupts(() => log.warn('stopped at once: calls in flight are cut off'));
  const worker = await startWorkerProcess({ config, temporal, log });
  log.info('worker polls', { secondsSinceStart: Math.round(process.uptime() * 10) / 10 });
  // SIGINT and SIGTERM reach it by themselves; a closed terminal does not.
  interrupts.signal.addEventListener('abort', () => interrupts.signal.reason === 'SIGHUP' && worker.stop());
  await worker.ended;
  interrupts.release();
  return EXIT.done;
}
