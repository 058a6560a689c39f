import { ApplicationFailure } from '@temporalio/common';
import { z } from 'zod';
import type { AccountPlan } from '../src/account/plan';
import type { Decision, Made } from '../src/account/result';
import { singleAccount } from '../src/request/accounts';
import { amend, identityOf } from '../src/request/amend';
import type { RequestDocument } from '../src/request/schema';
import { workerContext } from '../src/worker/context';
import { prepareAccountRun } from './account';

const decisionInput = z.strictObject({
  reason: z.string().trim().min(1).max(1000),
  step: z.string().min(1).optional(),
  userId: z.union([z.string().min(1).max(200), z.int().transform(String)]).optional(),
  exists: z.literal(true).optional(),
  notCreated: z.literal(true).optional(),
  set: z.record(z.string(), z.unknown()).optional(),
});

/** Checks what was typed with a decision. @throws `invalid-decision` with the sentence */
export async function checkDecision({ decision, input }: { decision: Decision; input: unknown }): Promise<{
  reason: string;
  step?: string;
  userId?: string;
  exists?: boolean;
  notCreated?: boolean;
  set?: Record<string, unknown>;
}> {
  const read = decisionInput.safeParse(input);
  if (!read.success) {
    const [issue] = read.error.issues;
    const where = issue?.path.join('.') || 'input';
    const hint = where === 'reason' ? 'say why, in a few words' : issue?.message;
    throw ApplicationFailure.nonRetryable(`${where}: ${hint}`, 'invalid-decision');
  }
  const { userId, exists, notCreated, step, reason, set } = read.data;
  const said = [userId, exists, notCreated].filter((word) => word !== undefined).length;
  if (decision === 'resolve' && said !== 1)
    throw ApplicationFailure.nonRetryable(
      'resolve: say exactly one of userId, exists and notCreated',
      'invalid-decision',
    );
  if (decision !== 'resolve' && said > 0)
    throw ApplicationFailure.nonRetryable(
      `${decision}: takes no userId, exists or notCreated; that is resolve`,
      'invalid-decision',
    );
  if ((decision === 'amend') !== (set !== undefined && Object.keys(set).length > 0))
    throw ApplicationFailure.nonRetryable(
      'set: amend, and only amend, takes the fields to set, e.g. {"account.classroomId": 12}',
      'invalid-decision',
    );
  return {
    reason,
    ...(set && { set }),
    ...(step && { step }),
    ...(userId && { userId }),
    ...(exists && { exists }),
    ...(notCreated && { notCreated }),
  };
}

/**
 * Sets fields of a run's request (`account.classroomId`, `person.phone`; null takes a field away) and checks the whole
 * anew. What an account is known by can't change once something was made of it.
 * @throws `invalid-decision` with the sentence
 */
export async function amendRequest(input: {
  request: RequestDocument;
  workflowId: string;
  set: Record<string, unknown>;
  made: Record<string, Made>;
}): Promise<{ request: RequestDocument; plan: AccountPlan }> {
  const { request, workflowId, set, made } = input;
  const { vendor } = workerContext().config.connections[singleAccount(request)?.connection ?? ''] ?? {};
  const identity = vendor ? identityOf(vendor) : [];
  const amended = amend(request, set, Object.keys(made).length > 0 ? identity : []);
  try {
    return { request: amended, plan: await prepareAccountRun({ request: amended, workflowId }) };
  } catch (error) {
    if (!(error instanceof ApplicationFailure)) throw error;
    throw ApplicationFailure.nonRetryable(error.message, 'invalid-decision');
  }
}
