// The calls of OneFile's API about what users belong to and are assigned to (the guides that follow "Creating and
// managing users via the API"; paths and bodies in vendors.md 2.3).
import { z } from 'zod';
import { anything, type Call, json } from '../../http/call';
import type { Lookup } from './references';
import { id, onefileCall, passedOver, rows } from './replies';

const thing = z.looseObject({ ID: id, OrganisationID: id.nullish() });

/** Trainee assessors are asked about only where the assessors do not have them all. */
const STAFF_ROLES = { assessor: [5, 4], employer: [40] } as const;
const SEARCHED_AS = {
  classroom: 'Classroom',
  placement: 'Placement',
  'framework template': 'FrameworkTemplate',
  standard: 'Standard',
} as const;

/** The searches that answer one question, in turn until all ids are found: one, but for assessors. */
export function findReferences(lookup: Lookup, organisationId: number): Call<number[]>[] {
  const { kind, ids, standardId } = lookup;
  const ofOrganisation = { OrganisationID: organisationId };
  switch (kind) {
    case 'assessor':
    case 'employer':
      return STAFF_ROLES[kind].map((role) =>
        search(`search ${kind}s`, 'User', { ...ofOrganisation, Role: role }, ids),
      );
    case 'unit':
      return [search('search units', 'Unit', { StandardID: standardId }, ids)];
    default:
      return [search(`search ${kind}s`, SEARCHED_AS[kind], ofOrganisation, ids)];
  }
}

function search(
  name: string,
  what: string,
  filters: { OrganisationID?: number; Role?: number; StandardID?: number },
  wanted: number[],
): Call<number[]> {
  const { OrganisationID: organisation } = filters;
  const answers = rows(thing, (found) => {
    const ours = found.filter(
      ({ OrganisationID }) => !organisation || !OrganisationID || OrganisationID === String(organisation),
    );
    return { ok: true, value: wanted.filter((one) => ours.some(({ ID }) => ID === String(one))) };
  });
  return onefileCall(name, 'POST', `${what}/Search`, answers, filters);
}

/** Rows of one page; a shorter page is the last one. */
export const PAGE_SIZE = 100;

/** One page of what a learner is assigned to. */
export interface AssignedPage {
  /** Ids of the standards or units. */
  ids: number[];
  last: boolean;
}

const ASSIGNED = {
  standard: {
    shownAs: 'LearningAim',
    row: z
      .looseObject({ UserID: id.nullish(), StandardID: id })
      .transform((row) => ({ of: row.UserID, id: row.StandardID })),
  },
  unit: {
    shownAs: 'UnitSummary',
    row: z
      .looseObject({ UserID: id.nullish(), UnitID: id })
      .transform((row) => ({ of: row.UserID, id: row.UnitID })),
  },
} as const;

/** The standards (as learning aims) or units (as unit summaries) that a learner has. `page` counts from 1. */
export function findAssigned(kind: keyof typeof ASSIGNED, userId: string, page: number): Call<AssignedPage> {
  const { shownAs, row } = ASSIGNED[kind];
  const answers = rows<z.ZodType<{ of?: string | null; id: string }>, AssignedPage>(row, (found) => {
    if (found.some(({ of }) => of && of !== userId)) return passedOver('UserID');
    return {
      ok: true,
      value: { ids: found.map((each) => Number(each.id)), last: found.length !== PAGE_SIZE },
    };
  });
  return onefileCall(`search assigned ${kind}s`, 'POST', `${shownAs}/Search/${page}/${PAGE_SIZE}`, answers, {
    UserID: Number(userId),
  });
}

/** Gives a learner a further assessor. The path names the assessor: the one reading of the guide that makes sense. */
export function assignAssessor(assessorId: number, userId: string): Call<true> {
  return assign('assign assessor', `User/${assessorId}/Assign`, { LearnerID: Number(userId), Level: 1 });
}

export function assignTemplate(templateId: number, userId: string): Call<true> {
  return assign('assign framework template', `FrameworkTemplate/${templateId}/Assign/${userId}/true`);
}

export function assignUnit(unitId: number, userId: string, standardId: number): Call<true> {
  return assign('assign unit', `Unit/${unitId}/Assign/${userId}/${standardId}`);
}

/** Answered with the id of the new learning aim, of which every call makes another. */
export function assignStandard(standardId: number, userId: string): Call<string> {
  const answer = { status: [200, 201], read: json(id) };
  return onefileCall('assign standard', 'POST', `Standard/${standardId}/Assign/${userId}`, [answer]);
}

/** Told by the status alone. */
function assign(name: string, path: string, body?: unknown): Call<true> {
  return onefileCall(name, 'POST', path, [{ status: [200, 201, 204], read: anything(true as const) }], body);
}
