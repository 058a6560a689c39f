// The ids of a request that must belong to the organisation, how they are looked up, and the sentence for each that does
// not. Done before anything is created, for OneFile's own refusal comes late. Pure: workflow code uses it.
import type { OnefileAccount } from './request';

export type ReferenceKind =
  | 'assessor'
  | 'employer'
  | 'classroom'
  | 'placement'
  | 'framework template'
  | 'standard'
  | 'unit';

export interface Reference {
  /** Where the request's account names it. */
  field: string;
  kind: ReferenceKind;
  id: number;
}

/** One question to OneFile: which of the ids are there? */
export interface Lookup {
  kind: ReferenceKind;
  ids: number[];
  /** Units are listed by standard, all else by organisation. */
  standardId?: number;
}

/** All ids that the account names; ProviderID has no search and is left to OneFile. */
export function referencesOf(account: OnefileAccount): Reference[] {
  const { defaultAssessorId, classroomId, placementId, fields, assign } = account;
  const employerId = fields.DefaultEmployerID;
  return [
    ...refer('assessor', 'defaultAssessorId', defaultAssessorId),
    ...refer('classroom', 'classroomId', classroomId),
    ...refer('placement', 'placementId', placementId),
    ...refer('employer', 'fields.DefaultEmployerID', typeof employerId === 'number' ? employerId : undefined),
    ...refer('assessor', 'assign.assessorIds', ...assign.assessorIds),
    ...refer('framework template', 'assign.frameworkTemplateIds', ...assign.frameworkTemplateIds),
    ...refer('standard', 'assign.standardIds', ...assign.standardIds),
    ...refer('unit', 'assign.unitIds', ...assign.unitIds),
  ];
}

function refer(kind: ReferenceKind, field: string, ...ids: (number | undefined)[]): Reference[] {
  return ids.flatMap((id) => (id === undefined ? [] : [{ field, kind, id }]));
}

/** One question a kind, for units one a standard. */
export function lookupsOf(account: OnefileAccount): Lookup[] {
  const references = referencesOf(account);
  const kinds = [...new Set(references.map(({ kind }) => kind))];
  return kinds.flatMap((kind): Lookup[] => {
    const ids = [...new Set(references.filter((one) => one.kind === kind).map(({ id }) => id))];
    if (kind !== 'unit') return [{ kind, ids }];
    return account.assign.standardIds.map((standardId) => ({ kind, ids, standardId }));
  });
}

/** A question with the ids that are there. */
export type Found = Lookup & { there: number[] };

/** A sentence for each id that is not there. */
export function missingSentences(account: OnefileAccount, found: Found[], organisationId: number): string[] {
  return referencesOf(account)
    .filter(({ kind, id }) => !found.some((one) => one.kind === kind && one.there.includes(id)))
    .map(({ field, kind, id }) =>
      kind === 'unit'
        ? `${field}: unit ${id} belongs to none of the standards in assign.standardIds; name its standard there.`
        : `${field}: ${kind} ${id} is not in organisation ${organisationId} at OneFile.`,
    );
}

/** The standard under which a unit was found; undefined where it was not. */
export function standardOf(unitId: number, found: Found[]): number | undefined {
  return found.find(({ kind, there }) => kind === 'unit' && there.includes(unitId))?.standardId;
}

/** One thing that a learner is assigned to, and the step that does it. */
export interface Assignment {
  step: string;
  kind: 'assessor' | 'template' | 'standard' | 'unit';
  id: number;
}

/** In the order in which they are made: a unit needs its standard. */
export function assignmentsOf({ assign }: OnefileAccount): Assignment[] {
  const each = (kind: Assignment['kind'], ids: number[]) =>
    [...new Set(ids)].map((id) => ({ step: `assign-${kind}-${id}`, kind, id }));
  return [
    ...each('assessor', assign.assessorIds),
    ...each('template', assign.frameworkTemplateIds),
    ...each('standard', assign.standardIds),
    ...each('unit', assign.unitIds),
  ];
}
