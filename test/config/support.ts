// What the tests of muster.yaml share: a connection to vary, and faults as lines.
import { ConfigError, type ParseOptions, parseConfig } from '../../src/config/load';
import type { MusterConfig } from '../../src/config/schema';

/** An encryption key as the file has it. */
export const KEY = Buffer.alloc(32, 7).toString('base64');

/** A whole connection in YAML's short form, without its braces. */
export const PHA = 'vendor: pha, baseUrl: "https://pha.example", token: t';

/** A file with one connection, `x`. */
export const connection = (text: string) => `connections: { x: { ${text} } }`;

/** The same of PHA, with more keys. */
export const phaWith = (text: string) => connection(`${PHA}, ${text}`);

/** Parses as the worker does, without any environment. */
export function parse(text: string, options: Partial<ParseOptions> = {}): MusterConfig {
  return parseConfig(text, { secrets: 'resolve', env: {}, ...options }) as MusterConfig;
}

/** The lines of the ConfigError that is thrown; none if nothing is. */
export function faultsOf(act: () => unknown): string[] {
  try {
    act();
  } catch (error) {
    if (error instanceof ConfigError) return error.message.split('\n');
    throw error;
  }
  return [];
}
