// What a vendor's folder tells the rest of Muster about itself. The registry lists one definition a vendor;
// configuration, request checks, worker and simulators are driven by it, and none of them knows a vendor by name.
import type { z } from 'zod';

/** One thing wrong with what someone gave us: where, what, and what to do. Never holds the value of a personal field. */
export interface Fault {
  /** Path in the document, e.g. `accounts.onefile.classroomId`. */
  path: string;
  /** What is wrong and what to do, one sentence. */
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

export interface Address {
  street?: string;
  additional?: string;
  city?: string;
  province?: string;
  postalCode?: string;
  country?: string;
}

/** What a vendor may look at when it checks its account part beyond the schema's reach. */
export interface AccountCheck<Account, Connection> {
  key: string;
  person: Person;
  account: Account;
  connection: Connection;
  connectionName: string;
}

export interface VendorDefinition<
  ConnectionSchema extends z.ZodObject = z.ZodObject,
  AccountSchema extends z.ZodObject = z.ZodObject,
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
  readonly secrets: readonly (keyof z.output<ConnectionSchema> & string)[];
  /** The vendor's account part of a request (strict; `environment` is added by src/request). */
  readonly account: AccountSchema;
  /** Faults of an account that its schema cannot see. */
  checkAccount?(check: AccountCheck<z.output<AccountSchema>, z.output<ConnectionSchema>>): Fault[];
}

/** Keeps the inferred types of the two schemas while checking the shape. */
export function defineVendor<C extends z.ZodObject, A extends z.ZodObject>(
  definition: VendorDefinition<C, A>,
): VendorDefinition<C, A> {
  return definition;
}
