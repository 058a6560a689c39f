// Evaluated once for all runs of a worker, before the sandbox is sealed: for what must be set in the sandbox itself. Nothing here
// may hold state of a run.

/**
 * The SDK takes a stack trace for each promise that a workflow makes, with its source map: as a rule ten frames deep, a sixth of all
 * that a run costs its worker. The innermost frames tell where something went wrong.
 */
const FRAMES = 3;

(Error as { stackTraceLimit?: number }).stackTraceLimit = FRAMES;
