// What the client library throws, beside RequestError and ConfigError.

/** A different request for the same account or person is under way. */
export class DifferentRequestError extends Error {
  override readonly name = 'DifferentRequestError';

  constructor(
    readonly workflowId: string,
    readonly runId: string,
  ) {
    super(
      `A different request is under way as ${workflowId} (run ${runId}). Let it end, or decide it, then start this one again.`,
    );
  }
}

/** No run of that key or id is known. */
export class UnknownRunError extends Error {
  override readonly name = 'UnknownRunError';
}

/** A decision that makes no sense now, or was not believed; the message is the run's own sentence. */
export class DecisionRefusedError extends Error {
  override readonly name = 'DecisionRefusedError';
}

/** A bulk job that can't be started, or whose roster can't be taken; one line for each fault. */
export class JobInputError extends Error {
  override readonly name = 'JobInputError';
}
