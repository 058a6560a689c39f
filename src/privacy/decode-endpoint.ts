// A codec server: decrypts payloads for those who may see them, the Temporal UI's pages and the `temporal` CLI.
// `muster dev` and `muster demo` run it on loopback; `muster codec-server` adds its own way of telling who asks.
// It logs nothing: contents pass through here in clear text.
import type { AddressInfo } from 'node:net';
import rateLimit from '@fastify/rate-limit';
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { hostAndPort } from '../dev/ports';
import { type Authorize, bearerAccess } from './access';
import { EncryptionCodec } from './codec';
import { PayloadsJson, toPayloadsJson } from './codec-protocol';
import type { KeyRing } from './keys';
import { SealError } from './seal';

/** What a caller asks of a codec server. */
export type CodecAction = 'decode' | 'encode';

/** One request, for an audit log: who asked for how much, and what came of it. Never contents. */
export interface CodecAudit {
  action: CodecAction;
  /** What the caller says in `X-Namespace`; at most 255 characters. */
  namespace: string | undefined;
  origin: string | undefined;
  /** Who it is, as `authorize` told. */
  caller: string | undefined;
  payloads: number;
  /** HTTP status of the answer. */
  status: number;
  /** Why it was turned away, if it was. */
  refusal: string | undefined;
  milliseconds: number;
}

/** How a codec server is started. */
export interface CodecServerOptions {
  ring: KeyRing;
  /** Default `127.0.0.1`. */
  host?: string;
  /** Default 0: a free one. */
  port?: number;
  /** Web origins whose pages may ask, spelled exactly as browsers send them: `http://localhost:8233`. */
  origins: readonly string[];
  /** Callers must send `Authorization: Bearer <this>`. Default: no such check. */
  bearer?: string;
  /** Tells who a caller is by its `Authorization` header, or turns it away. Takes the place of `bearer`. */
  authorize?: Authorize;
  /** Of one caller, or of one address where callers have no names; more get 429. Default: no limit. */
  requestsPerMinute?: number;
  /** Also encrypts, so that input typed into the UI reaches the runs encrypted. Default false: 405. */
  allowEncode?: boolean;
  /** Greatest body, in bytes. Default 16 MiB. */
  bodyLimit?: number;
  /** Told of every decode and encode request that was answered, also of those turned away. */
  audit?: (entry: CodecAudit) => void;
}

/** A running codec server. */
export interface CodecServer {
  /** `http://host:port`: what the UI takes as its codec endpoint. `GET /healthz` answers there too. */
  readonly url: string;
  /** Takes no new callers, and finishes those that it has. */
  close(): Promise<void>;
}

const ALLOWED_HEADERS = 'x-namespace, content-type, authorization';
const PREFLIGHT_SECONDS = '600';
const CLOSE_GRACE_MS = 1_000;

class Refused extends Error {
  constructor(
    readonly statusCode: number,
    message: string,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(message);
  }
}

/** What the audit log wants to know of a request. */
interface Asked {
  caller?: string;
  payloads?: number;
  refusal?: string;
}
const askedBy = new WeakMap<FastifyRequest, Asked>();
const note = (request: FastifyRequest, more: Asked) =>
  askedBy.set(request, { ...askedBy.get(request), ...more });

/** What goes with each way to turn a caller away. */
const ADMISSION_HEADERS: Readonly<Record<401 | 403 | 503, Record<string, string>>> = {
  401: { 'www-authenticate': 'Bearer' },
  403: { 'www-authenticate': 'Bearer error="insufficient_scope"' },
  503: { 'retry-after': '5' },
};

/**
 * Answers browsers' questions about origins. A page of an origin that is not listed is turned away, not just left
 * without the header: a name that an attacker points at this address would make the answer readable to his page.
 */
function allowOrigins(app: FastifyInstance, origins: readonly string[]): void {
  app.addHook('onRequest', async (request, reply) => {
    const { origin } = request.headers;
    reply.header('vary', 'Origin');
    if (origin === undefined) return;
    if (!origins.includes(origin)) throw new Refused(403, 'this origin is not among the configured origins');
    reply.header('access-control-allow-origin', origin);
    if (request.method !== 'OPTIONS') return;
    reply.header('access-control-allow-methods', 'POST');
    reply.header('access-control-allow-headers', ALLOWED_HEADERS);
    reply.header('access-control-max-age', PREFLIGHT_SECONDS);
    await reply.code(204).send();
  });
}

const headerText = (value: string | string[] | undefined): string | undefined =>
  Array.isArray(value) ? value.join(', ') : value;

function addCodecRoute(app: FastifyInstance, action: CodecAction, options: CodecServerOptions): void {
  const codec = new EncryptionCodec(options.ring);
  const { audit, bearer, authorize = bearer === undefined ? undefined : bearerAccess(bearer) } = options;

  async function admit(request: FastifyRequest): Promise<void> {
    if (authorize === undefined) return;
    const admission = await authorize(request.headers.authorization);
    if ('status' in admission)
      throw new Refused(admission.status, admission.message, ADMISSION_HEADERS[admission.status]);
    note(request, admission);
  }

  async function handle(request: FastifyRequest): Promise<unknown> {
    const body = PayloadsJson.safeParse(request.body);
    if (!body.success) throw new Refused(400, 'the body is not {"payloads": [...]} as Temporal sends it');
    note(request, { payloads: body.data.payloads.length });
    return toPayloadsJson(await codec[action](body.data.payloads));
  }

  // Told apart by who they are, so after `admit`: the plug-in puts its own hook behind it.
  const limit = options.requestsPerMinute !== undefined && {
    rateLimit: { max: options.requestsPerMinute, timeWindow: 60_000, keyGenerator: callerOf },
  };
  app.post(`/${action}`, { onRequest: [admit], onResponse, ...(limit && { config: limit }) }, handle);

  async function onResponse(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const { caller, payloads = 0, refusal } = askedBy.get(request) ?? {};
    audit?.({
      action,
      namespace: headerText(request.headers['x-namespace'])?.slice(0, 255),
      origin: request.headers.origin?.slice(0, 255),
      caller,
      payloads,
      status: reply.statusCode,
      refusal,
      milliseconds: Math.round(reply.elapsedTime),
    });
  }
}

function callerOf(request: FastifyRequest): string {
  const { caller } = askedBy.get(request) ?? {};
  return caller === undefined ? `address ${request.ip}` : `caller ${caller}`;
}

function answerError(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const { status, message, headers = {}, code, logged = message } = refusalOf(error);
  note(request, { refusal: logged });
  return reply
    .code(status)
    .headers(headers)
    .send({ ...(code && { code }), message });
}

interface Refusal {
  status: number;
  message: string;
  headers?: Readonly<Record<string, string>>;
  code?: string;
  /** What the audit log is told in place of the message. */
  logged?: string;
}

function refusalOf(error: unknown): Refusal {
  if (error instanceof SealError) return { status: 400, message: error.message, code: error.code };
  if (error instanceof Refused)
    return { status: error.statusCode, message: error.message, headers: error.headers };
  const { statusCode, message, code } = error as { statusCode?: unknown; message: string; code?: unknown };
  // Fastify's own: too big, no JSON, too many. Its words may quote the body, which is the caller's own, and not the log's.
  const logged = typeof code === 'string' ? code : `status ${statusCode}`;
  if (typeof statusCode === 'number' && statusCode < 500) return { status: statusCode, message, logged };
  // Any other message may hold anything, contents too.
  return { status: 500, message: 'the codec server failed', logged: (error as Error).name };
}

/** Starts a codec server. @throws the system's error if it can't listen, and KeyRingError for a broken ring. */
export async function startCodecServer(options: CodecServerOptions): Promise<CodecServer> {
  const {
    host = '127.0.0.1',
    port = 0,
    origins,
    allowEncode = false,
    bodyLimit = 16 * 1024 * 1024,
  } = options;
  const app = fastify({ logger: false, bodyLimit, forceCloseConnections: 'idle' });
  app.setErrorHandler(answerError);
  app.setNotFoundHandler((_request, reply) =>
    reply.code(404).send({ message: 'POST /decode is served here' }),
  );
  allowOrigins(app, origins);
  app.get('/healthz', () => ({ status: 'alive' }));
  await app.register(rateLimit, { global: false });
  addCodecRoute(app, 'decode', options);
  if (allowEncode) {
    addCodecRoute(app, 'encode', options);
  } else {
    app.post('/encode', (_request, reply) =>
      reply.code(405).header('allow', '').send({ message: 'this codec server only decodes' }),
    );
  }
  await app.listen({ host, port });
  const { port: bound } = app.server.address() as AddressInfo;
  return { url: `http://${hostAndPort(host, bound)}`, close: () => closeInOrder(app) };
}

/** Ends a caller that takes longer than a decode ever does. */
async function closeInOrder(app: FastifyInstance): Promise<void> {
  const late = setTimeout(() => app.server.closeAllConnections(), CLOSE_GRACE_MS);
  try {
    await app.close();
  } finally {
    clearTimeout(late);
  }
}
