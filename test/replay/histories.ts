// The recorded histories: one file a run, named by its recording and its workflow type.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporal } from '@temporalio/proto';

const { History } = temporal.api.history.v1;
type History = temporal.api.history.v1.IHistory;

export const HISTORIES = join(__dirname, 'histories');

/** As plain JSON; the SDK's own conversion asks for one single copy of protobufjs, which npm does not promise. */
export function toJson(history: History): unknown {
  return History.toObject(History.fromObject(history), { longs: String, enums: String, bytes: String });
}

export interface Recorded {
  /** Recording and workflow type, e.g. `pha-created.accountLedger`. */
  name: string;
  workflowType: string;
  workflowId: string;
  history: History;
}

export function recordedHistories(): Recorded[] {
  return readdirSync(HISTORIES)
    .sort()
    .map((file) => {
      const { workflowId, history } = JSON.parse(readFileSync(join(HISTORIES, file), 'utf8'));
      const name = file.replace(/\.json$/, '');
      const workflowType = name.slice(name.indexOf('.') + 1);
      return { name, workflowType, workflowId, history: History.fromObject(history) };
    });
}
