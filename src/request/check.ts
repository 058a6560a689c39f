// Checks a request whole, before anything is sent: every fault of it is reported, each in its own sentence.
import { z } from 'zod';
import { ENVIRONMENTS } from '../config/common';
import { faultLine, type PlacedFault, placeFaults, toFault, withoutCovered } from '../config/faults';
import { parseParts } from '../config/parts';
import type { ClientConnection } from '../config/schema';
import { didYouMean, oneOf } from '../config/words';
import type { AccountCheck, Fault, Person } from '../vendors/definition';
import { type VendorName, vendorOf } from '../vendors/registry';
import { envelopeSchema, personSchema, type RequestDocument } from './schema';

/** As much of the configuration as requests are checked against; any process has it. */
export interface KnownConnections {
  connections: Readonly<Record<string, ClientConnection>>;
}

/** A request that can't be taken. The message has one line for each fault. */
export class RequestError extends Error {
  override readonly name = 'RequestError';

  constructor(readonly faults: readonly Fault[]) {
    super(faults.map(faultLine).join('\n'));
  }
}

export type CheckedRequest = { ok: true; request: RequestDocument } | { ok: false; faults: Fault[] };

/**
 * Checks anything that is meant to be a request against the connections there are.
 * @returns the request as plain JSON and otherwise untouched, or all its faults; no fault repeats a personal value
 */
export function checkRequest(config: KnownConnections, input: unknown): CheckedRequest {
  const document = asJson(input);
  if (document === undefined) {
    return { ok: false, faults: [{ path: '', message: 'the request is not a JSON object' }] };
  }
  const envelope = parseParts(envelopeSchema, document, []);
  const { key = '', person: givenPerson, accounts } = envelope.value;
  const person = givenPerson && parseParts(personSchema, givenPerson, ['person']);
  const seen: Seen = { config, key, person: person?.value ?? {} };
  const faults = [
    ...envelope.faults,
    ...(person?.faults ?? []),
    ...(accounts === undefined ? [] : accountsFaults(seen, accounts)),
  ];
  // Two accounts may find the same fault in the person: once is enough.
  const distinct = new Map(faults.map(toFault).map((fault) => [faultLine(fault), fault]));
  if (distinct.size > 0) return { ok: false, faults: [...distinct.values()] };
  return { ok: true, request: document as unknown as RequestDocument };
}

/** The same for callers that go on only with a sound request. @throws RequestError */
export function checkedRequest(config: KnownConnections, input: unknown): RequestDocument {
  const checked = checkRequest(config, input);
  if (!checked.ok) throw new RequestError(checked.faults);
  return checked.request;
}

interface Seen {
  config: KnownConnections;
  key: string;
  person: Partial<Person>;
}

/** Plain JSON, as a workflow argument will be; undefined for what is none, or is no object. */
function asJson(input: unknown): Record<string, unknown> | undefined {
  try {
    const text = JSON.stringify(input);
    // A reviver takes most of the time of a check, and hardly any text needs it.
    const document: unknown = JSON.parse(text, text.includes('"__proto__"') ? refuseProto : undefined);
    const isObject = typeof document === 'object' && document !== null && !Array.isArray(document);
    return isObject ? (document as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

/** A `__proto__` member is no data: schemas would pass over it, and code after them might not. */
function refuseProto(key: string, value: unknown): unknown {
  if (key === '__proto__') throw new SyntaxError('__proto__');
  return value;
}

function accountsFaults(seen: Seen, accounts: Record<string, unknown>): PlacedFault[] {
  const known = Object.keys(seen.config.connections);
  const names = Object.keys(accounts);
  if (names.length === 0) {
    const message = `names no account; give one or more by connection name, of ${known.join(', ')}`;
    return [{ at: ['accounts'], message }];
  }
  return names.flatMap((name) => {
    const connection = known.includes(name) ? seen.config.connections[name] : undefined;
    if (connection !== undefined) return accountFaults(seen, name, connection, accounts[name]);
    const message = `is not a connection of the configuration; ${didYouMean(name, known)}known are ${known.join(', ')}`;
    return [{ at: ['accounts', name], message }];
  });
}

function accountFaults(
  { key, person }: Seen,
  connectionName: string,
  connection: ClientConnection,
  given: unknown,
): PlacedFault[] {
  const at = ['accounts', connectionName];
  const vendor = vendorOf(connection.vendor);
  const { value, faults } = parseParts(accountSchema(connection.vendor), given, at);
  const { environment, ...account } = value as { environment?: string };
  // The registry's types tie this connection and this account to this vendor; TypeScript can't follow a union there.
  const check = vendor.checkAccount as ((check: AccountCheck<object, object>) => PartFaults) | undefined;
  const found = check?.({ key, person, account, connection, connectionName }) ?? [];
  return [
    ...faults,
    ...environmentFaults(environment, connectionName, connection, at),
    ...withoutCovered(placeFaults(found, at, ['person']), faults),
  ];
}

const accountSchemas = new Map<VendorName, z.ZodObject>();

/** The vendor's account as requests give it. Kept: making a schema takes far longer than using it. */
export function accountSchema(vendor: VendorName): z.ZodObject {
  const kept = accountSchemas.get(vendor);
  if (kept !== undefined) return kept;
  const { shape } = vendorOf(vendor).account as z.ZodObject;
  const schema = z.strictObject({ ...shape, environment: oneOf(ENVIRONMENTS).optional() });
  accountSchemas.set(vendor, schema);
  return schema;
}

type PartFaults = Parameters<typeof placeFaults>[0];

function environmentFaults(
  stated: string | undefined,
  name: string,
  { environment }: ClientConnection,
  at: string[],
): PlacedFault[] {
  if (stated === undefined || stated === environment) return [];
  const actual = environment === undefined ? 'states none' : `is ${environment}`;
  const message = `is ${stated}, but the connection ${name} ${actual}; name a connection that is ${stated}, or correct it`;
  return [{ at: [...at, 'environment'], message }];
}
