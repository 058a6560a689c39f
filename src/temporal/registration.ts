// Which of Muster's search attributes a namespace lacks, and registering them. An unregistered one, upserted by a
// workflow, would stop its run without a word.
import type { ConnectionLike } from '@temporalio/client';
import { temporal } from '@temporalio/proto';
import { MUSTER_SEARCH_ATTRIBUTES } from './search-attributes';

const { IndexedValueType } = temporal.api.enums.v1;
const TYPES = {
  Keyword: IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD,
  Int: IndexedValueType.INDEXED_VALUE_TYPE_INT,
  Datetime: IndexedValueType.INDEXED_VALUE_TYPE_DATETIME,
} as const;

export interface RegistrationState {
  /** Names that are not there. */
  missing: string[];
  /** Names that are there with another type; only an administrator can put that right. */
  wrong: string[];
}

/** Reads only. */
export async function registrationState(
  connection: Pick<ConnectionLike, 'operatorService'>,
  namespace: string,
): Promise<RegistrationState> {
  const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
  const wanted = Object.entries(MUSTER_SEARCH_ATTRIBUTES);
  return {
    missing: wanted.filter(([name]) => customAttributes[name] === undefined).map(([name]) => name),
    wrong: wanted
      .filter(([name, type]) => (customAttributes[name] ?? TYPES[type]) !== TYPES[type])
      .map(([name]) => name),
  };
}

/** Registers what is missing through the operator service (Temporal Cloud has its own way: tcld or its UI). */
export async function registerMissing(
  connection: Pick<ConnectionLike, 'operatorService'>,
  namespace: string,
): Promise<void> {
  const { missing } = await registrationState(connection, namespace);
  if (missing.length === 0) return;
  const searchAttributes = Object.fromEntries(
    Object.entries(MUSTER_SEARCH_ATTRIBUTES)
      .filter(([name]) => missing.includes(name))
      .map(([name, type]) => [name, TYPES[type]]),
  );
  await connection.operatorService.addSearchAttributes({ namespace, searchAttributes });
}
