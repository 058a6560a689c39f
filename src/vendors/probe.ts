// A connection's credentials: what they are made of, and the call that finds out whether the vendor accepts them.
import type { ConnectionConfig } from '../config/schema';
import type { Call } from '../http/call';
import type { VendorDefinition } from './definition';
import { vendorOf } from './registry';

/** A cheap call that reads only. */
export function probeOf(connection: ConnectionConfig): Call<unknown> {
  // The registry's types tie this connection to this vendor; TypeScript can't follow a union there.
  const probe = vendorOf(connection.vendor).probe as (connection: ConnectionConfig) => Call<unknown>;
  return probe(connection);
}

/** All that makes credentials other ones, secrets included: for hashing only. */
export function credentialsIn(connection: ConnectionConfig): Record<string, unknown> {
  const vendor = vendorOf(connection.vendor) as Pick<VendorDefinition, 'secrets' | 'logsInAs'>;
  const values = connection as unknown as Record<string, unknown>;
  const keys = ['vendor', 'baseUrl', ...vendor.secrets, ...(vendor.logsInAs ?? [])];
  return Object.fromEntries(keys.map((key) => [key, values[key]]));
}
