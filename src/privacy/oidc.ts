// Who may use a codec server, told by an OpenID Connect issuer: the Temporal UI passes its user's access token on, and the
// issuer's published keys prove it. Where the issuer can't be asked, nobody is let in.
import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import type { Admission, Authorize } from './access';

export interface OidcOptions {
  /** As its discovery document and its tokens name it; a slash at the end makes no difference here. */
  issuer: string;
  /** One that the token's `aud` must have. */
  audience: string;
  /** Claims that must be there beside: each with this value, or a list (or words, as in `scope`) with it among them. */
  require?: Readonly<Record<string, string>>;
  /** How far clocks may be apart, in seconds. Default 30. */
  clockTolerance?: number;
  /** How soon after a look at the keys a token of an unknown key leads to the next, in milliseconds. Default 30000. */
  cooldown?: number;
}

/** Public keys only: with HS256 whoever knows the issuer's public key could sign. */
const ALGORITHMS = [
  ...['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'],
  ...['ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'],
];
const FETCH_TIMEOUT_MS = 5_000;
/** The discovery document is read anew after this. */
const DISCOVERY_MS = 3_600_000;
const RETRY_MS = 250;

const LOOPBACK = ['127.0.0.1', 'localhost', '[::1]'];
const isSafe = (url: string) =>
  URL.canParse(url) && (new URL(url).protocol === 'https:' || LOOPBACK.includes(new URL(url).hostname));

const Discovery = z.object({
  issuer: z.string(),
  jwks_uri: z.string().refine(isSafe, 'is neither https nor on this machine'),
});

/** What is wrong with a token, by jose's codes. Whatever else goes wrong is the issuer's trouble, and no reason to let in. */
const TOKEN_FAULTS: Readonly<Record<string, string>> = {
  ERR_JWT_EXPIRED: 'has expired',
  ERR_JWT_CLAIM_VALIDATION_FAILED: 'is not for this server',
  ERR_JWT_INVALID: 'is no signed token (JWT)',
  ERR_JWS_INVALID: 'is no signed token (JWT)',
  ERR_JWS_SIGNATURE_VERIFICATION_FAILED: 'is not signed by the issuer',
  ERR_JWKS_NO_MATCHING_KEY: 'is signed with a key that the issuer does not publish',
  ERR_JWKS_MULTIPLE_MATCHING_KEYS: 'does not say with which key it is signed',
  ERR_JOSE_ALG_NOT_ALLOWED: 'is signed in a way that is not accepted',
  ERR_JOSE_NOT_SUPPORTED: 'is signed in a way that is not accepted',
};

// jose is an ES module; this is none.
type Jose = Awaited<ReturnType<typeof loadJose>>;
const loadJose = () => import('jose');

/** An issuer as it describes itself. */
interface Issuer {
  name: string;
  keys: ReturnType<Jose['createRemoteJWKSet']>;
}

export interface OidcAccess {
  authorize: Authorize;
  /** Asks the issuer for its keys. @returns why it can't be asked, if it can't */
  trouble(): Promise<string | undefined>;
}

/**
 * Lets in who sends `Authorization: Bearer <a token of the issuer>`: asymmetric signature by a key that it publishes, issuer,
 * audience, expiry, and the claims that are required. Keys are kept for ten minutes and looked up when a token names another.
 */
export function oidcAccess(options: OidcOptions): OidcAccess {
  const { audience, clockTolerance = 30, require = {} } = options;
  const issuerNow = keptIssuer(options);

  async function verify(token: string): Promise<Admission> {
    const { jwtVerify } = await loadJose();
    const { name, keys } = await issuerNow();
    const { payload } = await jwtVerify(token, keys, {
      issuer: name,
      audience,
      algorithms: ALGORITHMS,
      clockTolerance,
      requiredClaims: ['sub', 'exp'],
    });
    const lacking = Object.entries(require).find(([claim, value]) => !holds(payload[claim], value));
    if (lacking)
      return { status: 403, message: `the token lacks what is required of its claim ${lacking[0]}` };
    return { caller: callerWord(payload.sub ?? '') };
  }

  async function authorize(authorization: string | undefined): Promise<Admission> {
    const token = /^Bearer +([^\s]+)$/i.exec(authorization ?? '')?.[1];
    if (token === undefined) return { status: 401, message: 'the Authorization header has no bearer token' };
    try {
      return await retried(
        () => verify(token),
        (error) => tokenFault(error) === undefined,
      );
    } catch (error) {
      const fault = tokenFault(error);
      if (fault !== undefined) return { status: 401, message: `the token ${fault}` };
      return {
        status: 503,
        message: `the issuer of tokens cannot be asked (${reasonOf(error)}); try again soon`,
      };
    }
  }

  async function trouble(): Promise<string | undefined> {
    try {
      const { keys } = await issuerNow();
      await keys.reload();
      return undefined;
    } catch (error) {
      return reasonOf(error);
    }
  }

  return { authorize, trouble };
}

function tokenFault(error: unknown): string | undefined {
  const { code, claim } = error as { code?: unknown; claim?: unknown };
  const fault = typeof code === 'string' ? TOKEN_FAULTS[code] : undefined;
  return fault !== undefined && code === 'ERR_JWT_CLAIM_VALIDATION_FAILED'
    ? `${fault}: its claim ${String(claim)} is missing or another one`
    : fault;
}

/** The issuer's own description, read when it is first needed; callers at one time share one question. */
function keptIssuer({ issuer, cooldown = 30_000 }: OidcOptions): () => Promise<Issuer> {
  let kept: Promise<Issuer> | undefined;
  let until = 0;
  return () => {
    if (kept !== undefined && Date.now() < until) return kept;
    const asked = discover(issuer, cooldown);
    kept = asked;
    until = Date.now() + DISCOVERY_MS;
    // A failure is not kept: the next caller asks again.
    asked.catch(() => {
      if (kept === asked) kept = undefined;
    });
    return asked;
  };
}

async function discover(issuer: string, cooldownDuration: number): Promise<Issuer> {
  const response = await fetch(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`, {
    redirect: 'error',
    signal: AbortSignal.timeout(FETCH_TIMEOUT_MS),
  });
  if (!response.ok) throw new IssuerError(`its discovery document: status ${response.status}`);
  const found = Discovery.safeParse(await response.json().catch(() => undefined));
  if (!found.success) {
    const [fault] = found.error.issues;
    throw new IssuerError(
      `its discovery document: ${fault?.path.join('.') || 'the whole'} is not as expected`,
    );
  }
  const { issuer: name, jwks_uri: keys } = found.data;
  if (name.replace(/\/$/, '') !== issuer.replace(/\/$/, ''))
    throw new IssuerError('its discovery document is that of another issuer');
  const { createRemoteJWKSet } = await loadJose();
  const remote = createRemoteJWKSet(new URL(keys), { timeoutDuration: FETCH_TIMEOUT_MS, cooldownDuration });
  return { name, keys: remote };
}

/** The issuer answers, and not as it should. */
class IssuerError extends Error {
  override readonly name = 'IssuerError';
}

/** In words that hold nothing of what was sent. */
function reasonOf(error: unknown): string {
  if (error instanceof IssuerError) return error.message;
  const { code, name, cause } = error as { code?: unknown; name?: unknown; cause?: { code?: unknown } };
  return String(cause?.code ?? code ?? name ?? 'unknown');
}

async function retried<T>(act: () => Promise<T>, isWorthIt: (error: unknown) => boolean): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if (!isWorthIt(error)) throw error;
    await delay(RETRY_MS);
    return act();
  }
}

function holds(claim: unknown, value: string): boolean {
  if (Array.isArray(claim)) return claim.includes(value);
  return typeof claim === 'string' && (claim === value || claim.split(' ').includes(value));
}

/** The subject is the issuer's id of a person; where it is a mail address, a hash stands for it in the log. */
function callerWord(subject: string): string {
  if (!subject.includes('@')) return subject.slice(0, 255);
  return `sha256:${createHash('sha256').update(subject.toLowerCase()).digest('hex').slice(0, 16)}`;
}
