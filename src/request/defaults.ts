// Fills in what a request leaves out (interface.md, "A request"), by each vendor's own rule.
import type { AccountContext } from '../vendors/definition';
import { type ResolvedAccount, type VendorName, vendorOf } from '../vendors/registry';
import { accountAt, personOf } from './accounts';
import type { KnownConnections } from './check';
import type { RequestDocument } from './schema';

/**
 * The account of a checked request at one connection, with its defaults: plain JSON without `undefined`.
 * @param vendor the vendor that the caller is written for; gives the result its exact type
 * @throws RangeError if there is no such connection or account, or the connection is another vendor's
 */
export function resolveAccount<V extends VendorName = VendorName>(
  config: KnownConnections,
  request: RequestDocument,
  connectionName: string,
  vendor?: V,
): ResolvedAccount<V> {
  const { connections } = config;
  const connection = Object.hasOwn(connections, connectionName) ? connections[connectionName] : undefined;
  const given = accountAt(request, connectionName);
  if (connection === undefined) throw new RangeError(`there is no connection ${connectionName}`);
  if (given === undefined) throw new RangeError(`the request has no account at ${connectionName}`);
  if (vendor !== undefined && connection.vendor !== vendor) {
    throw new RangeError(`the connection ${connectionName} is of ${connection.vendor}, not of ${vendor}`);
  }
  const { environment: _, ...account } = given;
  const context = { key: request.key, person: personOf(request), account, connection, connectionName };
  // The registry's types tie this connection and this account to this vendor; TypeScript can't follow a union there.
  const resolve = vendorOf(connection.vendor).resolveAccount as (
    context: AccountContext<object, object>,
  ) => ResolvedAccount<V>;
  return resolve(context);
}
