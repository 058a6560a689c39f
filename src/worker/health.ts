// The worker's health over HTTP, for whoever watches over the process: an orchestrator, a load balancer, a person.
//   GET /healthz  200 while the process works at all; a failure to answer means: restart it
//   GET /readyz   200 while every poller runs and Temporal answers; else 503, and the reason as JSON
import Fastify from 'fastify';
import { hostAndPort } from '../dev/ports';

/** Whether a worker takes work. */
export interface Readiness {
  ready: boolean;
  temporal: 'reachable' | 'unreachable';
  /** Each task queue, and the SDK's word for its poller: RUNNING, DRAINING, STOPPED, … */
  pollers: Record<string, string>;
}

export interface HealthServerOptions {
  host: string;
  /** 0 takes any free port. */
  port: number;
  readiness(): Promise<Readiness>;
}

export interface HealthServer {
  /** E.g. `http://127.0.0.1:9090`. */
  url: string;
  close(): Promise<void>;
}

/** @throws PortInUseError when somebody else listens there */
export async function startHealthServer(options: HealthServerOptions): Promise<HealthServer> {
  const { host, port, readiness } = options;
  const app = Fastify({ forceCloseConnections: true, logger: false });
  app.get('/healthz', () => ({ status: 'alive' }));
  app.get('/readyz', async (_request, reply) => {
    const found = await readiness();
    return reply.code(found.ready ? 200 : 503).send(found);
  });
  await app.listen({ host, port });
  const bound = app.server.address();
  const actual = typeof bound === 'object' && bound !== null ? bound.port : port;
  return { url: `http://${hostAndPort(host, actual)}`, close: () => app.close() };
}
