// The one HTTP server under all simulated vendors: reads the request whole, records it, lets the vendor's rules
// answer, and sends that answer through the fault plan.
import type { IncomingMessage, ServerResponse } from 'node:http';
import Fastify from 'fastify';
import { addAdmin } from './admin';
import type {
  CommonSettings,
  Route,
  RunningSimulator,
  SentMail,
  SimulatorOptions,
  VendorReply,
  VendorRequest,
  VendorRules,
  VendorSite,
} from './contract';
import { answerUnder, createFaultQueue, faultName } from './faults';
import { type OpenRecord, recordRequest } from './recorder';
import { text } from './replies';
import { createSettings } from './settings';
import { wireOf } from './wire';

const COMMON: CommonSettings = { lateVisibilityMs: 0 };

/** The call name of a request that no route of the vendor fits. */
export const UNKNOWN_CALL = 'unknown call';

/** Starts a server that behaves as `rules` say. */
export async function serve<Settings extends object>(
  rules: VendorRules<Settings>,
  options: SimulatorOptions = {},
): Promise<RunningSimulator> {
  const settings = createSettings<Settings & CommonSettings>(
    { ...COMMON, ...rules.defaults },
    options.settings,
  );
  const faults = createFaultQueue();
  const closing = new AbortController();
  let mails: SentMail[] = [];
  let records: OpenRecord[] = [];
  let site = openSite();

  function openSite(): VendorSite {
    return rules.open({
      settings: settings.current,
      mail: (to, what) => void mails.push({ at: new Date().toISOString(), to, what }),
    });
  }

  async function answer(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const arrived = await readRequest(incoming);
    const found = findRoute(site.routes, arrived);
    const record = recordRequest(arrived, found?.route.call ?? UNKNOWN_CALL, records.length + 1, rules);
    records.push(record);
    const met = faults.take(record);
    record.fault = faultName(met);
    const request: VendorRequest = {
      ...arrived,
      expired: met.expired !== undefined,
      visibleFrom: arrived.now + (met.late?.delayMs ?? settings.current.lateVisibilityMs),
    };
    const here = site;
    const work = (): VendorReply => {
      const reply = workOut(here, request, found);
      record.committed = reply.wrote === true;
      return reply;
    };
    const wire = wireOf(outgoing);
    record.status = await answerUnder(met, { work, failure: here.failure, wire, signal: closing.signal });
  }

  const app = Fastify({ forceCloseConnections: true, logger: false });
  // Fastify would refuse by itself what a vendor refuses in its own words, so a vendor's request never reaches it.
  app.addHook('onRequest', (request, reply, done) => {
    if (request.raw.url?.startsWith('/__admin/')) return done();
    reply.hijack();
    answer(request.raw, reply.raw).catch((error: unknown) => {
      // The client left, or the server closes; anything else is a mistake in a vendor's rules, and must not look
      // like one of the faults.
      if (closing.signal.aborted || reply.raw.destroyed) reply.raw.socket?.destroy();
      else void wireOf(reply.raw).send(text(500, `simulator error: ${String(error)}`));
    });
  });

  let url = '';
  const simulator: RunningSimulator = {
    vendor: rules.vendor,
    get url() {
      return url;
    },
    get credentials() {
      return rules.credentials(settings.current);
    },
    connection: () => ({
      vendor: rules.vendor,
      baseUrl: url,
      ...rules.credentials(settings.current),
      ...rules.connection?.(settings.current),
    }),
    people: () => site.people(),
    state: () => ({ ...Object(site.state()), settings: { ...settings.current } }),
    requests: () => records.map((record) => ({ ...record })),
    mails: () => [...mails],
    inject: (plan) => faults.add(plan),
    clearFaults: () => faults.clear(),
    reset() {
      settings.reset();
      faults.clear();
      mails = [];
      records = [];
      site = openSite();
    },
    set: (name, value) => settings.set(name, value),
    seed: (entity) => site.seed(entity),
    async close() {
      closing.abort();
      await app.close();
    },
  };
  addAdmin(app, simulator, faults.pending);
  url = await app.listen({ port: options.port ?? 0, host: options.host ?? '127.0.0.1' });
  return simulator;
}

interface FoundRoute {
  readonly route: Route;
  readonly groups: string[];
}

function findRoute(routes: readonly Route[], request: VendorRequest): FoundRoute | undefined {
  for (const route of routes) {
    if (route.method !== request.method) continue;
    const match = route.path.exec(request.path);
    if (match === null || route.when?.(request) === false) continue;
    return { route, groups: match.slice(1).map((group) => decoded(group ?? '')) };
  }
  return undefined;
}

function workOut(site: VendorSite, request: VendorRequest, found: FoundRoute | undefined): VendorReply {
  const reply =
    site.admit?.(request, found?.route.call ?? UNKNOWN_CALL) ??
    (found === undefined ? site.unknown(request) : found.route.answer(request, ...found.groups));
  return site.finish?.(request, reply) ?? reply;
}

async function readRequest(incoming: IncomingMessage): Promise<VendorRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks).toString('utf8');
  const url = incoming.url ?? '/';
  const cut = url.indexOf('?');
  const now = Date.now();
  return {
    method: incoming.method ?? 'GET',
    origin: `http://${incoming.headers.host ?? 'localhost'}`,
    url,
    path: cut < 0 ? url : url.slice(0, cut),
    query: new URLSearchParams(cut < 0 ? '' : url.slice(cut + 1)),
    headers: headersOf(incoming),
    body,
    json: parsed(body),
    remoteAddress: incoming.socket.remoteAddress ?? '',
    now,
    expired: false,
    visibleFrom: now,
  };
}

function headersOf(incoming: IncomingMessage): Record<string, string> {
  const entries = Object.entries(incoming.headers).map(([name, value]) => [name, String(value ?? '')]);
  return Object.fromEntries(entries);
}

function parsed(body: string): unknown {
  try {
    return body === '' ? undefined : JSON.parse(body);
  } catch {
    return undefined;
  }
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
