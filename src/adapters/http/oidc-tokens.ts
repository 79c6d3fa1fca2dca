import { createRemoteJWKSet, customFetch, errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose';
import { z } from 'zod';
import type { Verified } from '#domain/callers.ts';

/** A signature that only its issuer can make. `none`, and keys that both sides have (HS256), are not among them. */
const algorithms = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
];
/** A token that was made longer ago is taken for a leaked one, whatever it says of itself. */
const oldest = '12h';
/** Seconds by which clocks differ. */
const tolerance = 10;
/** Milliseconds that an issuer may take to answer. */
const patience = 5_000;
/** Milliseconds for which it is remembered where an issuer has its keys. */
const remembered = 600_000;
/** Milliseconds for which an issuer that did not say is not asked again. */
const notAgain = 5_000;
/** Bytes of what an issuer says of itself. */
const longest = 1_000_000;

const discovery = z.object({ issuer: z.string(), jwks_uri: z.url({ protocol: /^https?$/ }) });

export type TokenFault =
  /** Nobody is known by a token of this issuer. */
  | 'unknown-issuer'
  | 'expired'
  | 'other-audience'
  /** Its issuer does not say by which keys it signs. */
  | 'issuer-away'
  | 'invalid';

export type OidcTokens = {
  /** What a token of one of these issuers says, once everything about it is verified. */
  readonly verify: (
    token: string,
    issuers: ReadonlySet<string>,
  ) => Promise<Extract<Verified, { type: 'oidc' }> | TokenFault>;
};

type Known = { readonly keys: Promise<JWTVerifyGetKey>; readonly until: number };

/**
 * Verifies JSON Web Tokens of OpenID issuers (RFC 7519; OpenID Connect Discovery 1.0). Keys are fetched from where the issuer says,
 * remembered, and fetched anew when a token names one that is not among them.
 */
export const createOidcTokens = (audience: string): OidcTokens => {
  const known = new Map<string, Known>();

  /** Whoever asks meanwhile waits for the same answer, and for a while nobody asks again of one that does not say. */
  const keysOf = (issuer: string): Promise<JWTVerifyGetKey> => {
    const before = known.get(issuer);
    if (before !== undefined && before.until > performance.now()) return before.keys;
    const keys = discover(issuer);
    const entry = { keys, until: performance.now() + remembered };
    known.set(issuer, entry);
    keys.catch(() => {
      if (known.get(issuer) === entry) known.set(issuer, { keys, until: performance.now() + notAgain });
    });
    return keys;
  };

  return {
    verify: async (token, issuers) => {
      const issuer = issuerIn(token);
      if (issuer === undefined) return 'invalid';
      if (!issuers.has(issuer)) return 'unknown-issuer';
      try {
        const keys = await keysOf(issuer).catch(() => undefined);
        if (keys === undefined) return 'issuer-away';
        const { payload } = await jwtVerify(token, keys, {
          issuer,
          audience,
          algorithms,
          clockTolerance: tolerance,
          maxTokenAge: oldest,
          requiredClaims: ['sub', 'exp', 'iat'],
        });
        const { auth_time: proven, exp = 0, act } = payload;
        return {
          type: 'oidc',
          issuer,
          claims: textsIn(payload),
          provenAt: typeof proven === 'number' ? proven : 0,
          until: exp,
          isDelegated: act !== undefined,
          ...madeFor(payload, audience),
        };
      } catch (cause) {
        return faultOf(cause);
      }
    },
  };
};

const discover = async (issuer: string): Promise<ReturnType<typeof createRemoteJWKSet>> => {
  const found = discovery.parse(await fetchJson(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`));
  if (found.issuer !== issuer) throw new Error(`it calls itself ${found.issuer.slice(0, 200)}`);
  const at = new URL(found.jwks_uri);
  if (at.protocol !== 'https:' && new URL(issuer).protocol === 'https:')
    throw new Error('its keys are not where only it can put them (https)');
  return createRemoteJWKSet(at, {
    timeoutDuration: patience,
    cooldownDuration: 5_000,
    [customFetch]: async (url) => Response.json(await fetchJson(url)),
  });
};

/** Asks an issuer anew where its keys are, and for them. Throws what is wrong with it. */
export const lookAtIssuer = async (issuer: string): Promise<void> => (await discover(issuer)).reload();

/**
 * The program that was given a token, as issuers say it: OpenID Connect Core 1.0, 2 (`azp`), RFC 9068, 2.2 (`client_id`), and Microsoft's
 * older access tokens (`appid`). Nothing where that is Hallpass' own client.
 */
const madeFor = ({ azp, client_id: client, appid }: JWTPayload, audience: string): { readonly client?: string } => {
  const other = [azp, client, appid].find((one) => one !== undefined && one !== audience);
  return other === undefined ? {} : { client: typeof other === 'string' ? other : JSON.stringify(other) };
};

/** What a token says before anything of it is believed: only where to look. */
const issuerIn = (token: string): string | undefined => {
  const [, payload, signature] = token.split('.');
  if (payload === undefined || signature === undefined) return undefined;
  try {
    return z.object({ iss: z.string() }).parse(JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'))).iss;
  } catch {
    return undefined;
  }
};

const fetchJson = async (url: string): Promise<unknown> => {
  const response = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(patience) });
  if (!response.ok) throw new Error(`${url} answers ${response.status}`);
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    // As it was unpacked; what is left of it is not fetched.
    if (size > longest) throw new Error(`${url} answers with too much`);
    chunks.push(chunk);
  }
  return JSON.parse(Buffer.concat(chunks).toString('utf8'));
};

const textsIn = (payload: JWTPayload): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(payload).filter((claim): claim is [string, string] => typeof claim[1] === 'string'),
  );

const faultOf = (cause: unknown): TokenFault => {
  if (cause instanceof errors.JWTExpired) return 'expired';
  if (cause instanceof errors.JWTClaimValidationFailed) {
    if (cause.claim === 'aud') return 'other-audience';
    return cause.claim === 'iat' ? 'expired' : 'invalid';
  }
  // Its keys could not be fetched, for which the token cannot help.
  if (cause instanceof errors.JWKSTimeout || !(cause instanceof errors.JOSEError)) return 'issuer-away';
  return 'invalid';
};
