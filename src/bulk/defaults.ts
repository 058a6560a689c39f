// What a job gives all rows that say nothing of their own: it lies beneath each row, and the row's own value wins.
import { z } from 'zod';
import { toFault } from '../config/faults';
import { isRecord } from '../config/json';
import { parseParts } from '../config/parts';
import { didYouMean, expected, oneOf } from '../config/words';
import { accountSchema, type KnownConnections } from '../request/check';
import { ON_FAILURE, type OnFailure } from '../request/schema';
import type { Fault } from '../vendors/definition';

export const rowDefaultsSchema = z.strictObject({
  /** Where a row that names no connection has its accounts. */
  connections: z.array(z.string({ error: expected('the name of a connection') })).optional(),
  /** Parts of the account at a connection, for the rows that have one there. */
  accounts: z.record(z.string(), z.record(z.string(), z.json())).optional(),
  onFailure: oneOf(ON_FAILURE).optional(),
});

/** Defaults of a job: plain JSON, a part of its workflow's argument. */
export interface RowDefaults {
  connections?: string[];
  /** By connection name. */
  accounts?: Record<string, Record<string, unknown>>;
  onFailure?: OnFailure;
}

/** The connection of the configuration by that name. */
export function connectionNamed({ connections }: KnownConnections, name: string) {
  return Object.hasOwn(connections, name) ? connections[name] : undefined;
}

/** `names nowhere, which is not a connection; …`. A name that could hold anything else is not repeated. */
export function unknownConnection({ connections }: KnownConnections, name: string): string {
  const known = Object.keys(connections);
  const said = /^[a-z][a-z0-9-]{0,39}$/.test(name) ? name : 'something';
  const list = `known are ${known.join(', ')}`;
  return `names ${said}, which is not a connection of the configuration; ${didYouMean(name, known)}${list}`;
}

/** What is wrong with the defaults themselves, so that it is not said for each row. */
export function defaultsFaults(known: KnownConnections, defaults: RowDefaults): Fault[] {
  const shape = parseParts(rowDefaultsSchema, defaults, ['defaults']);
  if (shape.faults.length > 0) return shape.faults.map(toFault);
  const named = (defaults.connections ?? []).filter((name) => !connectionNamed(known, name));
  const accounts = Object.entries(defaults.accounts ?? {});
  return [
    ...named.map((name) => ({ path: 'defaults.connections', message: unknownConnection(known, name) })),
    ...accounts.flatMap(([name, account]) => accountFaults(known, name, account)),
  ];
}

function accountFaults(known: KnownConnections, name: string, account: Record<string, unknown>): Fault[] {
  const connection = connectionNamed(known, name);
  if (!connection) return [{ path: 'defaults.accounts', message: unknownConnection(known, name) }];
  const schema = accountSchema(connection.vendor).partial();
  return parseParts(schema, account, ['defaults', 'accounts', name]).faults.map(toFault);
}

/** The row's document with the defaults beneath it. What is no object where one belongs stays, for the check to name. */
export function withDefaults(
  document: Record<string, unknown>,
  defaults: RowDefaults,
): Record<string, unknown> {
  const onFailure = document.onFailure ?? defaults.onFailure;
  return {
    ...document,
    ...accountsWith(document.accounts, defaults),
    ...(onFailure !== undefined && { onFailure }),
  };
}

function accountsWith(given: unknown, defaults: RowDefaults): { accounts?: unknown } {
  if (given !== undefined && !isRecord(given)) return { accounts: given };
  const own = given ?? {};
  const named = Object.keys(own).length > 0 ? Object.keys(own) : (defaults.connections ?? []);
  if (given === undefined && named.length === 0) return {};
  const accounts = named.map((name) => {
    const account = Object.hasOwn(own, name) ? own[name] : {};
    const beneath =
      defaults.accounts && Object.hasOwn(defaults.accounts, name) ? defaults.accounts[name] : {};
    return [name, beneathIt(beneath, account)];
  });
  return { accounts: Object.fromEntries(accounts) };
}

/** Objects are joined member by member; anything else, lists too, is the row's own or the default's. */
function beneathIt(beneath: unknown, own: unknown): unknown {
  if (own === undefined) return beneath;
  if (!isRecord(beneath) || !isRecord(own)) return own;
  const names = [...new Set([...Object.keys(beneath), ...Object.keys(own)])];
  const at = (record: Record<string, unknown>, name: string) =>
    Object.hasOwn(record, name) ? record[name] : undefined;
  return Object.fromEntries(names.map((name) => [name, beneathIt(at(beneath, name), at(own, name))]));
}
