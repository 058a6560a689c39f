// Correcting the request of a parked run, field by field (`muster amend --set account.classroomId=12`).
import { ApplicationFailure } from '@temporalio/common';
import { dset } from 'dset';
import { type VendorName, vendorOf } from '../vendors/registry';
import { singleAccount } from './accounts';
import type { RequestDocument } from './schema';

/** The fields by which an account is found again: they stay as they are once something was made. */
export function identityOf(vendor: VendorName): string[] {
  return ['person.email', ...vendorOf(vendor).identity.map((field) => `account.${field}`)];
}

/**
 * @param set path to new value; `account.…` or `person.…`; null takes the field away
 * @param fixed paths that can't be set
 * @throws ApplicationFailure (`invalid-decision`) that names the path and says what to do
 */
export function amend(
  request: RequestDocument,
  set: Record<string, unknown>,
  fixed: readonly string[],
): RequestDocument {
  const connection = singleAccount(request)?.connection ?? '';
  const amended = structuredClone(request);
  for (const [path, value] of Object.entries(set)) {
    const [root, ...rest] = path.split('.');
    if ((root !== 'account' && root !== 'person') || rest.length === 0 || rest.includes(''))
      throw refused(`${path}: is no field of the request; name account.… or person.…`);
    if (fixed.includes(path))
      throw refused(
        `${path}: the account is known by it, and something was made already; undo first, or start a new request`,
      );
    const keys = root === 'account' ? ['accounts', connection, ...rest] : path.split('.');
    if (value === null) unset(amended, keys);
    else dset(amended, keys, value);
  }
  return amended;
}

function unset(document: object, keys: readonly string[]): void {
  const last = keys[keys.length - 1];
  let at: unknown = document;
  for (const key of keys.slice(0, -1)) at = isObject(at) ? at[key] : undefined;
  if (isObject(at) && last !== undefined) delete at[last];
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function refused(message: string): ApplicationFailure {
  return ApplicationFailure.nonRetryable(message, 'invalid-decision');
}
