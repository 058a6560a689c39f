// Tells where the parts of a development environment are.
import type { Environment } from '../dev/environment';
import { tint } from './screen';

/** A line an address. */
export function addressesText({ temporal, uiUrl, codecUrl, simulators, config }: Environment): string {
  const lines: [string, string][] = [
    ['Temporal', `${temporal.connection.address} (namespace ${temporal.namespace})`],
    ...(uiUrl ? ([['Temporal UI', uiUrl]] as [string, string][]) : []),
    ...(codecUrl ? ([['Decoding', `${codecUrl} (temporal … --codec-endpoint)`]] as [string, string][]) : []),
    ...(config.file ? ([['Configuration', config.file]] as [string, string][]) : []),
    ...[...simulators].map(([name, { url }]): [string, string] => [`  ${name}`, `${url} (simulated)`]),
  ];
  return lines.map(([name, value]) => `${tint.bold(name.padEnd(14))} ${value}`).join('\n');
}
