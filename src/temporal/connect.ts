// How Temporal is reached: by Temporal's own conventions (TEMPORAL_*, temporal.toml), or, where no address is set, by what
// `muster dev` left in `.muster/dev.json`. The same for client and worker.
import type { ConnectionOptions } from '@temporalio/client';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import type { ClientConfig } from '../config/schema';
import { readDevState } from '../dev/state';
import { type KeyRing, parseKeyRing } from '../privacy/keys';

export interface TemporalSettings {
  /** For `Connection.connect` and `NativeConnection.connect`. */
  connection: ConnectionOptions;
  namespace: string;
  /** Set when it is the embedded server of this folder. */
  dev?: { uiUrl?: string; encryption: { keys: Record<string, string>; activeKey: string }; config?: string };
}

/** Temporal cannot be reached, or nobody said where it is. The command line exits with 4. */
export class TemporalUnreachableError extends Error {
  override readonly name = 'TemporalUnreachableError';
}

/** @throws TemporalUnreachableError when nothing says where Temporal is */
export async function temporalSettings(cwd: string, env: NodeJS.ProcessEnv): Promise<TemporalSettings> {
  const stated = fromEnvironment(env);
  if (stated) return stated;
  const dev = await readDevState(cwd);
  if (dev.status === 'live') {
    const { address, namespace, uiUrl, encryption, config } = dev.state;
    return {
      connection: { address },
      namespace,
      dev: { encryption, ...(uiUrl && { uiUrl }), ...(config && { config }) },
    };
  }
  const why =
    dev.status === 'none'
      ? 'nor is there a .muster/dev.json here'
      : `and .muster/dev.json is ${dev.status}: ${dev.reason}`;
  throw new TemporalUnreachableError(
    `TEMPORAL_ADDRESS is not set, ${why}. Start "muster dev" in this folder, or set TEMPORAL_ADDRESS.`,
  );
}

/** Undefined where neither the environment nor a temporal.toml names an address. */
function fromEnvironment(env: NodeJS.ProcessEnv): TemporalSettings | undefined {
  const variables = Object.fromEntries(
    Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
  const { connectionOptions, namespace } = loadClientConnectConfig({ overrideEnvVars: variables });
  if (!connectionOptions.address) return undefined;
  return { connection: connectionOptions, namespace: namespace ?? 'default' };
}

/** The keys of the configuration, or those that `muster dev` made. @throws when there are none */
export function keyRingFor(config: Pick<ClientConfig, 'encryption'>, settings: TemporalSettings): KeyRing {
  const encryption = config.encryption ?? settings.dev?.encryption;
  if (encryption) return parseKeyRing(encryption);
  throw new Error(
    'encryption: is missing in the configuration; personal data never reaches Temporal in plain text. Make a key with "muster keys new".',
  );
}
