// Parts of a checked request. Pure, and free of schemas, so that workflow code may use it too.
import type { Person } from '../vendors/definition';
import type { AccountDocument, OnFailure, RequestDocument } from './schema';

export interface NamedAccount {
  /** Name of the connection. */
  connection: string;
  account: AccountDocument;
}

/** The accounts of a request, in the order given. */
export function accountsOf(request: RequestDocument): NamedAccount[] {
  return Object.entries(request.accounts).map(([connection, account]) => ({ connection, account }));
}

/** The account of a request that has one only; undefined if it has more. */
export function singleAccount(request: RequestDocument): NamedAccount | undefined {
  const [first, ...more] = accountsOf(request);
  return more.length === 0 ? first : undefined;
}

/** The account at a connection; undefined if the request has none there. */
export function accountAt(request: RequestDocument, connection: string): AccountDocument | undefined {
  return Object.hasOwn(request.accounts, connection) ? request.accounts[connection] : undefined;
}

/** The same request with its account at one connection only: the argument of that account's run. */
export function requestForAccount(request: RequestDocument, connection: string): RequestDocument {
  const account = accountAt(request, connection);
  if (account === undefined) throw new RangeError(`the request has no account at ${connection}`);
  return { ...request, accounts: { [connection]: account } };
}

/** The person as vendors see it: parts of the address that are empty are left out, and so is an empty address. */
export function personOf({ person }: RequestDocument): Person {
  const { address, ...rest } = person;
  const parts = Object.entries(address ?? {}).filter(([, value]) => value.trim() !== '');
  return parts.length === 0 ? rest : { ...rest, address: Object.fromEntries(parts) };
}

/** What makes two requests for an account the same; the keyed hash over it is made by src/privacy/keys. */
export interface FingerprintInput {
  person: Person;
  account: Omit<AccountDocument, 'environment'>;
  onFailure: OnFailure;
}

/**
 * The part of a request that its fingerprint is taken of. What is spelled out or left out with the same meaning
 * (`onFailure: park`, empty parts of the address, an environment, which can only be the connection's) counts as the same.
 */
export function fingerprintOf(request: RequestDocument, connection: string): FingerprintInput {
  const { accounts, onFailure } = requestForAccount(request, connection);
  const { environment: _, ...account } = accounts[connection] ?? {};
  return { person: personOf(request), account, onFailure: onFailure ?? 'park' };
}
