// How a test tells a worker process where to end, and how that process tells which activities there were.
import { join } from 'node:path';

/** One activity of a run. */
export interface ActivitySpot {
  workflowId: string;
  activityId: string;
  activityType: string;
  isLocal: boolean;
}

export interface Strike extends Pick<ActivitySpot, 'activityId' | 'isLocal'> {
  when: 'before' | 'after';
  signal: 'SIGKILL' | 'SIGSTOP';
}

/** All activities that were begun, one JSON a line. */
export const SPOTS_FILE = 'spots.ndjson';

/** The plan for one run; `.met` is added to its name once it has happened. */
export function planFile(folder: string, workflowId: string): string {
  return join(folder, `${encodeURIComponent(workflowId)}.json`);
}
