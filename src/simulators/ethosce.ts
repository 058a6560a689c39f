// EthosCE (vendor-docs/ethosce.txt): Drupal 7 with RESTWS and Profile2, as a real site of that software was observed
// to answer, oddities included; its entities are in ethosce/, this file is what they share: paths, formats, verbs.
import type { Route, VendorReply, VendorRequest, VendorRules, VendorSite, World } from './contract';
import { createAccess, type Viewer } from './ethosce/access';
import { peopleOf, seedEthosce } from './ethosce/people';
import { createdReference, done, page, Refusal, restws } from './ethosce/replies';
import { authmapResource, profileResource, type Resource, userResource } from './ethosce/resources';
import { createStore, DEFAULTS, type EthosceSettings, type Store } from './ethosce/store';
import { crashed, propertiesOf } from './ethosce/values';

export type { EthosceSettings } from './ethosce/store';

/**
 * The rules of EthosCE. Calls: `find user`, `create user`, `read user`, `update user`, `delete user`, the same five
 * for `profile` and `authmap`, and `session token`.
 */
export const ethosceRules: VendorRules<EthosceSettings> = {
  vendor: 'ethosce',
  defaults: DEFAULTS,
  secretHeaders: ['x-csrf-token'],
  credentials: ({ username, password }) => ({ username, password }),
  connection: ({ authmapModule }) => ({ authmapModule }),
  open: openEthosce,
};

function openEthosce(world: World<EthosceSettings>): VendorSite {
  const store = createStore(world.settings, world.mail);
  const access = createAccess(world.settings);
  const routes = [userResource(store), profileResource(store), authmapResource(store)].flatMap((resource) =>
    routesOf(resource, store, access.viewer),
  );
  return {
    routes: [
      // The answer is `admit`'s; the route gives the call its name.
      { call: 'session token', method: 'GET', path: /^\/restws\/session\/token$/, answer: () => page(403) },
      ...routes,
    ],
    admit: access.admit,
    unknown: () => page(404),
    finish: access.finish,
    failure: page,
    people: () => peopleOf(store),
    state: () => ({
      users: store.users.all(),
      profiles: store.profiles.all(),
      authmaps: store.authmaps.all(),
      access: access.state(),
    }),
    seed: (entity) => seedEthosce(store, entity),
  };
}

const SINGULAR = { user: 'user', profile2: 'profile', authmap: 'authmap' } as const;

function routesOf(resource: Resource, store: Store, viewerOf: (request: VendorRequest) => Viewer): Route[] {
  const what = SINGULAR[resource.name];
  const collection = new RegExp(`^/${resource.name}(\\.json)?$`);
  const item = new RegExp(`^/${resource.name}/([^/]+?)(\\.json)?$`);
  type Answer = (request: VendorRequest, viewer: Viewer, id: string, suffix: string) => VendorReply;
  const on = (method: string, call: string, path: RegExp, answer: Answer): Route => ({
    call: `${call} ${what}`,
    method,
    path,
    answer: (request, ...groups) =>
      guarded(() => {
        if (resource.name === 'authmap' && !store.settings.authmap) return page(404);
        const [id = '', suffix = ''] = path === collection ? ['', groups[0]] : groups;
        return answer(request, viewerOf(request), id, suffix);
      }),
  });
  const list: Answer = (request, viewer, _, suffix) => {
    const format = readFormat(request, suffix, store.settings.pageCache);
    if (format !== 'json') return format ?? fallback(resource, suffix);
    return resource.list(request, permitted(resource, viewer));
  };
  const read: Answer = (request, viewer, id, suffix) => {
    checkItemPage(resource, viewer, id);
    const format = readFormat(request, suffix, store.settings.pageCache);
    if (format !== 'json') return format ?? fallback(resource, suffix);
    return resource.read(id, request, permitted(resource, viewer));
  };
  const create: Answer = (request, viewer, id, suffix) => {
    if (id !== '') checkItemPage(resource, viewer, id, false);
    if (!isJsonWrite(request)) return fallback(resource, id === '' && suffix === '' ? '' : '.json');
    const made = resource.create(propertiesOf(request.json), request, permitted(resource, viewer));
    return createdReference(request.origin, resource.name, made);
  };
  const update: Answer = (request, viewer, id, suffix) => {
    checkItemPage(resource, viewer, id);
    if (!isJsonWrite(request)) return fallback(resource, suffix);
    permitted(resource, viewer);
    // 5: a suffix makes the id "17.json", which nothing can load.
    if (suffix !== '') throw crashed();
    const values = propertiesOf(request.json);
    if (!resource.exists(id)) return noParent(values);
    resource.update(id, values, request, viewer);
    return done();
  };
  const updateAll: Answer = (request, viewer, _, suffix) => {
    if (!isJsonWrite(request)) return fallback(resource, suffix);
    permitted(resource, viewer);
    return noParent(propertiesOf(request.json));
  };
  const remove: Answer = (_, viewer, id, suffix) => {
    checkItemPage(resource, viewer, id);
    permitted(resource, viewer);
    if (suffix !== '') throw crashed();
    if (!resource.exists(id)) return done(false);
    resource.remove(id, viewer);
    return done();
  };
  return [
    on('GET', 'find', collection, list),
    on('POST', 'create', collection, create),
    on('PUT', 'update', collection, updateAll),
    on('GET', 'read', item, read),
    // A verb that RESTWS does not know is answered as GET is.
    on('PATCH', 'read', item, read),
    // An id in a POST is not looked at.
    on('POST', 'create', item, create),
    on('PUT', 'update', item, update),
    on('DELETE', 'delete', item, remove),
  ];
}

function guarded(answer: () => VendorReply): VendorReply {
  try {
    return answer();
  } catch (error) {
    if (error instanceof Refusal) return error.reply;
    throw error;
  }
}

// `user/17` is a page of Drupal itself: its loader and its access rule come before RESTWS, and answer in HTML.
function checkItemPage(resource: Resource, viewer: Viewer, id: string, mustExist = true): void {
  if (resource.name !== 'user') return;
  if (mustExist && !resource.exists(id)) throw new Refusal(page(404));
  if (!viewer.may('access user profiles')) throw new Refusal(page(403));
}

function permitted(resource: Resource, viewer: Viewer): Viewer {
  if (!viewer.may(`access resource ${resource.name}`) || !viewer.may(resource.right)) {
    throw new Refusal(restws(403));
  }
  return viewer;
}

// 2: letter for letter, up to the first semicolon.
function isJsonWrite(request: VendorRequest): boolean {
  return request.headers['content-type']?.split(';')[0] === 'application/json';
}

/** How a read is to be answered: JSON, a redirect to the suffix (18), or undefined for the site's own page. */
function readFormat(
  request: VendorRequest,
  suffix: string,
  pageCache: boolean,
): 'json' | VendorReply | undefined {
  if (suffix !== '') return 'json';
  const accepted = (request.headers.accept ?? '').split(',').map((part) => part.split(';')[0]?.trim());
  if (!accepted.includes('application/json')) return undefined;
  if (!pageCache) return 'json';
  const query = request.url.slice(request.path.length);
  return {
    ...page(301),
    headers: { ...page(301).headers, location: `${request.origin}${request.path}.json${query}` },
  };
}

// Only `user` and `user/17` are pages of the site too; every other path without a format is unknown to it.
function fallback(resource: Resource, suffix: string): VendorReply {
  return page(resource.name === 'user' && suffix === '' ? 200 : 404);
}

function noParent(values: Record<string, unknown>): VendorReply {
  const [property] = Object.keys(values);
  if (property === undefined) throw crashed();
  const sentence = `Unable to set the data property ${property} as the parent data structure is not set.`;
  return restws(406, sentence);
}
