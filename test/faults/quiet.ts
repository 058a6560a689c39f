// Keeps the SDK's own log out of the sweep's answer: that it is disturbed is the point.
import { DefaultLogger, makeTelemetryFilterString, Runtime } from '@temporalio/worker';

export function quiet(): void {
  const filter = makeTelemetryFilterString({ core: 'ERROR', other: 'ERROR' });
  Runtime.install({
    // Ctrl-C ends the sweep, rather than only its workers.
    shutdownSignals: [],
    logger: new DefaultLogger('ERROR', () => undefined),
    telemetryOptions: { logging: { filter, forward: {} } },
  });
}
