// The same switches over HTTP, under /__admin/, so that `muster simulate` can be watched and driven by curl.
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { FaultPlan, RunningSimulator, SeedEntity } from './contract';
import { asObject } from './replies';

/** Adds the admin endpoints. A wrong body gets 400 and one sentence. */
export function addAdmin(
  app: FastifyInstance,
  simulator: RunningSimulator,
  pending: () => FaultPlan[],
): void {
  app.get('/__admin/state', () => simulator.state());
  app.get('/__admin/people', () => simulator.people());
  app.get('/__admin/requests', () => simulator.requests());
  app.get('/__admin/mails', () => simulator.mails());
  app.get('/__admin/faults', () => pending());
  app.get('/__admin/connection', () => simulator.connection());

  app.post('/__admin/faults', (request, reply) =>
    attempt(reply, () => {
      const plans = Array.isArray(request.body) ? request.body : [request.body];
      for (const plan of plans) simulator.inject(objectOf(plan) as unknown as FaultPlan);
      return { planned: plans.length };
    }),
  );
  app.delete('/__admin/faults', () => {
    simulator.clearFaults();
    return { planned: 0 };
  });
  app.post('/__admin/settings', (request, reply) =>
    attempt(reply, () => {
      const settings = objectOf(request.body);
      for (const [name, value] of Object.entries(settings)) simulator.set(name, value);
      return { set: Object.keys(settings) };
    }),
  );
  app.post('/__admin/seed', (request, reply) =>
    attempt(reply, () => ({ id: simulator.seed(objectOf(request.body) as SeedEntity) })),
  );
  app.post('/__admin/reset', () => {
    simulator.reset();
    return { reset: true };
  });
}

function objectOf(body: unknown): Record<string, unknown> {
  const object = asObject(body);
  if (object === undefined) throw new Error('a JSON object is expected');
  return object;
}

function attempt(reply: FastifyReply, act: () => unknown): unknown {
  try {
    return act();
  } catch (error) {
    return reply.code(400).send({ error: error instanceof Error ? error.message : String(error) });
  }
}
