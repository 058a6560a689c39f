// What a vendor's folder tells the rest of Muster about itself. The registry lists one definition a vendor;
// configuration, request checks, worker and simulators are driven by it, and none of them knows a vendor by name.
import type { z } from 'zod';
import type { Read } from '../account/reads';
import type { CommonConnection } from '../config/common';
import type { Auth } from '../http/auth';
import type { Call } from '../http/call';

/** One thing wrong with what someone gave us: where, what, and what to do. Never holds the value of a personal field. */
export interface Fault {
  /** Path in the document, e.g. `accounts.onefile.classroomId`; empty if the document as a whole is meant. */
  path: string;
  /** What is wrong and what to do, one sentence without a full stop, made to follow the path and a colon. */
  message: string;
  /** Line of the file, from 1, where there is a file. */
  line?: number;
}

/** A fault that a vendor found in its own part. */
export interface PartFault {
  /** Which part of the request `at` starts from; the account if left out. A connection has one part only. */
  in?: 'account' | 'person';
  /** Keys and indexes that lead to the place, e.g. `['children', 0, 'key']`. */
  at: readonly (string | number)[];
  message: string;
}

/** The person of a request, as every vendor sees it (interface.md, "A request"). Dates are `YYYY-MM-DD`. */
export interface Person {
  firstName: string;
  middleName?: string;
  lastName: string;
  email: string;
  dateOfBirth?: string;
  sex?: string;
  phone?: string;
  address?: Address;
}

/** Parts may be empty texts, which mean the same as a part left out. */
export interface Address {
  street?: string;
  additional?: string;
  city?: string;
  province?: string;
  postalCode?: string;
  country?: string;
}

/** An account of a request whose every part is valid, with all that its defaults are made of. */
export interface AccountContext<Account, Connection> {
  key: string;
  person: Person;
  account: Account;
  connection: Connection;
  connectionName: string;
}

/**
 * The same while it is being checked: only the valid parts are there, so that one fault does not hide the next.
 * A part that is missing here without being optional has been reported already, or is by whoever needs it.
 */
export interface AccountCheck<Account, Connection> {
  /** Empty if it is not valid. */
  key: string;
  person: Partial<Person>;
  account: Partial<Account>;
  connection: Connection;
  connectionName: string;
}

/** A connection while it is being checked: its valid parts, and what the file says at all, secrets included. */
export interface ConnectionCheck<Connection> {
  connection: Partial<Connection>;
  /** Whether the file has this key, even where the value is not looked at (a secret, read by a client). */
  gives(key: keyof Connection & string): boolean;
}

export interface VendorDefinition<
  ConnectionSchema extends z.ZodObject = z.ZodObject,
  AccountSchema extends z.ZodObject = z.ZodObject,
  Secret extends keyof z.output<ConnectionSchema> & string = keyof z.output<ConnectionSchema> & string,
  Resolved = unknown,
> {
  /** The word of `vendor:` in muster.yaml. */
  readonly vendor: string;
  /** As people call it, for cards and messages. */
  readonly title: string;
  /** Workflow type of its account runs. */
  readonly workflowType: string;
  /** The vendor's own keys of a connection (strict; the common ones are added by src/config). */
  readonly connection: ConnectionSchema;
  /** Keys of the connection that are secrets: only the worker resolves them. */
  readonly secrets: readonly Secret[];
  /** How a connection proves who it is. */
  auth(connection: z.output<ConnectionSchema>): Auth;
  /** Keys beside the secrets that say who logs in: other values are other credentials. */
  readonly logsInAs?: readonly (keyof z.output<ConnectionSchema> & string)[];
  /** A cheap call that reads only, and is answered with success or a refusal only to accepted credentials. */
  probe(connection: z.output<ConnectionSchema>): Call<unknown>;
  /**
   * What a run of an account asks first, each as its workflow asks it: made while the run begins. None where it depends on what
   * came before.
   */
  firstReads?(about: { connection: string; person: Person; account: Resolved }): Read[];
  /** Calls that a create's activity makes right before its write; they lengthen the fence (src/http/fence). */
  readonly readsBeforeWrite: number;
  /** The vendor's account part of a request (strict, no transforms; `environment` is added by src/request). */
  readonly account: AccountSchema;
  /** Fields of the account by which it is found again at the vendor; an amendment can't change them once it exists. */
  readonly identity: readonly string[];
  /** Faults of a connection that its schema cannot see. */
  checkConnection?(check: ConnectionCheck<z.output<ConnectionSchema>>): PartFault[];
  /** Faults of an account that its schema cannot see. */
  checkAccount?(
    check: AccountCheck<z.output<AccountSchema>, ClientConnection<ConnectionSchema, Secret>>,
  ): PartFault[];
  /** The account with every default filled in, as plain JSON: what the vendor's calls are made from. */
  resolveAccount(
    context: AccountContext<z.output<AccountSchema>, ClientConnection<ConnectionSchema, Secret>>,
  ): Resolved;
}

/** A connection as every process may see it: without secrets, with the common keys. */
export type ClientConnection<ConnectionSchema extends z.ZodObject, Secret extends string> = CommonConnection &
  Omit<z.output<ConnectionSchema>, Secret>;

/** Keeps the inferred types while checking the shape. */
export function defineVendor<
  C extends z.ZodObject,
  A extends z.ZodObject,
  const S extends keyof z.output<C> & string,
  R,
>(definition: VendorDefinition<C, A, S, R>): VendorDefinition<C, A, S, R> {
  return definition;
}
