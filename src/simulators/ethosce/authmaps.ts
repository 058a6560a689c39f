// The `authmap` entity, which EthosCE documents for SSO users and stock Drupal does not have: one row ties an
// external name to an account, and the name is unique in the database.
import type { VendorRequest } from '../contract';
import type { Column } from './lists';
import { Refusal, restws } from './replies';
import { type AuthmapRow, collated, type Store } from './store';
import { crashed, referenceValue, textValue, unknownProperty } from './values';

/** Properties a list can be filtered by. */
export const authmapColumns: Readonly<Record<string, Column<AuthmapRow>>> = {
  aid: { kind: 'number', of: (row) => row.aid },
  uid: { kind: 'number', of: (row) => row.uid },
  authname: { kind: 'text', of: (row) => row.authname },
  module: { kind: 'text', of: (row) => row.module },
};

/** What a GET shows of a mapping. */
export function showAuthmap(row: AuthmapRow): unknown {
  const { aid, uid, authname, module } = row;
  return { aid, uid, authname, module };
}

/** POST: makes a mapping; a taken `authname` crashes as any broken unique key does. */
export function createAuthmap(
  store: Store,
  values: Record<string, unknown>,
  request: VendorRequest,
): AuthmapRow {
  const { uid, authname, module = '' } = draftOf(values, 'authmap()');
  const aid = store.nextId('authmap');
  if (uid === undefined || authname === undefined) throw crashed();
  checkAuthname(store, authname, undefined);
  return store.authmaps.put(aid, { aid, uid, authname, module }, request.visibleFrom);
}

/** PUT: changes only what is given. */
export function updateAuthmap(store: Store, row: AuthmapRow, values: Record<string, unknown>): void {
  if (values.aid !== undefined) throw new Refusal(restws(422, 'Unable to change aid'));
  const draft = draftOf(values, `authmap(${row.aid})`);
  if (draft.authname !== undefined) checkAuthname(store, draft.authname, row.aid);
  Object.assign(row, draft);
}

function draftOf(values: Record<string, unknown>, where: string): Partial<AuthmapRow> {
  const draft: Partial<AuthmapRow> = {};
  for (const [property, value] of Object.entries(values)) {
    if (property === 'uid') draft.uid = referenceValue(where, property, value);
    else if (property === 'authname' || property === 'module')
      draft[property] = textValue(where, property, value);
    else if (property !== 'aid') throw unknownProperty(property);
  }
  return draft;
}

function checkAuthname(store: Store, authname: string, own: string | undefined): void {
  if (authname === '' || authname.length > 128) throw crashed();
  if (store.authmaps.all().some((row) => row.aid !== own && collated(row.authname) === collated(authname))) {
    throw crashed();
  }
}
