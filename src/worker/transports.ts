// Opens a transport for each connection of the configuration, with its vendor's way to log in.
import type { ConnectionConfig, MusterConfig } from '../config/schema';
import type { Auth } from '../http/auth';
import { type CallReport, createTransport, type Gate, type Transport } from '../http/transport';
import { vendorOf } from '../vendors/registry';
import { knownOfPerson } from './context';

/**
 * @param onCall told of every exchange, with the connection's name
 * @param gateOf what all workers know of a connection's credentials
 */
export function openTransports(
  config: MusterConfig,
  onCall: (connection: string, report: CallReport) => void,
  gateOf: (connection: string) => Gate,
): Map<string, Transport> {
  return new Map(
    Object.entries(config.connections).map(([name, connection]) => [
      name,
      createTransport({
        ...connection,
        auth: authOf(connection),
        onCall: (report) => onCall(name, report),
        unsaid: () => [...secretsIn(connection), ...knownOfPerson()],
        gate: gateOf(name),
      }),
    ]),
  );
}

function secretsIn(connection: ConnectionConfig): string[] {
  const keys: readonly string[] = vendorOf(connection.vendor).secrets;
  return Object.entries(connection).flatMap(([key, value]) =>
    keys.includes(key) && typeof value === 'string' ? [value] : [],
  );
}

function authOf(connection: ConnectionConfig): Auth {
  // The registry's types tie this connection to this vendor; TypeScript can't follow a union there.
  const auth = vendorOf(connection.vendor).auth as (connection: ConnectionConfig) => Auth;
  return auth(connection);
}
