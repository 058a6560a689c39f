// The connections of muster.yaml: the common keys and the vendor's own, checked together, and their types.
import { z } from 'zod';
import { minimumSettle } from '../http/fence';
import { RESERVED } from '../temporal/names';
import type { ConnectionCheck, PartFault } from '../vendors/definition';
import {
  isVendorName,
  type VendorClientConnection,
  type VendorConnection,
  type VendorName,
  vendorNames,
  vendorOf,
} from '../vendors/registry';
import { COMMON_SECRETS, type CommonConnection, commonKeys, finishCommon } from './common';
import { formatDuration } from './durations';
import { type Path, type PlacedFault, placeFaults, withoutCovered } from './faults';
import { parseParts } from './parts';
import { didYouMean } from './words';

/** A connection of one vendor with everything in it: only the worker has this. */
export type ConnectionOf<V extends VendorName> = CommonConnection &
  VendorConnection<V> & { vendor: V; proxy?: string };

/** A connection of one vendor without its secrets: what every process has. */
export type ClientConnectionOf<V extends VendorName> = VendorClientConnection<V> & { vendor: V };

/** Any connection with its secrets; `vendor` tells which. */
export type ConnectionConfig<V extends VendorName = VendorName> = { [Name in V]: ConnectionOf<Name> }[V];

/** Any connection without its secrets; `vendor` tells which. */
export type ClientConnection<V extends VendorName = VendorName> = {
  [Name in V]: ClientConnectionOf<Name>;
}[V];

/** Whether the connections' secrets are read. */
export type Secrets = 'resolve' | 'leave';

const CONNECTION_NAME = /^[a-z][a-z0-9-]{0,39}$/;

/** Checks every connection; the sound ones are returned, the faults of the others added to `faults`. */
export function checkConnections(
  given: Record<string, unknown> | undefined,
  secrets: Secrets,
  has: (at: Path) => boolean,
  faults: PlacedFault[],
): Record<string, ClientConnection> {
  if (given !== undefined && Object.keys(given).length === 0) {
    faults.push({ at: ['connections'], message: 'is empty; expected at least one connection' });
  }
  const entries = Object.entries(given ?? {}).flatMap(([name, connection]) => {
    faults.push(...nameFaults(name));
    const checked = checkConnection(name, connection, secrets, has);
    faults.push(...checked.faults);
    return checked.connection === undefined ? [] : [[name, checked.connection] as const];
  });
  return Object.fromEntries(entries);
}

function nameFaults(name: string): PlacedFault[] {
  const at = ['connections', name];
  if (RESERVED.includes(name)) {
    return [{ at, message: 'is a name that Muster uses itself; give the connection another one' }];
  }
  if (CONNECTION_NAME.test(name)) return [];
  const message =
    'is no name for a connection; expected 1 to 40 small letters, digits or "-", beginning with a letter';
  return [{ at, message }];
}

function checkConnection(
  name: string,
  given: unknown,
  secrets: Secrets,
  has: (at: Path) => boolean,
): { connection?: ClientConnection; faults: PlacedFault[] } {
  const at = ['connections', name];
  const list = vendorNames.join(', ');
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    return { faults: [{ at, message: `is not an object; expected a connection with vendor: ${list}` }] };
  }
  const { vendor: word } = given as { vendor?: unknown };
  if (!isVendorName(word)) return { faults: [{ at: [...at, 'vendor'], message: vendorFault(word, list) }] };

  const vendor = vendorOf(word);
  const schema = connectionSchema(word, secrets);
  const { value, faults } = parseParts(schema, given, at);
  // The registry's types tie these keys to this vendor; TypeScript can't follow a union there.
  const check = vendor.checkConnection as ((check: ConnectionCheck<object>) => PartFault[]) | undefined;
  const gives = (key: string) => has([...at, key]);
  const found = placeFaults(check?.({ connection: value, gives }) ?? [], at, at);
  faults.push(...withoutCovered(found, faults));

  const parts = value as Partial<z.output<typeof commonKeys>>;
  faults.push(...withoutCovered(settleFaults(parts, vendor.readsBeforeWrite, at), faults));
  if (faults.length > 0) return { faults };
  return { connection: finishCommon(parts as z.output<typeof commonKeys>) as ClientConnection, faults };
}

function vendorFault(word: unknown, list: string): string {
  if (word === undefined) return `is missing; expected one of ${list}`;
  if (typeof word !== 'string' || !/^[\w-]{1,40}$/.test(word)) return `expected one of ${list}`;
  return `is ${word}; ${didYouMean(word, vendorNames)}expected one of ${list}`;
}

/** Keys of a connection that only the worker reads. */
export function secretKeys(vendor: VendorName): string[] {
  return [...COMMON_SECRETS, ...vendorOf(vendor).secrets];
}

function connectionSchema(name: VendorName, secrets: Secrets): z.ZodObject {
  const shape: Record<string, z.ZodType> = {
    vendor: z.literal(name),
    ...commonKeys.shape,
    ...(vendorOf(name).connection as z.ZodObject).shape,
  };
  // Known still, for whoever misspells another key, and never looked at: the value is not there.
  if (secrets === 'leave') {
    for (const key of secretKeys(name)) shape[key] = z.undefined().optional();
  }
  return z.strictObject(shape);
}

/** What was lost in the air must have landed before anything is sent again. */
function settleFaults(
  { timeout, settle }: Partial<z.output<typeof commonKeys>>,
  readsBeforeWrite: number,
  at: string[],
): PlacedFault[] {
  if (timeout === undefined || settle === undefined) return [];
  const least = minimumSettle(timeout, readsBeforeWrite);
  if (settle.for >= least) return [];
  const message =
    `is ${formatDuration(settle.for)}; with a timeout of ${formatDuration(timeout)} a lost call can still ` +
    `take effect after that: expected at least ${formatDuration(least)}`;
  return [{ at: [...at, 'settle', 'for'], message }];
}
