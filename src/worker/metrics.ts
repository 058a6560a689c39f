// What Prometheus may know of a worker: the SDK's own metrics, and how the vendors' calls went. Both leave through the SDK's
// exporter, so that one address is scraped. Labels are a connection's name, a call's name and an outcome: few values,
// nothing of a person.
import type { MetricMeter } from '@temporalio/common';
import type { MetricsExporterConfig } from '@temporalio/worker';
import type { CallReport } from '../http/transport';

const DURATION = 'muster_vendor_call_duration';

/** From a quick read to the longest time-out that is usual, in seconds. */
const DURATION_BUCKETS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/**
 * The endpoint `http://<host>:<port>/metrics`, in Prometheus' own conventions: counters end in `_total`, durations are
 * in seconds and say so. For `Runtime.install`, which opens it.
 */
export function prometheusExporter(address: string): MetricsExporterConfig {
  return {
    attachServiceName: false,
    prometheus: {
      bindAddress: address,
      countersTotalSuffix: true,
      unitSuffix: true,
      useSecondsForDurations: true,
      histogramBucketOverrides: { [DURATION]: DURATION_BUCKETS },
    },
  };
}

/**
 * Counts vendor calls as `muster_vendor_calls_total` and times them as `muster_vendor_call_duration_seconds`, each by
 * `connection`, `call` and `outcome` (the five words of src/http/outcome).
 * @returns what `openTransports` tells each call to
 */
export function vendorCallMetrics(meter: MetricMeter): (connection: string, report: CallReport) => void {
  const calls = meter.createCounter('muster_vendor_calls', undefined, 'Calls made to vendors');
  const durations = meter.createHistogram(DURATION, 'float', 'seconds', 'How long calls to vendors took');
  return (connection, { call, outcome, durationMs }) => {
    const labels = { connection, call, outcome };
    calls.add(1, labels);
    durations.record(durationMs / 1000, labels);
  };
}
