// `muster/client`: the typed library for backend services.
export type { Action, Forecast, Obstacle, Undoable } from '../account/forecast';
export type {
  AccountResult,
  Debt,
  Decision,
  Evidence,
  Problem,
  ProblemCode,
  Provenance,
  ResultDocument,
  Status,
  StepState,
} from '../account/result';
export type { SecretRecord, SecretState } from '../account/secret';
export type { JobInput, JobProgress, JobStatus, JobSummary } from '../bulk/job';
export type { PlannedRow, PlanTotals } from '../bulk/plan-totals';
export { RosterError } from '../bulk/roster-error';
export { RequestError } from '../request/check';
export type { RequestDocument } from '../request/schema';
export { type TemporalSettings, TemporalUnreachableError } from '../temporal/connect';
export { DecisionRefusedError, DifferentRequestError, JobInputError, UnknownRunError } from './errors';
export { type Reasoned, type Resolution, RunHandle } from './handle';
export type { Inspection, InspectOptions } from './inspect';
export { JobHandle, type JobOptions } from './job';
export type { ListedDebt, ListedRun, ListFilter } from './list';
export { type ConnectOptions, connectMuster, Muster } from './muster';
export { Planning, PlanningError, type PlanOptions, type RosterToPlan } from './plan';
export { type ListedSchedule, type ScheduleOptions, Schedules } from './schedules';
export type { RevealedSecret, RevealOptions, SecretFilter } from './secrets';
