// OneFile's searches of organisations and their things, and the Assign calls of the guides that follow "Creating and
// managing users" (vendors.md, 2.3).
import type { VendorReply, VendorRequest } from '../contract';
import { json, wrote } from '../replies';
import { changed, membersOf, Refused } from './replies';
import {
  type Assignment,
  addThing,
  type OnefileStore,
  type OnefileThing,
  organisationsOf,
  type ThingKind,
} from './store';
import { checkOrganisation, found, userOf } from './users';

/** `POST Organisation/Search`: shows the keychain setting. */
export function searchOrganisations(store: OnefileStore, request: VendorRequest): VendorReply {
  const { customerId, keychain, keychainEmailSuppression } = store.settings;
  if (membersOf(request).CustomerID !== customerId) throw new Refused(400, 'CustomerID is not valid.');
  const rows = organisationsOf(store.settings).map((organisation) => ({
    ...organisation,
    KeychainCreationForNewUserActive: keychain,
    KeychainEmailSuppression: keychainEmailSuppression,
  }));
  return json(200, rows);
}

/** `POST Classroom/Search` and its like, by `OrganisationID` (units: `StandardID`) and `Name`. */
export function searchThings(store: OnefileStore, request: VendorRequest, kind: ThingKind): VendorReply {
  const filters = membersOf(request);
  if (kind !== 'unit') checkOrganisation(store, filters.OrganisationID);
  const rows = store.things[kind]
    .listed(request.now)
    .filter((thing) => Object.entries(filters).every(([name, value]) => thing[name] === value));
  return found(store, rows.map(shownThing));
}

function shownThing({ ID, Name, MISID }: OnefileThing): unknown {
  return { ID, Name, MISID: MISID ?? null };
}

/** `POST Placement`. */
export function createPlacement(store: OnefileStore, request: VendorRequest): VendorReply {
  const { OrganisationID, Name, ...more } = membersOf(request);
  checkOrganisation(store, OrganisationID);
  if (typeof Name !== 'string' || Name === '') throw new Refused(400, 'Name is required.');
  const placement = { ...more, ID: store.nextId(), Name, OrganisationID: Number(OrganisationID) };
  addThing(store, 'placement', placement);
  return wrote(json(200, { ID: placement.ID }));
}

/** `POST User/{id}/Assign`: the path names the assessor, observer or employer, the body the learner. */
export function assignUser(store: OnefileStore, request: VendorRequest, id: string): VendorReply {
  const staff = userOf(store, id);
  const { LearnerID, Level, UnitID, StandardID } = membersOf(request);
  const learner = learnerOf(store, LearnerID);
  if (staff.Role === 1) throw new Refused(400, 'A learner cannot be assigned to a learner.');
  if (staff.OrganisationID !== learner.OrganisationID)
    throw new Refused(400, 'User not found in the organisation.');
  if (Level !== 1 && Level !== 2 && Level !== 3) throw new Refused(400, 'Level must be 1, 2 or 3.');
  if (Level === 2) thingOf(store, 'unit', String(UnitID), learner.OrganisationID);
  if (Level === 3) thingOf(store, 'standard', String(StandardID), learner.OrganisationID);
  const made = { what: 'user', ID: staff.ID, UserID: learner.ID, Level, UnitID, StandardID } as const;
  return record(store, made, changed());
}

/** `POST User/{userId}/AssignPlacement/{placementId}/{grantAccess}`. */
export function assignPlacement(
  store: OnefileStore,
  userId: string,
  placementId: string,
  grantAccess: string,
): VendorReply {
  const user = userOf(store, userId);
  const { ID } = thingOf(store, 'placement', placementId, user.OrganisationID);
  const made = { what: 'placement', ID, UserID: user.ID, grantAccess: grantAccess === 'true' } as const;
  return record(store, made, changed());
}

/** `POST FrameworkTemplate/{id}/Assign/{userId}/{onlyChangeAssigned}`. */
export function assignTemplate(store: OnefileStore, id: string, userId: string): VendorReply {
  const learner = learnerOf(store, Number(userId));
  const { ID } = thingOf(store, 'template', id, learner.OrganisationID);
  return record(store, { what: 'template', ID, UserID: learner.ID }, changed());
}

/** `POST Standard/{id}/Assign/{learnerId}`: answers the new learning aim's id, and makes another each time. */
export function assignStandard(store: OnefileStore, id: string, learnerId: string): VendorReply {
  const learner = learnerOf(store, Number(learnerId));
  const { ID: StandardID } = thingOf(store, 'standard', id, learner.OrganisationID);
  const ID = store.nextId();
  return record(store, { what: 'learning aim', ID, UserID: learner.ID, StandardID }, wrote(json(200, ID)));
}

/** `POST Unit/{id}/Assign/{learnerId}/{standardId}`. */
export function assignUnit(
  store: OnefileStore,
  id: string,
  learnerId: string,
  standardId: string,
): VendorReply {
  const learner = learnerOf(store, Number(learnerId));
  const { ID: UnitID, StandardID } = thingOf(store, 'unit', id, learner.OrganisationID);
  if (String(StandardID) !== standardId) throw new Refused(400, 'The unit does not belong to the standard.');
  const made = { what: 'unit summary', ID: store.nextId(), UserID: learner.ID, UnitID, StandardID } as const;
  return record(store, made, changed());
}

/** `POST LearningAim/Search/{page}/{size}` and `UnitSummary/Search/…`, by `UserID`. */
export function searchAssignments(
  store: OnefileStore,
  request: VendorRequest,
  what: Assignment['what'],
  page: string,
  size: string,
): VendorReply {
  const { UserID } = membersOf(request);
  const rows = store.assignments.filter((each) => each.what === what && each.UserID === UserID);
  const start = (Math.max(1, Number(page)) - 1) * Number(size);
  const shown = rows.slice(start, start + Number(size)).map(({ what: _, ...row }) => row);
  return found(store, shown);
}

function record(store: OnefileStore, assignment: Assignment, reply: VendorReply): VendorReply {
  store.assignments.push(assignment);
  return reply;
}

function learnerOf(store: OnefileStore, id: unknown) {
  const learner = store.users.get(String(id));
  if (learner?.Role !== 1) throw new Refused(400, 'LearnerID is not valid.');
  return learner;
}

function thingOf(store: OnefileStore, kind: ThingKind, id: string, organisation: number): OnefileThing {
  const thing = store.things[kind].get(id);
  if (thing?.OrganisationID !== organisation) throw new Refused(404, `The ${kind} was not found.`);
  return thing;
}
