// An OIDC issuer for tests, and the tokens that it gives, or that are forged in its name.
import fastify, { type FastifyInstance } from 'fastify';

export const AUDIENCE = 'temporal-ui';

// jose is an ES module; this is none.
export const loadJose = () => import('jose');
type Jose = Awaited<ReturnType<typeof loadJose>>;
type KeyPair = Awaited<ReturnType<Jose['generateKeyPair']>>;

/** An OIDC issuer on this machine, whose keys can be changed, and which can be made to fail. */
export class Issuer {
  keys = new Map<string, KeyPair>();
  /** Parts of the discovery document that differ. */
  metadata: Record<string, unknown> = {};
  status = 200;
  asked: string[] = [];
  private app: FastifyInstance | undefined;
  url = '';

  async start(port = 0): Promise<this> {
    const app = fastify({ forceCloseConnections: true });
    app.addHook('onRequest', async (request) => void this.asked.push(request.url));
    app.get('/.well-known/openid-configuration', (_request, reply) =>
      reply.code(this.status).send({ issuer: this.url, jwks_uri: `${this.url}/keys`, ...this.metadata }),
    );
    const { exportJWK } = await loadJose();
    app.get('/keys', async (_request, reply) =>
      reply.code(this.status).send({
        keys: await Promise.all(
          [...this.keys].map(async ([kid, { publicKey }]) => ({ ...(await exportJWK(publicKey)), kid })),
        ),
      }),
    );
    await app.listen({ port, host: '127.0.0.1' });
    this.app = app;
    this.url = app.listeningOrigin;
    return this;
  }

  async stop(): Promise<void> {
    await this.app?.close();
  }

  async addKey(kid: string, alg = 'ES256'): Promise<KeyPair> {
    const { generateKeyPair } = await loadJose();
    const pair = await generateKeyPair(alg, { extractable: true });
    this.keys.set(kid, pair);
    return pair;
  }

  async token({
    alg = 'ES256',
    kid = 'one',
    by = this.keys.get(kid),
    ...claims
  }: Forged = {}): Promise<string> {
    const { SignJWT } = await loadJose();
    const now = Math.floor(Date.now() / 1000);
    if (!by) throw new Error(`no key ${kid}`);
    const payload = { iss: this.url, aud: AUDIENCE, sub: 'u-17', iat: now, exp: now + 300, ...claims };
    const given = Object.entries(payload).filter(([, value]) => value !== undefined);
    return new SignJWT(Object.fromEntries(given)).setProtectedHeader({ alg, kid }).sign(by.privateKey);
  }
}

/** Claims, and with what they are signed, that differ from what is right; undefined takes one away. */
export interface Forged {
  alg?: string;
  kid?: string;
  by?: KeyPair;
  [claim: string]: unknown;
}
