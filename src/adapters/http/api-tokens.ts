import { createHash } from 'node:crypto';
import type { Verified } from '#domain/callers.ts';
import type { Alarm, Settings } from '#use-cases/ports.ts';
import { nameOf, type Principal, principalOf } from '#use-cases/principal.ts';
import { createAllowance } from './allowance.ts';
import { problemOf, type Refused } from './api-problems.ts';
import type { OidcTokens, TokenFault } from './oidc-tokens.ts';

export type TokenParts = {
  readonly settings: () => Settings;
  readonly audience: string;
  readonly oidc: OidcTokens;
  /** Whose ServiceAccount a token is of, as each cluster says by its name. Throws when it does not answer. */
  readonly clusters: ReadonlyMap<string, (token: string) => Promise<string | undefined>>;
  readonly alarm: Alarm;
  /** Seconds since 1970. */
  readonly epoch: () => number;
};

/** Milliseconds for which it is remembered whose a token is: for so long one that was taken back still counts. */
const remembered = 10_000;
const most = 1_000;
/** Tokens that each cluster is asked about at a time: one that does not answer keeps nobody of the others waiting. */
const atOnce = 16;
/** So many requests of one principal are answered in a minute. */
const perMinute = 300;

/** Finds whose a bearer token is. What is wrong with one is said as far as it helps whoever has it, and no further. */
export const createAuthenticate = (
  parts: TokenParts,
): ((token: string | undefined) => Promise<Principal | Refused>) => {
  const known = new Map<string, { readonly verified: Verified; readonly until: number }>();
  const calls = createAllowance(perMinute, 60_000);
  const asking = new Map<string, number>();
  const count = (names: ReadonlySet<string>, by: 1 | -1): void => {
    for (const name of names) asking.set(name, (asking.get(name) ?? 0) + by);
  };

  const verify = async (token: string): Promise<Verified | TokenFault | 'busy' | 'cluster-away'> => {
    const { callers = [], tokenPeople = [] } = parts.settings();
    const found = await parts.oidc.verify(
      token,
      new Set([
        ...callers.flatMap(({ knownBy }) => (knownBy.type === 'oidc' ? [knownBy.issuer] : [])),
        ...tokenPeople.map(({ issuer }) => issuer),
      ]),
    );
    if (found !== 'unknown-issuer') return found;
    // Only where it may be known: what it says is not believed, but no other cluster gets to see it.
    const subject = subjectIn(token);
    const named = new Set(
      callers.flatMap(({ knownBy }) =>
        knownBy.type === 'service-account' && knownBy.user === subject ? [knownBy.cluster] : [],
      ),
    );
    if (named.size === 0) return found;
    if ([...named].some((name) => (asking.get(name) ?? 0) >= atOnce)) return 'busy';
    count(named, 1);
    try {
      return await ofAccount(token, [...named]);
    } finally {
      count(named, -1);
    }
  };

  /** A token that two clusters take for theirs is of nobody: nobody could say of which. */
  const ofAccount = async (
    token: string,
    names: readonly string[],
  ): Promise<Verified | TokenFault | 'cluster-away'> => {
    const answers = await Promise.allSettled(
      names.map(async (cluster) => ({ cluster, user: await parts.clusters.get(cluster)?.(token) })),
    );
    const failed = answers.find(({ status }) => status === 'rejected');
    const users = answers.flatMap((one) =>
      one.status === 'fulfilled' && one.value.user !== undefined
        ? [{ type: 'service-account' as const, cluster: one.value.cluster, user: one.value.user }]
        : [],
    );
    const [first, ...others] = users;
    if (first !== undefined && others.length > 0) return 'invalid';
    if (failed?.status !== 'rejected') return first ?? 'invalid';
    parts.alarm('A cluster could not say whose a token is; nobody gets in by it', { cause: String(failed.reason) });
    return 'cluster-away';
  };

  return async (token) => {
    if (token === undefined) return refusal('no-token', parts.audience);
    const key = createHash('sha256').update(token).digest('hex');
    const before = known.get(key);
    const isKnown = before !== undefined && before.until > performance.now();
    const verified = isKnown ? before.verified : await verify(token);
    if (typeof verified === 'string') return refusal(verified, parts.audience);
    if (!isKnown) {
      if (known.size >= most) known.clear();
      known.set(key, { verified, until: performance.now() + Math.min(remembered, leftOf(verified, parts.epoch())) });
    }
    const principal = principalOf(parts.settings(), verified);
    if (principal === undefined) return refusal('nobody', parts.audience);
    const who = nameOf(principal);
    if (!calls.isLeft(who)) return tooFast;
    calls.take(who);
    return principal;
  };
};

/** Milliseconds for which a token is good; a cluster does not say. */
const leftOf = (verified: Verified, now: number): number =>
  verified.type === 'oidc' ? Math.max(0, verified.until - now) * 1_000 : remembered;

const subjectIn = (token: string): string | undefined => {
  try {
    const claims: unknown = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8'));
    return typeof claims === 'object' && claims !== null && 'sub' in claims && typeof claims.sub === 'string'
      ? claims.sub
      : undefined;
  } catch {
    return undefined;
  }
};

type Why = TokenFault | 'no-token' | 'nobody' | 'busy' | 'cluster-away';

const refusal = (why: Why, audience: string): Refused => {
  const away = why === 'issuer-away' || why === 'busy' || why === 'cluster-away';
  return {
    problem: problemOf(away ? 503 : 401, why, away ? 'Not just now' : 'Not known', says(why, audience)),
    ...(away ? { retryAfter: 5 } : {}),
  };
};

const says = (why: Why, audience: string): string => {
  switch (why) {
    case 'no-token':
      return `Send "Authorization: Bearer <token>", with a token for the audience "${audience}".`;
    case 'unknown-issuer':
      return 'Nobody is known by tokens of this issuer. Ask for a line in identities.yaml.';
    case 'expired':
      return 'The token is over, or was made too long ago. Get a new one.';
    case 'other-audience':
      return `The token was made for another audience. Get one for "${audience}".`;
    case 'issuer-away':
      return 'The issuer does not say by which keys it signs. Try again in a while.';
    case 'cluster-away':
      return 'The cluster does not say whose the token is. Try again in a while.';
    case 'busy':
      return 'Too many tokens are being looked up. Try again in a while.';
    case 'invalid':
      return `The token is none that can be believed. It has to be a JSON Web Token for the audience "${audience}", signed by its issuer.`;
    case 'nobody':
      return 'The token is good, and nobody in particular is known by it. Ask for a line in identities.yaml.';
  }
};

const tooFast: Refused = {
  problem: problemOf(
    429,
    'too-fast',
    'Too fast',
    'More than 300 requests in a minute. Wait for changes with "wait" instead.',
  ),
  retryAfter: 30,
};
