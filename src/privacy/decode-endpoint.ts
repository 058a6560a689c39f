// A codec server: decrypts payloads for those who may see them, the Temporal UI's pages and the `temporal` CLI.
// `muster dev` and `muster demo` run it on loopback; `muster codec-server` adds its own way of telling who asks.
// It logs nothing: contents pass through here in clear text.
import { createHash, timingSafeEqual } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { EncryptionCodec } from './codec';
import { PayloadsJson, toPayloadsJson } from './codec-protocol';
import type { KeyRing } from './keys';
import { SealError } from './seal';

/** What a caller asks of a codec server. */
export type CodecAction = 'decode' | 'encode';

/** One request, for an audit log: who asked for how much, and what came of it. Never contents. */
export interface CodecAudit {
  action: CodecAction;
  /** What the caller says in `X-Namespace`. */
  namespace: string | undefined;
  origin: string | undefined;
  /** Who it is, as `authorize` told. */
  caller: string | undefined;
  payloads: number;
  /** HTTP status of the answer. */
  status: number;
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
  /**
   * Tells who a caller is by its `Authorization` header, or `undefined` to turn it away with 401. Takes the place of
   * `bearer`.
   */
  authorize?: (authorization: string | undefined) => Promise<string | undefined>;
  /** Also encrypts, so that input typed into the UI reaches the runs encrypted. Default false: 405. */
  allowEncode?: boolean;
  /** Greatest body, in bytes. Default 16 MiB. */
  bodyLimit?: number;
  /** Told of every decode and encode request that was answered, also of those turned away for lack of rights. */
  audit?: (entry: CodecAudit) => void;
}

/** A running codec server. */
export interface CodecServer {
  /** `http://host:port`: what the UI takes as its codec endpoint. */
  readonly url: string;
  close(): Promise<void>;
}

const ALLOWED_HEADERS = 'x-namespace, content-type, authorization';
const PREFLIGHT_SECONDS = '600';

class Refused extends Error {
  constructor(
    readonly statusCode: number,
    message: string,
  ) {
    super(message);
  }
}

const sha256 = (text: string) => createHash('sha256').update(text).digest();

/** Compares in constant time, whatever the lengths. */
function bearerCheck(bearer: string): NonNullable<CodecServerOptions['authorize']> {
  const expected = sha256(`Bearer ${bearer}`);
  return async (authorization) =>
    timingSafeEqual(sha256(authorization ?? ''), expected) ? 'bearer' : undefined;
}

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
  const { audit, bearer, authorize = bearer === undefined ? undefined : bearerCheck(bearer) } = options;

  /** What the audit log wants to know of a request. */
  const asked = new WeakMap<FastifyRequest, { caller?: string; payloads?: number }>();

  async function admit(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    if (authorize === undefined) return;
    const caller = await authorize(request.headers.authorization);
    if (caller === undefined) {
      reply.header('www-authenticate', 'Bearer');
      throw new Refused(401, 'the Authorization header is missing or not accepted');
    }
    asked.set(request, { caller });
  }

  async function handle(request: FastifyRequest): Promise<unknown> {
    const body = PayloadsJson.safeParse(request.body);
    if (!body.success) throw new Refused(400, 'the body is not {"payloads": [...]} as Temporal sends it');
    asked.set(request, { ...asked.get(request), payloads: body.data.payloads.length });
    return toPayloadsJson(await codec[action](body.data.payloads));
  }

  app.post(`/${action}`, { onRequest: admit, onResponse }, handle);

  async function onResponse(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    audit?.({
      action,
      namespace: headerText(request.headers['x-namespace']),
      origin: request.headers.origin,
      caller: asked.get(request)?.caller,
      payloads: asked.get(request)?.payloads ?? 0,
      status: reply.statusCode,
    });
  }
}

function answerError(error: unknown, reply: FastifyReply): FastifyReply {
  if (error instanceof SealError) return reply.code(400).send({ code: error.code, message: error.message });
  const status = (error as { statusCode?: unknown }).statusCode;
  if (typeof status === 'number' && status < 500) {
    return reply.code(status).send({ message: (error as Error).message });
  }
  // The message may hold anything, contents too.
  return reply.code(500).send({ message: 'the codec server failed' });
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
  const app = fastify({ logger: false, bodyLimit, forceCloseConnections: true });
  app.setErrorHandler((error, _request, reply) => answerError(error, reply));
  app.setNotFoundHandler((_request, reply) =>
    reply.code(404).send({ message: 'POST /decode is served here' }),
  );
  allowOrigins(app, origins);
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
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${bound}`,
    close: () => app.close(),
  };
}
