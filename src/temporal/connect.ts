// How Temporal is reached: by Temporal's own conventions (TEMPORAL_*, temporal.toml), or, where no address is set, by what
// `muster dev` left in `.muster/dev.json`. The same for client and worker.
import { existsSync } from 'node:fs';
import type { ConnectionOptions } from '@temporalio/client';
import {
  loadClientConfig,
  loadClientConfigProfile,
  type loadClientConnectConfig,
  toClientOptions,
} from '@temporalio/envconfig';
import type { NativeConnectionOptions } from '@temporalio/worker';
import { ConfigError } from '../config/config-error';
import type { ClientConfig } from '../config/schema';
import { readDevState } from '../dev/state';
import { type KeyRing, parseKeyRing } from '../privacy/keys';

export interface TemporalSettings {
  /** For `Connection.connect` and `NativeConnection.connect` alike. */
  connection: ConnectionOptions & NativeConnectionOptions;
  namespace: string;
  /** Set when it is the embedded server of this folder. */
  dev?: { uiUrl?: string; encryption: { keys: Record<string, string>; activeKey: string }; config?: string };
}

/** Temporal cannot be reached, or nobody said where it is. The command line exits with 4. */
export class TemporalUnreachableError extends Error {
  override readonly name = 'TemporalUnreachableError';
}

/** What the environment or temporal.toml says of Temporal cannot be used. The command line exits with 2. */
export class TemporalSettingsError extends Error {
  override readonly name = 'TemporalSettingsError';
}

/** @throws TemporalUnreachableError when nothing says where Temporal is, TemporalSettingsError when it is said wrongly */
export async function temporalSettings(cwd: string, env: NodeJS.ProcessEnv): Promise<TemporalSettings> {
  const stated = temporalFromEnvironment(env);
  const dev = await readDevState(cwd);
  if (dev.status === 'live') {
    const { address, namespace, uiUrl, encryption, config } = dev.state;
    const left = { encryption, ...(uiUrl && { uiUrl }), ...(config && { config }) };
    if (!stated) return { connection: { address }, namespace, dev: left };
    // `muster dev` also works with a server that TEMPORAL_ADDRESS names.
    if (stated.connection.address === address && stated.namespace === namespace)
      return { ...stated, dev: left };
  }
  if (stated) return stated;
  const why =
    dev.status === 'none' || dev.status === 'live'
      ? 'nor is there a .muster/dev.json here'
      : `and .muster/dev.json is ${dev.status}: ${dev.reason}`;
  throw new TemporalUnreachableError(
    `TEMPORAL_ADDRESS is not set, ${why}. Start "muster dev" in this folder, or set TEMPORAL_ADDRESS.`,
  );
}

/** Undefined where neither the environment nor a temporal.toml names an address. @throws TemporalSettingsError */
export function temporalFromEnvironment(env: NodeJS.ProcessEnv): TemporalSettings | undefined {
  const { connectionOptions, namespace } = readConventions(stated(env));
  if (!connectionOptions.address) return undefined;
  return { connection: connectionOptions, namespace: namespace ?? 'default' };
}

/** An empty variable says nothing (an empty key would switch TLS on), but it takes a header of temporal.toml away. */
function stated(env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).filter(
      (entry): entry is [string, string] =>
        entry[1] !== undefined && (entry[1] !== '' || entry[0].startsWith('TEMPORAL_GRPC_META_')),
    ),
  );
}

function readConventions(env: Record<string, string>): ReturnType<typeof loadClientConnectConfig> {
  const file = env.TEMPORAL_CONFIG_FILE;
  // Passed over in silence otherwise, and the reader of the next message would look in the wrong place.
  if (file !== undefined && !existsSync(file))
    throw new TemporalSettingsError(`TEMPORAL_CONFIG_FILE: there is no file ${file}.`);
  const profile = env.TEMPORAL_PROFILE;
  try {
    const profiles = loadClientConfig({ overrideEnvVars: env });
    if (profile !== undefined && !Object.hasOwn(profiles.profiles, profile))
      throw unknownProfile(profile, env, profiles);
    const given = loadClientConfigProfile({ overrideEnvVars: env });
    checkClientCertificate(given);
    return toClientOptions(given);
  } catch (error) {
    if (error instanceof TemporalSettingsError) throw error;
    throw new TemporalSettingsError(
      `Temporal's settings (TEMPORAL_*, ${file ?? 'temporal.toml'}) cannot be read: ${reasonOf(error)}`,
    );
  }
}

function reasonOf(error: unknown): string {
  // The reader's own stumble over a file without profiles.
  if (error instanceof TypeError) return 'it has no table [profile.default]';
  // Further lines quote the file, in which there may be a key.
  return (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '';
}

function unknownProfile(
  profile: string,
  {
    TEMPORAL_CONFIG_FILE: file = "temporal.toml in Temporal's folder of the user's configuration",
  }: Record<string, string>,
  { profiles }: ReturnType<typeof loadClientConfig>,
): TemporalSettingsError {
  const known = Object.keys(profiles).sort().join(', ') || 'none';
  return new TemporalSettingsError(
    `TEMPORAL_PROFILE: there is no profile ${profile} in ${file}; it has: ${known}.`,
  );
}

/** The SDK would go on without a certificate that lacks its key, and the server say only that it wants one. */
function checkClientCertificate({ tls }: ReturnType<typeof loadClientConfigProfile>): void {
  if (tls === undefined || (tls.clientCert === undefined) === (tls.clientKey === undefined)) return;
  const [has, lacks] = tls.clientCert ? ['certificate', 'key'] : ['key', 'certificate'];
  throw new TemporalSettingsError(
    `TEMPORAL_TLS_CLIENT_*: there is a client ${has} and no client ${lacks}; give both (…_PATH or …_DATA), or neither.`,
  );
}

/** The keys of the configuration, or those that `muster dev` made. @throws when there are none */
export function keyRingFor(config: Pick<ClientConfig, 'encryption'>, settings: TemporalSettings): KeyRing {
  const encryption = config.encryption ?? settings.dev?.encryption;
  if (encryption) return parseKeyRing(encryption);
  throw missingKeys();
}

/** Without keys nothing may reach Temporal. */
export function missingKeys(): ConfigError {
  const message =
    'is missing; personal data never reaches Temporal in plain text: make a key with "muster keys new"';
  return new ConfigError([{ path: 'encryption', message }]);
}
