// What `muster codec-server` reads of muster.yaml: its own section and the keys. Connections and their secrets are neither
// needed nor looked at, so that it can stand apart from the workers.
import type { z } from 'zod';
import { type PlacedFault, withoutCovered } from './faults';
import { isRecord } from './json';
import { type FileOptions, readAndCheck, readConfigFile, type TextOptions } from './load';
import { parseParts } from './parts';
import { codecServerFaults, codecServerSchema, encryptionSchema, keyFaults } from './sections';
import { readYaml } from './yaml';

export interface CodecServerConfig {
  encryption: z.output<typeof encryptionSchema>;
  codecServer: z.output<typeof codecServerSchema>;
}

/** Who may decode. */
export type CodecAuth = CodecServerConfig['codecServer']['auth'];

/** @throws ConfigError with every fault found */
export function loadCodecServerConfig({ env = process.env, ...options }: FileOptions): CodecServerConfig {
  const { text, ...place } = readConfigFile({ ...options, env });
  return parseCodecServerConfig(text, { ...place, env });
}

/** The same for a text at hand. @throws ConfigError */
export function parseCodecServerConfig(text: string, options: TextOptions): CodecServerConfig {
  const yaml = readYaml(text, options.source ?? options.file);
  const { encryption, codecServer } = isRecord(yaml.value) ? yaml.value : {};
  return readAndCheck(yaml, { encryption, codecServer }, options, (document) => check(document, options));
}

function check(
  document: unknown,
  { env = process.env }: TextOptions,
): { config: CodecServerConfig; faults: PlacedFault[] } {
  const { encryption, codecServer } = document as Record<keyof CodecServerConfig, unknown>;
  const keys = parseParts(encryptionSchema, encryption, ['encryption']);
  const own = parseParts(codecServerSchema, codecServer, ['codecServer']);
  const missing = [
    ...(encryption === undefined
      ? [{ at: ['encryption'], message: 'is missing; expected the keys that the workers have' }]
      : []),
    ...(codecServer === undefined
      ? [
          {
            at: ['codecServer'],
            message:
              'is missing; expected { origins, auth: { bearer } or { issuer, audience } }: who may decode',
          },
        ]
      : []),
  ];
  const formal = [...missing, ...withoutCovered([...keys.faults, ...own.faults], missing)];
  const deeper = [...keyFaults(keys.value), ...codecServerFaults(own.value, env)];
  return {
    config: { encryption: keys.value, codecServer: own.value } as CodecServerConfig,
    faults: [...formal, ...withoutCovered(deeper, formal)],
  };
}
