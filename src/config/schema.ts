// What muster.yaml may say (interface.md, "Configuration"), checked part by part, and the types that the code gets.
import { z } from 'zod';
import { type ClientConnection, type ConnectionConfig, checkConnections, type Secrets } from './connections';
import { type Path, type PlacedFault, withoutCovered } from './faults';
import { parseParts } from './parts';
import {
  bulkSchema,
  codecServerSchema,
  encryptionSchema,
  keyFaults,
  secretsSchema,
  workerSchema,
} from './sections';
import { expected } from './words';

export type {
  ClientConnection,
  ClientConnectionOf,
  ConnectionConfig,
  ConnectionOf,
  Secrets,
} from './connections';

const anyObject = (what: string) => z.record(z.string(), z.unknown(), { error: expected(what) });

const fileSchema = z.strictObject({
  connections: anyObject('an object of connections by their names'),
  encryption: anyObject('an object with keys and activeKey').optional(),
  secrets: anyObject('an object').optional(),
  bulk: anyObject('an object').optional(),
  worker: anyObject('an object').optional(),
  codecServer: anyObject('an object').optional(),
});

interface Shared {
  /** Absent: payloads are not encrypted. Keys are base64 text by their ids. */
  encryption?: z.output<typeof encryptionSchema>;
  /** How long passwords that vendors make are kept, in milliseconds. */
  secrets: { keepForMs: number };
  /** Both folders are absolute paths. */
  bulk: z.output<typeof bulkSchema>;
  worker: z.output<typeof workerSchema>;
  /** The file that it was read from, as an absolute path. */
  file?: string;
}

/** The configuration as the worker has it. */
export interface MusterConfig extends Shared {
  connections: Record<string, ConnectionConfig>;
}

/** The configuration as any other process has it: without the connections' secrets. A `MusterConfig` is one too. */
export interface ClientConfig extends Shared {
  connections: Record<string, ClientConnection>;
}

/** Checks a configuration whose references have been read. `config` is whole only if there are no faults. */
export function checkConfig(
  document: unknown,
  secrets: Secrets,
  given: (at: Path) => boolean,
): { config: ClientConfig; faults: PlacedFault[] } {
  const file = parseParts(fileSchema, document, []);
  const faults = [...file.faults];
  const section = <Schema extends z.ZodObject>(schema: Schema, name: keyof typeof file.value) => {
    const part = parseParts(schema, file.value[name], [name]);
    faults.push(...part.faults);
    return part.value as z.output<Schema>;
  };
  const optional = <Schema extends z.ZodObject>(schema: Schema, name: keyof typeof file.value) =>
    file.value[name] === undefined ? undefined : section(schema, name);

  const connections = checkConnections(file.value.connections, secrets, given, faults);
  const encryption = optional(encryptionSchema, 'encryption');
  faults.push(...withoutCovered(keyFaults(encryption), faults));
  // Only its form: what is in it is the codec server's business (codec-server.ts).
  optional(codecServerSchema, 'codecServer');
  const secretsPart =
    file.value.secrets === undefined ? secretsSchema.parse({}) : section(secretsSchema, 'secrets');
  const config = {
    connections,
    ...(encryption && { encryption }),
    secrets: { keepForMs: secretsPart.keepFor },
    bulk: file.value.bulk === undefined ? bulkSchema.parse({}) : section(bulkSchema, 'bulk'),
    worker: file.value.worker === undefined ? workerSchema.parse({}) : section(workerSchema, 'worker'),
  };
  return { config, faults };
}
