// Which of Muster's search attributes a namespace lacks, and registering them: the one place for the embedded server, worker
// and doctor. An unregistered one, upserted by a workflow, would stop its run without a word.
import type { ConnectionLike } from '@temporalio/client';
import { temporal } from '@temporalio/proto';
import { MUSTER_SEARCH_ATTRIBUTES, type SearchAttributeTypeName } from './search-attributes';

const { IndexedValueType } = temporal.api.enums.v1;
const TYPES = {
  Keyword: IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD,
  Int: IndexedValueType.INDEXED_VALUE_TYPE_INT,
  Datetime: IndexedValueType.INDEXED_VALUE_TYPE_DATETIME,
} as const;

/** Names and types; Muster's own where nothing else is said. */
export type SearchAttributeTypes = Readonly<Record<string, SearchAttributeTypeName>>;
type Services = Pick<ConnectionLike, 'operatorService' | 'workflowService'>;

export interface RegistrationState {
  /** Names that are not there. */
  missing: string[];
  /** Names that are there with another type; only an administrator can put that right. */
  wrong: string[];
  /**
   * Whether the operator service said so. Else it was not there to be asked (Temporal Cloud has none) or would not say, the
   * names were tried in queries, and nothing is known of types.
   */
  operator: boolean;
}

/** The operator service is not there, or not for this caller: attributes are registered by another way. */
export class NoOperatorError extends Error {
  override readonly name = 'NoOperatorError';
}

const GRPC_INVALID_ARGUMENT = 3;
const GRPC_PERMISSION_DENIED = 7;
const GRPC_UNIMPLEMENTED = 12;

const codeOf = (error: unknown) => (error as { code?: unknown }).code;
const isNoOperator = (error: unknown) =>
  codeOf(error) === GRPC_UNIMPLEMENTED || codeOf(error) === GRPC_PERMISSION_DENIED;

/** Reads only. */
export async function registrationState(
  connection: Services,
  namespace: string,
  wanted: SearchAttributeTypes = MUSTER_SEARCH_ATTRIBUTES,
): Promise<RegistrationState> {
  try {
    const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
    const names = Object.keys(wanted);
    return {
      missing: names.filter((name) => customAttributes[name] === undefined),
      wrong: names.filter((name) => {
        const type = wanted[name] && TYPES[wanted[name]];
        return (customAttributes[name] ?? type) !== type;
      }),
      operator: true,
    };
  } catch (error) {
    if (!isNoOperator(error)) throw error;
    return { missing: await unknownToQueries(connection, namespace, wanted), wrong: [], operator: false };
  }
}

/** Those that a query may not name. */
async function unknownToQueries(
  { workflowService }: Services,
  namespace: string,
  wanted: SearchAttributeTypes,
): Promise<string[]> {
  const unknown: string[] = [];
  for (const name of Object.keys(wanted)) {
    try {
      await workflowService.listWorkflowExecutions({ namespace, pageSize: 1, query: `${name} IS NULL` });
    } catch (error) {
      if (codeOf(error) !== GRPC_INVALID_ARGUMENT) throw error;
      unknown.push(name);
    }
  }
  return unknown;
}

/**
 * Registers what is missing.
 * @returns how it was before
 * @throws NoOperatorError where this is not the way, or not for this caller; its message says which is
 */
export async function registerMissing(
  connection: Services,
  namespace: string,
  wanted: SearchAttributeTypes = MUSTER_SEARCH_ATTRIBUTES,
): Promise<RegistrationState> {
  const before = await registrationState(connection, namespace, wanted);
  const searchAttributes = Object.fromEntries(
    Object.entries(wanted)
      .filter(([name]) => before.missing.includes(name))
      .map(([name, type]) => [name, TYPES[type]]),
  );
  if (before.missing.length === 0) return before;
  try {
    await connection.operatorService.addSearchAttributes({ namespace, searchAttributes });
    return before;
  } catch (error) {
    if (!isNoOperator(error)) throw error;
    throw new NoOperatorError(
      `Muster may not register search attributes here (missing: ${before.missing.join(', ')}):\n${otherWays(before.missing, namespace)}`,
      { cause: error },
    );
  }
}

/** The commands that register names where Muster itself can't: in Temporal Cloud, and with an administrator's rights. */
export function otherWays(missing: readonly string[], namespace: string): string {
  const typed = Object.entries(MUSTER_SEARCH_ATTRIBUTES).filter(([name]) => missing.includes(name));
  const cloud = typed.map(([name, type]) => ` --sa "${name}=${type}"`).join('');
  const names = typed.map(([name, type]) => ` --name ${name} --type ${type}`).join('');
  return [
    `Temporal Cloud:  tcld namespace search-attributes add --namespace ${namespace}${cloud}`,
    `An own server, as its administrator:  temporal operator search-attribute create --namespace ${namespace}${names}`,
  ].join('\n');
}
