// `muster/worker`: runs Muster's worker inside a program of one's own.
export { createMusterWorker, type MusterWorker, type MusterWorkerOptions } from './create-worker';
export type { Readiness } from './health';
export {
  startWorkerProcess,
  WorkerPortError,
  type WorkerProcess,
  type WorkerProcessOptions,
} from './process';
