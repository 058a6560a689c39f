// The commands by name. Each one's module is loaded only when it is asked for, so that `muster keys new` does not wait for
// a worker's parts.
import type { Command } from 'commander';

interface CommandModule {
  /** Adds arguments, options, help and action. */
  define(command: Command): void;
}

export interface CommandEntry {
  summary: string;
  load(): Promise<CommandModule>;
}

/** In the order of the help. */
export const COMMANDS: Readonly<Record<string, CommandEntry>> = {
  demo: {
    summary: 'onboards sample people at simulated vendors, through faults, and shows what became of them',
    load: () => import('./commands/demo.js'),
  },
  dev: {
    summary: 'a playground until Ctrl-C: Temporal server with UI, simulated vendors, worker',
    load: () => import('./commands/dev.js'),
  },
  worker: { summary: 'the worker', load: () => import('./commands/worker.js') },
  onboard: {
    summary: "creates a person's accounts, and follows it",
    load: () => import('./commands/onboard.js'),
  },
  bulk: {
    summary: 'onboards the people of a roster, and follows, pauses, resumes, cancels such jobs',
    load: () => import('./commands/bulk.js'),
  },
  schedule: {
    summary: 'bulk jobs on a timetable',
    load: () => import('./commands/schedule.js'),
  },
  plan: {
    summary: 'what onboarding would do with a request or a roster, reading only',
    load: () => import('./commands/plan.js'),
  },
  show: { summary: 'how a run stands, and what is known of it', load: () => import('./commands/show.js') },
  list: {
    summary: 'runs, newest first, or what waits for a decision',
    load: () => import('./commands/list.js'),
  },
  retry: { summary: 'decision: try the parked step again', load: () => import('./commands/retry.js') },
  resolve: {
    summary: 'decision: say what is true at the vendor',
    load: () => import('./commands/resolve.js'),
  },
  amend: {
    summary: 'decision: correct the request of a parked run',
    load: () => import('./commands/amend.js'),
  },
  undo: { summary: 'decision: take back what a run made', load: () => import('./commands/undo.js') },
  remove: { summary: 'offboards a person', load: () => import('./commands/remove.js') },
  debts: { summary: 'what undo could not remove', load: () => import('./commands/debts.js') },
  secret: {
    summary: 'passwords that vendors made: list them, reveal one',
    load: () => import('./commands/secret.js'),
  },
  skip: { summary: 'decision: go on without the parked step', load: () => import('./commands/skip.js') },
  simulate: { summary: 'the simulated vendors alone', load: () => import('./commands/simulate.js') },
  'codec-server': {
    summary: 'decodes for the Temporal UI and the temporal command, for those who may see',
    load: () => import('./commands/codec-server.js'),
  },
  keys: { summary: 'encryption keys', load: () => import('./commands/keys.js') },
  doctor: {
    summary: 'checks configuration, Temporal and workers; changes nothing without --fix',
    load: () => import('./commands/doctor.js'),
  },
};
