// What is thrown for a configuration that can't be used.
import type { Fault } from '../vendors/definition';
import { faultLine } from './faults';

/** A configuration that can't be used. The message has one line for each fault. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';

  /** @param source what the faults are of, as shown before each: the file as it was named */
  constructor(
    readonly faults: readonly Fault[],
    readonly source?: string,
  ) {
    super(faults.map((fault) => configLine(fault, source)).join('\n'));
  }
}

function configLine(fault: Fault, source: string | undefined): string {
  if (source === undefined) return faultLine(fault);
  const place = fault.line === undefined ? source : `${source}:${fault.line}`;
  return `${place}: ${faultLine(fault)}`;
}
