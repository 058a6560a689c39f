// The three entity types behind one set of verbs, so that paths, formats and access are written once.
import type { VendorReply, VendorRequest } from '../contract';
import type { Viewer } from './access';
import { authmapColumns, createAuthmap, showAuthmap, updateAuthmap } from './authmaps';
import { answerList } from './lists';
import { checkProfileFilter, createProfile, profileColumns, showProfile, updateProfile } from './profiles';
import { data, page, Refusal, restws } from './replies';
import type { Store } from './store';
import { checkUserFilter, createUser, deleteUser, showUser, updateUser, userColumns } from './users';
import { crashed } from './values';

/** What one entity type does for each verb, once access and format are settled. */
export interface Resource {
  readonly name: 'user' | 'profile2' | 'authmap';
  /** The right without which every verb is 403. */
  readonly right: string;
  exists(id: string): boolean;
  list(request: VendorRequest, viewer: Viewer): VendorReply;
  read(id: string, request: VendorRequest, viewer: Viewer): VendorReply;
  /** Gives the new id. */
  create(values: Record<string, unknown>, request: VendorRequest, viewer: Viewer): string;
  update(id: string, values: Record<string, unknown>, request: VendorRequest, viewer: Viewer): void;
  remove(id: string, viewer: Viewer): void;
}

/** The `user` entity. */
export function userResource(store: Store): Resource {
  const { users } = store;
  const rowOf = (id: string) => users.get(id) ?? raise(new Refusal(page(404)));
  // Everyone with the right may read; writing asks for "administer users" on top.
  const writable = (viewer: Viewer): void => {
    if (!viewer.may('administer users')) throw new Refusal(restws(403));
  };
  return {
    name: 'user',
    right: 'access user profiles',
    exists: (id) => id !== '0' && users.get(id) !== undefined,
    list: (request, viewer) =>
      answerList(request, users.listed(request.now), {
        resource: 'user',
        columns: userColumns,
        checkFilter: (property) => checkUserFilter(property, viewer),
        idOf: ({ uid }) => uid,
        show: (row) => showUser(store, row, viewer, request),
      }),
    read(id, request, viewer) {
      const row = users.shown(id, request.now);
      return row === undefined ? page(404) : data(200, showUser(store, row, viewer, request));
    },
    create(values, request, viewer) {
      writable(viewer);
      return createUser(store, values, request, viewer).uid;
    },
    update(id, values, _, viewer) {
      writable(viewer);
      updateUser(store, rowOf(id), values, viewer);
    },
    remove(id, viewer) {
      writable(viewer);
      deleteUser(store, rowOf(id));
    },
  };
}

/** The `profile2` entity. */
export function profileResource(store: Store): Resource {
  const { profiles } = store;
  const rowOf = (id: string) => profiles.get(id) ?? raise(crashed());
  return {
    name: 'profile2',
    right: 'administer profiles',
    exists: (id) => profiles.get(id) !== undefined,
    list: (request, viewer) =>
      answerList(request, profiles.listed(request.now), {
        resource: 'profile2',
        columns: profileColumns(store),
        checkFilter: checkProfileFilter,
        idOf: ({ pid }) => pid,
        show: (row) => showProfile(store, row, viewer, request),
      }),
    read(id, request, viewer) {
      const row = profiles.shown(id, request.now);
      return data(200, row === undefined ? [] : showProfile(store, row, viewer, request));
    },
    create: (values, request) => createProfile(store, values, request).pid,
    update: (id, values, request) => updateProfile(store, rowOf(id), values, request.now),
    remove: (id) => void profiles.remove(id),
  };
}

/** The `authmap` entity. */
export function authmapResource(store: Store): Resource {
  const { authmaps } = store;
  const rowOf = (id: string) => authmaps.get(id) ?? raise(crashed());
  return {
    name: 'authmap',
    right: 'administer users',
    exists: (id) => authmaps.get(id) !== undefined,
    list: (request) =>
      answerList(request, authmaps.listed(request.now), {
        resource: 'authmap',
        columns: authmapColumns,
        checkFilter: () => undefined,
        idOf: ({ aid }) => aid,
        show: showAuthmap,
      }),
    read(id, request) {
      const row = authmaps.shown(id, request.now);
      return data(200, row === undefined ? [] : showAuthmap(row));
    },
    create: (values, request) => createAuthmap(store, values, request).aid,
    update: (id, values) => updateAuthmap(store, rowOf(id), values),
    remove: (id) => void authmaps.remove(id),
  };
}

function raise(error: Error): never {
  throw error;
}
