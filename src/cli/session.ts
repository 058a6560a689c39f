// How a command reaches Muster: the configuration as every command finds it, and the client.
import { existsSync } from 'node:fs';
import { hostname, userInfo } from 'node:os';
import { resolve } from 'node:path';
import { connectMuster, type Muster } from '../client/muster';
import { DEFAULT_CONFIG_FILE, loadConfig } from '../config/load';
import type { ClientConfig } from '../config/schema';
import { type TemporalSettings, TemporalUnreachableError, temporalSettings } from '../temporal/connect';

/** Options that every command takes. */
export interface GlobalOptions {
  config?: string;
}

export interface Bearings {
  /** Path of the configuration; the loader's default if left out. */
  configFile?: string;
  /** Where Temporal is, or why nobody knows. */
  temporal: TemporalSettings | TemporalUnreachableError;
}

/** Who decided, as far as the machine knows: the account of the system, as Temporal's own command writes it too. */
export function cliIdentity(): string {
  return `muster-cli:${accountName()}@${hostname()}`;
}

function accountName(): string {
  try {
    return userInfo().username;
  } catch {
    // A container's user need not have a name.
    return String(process.getuid?.() ?? 'unknown');
  }
}

/**
 * Finds out where everything is: `--config`, else MUSTER_CONFIG, else what a development environment of this folder was
 * started with, else muster.yaml.
 */
export async function takeBearings({ config }: GlobalOptions): Promise<Bearings> {
  const temporal = await temporalSettings(process.cwd(), process.env).catch((error: unknown) => {
    if (error instanceof TemporalUnreachableError) return error;
    throw error;
  });
  const dev = temporal instanceof Error ? undefined : temporal.dev?.config;
  const configFile = config ?? (process.env.MUSTER_CONFIG || undefined) ?? dev;
  return { ...(configFile !== undefined && { configFile }), temporal };
}

/**
 * The configuration as clients read it. Faults of it are told before an unreachable Temporal is, unless nothing here
 * points to either.
 * @throws ConfigError, TemporalUnreachableError
 */
export function clientConfigAt({ configFile, temporal }: Bearings): ClientConfig {
  const isThere = configFile !== undefined || existsSync(resolve(DEFAULT_CONFIG_FILE));
  if (!isThere && temporal instanceof Error) throw temporal;
  return loadConfig({ ...(configFile !== undefined && { file: configFile }), secrets: 'leave' });
}

/** @throws ConfigError, TemporalUnreachableError */
export async function withMuster<T>(
  options: GlobalOptions,
  work: (muster: Muster) => Promise<T>,
  check: (config: ClientConfig) => void | Promise<void> = () => {},
): Promise<T> {
  const bearings = await takeBearings(options);
  const config = clientConfigAt(bearings);
  // Bad input is told even where Temporal is away.
  await check(config);
  if (bearings.temporal instanceof Error) throw bearings.temporal;
  const muster = await connectMuster({ config, temporal: bearings.temporal, identity: cliIdentity() });
  try {
    return await work(muster);
  } finally {
    await muster.close();
  }
}
